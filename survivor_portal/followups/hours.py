"""When a note may go out: between two full hours of the person's own clock, each day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hours:
    """From `first` o'clock until `last` o'clock of one day: 0 <= first < last <= 24. Raises ValueError."""

    first: int = 9
    last: int = 21

    def __post_init__(self) -> None:
        if not 0 <= self.first < self.last <= 24:
            raise ValueError("no such hours")


USUAL = Hours()


@dataclass(frozen=True, slots=True)
class Window:
    """The hours of one day as moments in UTC; `end` is no longer part of it."""

    day: date
    start: datetime
    end: datetime

    def holds(self, at: datetime) -> bool:
        return self.start <= at < self.end


def window(day: date, hours: Hours, zone: tzinfo) -> Window:
    """The window of that day of the zone.

    Where clocks go forward over its beginning, it begins when they have; where an hour comes twice, it begins
    with the first one and ends with the first one.
    """
    return Window(day, _moment(day, hours.first, zone), _moment(day, hours.last, zone))


def windows(at: datetime, hours: Hours, zone: tzinfo) -> Iterator[Window]:
    """The windows from this moment on that are not over and not empty, the first one first."""
    day = at.astimezone(zone).date()
    while True:
        found = window(day, hours, zone)
        if at < found.end and found.start < found.end:
            yield found
        day += _DAY


@dataclass(frozen=True, slots=True)
class Run:
    """Windows of days in a row, each `lasts` long and a day of 24 hours after the one before."""

    start: datetime
    lasts: timedelta
    count: int

    def spans(self) -> Iterator[tuple[datetime, datetime]]:
        """Start and end of each."""
        for number in range(self.count):
            start = self.start + number * _DAY
            yield start, start + self.lasts


def runs(first: date, days: int, hours: Hours, zone: tzinfo) -> list[Run]:
    """The windows of so many days, in short: a year has as many runs as its clocks were moved, and one."""
    found: list[Run] = []
    for number in range(days):
        each = window(first + number * _DAY, hours, zone)
        lasts, last = each.end - each.start, found[-1] if found else None
        if last and last.lasts == lasts and each.start == last.start + last.count * _DAY:
            found[-1] = Run(last.start, lasts, last.count + 1)
        elif lasts > timedelta(0):
            found.append(Run(each.start, lasts, 1))
    return found


def _moment(day: date, hour: int, zone: tzinfo) -> datetime:
    wall = datetime.combine(day + _DAY, time()) if hour == 24 else datetime.combine(day, time(hour))
    return wall.replace(tzinfo=zone).astimezone(UTC)
