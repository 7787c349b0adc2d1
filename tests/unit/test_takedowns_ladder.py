"""The ladder: `laws.md` 4 row by row, the news case in its order, and what never is offered to anybody."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survivor_portal import directory, intake
from survivor_portal.directory import Age, Asker, Happened, Maker, Picture
from survivor_portal.replies import Remark
from survivor_portal.takedowns import ladder_table
from survivor_portal.takedowns.ladder import Around, Do, Point, Reason, Rung, around, next_steps
from survivor_portal.takedowns.ladder_table import AGES, PLACES, case_of
from survivor_portal.takedowns.process import Fact, Happening, Move, State, is_open
from survivor_portal.takedowns.rounds import DAYS, Ask, next_round, turn
from survivor_portal.takedowns.standing import Entry, How, Standing, add, fold
from survivor_portal.web.management.commands.state_drawing import DOCS
from tests.conftest import size

SENT_AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
US_CHILD = ("us-2258a", "us-tida")
LINK = "https://x.com/someone/status/1234567890"
X_REMARKS = frozenset({Remark.REDIRECTED_TO_COPYRIGHT, Remark.REDIRECTED_TO_THIRD_PARTY})


def at(hours: float) -> datetime:
    return SENT_AT + timedelta(hours=hours)


def a_request(*told: Entry, items: int = 1, how: How = How.FORM) -> Standing:
    book = add((), Entry(1, Move.DRAFT, SENT_AT, tuple(range(1, items + 1))))
    for entry in (Entry(2, Move.SEND, SENT_AT, how=how, ticket="0123"), *told):
        book = add(book, entry)
    return fold(book)


def noted(seq: int, happening: Happening, hours: float, **more: Any) -> Entry:
    return Entry(seq, happening, at(hours), **more)


def steps(
    standing: Standing,
    hours: float,
    *,
    laws: Sequence[str] = US_CHILD,
    case: Around | None = None,
    platform: str = "x",
) -> tuple[Rung, ...]:
    found = [directory.law(key) for key in laws]
    return next_steps(standing, found, case or case_of("child", "US"), at(hours), platform=platform)


def todo(rungs: Sequence[Rung], hours: float) -> list[Do]:
    """What is to be done now."""
    return [rung.do for rung in rungs if rung.due_at is None or rung.due_at <= at(hours)]


def one(rungs: Sequence[Rung], do: Do) -> Rung:
    return next(rung for rung in rungs if rung.do is do)


# The case this project began with.


def test_after_the_refusal_of_the_news_case_everything_comes_in_its_order() -> None:
    refused = a_request(noted(3, Fact.REFUSAL, 20, remarks=X_REMARKS))

    found = steps(refused, 21)

    assert [rung.do for rung in found] == [
        Do.SUPPLEMENT,
        Do.ANSWER,
        Do.APPEAL,
        Do.REGULATOR,
        Do.NOTE,
        Do.LAWYER,
    ]
    assert todo(found, 21) == [rung.do for rung in found]  # nothing has to wait
    assert one(found, Do.SUPPLEMENT).to == "cybertipline"
    answer = one(found, Do.ANSWER)
    assert answer.points == (Point.ELEMENTS, Point.YOU_KNOW, Point.NOT_COPYRIGHT, Point.SHOWN_HERE)
    assert answer.grounds == US_CHILD
    assert (one(found, Do.REGULATOR).law, one(found, Do.REGULATOR).to) == ("us-tida", "ftc-tida")
    assert one(found, Do.REGULATOR).reasons == (Reason.REFUSED,)


def test_what_was_done_is_not_offered_again() -> None:
    told: list[Entry] = [noted(3, Fact.REFUSAL, 20, remarks=X_REMARKS)]
    order = []
    while True:
        found = [rung for rung in steps(a_request(*told), 21) if rung.do is not Do.LAWYER]
        if not found:
            break
        order.append(found[0].do)
        move = found[0].move
        assert move is not None
        told.append(noted(len(told) + 3, move, 20 + len(told) / 10, to=found[0].to))

    assert order == [Do.SUPPLEMENT, Do.ANSWER, Do.APPEAL, Do.REGULATOR, Do.NOTE]


def test_a_second_refusal_is_told_to_the_hotline_and_not_argued_again() -> None:
    again = a_request(
        noted(3, Fact.REFUSAL, 20),
        noted(4, Move.INFORM, 21, to="cybertipline"),
        noted(5, Move.ANSWER, 21),
        noted(6, Fact.REFUSAL, 30),
    )

    found = [rung.do for rung in steps(again, 31)]

    assert found[0] is Do.SUPPLEMENT
    assert Do.ANSWER not in found


def test_a_second_refusal_with_a_new_excuse_is_answered_on_that_only() -> None:
    again = a_request(
        noted(3, Fact.REFUSAL, 20),
        noted(4, Move.ANSWER, 21),
        noted(5, Fact.REFUSAL, 30, remarks=frozenset({Remark.ASKS_FOR_COURT_ORDER})),
    )

    assert one(steps(again, 31), Do.ANSWER).points == (Point.NO_COURT_ORDER,)


# Silence.


def test_silence_brings_the_reminder_and_then_at_the_laws_end_the_complaint() -> None:
    sent = a_request()

    assert [(rung.do, rung.due_at) for rung in steps(sent, 1)] == [
        (Do.REMIND, at(24)),
        (Do.REGULATOR, at(48)),
    ]
    assert todo(steps(sent, 25), 25) == [Do.REMIND]
    late = steps(sent, 48.5)
    assert late[0].do is Do.REGULATOR
    assert late[0].reasons == (Reason.LATE,)
    assert one(late, Do.LAWYER).due_at == at(72)


def test_a_mail_without_receipt_is_never_called_late_and_is_sent_another_way() -> None:
    found = steps(a_request(how=How.MAIL), 200)

    assert found[0].do is Do.SEND_ELSEWHERE
    assert all(Reason.LATE not in rung.reasons for rung in found)


@pytest.mark.parametrize("grounds", [("in-3-2-b",), ("eu-dsa-16",), ("br-mci-21",), ("intl-fallback",)])
def test_without_a_sure_number_nothing_is_called_late(grounds: tuple[str, ...]) -> None:
    for country in ("IN", "DE", "BR", "KE"):
        found = steps(a_request(), 500, laws=grounds, case=case_of("adult", country))

        assert all(Reason.LATE not in rung.reasons for rung in found)
        assert Do.REMIND in todo(found, 500)


def test_without_a_process_the_complaint_says_so_and_names_no_hours() -> None:
    platform = next(
        p.key for p in directory.platforms()
        if p.channels and all(c.purpose is not directory.Purpose.US_48H for c in p.channels)
    )  # fmt: skip
    found = steps(a_request(), 200, laws=("us-tida",), platform=platform)

    complaint = one(found, Do.REGULATOR)
    assert complaint.points == (Point.NO_PROCESS,)
    assert Reason.NO_PROCESS in complaint.reasons
    assert Reason.LATE not in complaint.reasons


def test_another_laws_clock_makes_no_office_act() -> None:
    """California's 36 hours are no matter for the FTC."""
    found = steps(a_request(), 49, laws=("us-ca-1394",), case=case_of("child", "US", "US-CA"))

    assert Do.REGULATOR not in [rung.do for rung in found]


# What platforms ask for and where they send people: `laws.md` 4.


@pytest.mark.parametrize(
    ("fact", "remark", "point"),
    [
        (Fact.ASKS_MORE, Remark.ASKS_FOR_ID, Point.NO_ID),
        (Fact.ASKS_MORE, Remark.ASKS_FOR_IMAGE, Point.NO_IMAGE),
        (Fact.ASKS_MORE, Remark.ASKS_FOR_COURT_ORDER, Point.NO_COURT_ORDER),
        (Fact.REDIRECTION, Remark.REDIRECTED_TO_COPYRIGHT, Point.NOT_COPYRIGHT),
        (Fact.REDIRECTION, Remark.REDIRECTED_TO_THIRD_PARTY, Point.SHOWN_HERE),
        (Fact.REDIRECTION, Remark.REDIRECTED_TO_FORM, Point.THIS_IS_THE_REQUEST),
    ],
)
def test_what_the_law_does_not_ask_for_is_answered_and_stops_no_clock(
    fact: Fact, remark: Remark, point: Point
) -> None:
    found = steps(a_request(noted(3, fact, 2, remarks=frozenset({remark}))), 3)

    assert point in one(found, Do.ANSWER).points
    assert one(found, Do.REGULATOR).due_at == at(48)
    assert Do.GIVE not in [rung.do for rung in found]


def test_a_piece_of_identity_is_given_by_a_grown_person_who_was_asked_twice_never_by_a_child() -> None:
    asked = frozenset({Remark.ASKS_FOR_ID})
    twice = a_request(
        noted(3, Fact.ASKS_MORE, 2, remarks=asked),
        noted(4, Move.ANSWER, 3),
        noted(5, Fact.ASKS_MORE, 9, remarks=asked),
    )

    assert Do.GIVE in [r.do for r in steps(twice, 10, laws=("us-tida",), case=case_of("adult", "US"))]
    assert Do.GIVE not in [r.do for r in steps(twice, 10)]


def test_a_log_in_wall_is_gone_round_and_told_to_the_regulator_at_once() -> None:
    asked = noted(3, Fact.ASKS_MORE, 2, remarks=frozenset({Remark.ASKS_FOR_LOGIN}))
    found = steps(a_request(asked), 3)

    assert todo(found, 3) == [Do.SEND_ELSEWHERE, Do.REGULATOR]
    assert one(found, Do.REGULATOR).points == (Point.NO_ACCOUNT,)


def test_sent_to_another_site_both_are_written_to() -> None:
    sent_away = noted(3, Fact.REDIRECTION, 2, remarks=frozenset({Remark.REDIRECTED_TO_THIRD_PARTY}))

    assert todo(steps(a_request(sent_away), 3), 3) == [Do.ANSWER, Do.OTHER_SITE]


def test_confirming_comes_before_everything() -> None:
    found = steps(a_request(noted(3, Fact.ASKS_TO_CONFIRM, 2)), 200)

    assert [rung.do for rung in found] == [Do.CONFIRM]


def test_partly_removed_asks_on_the_same_ticket_while_the_clock_runs() -> None:
    found = steps(a_request(noted(3, Fact.PARTLY, 5)), 6)

    assert found[0].do is Do.ANSWER
    assert Point.SAY_WHICH in found[0].points
    assert one(found, Do.REGULATOR).due_at == at(48)


def test_what_came_back_is_asked_for_again_first() -> None:
    back = a_request(noted(3, Fact.REMOVAL, 5), noted(4, Fact.BACK_AGAIN, 90))

    assert [rung.do for rung in steps(back, 91)] == [Do.ASK_AGAIN, Do.SUPPLEMENT, Do.HASH, Do.NOTE]


def test_a_counter_notice_means_a_lawyer_within_ten_business_days_and_the_other_law_the_same_day() -> None:
    objected = a_request(noted(3, Fact.REMOVAL, 24), noted(4, Fact.COUNTER_NOTICE, 48))
    found = steps(objected, 49, laws=("us-dmca",), case=case_of("adult", "US"))

    assert [rung.do for rung in found][:2] == [Do.LAWYER, Do.REQUEST_48H]
    assert found[0].until == datetime(2026, 12, 9, 9, tzinfo=UTC)


def test_a_threat_comes_first_until_the_police_know() -> None:
    threatened = a_request(noted(3, Fact.THREATENED, 2))
    assert todo(steps(threatened, 3), 3) == [Do.DO_NOT_PAY, Do.SUPPLEMENT, Do.NOTE, Do.REPORT_ACCOUNT]

    told = a_request(noted(3, Fact.THREATENED, 2), noted(4, Move.INFORM, 3, to="police"))

    assert todo(steps(told, 4), 4) == []


def test_an_unclear_answer_is_read_by_the_person_first() -> None:
    assert steps(a_request(noted(3, Fact.UNCLEAR, 2)), 3)[0].do is Do.READ_IT


def test_items_that_stand_apart_have_steps_of_their_own() -> None:
    mixed = a_request(noted(3, Fact.REMOVAL, 5, items=(1,)), noted(4, Fact.REFUSAL, 6, items=(2, 4)), items=4)
    found = steps(mixed, 40)

    assert one(found, Do.APPEAL).items == (2, 4)
    assert one(found, Do.REMIND).items == (3,)
    assert one(found, Do.ASK_THEM).items == (1,)
    assert one(found, Do.REGULATOR).items == (2, 3, 4)


def test_a_closed_request_asks_for_nothing() -> None:
    assert steps(a_request(noted(3, Fact.REFUSAL, 5), noted(4, Move.CLOSE, 6)), 900) == ()


# Place.


@pytest.mark.parametrize(
    ("country", "grounds", "offices"),
    [
        ("US", ("us-tida",), ["us-tida"]),
        ("DE", ("eu-dsa-16", "de-national"), ["eu-dsa-53"]),
        ("GB", ("uk-osa-20a",), ["uk-osa-20a"]),
        ("IN", ("in-3-2-b",), ["in-3-2-b"]),
        ("DE", ("us-tida",), ["us-tida"]),  # the US request of a German hears nothing of the Union's offices
        ("KE", ("intl-fallback",), []),
    ],
)
def test_a_refusal_goes_to_the_office_of_the_law_the_request_stands_on(
    country: str, grounds: tuple[str, ...], offices: list[str]
) -> None:
    found = steps(a_request(noted(3, Fact.REFUSAL, 5)), 6, laws=grounds, case=case_of("adult", country))

    assert [rung.law for rung in found if rung.do is Do.REGULATOR] == offices


def test_in_the_union_appeal_flagger_and_coordinator_follow_each_other() -> None:
    found = steps(a_request(noted(3, Fact.REFUSAL, 5)), 6, laws=("eu-dsa-16",), case=case_of("child", "DE"))

    laws = [rung.law for rung in found if rung.law]
    assert laws == ["eu-dsa-20", "eu-dsa-22", "eu-dsa-53"]


def test_in_australia_the_office_that_can_order_it_down_is_asked() -> None:
    found = steps(a_request(noted(3, Fact.REFUSAL, 5)), 6, laws=("us-2258a",), case=case_of("child", "AU"))

    assert [rung.law for rung in found if rung.do is Do.AUTHORITY] == ["au-class1", "au-iba"]


def test_the_ftc_complaint_says_when_the_request_itself_was_not_sent_yet() -> None:
    found = steps(a_request(noted(3, Fact.REFUSAL, 5)), 6, laws=("us-2258a",))

    assert one(found, Do.REGULATOR).points == (Point.SEND_48H_TOO,)


# Who asks.


def test_where_a_young_person_took_it_a_lawyer_comes_before_the_police() -> None:
    teen = case_of("teen who took it", "US")
    for told in ((noted(3, Fact.REFUSAL, 5),), (noted(3, Fact.THREATENED, 5),), ()):
        found = [rung.do for rung in steps(a_request(*told), 200, case=teen)]

        assert found.index(Do.LEGAL_FIRST) < found.index(Do.NOTE)
        assert Do.SUPPLEMENT in found[: found.index(Do.LEGAL_FIRST)]


@pytest.mark.parametrize(
    "who",
    [
        {"asker": Asker.FRIEND, "age_now": Age.FROM_13},
        {"asker": Asker.PARENT, "age_now": Age.FROM_13, "home_safe": False},
        {"asker": Asker.SELF, "age_now": Age.UNDER_13},
    ],
)
def test_who_may_not_sign_is_offered_nothing_to_sign(who: dict[str, Any]) -> None:
    anyone = intake.Answers(
        age_then=Age.FROM_13, happened=Happened.POSTED, picture=Picture.REAL, country="US",
        home_safe=True, maker=Maker.OTHER,
    )  # fmt: skip
    answers = replace(anyone, **who)
    case = around(answers, intake.gather(LINK).items)

    found = {rung.do for rung in steps(a_request(noted(3, Fact.REFUSAL, 5)), 6, case=case)}

    assert Do.SUPPLEMENT in found
    assert found <= {Do.SUPPLEMENT, Do.LAWYER}


# Checking rounds.


def gone(*told: Entry) -> Standing:
    return a_request(noted(3, Fact.REMOVAL, 0), *told)


@pytest.mark.parametrize("day", DAYS)
def test_a_round_comes_on_each_of_the_days(day: int) -> None:
    item = gone().items[0]

    due = next_round(item, at(24 * day), counts_as_minor=False, zone=UTC)

    assert due is not None
    assert (due.day, due.due_at, due.is_due(at(24 * day))) == (day, at(24 * day), True)


@pytest.mark.parametrize(
    ("zone", "removed", "day", "due"),
    [
        # Clocks go back: 24 hours after midnight it is still the same day there.
        ("Europe/Berlin", "2026-10-25T00:15+02:00", 1, "2026-10-26T00:15+01:00"),
        ("Europe/Berlin", "2026-10-23T00:15+02:00", 3, "2026-10-26T00:15+01:00"),
        ("America/Los_Angeles", "2026-10-31T23:30-07:00", 7, "2026-11-07T23:30-08:00"),
        # They go forward: 24 hours after a late evening it is the day after next.
        ("Europe/Berlin", "2027-03-27T23:50+01:00", 1, "2027-03-28T23:50+02:00"),
        ("America/New_York", "2027-03-01T00:05-05:00", 30, "2027-03-31T00:05-04:00"),
        ("Australia/Lord_Howe", "2026-10-03T23:45+10:30", 14, "2026-10-17T23:45+11:00"),
        # An hour that is left out there: the later reading, as of clocks.
        ("Europe/Berlin", "2027-03-27T02:30+01:00", 1, "2027-03-28T03:30+02:00"),
        # No clock changes, and the day of UTC is another one.
        ("Asia/Kolkata", "2026-11-22T00:10+05:30", 3, "2026-11-25T00:10+05:30"),
        ("UTC", "2026-10-25T00:15+00:00", 1, "2026-10-26T00:15+00:00"),
    ],
)
def test_days_of_rounds_are_those_of_the_persons_own_zone(
    zone: str, removed: str, day: int, due: str
) -> None:
    # Kept in UTC, as all moments are.
    removed_at, due_at = (datetime.fromisoformat(moment).astimezone(UTC) for moment in (removed, due))
    almost = due_at - timedelta(seconds=1)
    before = DAYS[: DAYS.index(day)]

    found = turn(removed_at, None, due_at, ZoneInfo(zone))
    earlier = turn(removed_at, None, almost, ZoneInfo(zone))

    assert found is not None
    assert (found.day, found.due_at, found.is_due(due_at)) == (day, due_at, True)
    assert earlier is not None
    assert (earlier.day, earlier.is_due(almost)) == ((before[-1], True) if before else (day, False))


def test_the_ladder_waits_for_a_round_by_the_same_zone() -> None:
    """At 9:00 of UTC it is evening in Auckland; in the night after 3 April 2027 clocks go back there."""
    removed_at = datetime(2027, 4, 3, 9, tzinfo=UTC)
    standing = a_request(noted(3, Fact.REMOVAL, (removed_at - SENT_AT) / timedelta(hours=1)))
    of_utc = removed_at + timedelta(days=1)
    case = replace(case_of("adult", "US"), zone=ZoneInfo("Pacific/Auckland"))

    found = next_round(standing.items[0], of_utc, counts_as_minor=False, zone=case.zone)
    rungs = [
        steps(standing, (at - SENT_AT) / timedelta(hours=1), case=case)
        for at in (of_utc, of_utc + timedelta(hours=1))
    ]

    assert found is not None
    assert (found.due_at, found.is_due(of_utc)) == (of_utc + timedelta(hours=1), False)
    checks = [[rung for rung in some if rung.do is Do.CHECK] for some in rungs]
    assert [rung.due_at for some in checks for rung in some] == [found.due_at] * 2


def test_rounds_nobody_answered_do_not_pile_up() -> None:
    late = next_round(gone().items[0], at(24 * 20), counts_as_minor=False, zone=UTC)
    answered = gone(noted(4, Fact.STILL_GONE, 24 * 20)).items[0]

    assert late is not None
    assert late.day == 14
    upcoming = next_round(answered, at(24 * 20), counts_as_minor=False, zone=UTC)
    assert upcoming is not None
    assert upcoming.day == 30


def test_after_the_last_round_nobody_asks_any_more() -> None:
    assert (
        next_round(
            gone(noted(4, Fact.NO_NEWS, 24 * 31)).items[0], at(24 * 90), counts_as_minor=True, zone=UTC
        )
        is None
    )


def test_rounds_begin_anew_after_another_removal() -> None:
    told = (
        noted(4, Fact.STILL_GONE, 24 * 40),
        noted(5, Fact.REFUSAL, 24 * 50),
        noted(6, Fact.REMOVAL, 24 * 60),
    )

    again = next_round(gone(*told).items[0], at(24 * 60.5), counts_as_minor=False, zone=UTC)

    assert again is not None
    assert again.due_at == at(24 * 61)


@pytest.mark.parametrize("age", AGES)
def test_only_a_grown_persons_picture_is_ever_looked_at(age: str) -> None:
    found = steps(gone(), 24 * 8, case=case_of(age, "US"))

    kinds = {rung.do for rung in found} & {Do.CHECK, Do.ASK_THEM}
    assert kinds == ({Do.CHECK} if age == "adult" else {Do.ASK_THEM})


def test_not_sure_about_the_age_counts_as_under_18() -> None:
    answers = intake.Answers(
        asker=Asker.SELF, age_then=Age.NOT_SURE, age_now=Age.ADULT, country="US", home_safe=True
    )

    found = steps(gone(), 30, case=around(answers, intake.gather(LINK).items))

    assert Do.ASK_THEM in [rung.do for rung in found]
    found = next_round(gone().items[0], at(30), counts_as_minor=True, zone=UTC)
    assert found
    assert found.ask is Ask.WHAT_WAS_SAID


def test_each_round_about_a_child_may_be_handed_to_the_hotline() -> None:
    told = noted(4, Move.INFORM, 26, to="cybertipline")
    said = noted(5, Fact.NO_NEWS, 27)

    first = one(steps(gone(), 25), Do.SUPPLEMENT)
    assert first.reasons == (Reason.REMOVED,)
    assert Do.SUPPLEMENT not in [rung.do for rung in steps(gone(told), 27)]
    assert one(steps(gone(told, said), 24 * 3 + 1), Do.SUPPLEMENT).due_at == at(24 * 3)


def test_rounds_of_several_items_are_asked_together() -> None:
    standing = a_request(
        noted(3, Fact.REMOVAL, 0, items=(1,)),
        noted(4, Fact.REMOVAL, 20, items=(2,)),
        noted(5, Fact.REMOVAL, 100, items=(3,)),
        items=3,
    )

    assert one(steps(standing, 50), Do.ASK_THEM).items == (1, 2)


# Any request at all.

_LOOKS = {Do.CHECK}
CASES = {(age, country): case_of(age, country, region) for country, region, _ in PLACES for age in AGES}
happenings = st.tuples(
    st.integers(0, 900),
    st.sampled_from([*Move, *Fact]),
    st.sampled_from([(), (1,), (2,)]),
    st.frozensets(st.sampled_from(Remark), max_size=3),
    st.sampled_from(["", "police", "cybertipline", "ftc-tida", "eu-dsa-53", "au-iba"]),
)


@settings(max_examples=size("property_examples"), deadline=None)
@given(
    told=st.lists(happenings, max_size=8),
    how=st.sampled_from(How),
    hours=st.integers(0, 1500),
    laws=st.lists(st.sampled_from(directory.laws()), max_size=3),
    case=st.sampled_from(sorted(CASES)),
    platform=st.sampled_from(["x", ""]),
)
def test_every_step_that_is_offered_can_be_noted_and_asks_no_child_to_look(
    told: list[tuple[int, Happening, tuple[int, ...], frozenset[Remark], str]],
    how: How,
    hours: int,
    laws: list[directory.Law],
    case: tuple[str, str],
    platform: str,
) -> None:
    entries = [Entry(1, Move.DRAFT, SENT_AT, (1, 2)), Entry(2, Move.SEND, SENT_AT, how=how)]
    for hour, happening, items, remarks, to in told:
        entries.append(Entry(len(entries) + 1, happening, at(hour), items, remarks=remarks, to=to))
    standing = fold(entries)
    around_it = CASES[case]

    found = next_steps(standing, laws, around_it, at(hours), platform=platform)

    states = {item.number: item.state for item in standing.items}
    for rung in found:
        assert rung.items
        assert rung.reasons
        assert all(rung.move is None or is_open(states[number], rung.move) for number in rung.items)
        assert not {states[number] for number in rung.items} & {State.CLOSED, State.CARRIED_ON}
        assert case[0] == "adult" or (rung.do not in _LOOKS and Point.STILL_UP not in rung.points)
        assert all(law != "us-dmca" for law in (rung.law,))
    later = [rung.due_at for rung in found if rung.due_at and rung.due_at > at(hours)]
    assert later == sorted(later)


# The table.


def test_the_ladder_in_the_docs_is_what_is_offered() -> None:
    assert (DOCS / "ladder.csv").read_text("utf-8") == ladder_table.table()


def test_the_table_covers_every_reason_state_and_remark_that_changes_a_step() -> None:
    with (DOCS / "ladder.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    assert tuple(rows[0]) == ladder_table.HEADER
    assert (
        len({tuple(row.values()) for row in rows})
        == len(rows)
        == len(ladder_table.STORIES) * len(PLACES) * len(AGES)
    )
    shown = " ".join(row["steps"] for row in rows)
    assert [do for do in Do if do.value not in shown] == []
    assert set(State) - {row["state"] for row in rows} == {State.ESCALATED, State.CARRIED_ON}


def test_no_row_for_a_picture_of_a_child_has_anybody_look() -> None:
    with (DOCS / "ladder.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["age"] != "adult"]

    assert len(rows) > 500
    assert not [row for row in rows if "check" in row["steps"] or "still_up" in row["steps"]]
