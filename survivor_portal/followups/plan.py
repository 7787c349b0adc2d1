"""Which notes to send when: at most one a day, never in the quiet hours, and no more than a few ahead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum

from survivor_portal.followups.hours import Hours, window, windows

MOST = 10
AHEAD = timedelta(days=365)
# So long before a case is deleted its owner is told.
BEFORE_THE_END = timedelta(days=14)


class About(StrEnum):
    """Why a note goes out. Its words do not say so: see `words`."""

    due = "due"  # a time that somebody had is over
    ends = "ends"  # what is kept is deleted soon
    answer = "answer"  # an answer came in
    test = "test"  # whom does the address reach?


@dataclass(frozen=True, slots=True)
class Planned:
    """One note: a moment in UTC, and what for."""

    at: datetime
    about: About


def plan(
    due: Iterable[datetime],
    last_day: date | None,
    now: datetime,
    *,
    hours: Hours,
    zone: tzinfo,
    went_at: datetime | None = None,
) -> tuple[Planned, ...]:
    """The notes ahead, the next one first. All moments are aware; those given back are in UTC.

    `due`: when times are over that somebody had; those that are over by now were seen. `last_day`: the day of
    the zone after which the case is gone, None where nobody wants to be told. `went_at`: a moment of the
    day on which the last note went out; that day gets no other one.
    """
    taken = went_at.astimezone(zone).date() if went_at else None
    end = window(last_day, Hours(0, 24), zone).end if last_day else None
    found: dict[date, Planned] = {}
    for moment in sorted(at for at in due if now < at <= now + AHEAD):
        slot = next(one for one in windows(_full_hour(moment), hours, zone) if one.day != taken)
        at = max(_full_hour(moment), slot.start)
        if end is None or at < end:
            found.setdefault(slot.day, Planned(at, About.due))
    last = []
    if last_day:
        day = window(last_day - BEFORE_THE_END, Hours(0, 24), zone)
        told = next(windows(day.start, hours, zone))
        if told.start > now and told.day != taken:
            found.pop(told.day, None)
            last = [Planned(told.start, About.ends)]
    first = sorted(found.values(), key=lambda one: one.at)[: MOST - len(last)]
    return tuple(sorted([*first, *last], key=lambda one: one.at))


def _full_hour(at: datetime) -> datetime:
    """The next full hour of UTC: to the minute, a note would tell which request it is about."""
    at = at.astimezone(UTC)
    full = at.replace(minute=0, second=0, microsecond=0)
    return full if full == at else full + timedelta(hours=1)
