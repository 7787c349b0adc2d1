"""When a request wants attention next, for the one clear column a queue sorts by."""

from __future__ import annotations

from datetime import datetime, tzinfo

from survivor_portal import directory
from survivor_portal.directory import Purpose
from survivor_portal.takedowns.clocks import Kind, Running, Runs, all_clocks
from survivor_portal.takedowns.operations import Due, Takedown
from survivor_portal.takedowns.standing import Standing

_COUNTS = (Runs.RUNNING, Runs.LATE, Runs.DUE)


def running(
    takedown: Takedown, standing: Standing, now: datetime, *, counts_as_minor: bool, zone: tzinfo
) -> tuple[Running, ...]:
    """All clocks of this request, the first one due first."""
    return all_clocks(
        [directory.law(key) for key in takedown.grounds],
        standing,
        now,
        counts_as_minor=counts_as_minor,
        processes=processes(takedown.platform),
        zone=zone,
    )


def processes(platform: str) -> frozenset[Purpose]:
    """What the platform's own channels are for."""
    return frozenset(c.purpose for c in directory.platform(platform).channels) if platform else frozenset()


def due_by(now: datetime, *, counts_as_minor: bool, zone: tzinfo) -> Due:
    """The function that `operations.note` asks: the next moment somebody else's duty or our reminder ends."""

    def due(takedown: Takedown, standing: Standing) -> datetime | None:
        found = [
            clock.due_at
            for clock in running(takedown, standing, now, counts_as_minor=counts_as_minor, zone=zone)
            if clock.due_at and clock.state in _COUNTS and clock.kind in (Kind.DUTY, Kind.REMINDER)
        ]
        return min(found, default=None)

    return due
