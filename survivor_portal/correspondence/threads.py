"""What was sent by mail about one request: from which address, to whom, and what became of it.

Sealed in the case. The words of each letter stand in the book, as they left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum

from survivor_portal.cases import records
from survivor_portal.cases.book import Note
from survivor_portal.cases.keys import Document, OpenCase

KIND = "thread"


class Leaving(StrEnum):
    """How far a letter got. `left`: the server that takes our mail has it; no proof that anybody got it.
    `failed`: that server did not take it. `returned`: it left, and a report said that it was not brought.
    `unknown`: a backup was put back in between, and it is not sent again."""

    waiting = "waiting"
    left = "left"
    stopped = "stopped"
    failed = "failed"
    returned = "returned"
    unknown = "unknown"


class OtherWasFirst(Exception):
    """Another tab wrote about this request's letters meanwhile. Read again."""


@dataclass(frozen=True, slots=True)
class Posted:
    """One letter that was given away to be sent. `entry`: the number of its line in the request's story;
    `whom`: the key of the office it went to, "" for the platform; `said`: the other server's words."""

    id: str
    message_id: str
    to: str
    subject: str
    at: datetime
    leaves_at: datetime
    entry: int
    items: tuple[int, ...] = ()
    whom: str = ""
    state: Leaving = Leaving.waiting
    told_at: datetime | None = None
    said: str = ""


@dataclass(frozen=True, slots=True)
class Thread:
    """All letters of one request that went by mail, oldest first."""

    request: str
    address: str
    letters: tuple[Posted, ...]
    record: records.Record | None = field(default=None, repr=False, compare=False)

    def references(self, to: str) -> tuple[str, ...]:
        """The Message-IDs a further letter to this address continues."""
        gone = (Leaving.stopped, Leaving.failed, Leaving.returned)
        return tuple(one.message_id for one in self.letters if one.to == to and one.state not in gone)

    def letter(self, letter_id: str) -> Posted | None:
        return next((one for one in self.letters if one.id == letter_id), None)


def of(case: OpenCase, takedown_id: str) -> Thread | None:
    """The thread of this request, None where nothing of it ever went by mail from here."""
    record = records.only(case, KIND, of=takedown_id)
    return _thread(record) if record else None


def count_since(case: OpenCase, since: datetime) -> int:
    """How many letters of this case were given away since then."""
    every = (_thread(record) for record in records.read(case, KIND))
    return sum(one.at > since for thread in every for one in thread.letters)


def begin(case: OpenCase, thread: Thread, note: Note, now: datetime) -> None:
    """Keep the first one of a request. Raises OtherWasFirst."""
    if records.add_only(case, KIND, _document(thread), note, now, of=thread.request) is None:
        raise OtherWasFirst


def write(case: OpenCase, thread: Thread, note: Note, now: datetime) -> None:
    """Keep what changed. Raises OtherWasFirst."""
    assert thread.record is not None
    try:
        records.change(case, thread.record, _document(thread), note, now)
    except records.ChangedMeanwhile:
        raise OtherWasFirst from None


def changed(thread: Thread, letters: Sequence[Posted]) -> Thread:
    """The thread with these letters in the place of those of the same id, new ones at its end."""
    new: Mapping[str, Posted] = {one.id: one for one in letters}
    known = {one.id for one in thread.letters}
    kept = tuple(new.get(one.id, one) for one in thread.letters)
    return replace(thread, letters=kept + tuple(one for one in letters if one.id not in known))


def _document(thread: Thread) -> Document:
    return {
        "request": thread.request,
        "address": thread.address,
        "letters": [
            {
                "id": one.id,
                "message_id": one.message_id,
                "to": one.to,
                "subject": one.subject,
                "at": _plain(one.at),
                "leaves_at": _plain(one.leaves_at),
                "entry": one.entry,
                "items": list(one.items),
                "whom": one.whom,
                "state": one.state.value,
                "told_at": _plain(one.told_at) if one.told_at else None,
                "said": one.said,
            }
            for one in thread.letters
        ],
    }


def _thread(record: records.Record) -> Thread:
    plain = record.document
    return Thread(
        request=plain["request"],
        address=plain["address"],
        letters=tuple(
            Posted(
                **{
                    **one,
                    "at": datetime.fromisoformat(one["at"]),
                    "leaves_at": datetime.fromisoformat(one["leaves_at"]),
                    "items": tuple(one["items"]),
                    "state": Leaving(one["state"]),
                    "told_at": datetime.fromisoformat(one["told_at"]) if one["told_at"] else None,
                }
            )
            for one in plain["letters"]
        ),
        record=record,
    )


def _plain(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
