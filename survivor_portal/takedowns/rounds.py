"""Say when to ask whether what was taken down is still gone, and what may be asked.

Nobody is ever asked to look at a picture of someone under 18, or of someone who may have been: there we only
ask what the platform or the hotline said (`decisions.md` 1, Looking).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from survivor_portal.calendars import Period, after
from survivor_portal.takedowns.process import Fact, State
from survivor_portal.takedowns.standing import ItemStanding, last

DAYS = (1, 3, 7, 14, 30)  # after removal; `laws.md` 5
_ASKED = (Fact.STILL_GONE, Fact.NO_NEWS)


class Ask(StrEnum):
    """What a round asks."""

    WHAT_WAS_SAID = (
        "what_was_said"  # has the platform or hotline told you it is gone, did someone say it is back
    )
    STILL_GONE = "still_gone"  # yes or no; it means looking, and a trusted person may do it


@dataclass(frozen=True, slots=True)
class Round:
    """One round for one item. `day` is one of DAYS."""

    item: int
    day: int
    due_at: datetime
    ask: Ask

    def is_due(self, now: datetime) -> bool:
        return now >= self.due_at


def next_round(item: ItemStanding, now: datetime, *, counts_as_minor: bool) -> Round | None:
    """The round whose turn it is or comes next; None for an item that is not gone, or after the last round.

    Rounds nobody answered do not pile up: only the latest of them is asked.
    """
    removed_at = item.removed_at
    if item.state is not State.REMOVED or removed_at is None:
        return None
    answered = last(item.history, *_ASKED)
    answered_at = answered.at if answered and answered.at >= removed_at else None
    ask = Ask.WHAT_WAS_SAID if counts_as_minor else Ask.STILL_GONE
    rounds = [
        Round(item.number, day, after(removed_at.astimezone(UTC), Period(days=day)), ask) for day in DAYS
    ]
    unasked = [one for one in rounds if answered_at is None or one.due_at > answered_at]
    due = [one for one in unasked if one.is_due(now)]
    return due[-1] if due else unasked[0] if unasked else None
