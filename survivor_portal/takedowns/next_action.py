"""Say when a desk has to look at a request next: the one moment by which a queue is sorted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from survivor_portal.takedowns.process import State

# Where nobody has to look at it again. A date all databases can hold, after every other.
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
# Where no number of a law runs and our reminder was sent already. No law: the time of our own reminders.
UNANSWERED_FOR = timedelta(hours=72)

OURS = frozenset(
    {
        State.DRAFTED,
        State.TO_CONFIRM,
        State.BOUNCED,
        State.MORE_ASKED,
        State.REDIRECTED,
        State.REFUSED,
        State.PARTLY_REMOVED,
        State.REAPPEARED,
    }
)  # the next step is ours, so it is due from the moment it got there
OVER = frozenset({State.REMOVED, State.CARRIED_ON, State.CLOSED})


def next_action_at(
    state: State, ends: Iterable[datetime], changed_at: datetime, told_at: datetime | None = None
) -> datetime:
    """When to look at a request next, to the hour; never empty, so that rows have one order.

    `ends`: when the clocks that press somebody end, late ones included. `told_at`: when an office was told
    last; what had run out by then presses nobody a second time. All moments are aware.
    """
    if state in OVER:
        return NEVER
    if state in OURS:
        return hour_of(changed_at)
    waited_for = [at for at in ends if told_at is None or at > told_at]
    return next_hour(min(waited_for) if waited_for else changed_at + UNANSWERED_FOR)


def hour_of(at: datetime) -> datetime:
    """The full hour that has begun, in UTC: what is ours is due at once."""
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def next_hour(at: datetime) -> datetime:
    """The next full hour, in UTC: the clear column says no more than a queue needs, and nobody is called late
    before the time is up."""
    hour = hour_of(at)
    return hour if hour == at else hour + timedelta(hours=1)
