"""When a desk has to look at a request next."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survivor_portal.takedowns.next_action import (
    NEVER,
    OURS,
    OVER,
    UNANSWERED_FOR,
    hour_of,
    next_action_at,
    next_hour,
)
from survivor_portal.takedowns.process import State

CHANGED = datetime(2026, 11, 20, 9, 25, tzinfo=UTC)
HOUR = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SOON, LATER = CHANGED + timedelta(hours=5), CHANGED + timedelta(days=9)
WAITING = frozenset(State) - OURS - OVER
MOMENTS = st.integers(-500_000, 5_000_000).map(lambda minutes: CHANGED + timedelta(minutes=minutes))

TABLE = [
    # Ours: since it got there, whatever clock runs on the other side.
    (State.DRAFTED, (), None, HOUR),
    (State.TO_CONFIRM, (LATER,), None, HOUR),
    (State.BOUNCED, (LATER,), None, HOUR),
    (State.MORE_ASKED, (SOON, LATER), None, HOUR),
    (State.REDIRECTED, (LATER,), None, HOUR),
    (State.REFUSED, (LATER,), None, HOUR),
    (State.PARTLY_REMOVED, (LATER,), None, HOUR),
    (State.REAPPEARED, (), None, HOUR),
    # Theirs: when the first of them has to be done with it.
    (State.SENT, (LATER, SOON), None, HOUR + timedelta(hours=6)),
    (State.ACKNOWLEDGED, (LATER,), None, HOUR + timedelta(days=9, hours=1)),
    (State.HANDED_ON, (CHANGED - timedelta(days=3),), None, HOUR - timedelta(days=3) + timedelta(hours=1)),
    (State.CONTESTED, (), None, HOUR + timedelta(hours=73)),
    # An office was told: what had run out by then presses nobody a second time.
    (State.ESCALATED, (SOON,), SOON, HOUR + timedelta(hours=73)),
    (State.ESCALATED, (SOON, LATER), SOON, HOUR + timedelta(days=9, hours=1)),
    (State.REMOVED, (SOON,), None, NEVER),
    (State.CARRIED_ON, (SOON,), None, NEVER),
    (State.CLOSED, (SOON,), None, NEVER),
]


@pytest.mark.parametrize(("state", "ends", "told_at", "expected"), TABLE)
def test_each_state_says_when_to_look_next(
    state: State, ends: tuple[datetime, ...], told_at: datetime | None, expected: datetime
) -> None:
    assert next_action_at(state, ends, CHANGED, told_at) == expected


def test_the_table_has_every_state() -> None:
    assert {state for state, *_rest in TABLE} == set(State)
    assert not OURS & OVER


@given(st.sampled_from(State), st.lists(MOMENTS, max_size=3), MOMENTS, st.none() | MOMENTS)
def test_it_is_a_full_hour_never_empty_and_never_before_a_clock_is_up(
    state: State, ends: list[datetime], changed_at: datetime, told_at: datetime | None
) -> None:
    at = next_action_at(state, ends, changed_at, told_at)

    assert at == hour_of(at)
    assert (at == NEVER) == (state in OVER)
    if state in WAITING:
        assert at >= min([*ends, changed_at + UNANSWERED_FOR])


def test_the_hour_is_one_of_universal_time_wherever_the_clock_hangs() -> None:
    at = datetime(2026, 11, 20, 9, 10, tzinfo=timezone(timedelta(hours=5, minutes=30)))

    assert hour_of(at).isoformat() == "2026-11-20T03:00:00+00:00"
    assert next_hour(at).isoformat() == "2026-11-20T04:00:00+00:00"
