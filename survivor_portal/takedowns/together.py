"""Two people note something about one request at once: both facts are kept, and the second person is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from survivor_portal.cases.keys import OpenCase
from survivor_portal.takedowns import operations
from survivor_portal.takedowns.operations import ChangedMeanwhile, Due, Takedown
from survivor_portal.takedowns.process import Fact
from survivor_portal.takedowns.standing import Entry

_TRIES = 5  # others may go on writing in between


@dataclass(frozen=True, slots=True)
class Noted:
    """What stands now. `was_second`: somebody noted something in between, which the writer has not seen."""

    takedown: Takedown
    was_second: bool


def is_kept_beside(entries: Sequence[Entry]) -> bool:
    """Would these hold whatever else was noted meanwhile? The world's facts do. What we do, and what puts an
    earlier line right, has to be decided again by whoever sees how it stands."""
    return bool(entries) and all(isinstance(e.happening, Fact) and e.corrects is None for e in entries)


def note_beside(
    case: OpenCase, takedown: Takedown, entries: Sequence[Entry], now: datetime, *, due: Due, reply: str = ""
) -> Noted:
    """Note these entries together, all or none. Their own numbers do not matter; `reply` is of the first.

    Facts go in behind what somebody else noted since `takedown` was read. Raises ChangedMeanwhile for
    anything else then, and otherwise as `operations.note`.
    """
    was_second = False
    for _try in range(_TRIES):
        try:
            return Noted(_note(case, takedown, entries, now, due, reply), was_second)
        except ChangedMeanwhile:
            if not is_kept_beside(entries):
                raise
            was_second = True
            takedown = operations.read(case, takedown.id)
    raise ChangedMeanwhile


def _note(
    case: OpenCase, takedown: Takedown, entries: Sequence[Entry], now: datetime, due: Due, reply: str
) -> Takedown:
    with transaction.atomic():
        for place, entry in enumerate(entries):
            numbered = replace(entry, seq=takedown.next_seq)
            words = "" if place else reply
            takedown = operations.note(case, takedown, numbered, now, due=due, reply=words)
    return takedown


def others_since(case: OpenCase, takedown: Takedown, seq: int) -> frozenset[str]:
    """Who else noted something about a request after its entry number `seq`: as they sign, "" for the
    owner."""
    mine = operations.signature(case)
    return frozenset(entry.by for entry in takedown.entries if entry.seq > seq and entry.by != mine)
