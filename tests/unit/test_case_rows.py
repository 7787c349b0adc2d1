"""The lines of the board: what is next in words, on whom it waits, until when, and in which order."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from survivor_portal.takedowns.clocks import Kind
from survivor_portal.takedowns.operations import End, Line
from survivor_portal.takedowns.process import State
from survivor_portal.takedowns.rounds import DAYS, Gone
from survivor_portal.web.survivor.case_rows import Part, Row, row, rows
from tests.integration.test_words import PATTERN
from tests.reading import measure

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LOOKS = re.compile(r"\b(?:look|open|find|count|check|view|watch)", re.IGNORECASE)


def hours(number: float) -> datetime:
    return NOW + timedelta(hours=number)


def line(state: State, *ends: End, **more: Any) -> Line:
    known: dict[str, Any] = {
        "id": "1", "platform": "x", "kind": "request_48h", "due_at": None, "label": "X, 48 hours", "items": 3,
        "still_up": 3, "changed_at": NOW, "to": "X",
    }  # fmt: skip
    return Line(state=state, ends=ends, **(known | more))


def duty(number: float, is_sure: bool = True) -> End:
    return End(Kind.DUTY, hours(number), is_sure)


def reminder(number: float) -> End:
    return End(Kind.REMINDER, hours(number), False)


def gone(days: float, answered: float | None = None, count: int = 3) -> Gone:
    """Removed that many days ago; a round answered that many days ago."""
    return Gone(hours(-24 * days), None if answered is None else hours(-24 * answered), count)


def made(given: Line, *, minor: bool = False, may_sign: bool = True) -> Row:
    return row(given, NOW, counts_as_minor=minor, may_sign=may_sign, zone=UTC)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.DRAFTED, "It is written: send it"),
        (State.TO_CONFIRM, "They want you to confirm something: do that first"),
        (State.BOUNCED, "It did not arrive: send it another way"),
        (State.MORE_ASKED, "They asked for something: see what to give"),
        (State.REDIRECTED, "They sent you elsewhere: answer them"),
        (State.REFUSED, "They said no: answer them"),
        (State.PARTLY_REMOVED, "Part of it is gone: ask about the rest"),
        (State.REAPPEARED, "It is back: ask again"),
    ],
)
def test_what_is_ours_stands_under_today_and_waits_on_the_person(state: State, words: str) -> None:
    found = made(line(state))

    assert (found.part, found.next, found.on) == (Part.TODAY, words, "you")


@pytest.mark.parametrize("state", [State.SENT, State.ACKNOWLEDGED, State.HANDED_ON, State.CONTESTED])
def test_what_was_sent_waits_on_the_platform_until_its_time_is_up(state: State) -> None:
    found = made(line(state, reminder(3), duty(27)))

    assert (found.part, found.on) == (Part.WAITING, "X")
    assert (found.until_words, found.until) == ("We suggest a reminder from", hours(3))
    later = made(line(state, duty(27)))
    assert (later.until_words, later.until) == ("They have until", hours(27))


def test_the_hotline_is_named_where_it_waits_on_the_hotline() -> None:
    assert made(line(State.SENT, to="the hotline")).on == "the hotline"


def test_what_is_late_by_a_sure_number_stands_first_and_says_since_when() -> None:
    found = made(line(State.SENT, duty(-2)))

    assert (found.part, found.is_late, found.next) == (Part.TODAY, True, "Time is up: complain about them")
    assert (found.until_words, found.until) == ("Time is up since", hours(-2))


def test_nobody_is_called_late_before_the_time_is_up() -> None:
    assert not made(line(State.SENT, duty(0))).is_late


def test_a_number_nobody_verified_reads_usually_and_calls_nobody_late() -> None:
    before, past = made(line(State.SENT, duty(5, False))), made(line(State.SENT, duty(-5, False)))

    assert (before.until_words, past.until_words) == ("Usually until", "Usually due by")
    assert not past.is_late
    assert past.part is Part.WAITING


def test_our_reminder_is_something_to_do_and_is_not_called_late() -> None:
    found = made(line(State.SENT, reminder(-1), duty(23)))

    assert (found.part, found.is_late, found.next) == (Part.TODAY, False, "No word yet: remind them")
    assert found.until == hours(-1)


def test_a_no_that_is_late_too_says_both() -> None:
    found = made(line(State.REFUSED, duty(-1)))

    assert (found.next, found.is_late) == ("They said no: answer them", True)


def test_what_an_office_was_told_after_it_was_late_waits_and_still_says_late() -> None:
    told = made(line(State.ESCALATED, duty(-30), told_at=hours(-2)))
    told_before = made(line(State.ESCALATED, duty(-30), told_at=hours(-40)))

    assert (told.part, told.is_late, told.on) == (Part.WAITING, True, "X and the office you told")
    assert told_before.part is Part.TODAY


@pytest.mark.parametrize("state", [State.SENT, State.REFUSED, State.REDIRECTED, State.PARTLY_REMOVED])
def test_who_may_not_sign_is_not_told_to_answer_complain_or_remind(state: State) -> None:
    for ends in ((), (duty(-2),), (reminder(-2),)):
        words = made(line(state, *ends), may_sign=False).next

        assert not re.search(r"answer them|complain|remind", words), words


# Checking rounds.


@pytest.mark.parametrize("day", DAYS)
def test_a_round_that_is_due_stands_under_today_with_its_day(day: int) -> None:
    found = made(line(State.REMOVED, gone=(gone(day),), still_up=0))

    assert (found.part, found.next) == (Part.TODAY, f"Check round: day {day}, 3 places")
    assert found.until == NOW


@pytest.mark.parametrize("days", [0.9, 1.5, 31])
def test_a_round_that_is_not_due_or_was_answered_does_not(days: float) -> None:
    answered = 0.1 if days > 1 else None
    found = made(line(State.REMOVED, gone=(gone(days, answered),), still_up=0))

    assert (found.part, found.round, found.on) == (Part.DONE, "", "")
    assert (found.until is None) == (days > 30)


def test_the_next_round_is_named_beside_what_is_done() -> None:
    found = made(line(State.REMOVED, gone=(gone(1.5, 0.1),), still_up=0))

    assert (found.until_words, found.until) == ("Check round, day 3:", hours(36))


def test_a_round_of_some_places_stands_beside_what_the_others_ask() -> None:
    ours = made(line(State.REFUSED, gone=(gone(3, count=1),)))
    waiting = made(line(State.CONTESTED, gone=(gone(3, count=1),)))

    assert (ours.next, ours.round) == ("They said no: answer them", "Check round: day 3, 1 place")
    assert (waiting.part, waiting.round) == (Part.TODAY, "Check round: day 3, 1 place")


def test_rounds_of_several_places_count_those_that_are_due() -> None:
    found = made(line(State.REMOVED, gone=(gone(3, count=2), gone(7, count=4), gone(0.5, count=8))))

    assert found.round == "Check round: day 7, 6 places"


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("days", [0.5, 1, 8, 40])
def test_no_line_about_a_child_has_anybody_look(state: State, days: float) -> None:
    found = made(line(state, duty(-1), gone=(gone(days),)), minor=True)

    said = f"{found.next} {found.round} {found.until_words} {found.on}"
    assert not LOOKS.search(said), said


def test_a_round_about_a_child_asks_what_was_said() -> None:
    found = made(line(State.REMOVED, gone=(gone(3),), still_up=0), minor=True)

    assert (found.part, found.next) == (Part.TODAY, "Day 3: say what you were told")


# The words.


@pytest.mark.parametrize("state", list(State))
def test_every_line_is_easy_to_read_and_blames_nobody(state: State) -> None:
    found = [
        made(line(state, *ends, gone=rounds), minor=minor, may_sign=may_sign)
        for ends in ((), (duty(-1),), (duty(9),), (duty(-1, False),), (reminder(-1),), (reminder(1),))
        for rounds in ((), (gone(3),), (gone(1.5, 0.1),))
        for minor in (True, False)
        for may_sign in (True, False)
    ]

    for one in found:
        for said in {one.next, one.round, f"Waits on {one.on}"} - {""}:
            assert measure(f"<p>{said}.</p>").grade <= 6, said
            assert not PATTERN.search(said), said


# The order.


def test_the_most_urgent_stands_first_and_what_is_late_before_all() -> None:
    given = {
        "round": line(State.REMOVED, gone=(gone(3),)),
        "drafted": line(State.DRAFTED),
        "waiting": line(State.SENT, duty(20)),
        "sooner": line(State.SENT, duty(10)),
        "endless": line(State.SENT),
        "closed": line(State.CLOSED),
        "gone": line(State.REMOVED),
        "refused": line(State.REFUSED),
        "late": line(State.SENT, duty(-1)),
        "later still": line(State.SENT, duty(-9)),
        "late no": line(State.REFUSED, duty(-1)),
        "remind": line(State.SENT, reminder(-1)),
        "confirm": line(State.TO_CONFIRM),
    }
    named = [replace(one, id=name) for name, one in given.items()]

    found = rows(named, NOW, counts_as_minor=False, may_sign=True, zone=UTC)

    assert [one.line.id for one in found] == [
        "late no", "later still", "late", "confirm", "refused", "drafted", "remind", "round",
        "sooner", "waiting", "endless", "gone", "closed",
    ]  # fmt: skip
    assert [one.part for one in found] == sorted(one.part for one in found)
