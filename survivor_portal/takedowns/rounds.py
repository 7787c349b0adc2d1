"""Say when to ask whether what was taken down is still gone, and what may be asked.

Nobody is ever asked to look at a picture of someone under 18, or of someone who may have been: there we only
ask what the platform or the hotline said (`decisions.md` 1, Looking).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum

from survivor_portal.calendars import Period, after
from survivor_portal.takedowns.process import Fact, State
from survivor_portal.takedowns.standing import ItemStanding, Standing, last

DAYS = (1, 3, 7, 14, 30)  # after removal; `laws.md` 5
_ASKED = (Fact.STILL_GONE, Fact.NO_NEWS)


class Ask(StrEnum):
    """What a round asks."""

    WHAT_WAS_SAID = (
        "what_was_said"  # has the platform or hotline told you it is gone, did someone say it is back
    )
    STILL_GONE = "still_gone"  # yes or no; it means looking, and a trusted person may do it


@dataclass(frozen=True, slots=True)
class Turn:
    """One round by itself. `day` is one of DAYS."""

    day: int
    due_at: datetime

    def is_due(self, now: datetime) -> bool:
        return now >= self.due_at


@dataclass(frozen=True, slots=True)
class Gone:
    """Items that share the moments their rounds are read from: when they were said to be gone, and when a
    round was last answered (None: not since). `count`: how many they are."""

    removed_at: datetime
    answered_at: datetime | None
    count: int

    def turn(self, now: datetime, zone: tzinfo) -> Turn | None:
        """The round of these items, as `turn` says."""
        return turn(self.removed_at, self.answered_at, now, zone)


@dataclass(frozen=True, slots=True)
class Round:
    """One round for one item. `day` is one of DAYS."""

    item: int
    day: int
    due_at: datetime
    ask: Ask

    def is_due(self, now: datetime) -> bool:
        return now >= self.due_at


def turn(removed_at: datetime, answered_at: datetime | None, now: datetime, zone: tzinfo) -> Turn | None:
    """The round whose turn it is or comes next; None after the last one.

    `zone`: the person's, in which days are counted, as those of clocks are. Counted in UTC, a removal just
    after midnight had its day 1 on the same day when the clocks went back. Rounds nobody answered do not pile
    up: only the latest of them is asked.
    """
    turns = [Turn(day, after(removed_at.astimezone(zone), Period(days=day))) for day in DAYS]
    unasked = [one for one in turns if answered_at is None or one.due_at > answered_at]
    due = [one for one in unasked if one.is_due(now)]
    return due[-1] if due else unasked[0] if unasked else None


def next_round(item: ItemStanding, now: datetime, *, counts_as_minor: bool, zone: tzinfo) -> Round | None:
    """The round of one item whose turn it is or comes next; None for an item that is not gone, or after the
    last round. `zone`: as for `turn`."""
    moments = _moments(item)
    found = turn(*moments, now, zone) if moments else None
    if found is None:
        return None
    ask = Ask.WHAT_WAS_SAID if counts_as_minor else Ask.STILL_GONE
    return Round(item.number, found.day, found.due_at, ask)


def gone(standing: Standing) -> tuple[Gone, ...]:
    """What is gone, put together where the rounds are the same: enough to tell later which is due."""
    counts = Counter(moments for item in standing.items if (moments := _moments(item)))
    return tuple(Gone(removed_at, answered_at, count) for (removed_at, answered_at), count in counts.items())


def _moments(item: ItemStanding) -> tuple[datetime, datetime | None] | None:
    """When it was said to be gone and when a round was answered since; None for an item that is not gone."""
    removed_at = item.removed_at
    if item.state is not State.REMOVED or removed_at is None:
        return None
    answered = last(item.history, *_ASKED)
    return removed_at, answered.at if answered and answered.at >= removed_at else None
