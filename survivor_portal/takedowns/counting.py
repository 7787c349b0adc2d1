"""Count what a request came to for the figures of the teams that are let into its case: each thing once.

What was counted stands sealed in the request itself, as "team what month". What is taken back in the month in
which it was counted is counted no more; a month that is over stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Protocol

from survivor_portal.insights import team_counts
from survivor_portal.insights.team_counts import Event, What
from survivor_portal.takedowns.standing import Standing
from survivor_portal.takedowns.summary import Came, Summary

_WHAT = {
    Came.SENT: What.SENT,
    Came.ANSWERED: What.ANSWERED,
    Came.REMOVED: What.REMOVED,
    Came.REFUSED: What.REFUSED,
}


class Countable(Protocol):
    """A request, as far as it is counted."""

    @property
    def platform(self) -> str: ...
    @property
    def grounds(self) -> tuple[str, ...]: ...
    @property
    def counted(self) -> tuple[str, ...]: ...
    @property
    def standing(self) -> Standing: ...
    def summed_up(self, standing: Standing) -> Summary: ...


@dataclass(frozen=True, slots=True)
class News:
    """What has to be counted with a change, or counted no more; `counted` as the request keeps it then."""

    counted: tuple[str, ...]
    more: tuple[tuple[str, Event], ...] = ()
    less: tuple[tuple[str, Event], ...] = ()
    today: date = date.min

    def write(self) -> None:
        """Count it. Call it last in the transaction of the change."""
        for pairs, change in ((self.less, team_counts.take_back), (self.more, team_counts.count)):
            for team in sorted({team for team, _event in pairs}):
                change((team,), [event for one, event in pairs if one == team], self.today)


def news(before: Countable, after: Countable, now: datetime, teams: Callable[[], Iterable[str]]) -> News:
    """What is new in `after`. `teams`: those that are let in now, asked only where something is new."""
    was, came = (one.summed_up(one.standing).came_to for one in (before, after))
    if was == came:
        return News(before.counted)
    today = now.astimezone(UTC).date()
    month = f"{today:%Y-%m}"
    counted = {tuple(one.split(" ")[:2]): one.split(" ")[2] for one in before.counted}
    more, less = [], []
    for gone in was - came:
        for team, what in [pair for pair, when in counted.items() if when == month and pair[1] == gone]:
            del counted[team, what]
            less.append((team, _event(after, gone)))
    if came - was:
        for team in teams():
            for new in sorted(came - was):
                if (team, new.value) not in counted:
                    counted[team, new.value] = month
                    more.append((team, _event(after, new)))
    return News(
        tuple(f"{team} {what} {when}" for (team, what), when in counted.items()),
        tuple(more),
        tuple(less),
        today,
    )


def _event(takedown: Countable, came: Came) -> Event:
    return Event(_WHAT[came], takedown.platform, takedown.grounds)
