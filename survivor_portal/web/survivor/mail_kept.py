"""What is kept of each answer by mail beside its words: who it says it is from, and what followed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from survivor_portal.cases import records
from survivor_portal.cases.book import Note
from survivor_portal.cases.keys import Document, OpenCase
from survivor_portal.mails import Verdict

RECORD, WORDS = "mail", "mail_words"
KEPT, SEEN = "mail_kept", "mail_seen"


@dataclass(frozen=True, slots=True)
class Kept:
    """One mail. `reply`: the answer it became in its request, "" where it became none; `entry`: the line
    noted for it, 0 where none was. `digest` is of its words. `has_words`: they are kept here, because they
    became no answer. `is_open`: it is for the person to say what it says."""

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
    digest: str
    has_words: bool
    is_cut: bool
    is_bounce: bool
    is_seen: bool
    is_open: bool
    taken_in: str
    record: records.Record = field(repr=False)

    @property
    def is_only_a_file(self) -> bool:
        return not (self.reply or self.has_words) and bool(self.removed)


def digest(text: str) -> str:
    """The same for the same words. Lines do not count: browsers break them their own way."""
    return hashlib.sha256(" ".join(text.split()).encode("utf-8", "surrogatepass")).hexdigest()


def add(
    case: OpenCase, now: datetime, mail: Document, at: datetime, *, has_words: bool = False, **what: Any
) -> None:
    """Keep what is known of a mail; its words where `has_words`. `what`: reply, entry, is_seen, is_open."""
    text = str(mail["text"])
    document = {
        **{name: mail[name] for name in ("request", "sender", "subject", "verdict", "removed", "message_id")},
        **{name: mail[name] for name in ("is_cut", "is_bounce")},
        "at": at.isoformat(),
        "taken_in": now.isoformat(),
        "digest": digest(text),
        "has_words": has_words and bool(text),
        **{"reply": "", "entry": 0, "is_seen": False, "is_open": False},
        **what,
    }
    note = Note(KEPT, {"request": mail["request"]})
    record = records.add(case, RECORD, document, note, now)
    if document["has_words"]:
        # Apart: whoever wants to know which mails there are does not read them all.
        records.add_only(case, WORDS, {"text": text}, note, now, of=record.id)


def words(case: OpenCase, kept: Kept) -> str:
    """The words kept here, "" where there are none."""
    found = records.only(case, WORDS, of=kept.id) if kept.has_words else None
    return str(found.document["text"]) if found else ""


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
