"""Until when a request of the queue has to be looked at, in words: what is not sure is never called late."""

from datetime import UTC, datetime, timedelta

import pytest

from survivor_portal.takedowns.clocks import Kind
from survivor_portal.takedowns.lines import End, Line
from survivor_portal.takedowns.next_action import next_action_at
from survivor_portal.takedowns.process import State
from survivor_portal.takedowns.queue import Item
from survivor_portal.web.desk.queue_words import STATES, due

NOW = datetime(2026, 11, 24, 9, 20, tzinfo=UTC)
DUTY, USUALLY, REMINDER = (Kind.DUTY, True), (Kind.DUTY, False), (Kind.REMINDER, False)
End_ = tuple[tuple[Kind, bool], float]


def item(state: State, *ends: End_, changed: float = 0, told: float | None = None) -> Item:
    """A request whose clocks end in so many hours, changed so many hours ago."""
    found = tuple(End(kind, NOW + timedelta(hours=hours), sure) for (kind, sure), hours in ends)
    changed_at = NOW - timedelta(hours=changed)
    told_at = NOW - timedelta(hours=told) if told is not None else None
    line = Line("1", "x", "k", state, None, "X", 1, 1, changed_at, ends=found, told_at=told_at)
    at = next_action_at(state, [end.at for end in found], changed_at, told_at)
    return Item(line, "g", "Blue 7", "t", frozenset(), NOW, at, "", "")


@pytest.mark.parametrize(
    ("given", "said", "is_late"),
    [
        (item(State.SENT, (DUTY, 5)), "By 2:20 p.m. UTC today", False),
        (item(State.SENT, (DUTY, 26)), "By 11:20 a.m. UTC tomorrow", False),
        (item(State.SENT, (DUTY, 72)), "By Fri 27 Nov, 9:20 a.m. UTC", False),
        (item(State.SENT, (DUTY, -0.5)), "Time is up", True),
        (item(State.SENT, (DUTY, -1.5)), "1 hour late", True),
        (item(State.SENT, (DUTY, -50)), "2 days late", True),
        (item(State.SENT, (USUALLY, -50)), "Usually by Sun 22 Nov, 7:20 a.m. UTC", False),
        (item(State.SENT, (REMINDER, 3), (DUTY, 30)), "Remind them: 12:20 p.m. UTC today", False),
        (item(State.SENT, (REMINDER, -3)), "Remind them, since 6:20 a.m. UTC today", False),
        (item(State.CONTESTED), "Look again: Fri 27 Nov, 10 a.m. UTC", False),
        # Ours, and late only where a sure time of theirs is up as well.
        (item(State.REFUSED, (DUTY, 9)), "To do now", False),
        (item(State.DRAFTED, changed=50), "To do for 2 days", False),
        (item(State.REFUSED, (DUTY, -30), changed=2), "1 day late", True),
        # What had run out when an office was told presses nobody a second time.
        (item(State.ESCALATED, (DUTY, -30), changed=1, told=1), "Look again: Fri 27 Nov, 9 a.m. UTC", False),
        (item(State.REMOVED, (DUTY, -30)), "", False),
    ],
)
def test_until_when_in_words(given: Item, said: str, is_late: bool) -> None:
    found = due(given, NOW)

    assert (found.words, found.is_late) == (said, is_late)


def test_each_state_has_words() -> None:
    assert set(STATES) == set(State)
