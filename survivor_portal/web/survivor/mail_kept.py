"""What is kept of each answer by mail beside its words: who it says it is from, and what followed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from survivor_portal.cases import records
from survivor_portal.cases.book import Note
from survivor_portal.cases.keys import Document, OpenCase
from survivor_portal.mails import Verdict

RECORD = "mail"
KEPT, SEEN = "mail_kept", "mail_seen"


@dataclass(frozen=True, slots=True)
class Kept:
    """One mail. `reply`: the answer it became in its request, "" where it became none; `entry`: the line that
    was noted for it, 0 where none was. `text` is empty where the words are kept as that answer. `is_open`: it
    is for the person to say what it says."""

    id: str
    request: str
    at: datetime
    sender: str
    subject: str
    verdict: Verdict
    removed: tuple[tuple[str, int], ...]
    message_id: str
    reply: str
    entry: int
    text: str
    is_cut: bool
    is_bounce: bool
    is_seen: bool
    is_open: bool
    taken_in: str
    record: records.Record = field(repr=False)

    @property
    def is_only_a_file(self) -> bool:
        return not (self.reply or self.text) and bool(self.removed)


def add(case: OpenCase, now: datetime, mail: Document, at: datetime, **what: Any) -> None:
    """Keep what is known of a mail. `what`: reply, entry, text, is_seen, is_open."""
    document = {
        **{name: mail[name] for name in ("request", "sender", "subject", "verdict", "removed", "message_id")},
        **{name: mail[name] for name in ("is_cut", "is_bounce")},
        "at": at.isoformat(),
        "taken_in": now.isoformat(),
        **{"reply": "", "entry": 0, "text": "", "is_seen": False, "is_open": False},
        **what,
    }
    records.add(case, RECORD, document, Note(KEPT, {"request": mail["request"]}), now)


def every(case: OpenCase) -> tuple[Kept, ...]:
    """All mails of a case, the latest first."""
    found = (_kept(record) for record in records.read(case, RECORD))
    return tuple(sorted(found, key=lambda one: (one.at, one.id), reverse=True))


def seen(case: OpenCase, kept: Kept, now: datetime) -> None:
    """The person has seen it. Another window may have been first; that is as good."""
    if kept.is_seen:
        return
    document = {**kept.record.document, "is_seen": True}
    try:
        records.change(case, kept.record, document, Note(SEEN, {"request": kept.request}), now)
    except records.ChangedMeanwhile:
        return


def _kept(record: records.Record) -> Kept:
    plain = record.document
    return Kept(
        **{
            **plain,
            "at": datetime.fromisoformat(plain["at"]),
            "verdict": Verdict(plain["verdict"]),
            "removed": tuple((str(kind), int(count)) for kind, count in plain["removed"]),
        },
        id=record.id,
        record=record,
    )
