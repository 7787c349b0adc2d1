"""When a request wants attention next, for the one clear column a queue sorts by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from survivor_portal import directory
from survivor_portal.directory import Purpose
from survivor_portal.takedowns.clocks import Kind, Running, Runs, all_clocks
from survivor_portal.takedowns.operations import End, Takedown, soonest
from survivor_portal.takedowns.standing import Standing

_COUNTS = (Runs.RUNNING, Runs.LATE, Runs.DUE)
_SHOWN = (Kind.DUTY, Kind.REMINDER, Kind.WINDOW)


def running(
    takedown: Takedown, standing: Standing, now: datetime, *, counts_as_minor: bool, zone: tzinfo
) -> tuple[Running, ...]:
    """All clocks of this request, the first one due first. No law's clock runs by a letter that lacked a part
    of that law."""
    return all_clocks(
        [directory.law(key) for key in takedown.grounds if key not in takedown.unready],
        standing,
        now,
        counts_as_minor=counts_as_minor,
        processes=processes(takedown.platform),
        zone=zone,
    )


def processes(platform: str) -> frozenset[Purpose]:
    """What the platform's own channels are for."""
    return frozenset(c.purpose for c in directory.platform(platform).channels) if platform else frozenset()


@dataclass(frozen=True, slots=True)
class DueBy:
    """What `operations.note` asks: which clocks run for a request, read at `now`."""

    now: datetime
    counts_as_minor: bool
    zone: tzinfo

    def __call__(self, takedown: Takedown, standing: Standing) -> datetime | None:
        """The next moment somebody else's duty or our reminder ends."""
        return soonest(self.ends(takedown, standing))

    def ends(self, takedown: Takedown, standing: Standing) -> tuple[End, ...]:
        """The clocks that run or have run out, the first one first; what shows the same is named once."""
        found = running(takedown, standing, self.now, counts_as_minor=self.counts_as_minor, zone=self.zone)
        ends = (
            End(clock.kind, clock.due_at, clock.may_be_named)
            for clock in found
            if clock.due_at and clock.state in _COUNTS and clock.kind in _SHOWN
        )
        return tuple(dict.fromkeys(ends))


def due_by(now: datetime, *, counts_as_minor: bool, zone: tzinfo) -> DueBy:
    """The clocks as they stand at `now`, for this person."""
    return DueBy(now, counts_as_minor, zone)
