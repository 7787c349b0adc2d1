"""Clocks: the table of `laws.md` 3 line by line, what starts each, and what a page may call a number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survivor_portal import directory
from survivor_portal.calendars import Period
from survivor_portal.directory import Law, Purpose
from survivor_portal.takedowns._further import FURTHER, STRETCH
from survivor_portal.takedowns.clocks import Kind, Running, Runs, Why, all_clocks, clocks
from survivor_portal.takedowns.process import Fact, Happening, Move
from survivor_portal.takedowns.standing import Entry, How, Standing, fold
from tests.conftest import size

SENT_AT = datetime(2026, 11, 23, 9, tzinfo=UTC)  # a Monday
ALL_PROCESSES = frozenset(Purpose)
BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")

Told = tuple[float, Happening] | tuple[float, Happening, str]


def after_hours(count: float, start: datetime = SENT_AT) -> datetime:
    return start + timedelta(hours=count)


def sent(*told: Told, how: How | None = How.FORM, items: int = 1, at: datetime = SENT_AT) -> Standing:
    """A request sent at `at`; then (hours later, what, to or from whom)."""
    entries = [Entry(1, Move.DRAFT, at, tuple(range(1, items + 1))), Entry(2, Move.SEND, at, how=how)]
    for hours, happening, *to in told:
        to_whom = to[0] if to else ""
        how_told = How.FORM if happening in (Move.ESCALATE,) else None
        entries.append(Entry(len(entries) + 1, happening, after_hours(hours, at), to=to_whom, how=how_told))
    return fold(entries)


def read(
    law: str, standing: Standing, hours: float = 1, *, minor: bool = True, **more: Any
) -> tuple[Running, ...]:
    now = after_hours(hours, standing.sent_at or SENT_AT)
    options: dict[str, Any] = {"processes": ALL_PROCESSES, **more}
    return clocks(directory.law(law), standing, now, counts_as_minor=minor, **options)


def main(law: str, standing: Standing, hours: float = 1, **more: Any) -> Running:
    """The law's own first clock."""
    return next(c for c in read(law, standing, hours, **more) if not c.name and c.kind is not Kind.REMINDER)


def named(law: str, name: str, standing: Standing, hours: float = 1, **more: Any) -> Running:
    return next(c for c in read(law, standing, hours, **more) if c.name.startswith(name))


# laws.md section 3: starts, ends, whose duty. What is unverified there or in the record stays unverified.
@pytest.mark.parametrize(
    ("law", "period", "verified", "bound"),
    [
        ("in-3-2-b", Period(hours=2), False, "platform"),
        ("us-tida", Period(hours=48), True, "platform"),
        ("uk-osa-20a", Period(hours=48), True, "platform"),
        ("nz-hdca", Period(hours=48), True, "platform"),
        ("us-ca-1394", Period(days=30), True, "platform"),
        ("us-ca-sb981", Period(days=30), True, "platform"),
        ("jp-national", Period(days=7), False, "platform"),
        ("eu-gdpr-17", Period(months=1), True, "platform"),
        ("us-tx-hb3133", Period(days=7), False, "platform"),
    ],
)
def test_a_platforms_time_runs_from_receipt(law: str, period: Period, verified: bool, bound: str) -> None:
    running = main(law, sent())

    assert (running.period, running.verified, running.bound) == (period, verified, bound)
    assert (running.state, running.started_at, running.kind) == (Runs.RUNNING, SENT_AT, Kind.DUTY)
    assert running.may_be_named is verified


@pytest.mark.parametrize("law", ["us-tida", "uk-osa-20a", "nz-hdca"])
def test_forty_eight_hours_are_late_a_moment_after_and_not_before(law: str) -> None:
    assert main(law, sent(), 48).state is Runs.RUNNING
    late = main(law, sent(), 48.001)
    assert late.state is Runs.LATE
    assert late.late_since == late.due_at == after_hours(48)


@pytest.mark.parametrize(
    ("law", "period"),
    [
        ("au-iba", Period(hours=24)),
        ("au-class1", Period(hours=24)),
        ("fr-national", Period(hours=24)),
        ("nl-national", Period(hours=12)),
    ],
)
def test_an_authoritys_order_starts_the_clock_not_the_report(law: str, period: Period) -> None:
    reported = sent((1, Move.ESCALATE, law))
    assert (main(law, reported, 90).state, main(law, reported, 90).why) == (Runs.NOT_STARTED, Why.AUTHORITY)

    ordered = sent((1, Move.ESCALATE, law), (10, Fact.AUTHORITY_ACTED, law))

    running = main(law, ordered, 11)
    assert (running.period, running.bound, running.started_at) == (period, "platform", after_hours(10))
    assert running.due_at == after_hours(10 + period.hours)
    assert main(law, ordered, 11 + period.hours).state is Runs.LATE


@pytest.mark.parametrize(
    ("law", "period", "bound"),
    [
        ("it-garante", Period(hours=48), "authority"),
        ("za-fpb", Period(days=30), "authority"),
        ("eu-dsa-21", Period(days=90), "dispute_body"),
    ],
)
def test_an_offices_own_time_runs_from_the_complaint(law: str, period: Period, bound: str) -> None:
    assert main(law, sent(), 5).why is Why.NOT_SENT
    told = sent((2, Move.ESCALATE, law))

    running = main(law, told, 5)

    assert (running.period, running.bound, running.started_at) == (period, bound, after_hours(2))
    assert main(law, told, 24 * 100).state is Runs.LATE
    answered = sent((2, Move.ESCALATE, law), (20, Fact.AUTHORITY_ANSWERED, law))
    assert main(law, answered, 24 * 100).state is Runs.MET


def test_another_offices_order_or_answer_moves_no_clock() -> None:
    told = sent((1, Move.ESCALATE, "it-garante"), (2, Fact.AUTHORITY_ANSWERED, "ofcom"))

    assert main("it-garante", told, 5).state is Runs.RUNNING
    assert main("au-iba", sent((2, Fact.AUTHORITY_ACTED, "fr-national")), 5).state is Runs.NOT_STARTED


def test_an_office_told_by_its_resource_counts_as_told() -> None:
    assert main("za-fpb", sent((1, Move.ESCALATE, "fpb-za")), 2).state is Runs.RUNNING


def test_south_africas_receipt_is_a_clock_of_its_own() -> None:
    told = sent((0, Move.ESCALATE, "za-fpb"))
    assert named("za-fpb", "acknowledgement", told).period == Period(days=7)
    assert named("za-fpb", "acknowledgement", told, 24 * 8).state is Runs.LATE

    receipt = sent((0, Move.ESCALATE, "za-fpb"), (30, Fact.AUTHORITY_RECEIPT, "za-fpb"))

    assert named("za-fpb", "acknowledgement", receipt, 24 * 8).state is Runs.MET
    assert main("za-fpb", receipt, 24 * 8).state is Runs.RUNNING


@pytest.mark.parametrize(
    "law", ["eu-dsa-16", "us-2258a", "us-dmca", "br-eca-digital", "br-mci-21", "uk-osa-csea", "intl-fallback"]
)
def test_a_law_without_a_number_gets_none_and_our_reminder_is_another_kind(law: str) -> None:
    standing = sent()

    running = main(law, standing, 500)
    reminder = next(c for c in read(law, standing, 500) if c.kind is Kind.REMINDER)

    assert (running.state, running.period, running.due_at) == (Runs.NO_NUMBER, None, None)
    assert not running.may_be_named
    assert (reminder.bound, reminder.verified, reminder.may_be_named) == ("", False, False)
    assert reminder.due_at == after_hours(24)
    assert reminder.state is Runs.DUE


@pytest.mark.parametrize(
    ("law", "minor", "hours"),
    [
        ("eu-dsa-16", True, 24),
        ("eu-dsa-16", False, 72),
        ("us-tida", True, 24),
        ("us-tida", False, 24),
        ("in-3-2-b", False, 24),
    ],
)
def test_our_reminder_comes_after_a_day_or_three(law: str, minor: bool, hours: int) -> None:
    standing = sent()

    reminder = next(c for c in read(law, standing, hours - 1, minor=minor) if c.kind is Kind.REMINDER)

    assert (reminder.due_at, reminder.state) == (after_hours(hours), Runs.RUNNING)
    due = next(c for c in read(law, standing, hours, minor=minor) if c.kind is Kind.REMINDER)
    assert due.state is Runs.DUE
    reminded = sent((hours, Move.REMIND))
    done = next(c for c in read(law, reminded, hours + 9, minor=minor) if c.kind is Kind.REMINDER)
    assert done.state is Runs.MET


def test_california_counts_receipt_updates_and_decision_apart() -> None:
    silent = sent()
    assert named("us-ca-1394", "written confirmation", silent).due_at == after_hours(36)
    assert named("us-ca-1394", "written confirmation", silent, 37).state is Runs.LATE
    assert named("us-ca-1394", "first status update", silent, 37).state is Runs.NOT_STARTED

    heard = sent((30, Fact.RECEIPT))

    assert named("us-ca-1394", "written confirmation", heard, 37).state is Runs.MET
    update = named("us-ca-1394", "first status update", heard, 37)
    assert update.due_at == after_hours(30 + 7 * 24)
    assert not update.verified
    assert not update.may_be_named
    assert main("us-ca-1394", heard).due_at == after_hours(30 * 24)
    assert main("us-ca-1394", heard).latest_at == after_hours(60 * 24)


def test_each_update_of_california_starts_the_next_week() -> None:
    heard = sent((30, Fact.RECEIPT), (100, Fact.ASKS_MORE))

    assert named("us-ca-1394", "first status update", heard, 101).state is Runs.MET
    assert named("us-ca-1394", "further updates", heard, 101).due_at == after_hours(100 + 7 * 24)


def test_californias_law_on_forgeries_wants_its_receipt_in_two_days() -> None:
    assert named("us-ca-sb981", "confirmation", sent()).due_at == after_hours(48)
    assert named("us-ca-sb981", "status update", sent((1, Fact.RECEIPT)), 2).due_at == after_hours(1 + 168)


def test_a_month_of_data_protection_may_become_three() -> None:
    running = main("eu-gdpr-17", sent(at=datetime(2026, 11, 30, 9, tzinfo=UTC)))

    assert running.due_at == datetime(2026, 12, 30, 9, tzinfo=UTC)
    assert running.latest_at == datetime(2027, 2, 28, 9, tzinfo=UTC)  # month end


def test_a_dispute_body_may_take_a_hundred_and_eighty_days() -> None:
    running = main("eu-dsa-21", sent((0, Move.ESCALATE, "eu-dsa-21")))

    assert running.latest_at == SENT_AT + timedelta(days=180)


def test_new_zealand_gives_the_poster_two_days_more() -> None:
    assert main("nz-hdca", sent()).latest_at == after_hours(96)
    assert main("nz-hdca", sent((5, Fact.FORWARDED)), 90).state is Runs.MET


# The person's own windows.


def test_six_months_to_complain_are_the_persons_own_and_run_from_the_day_they_are_told() -> None:
    assert (main("eu-dsa-20", sent()).state, main("eu-dsa-20", sent()).why) == (
        Runs.NOT_STARTED,
        Why.NO_DECISION,
    )
    refused = sent((48, Fact.REFUSAL))

    window = main("eu-dsa-20", refused, 50)

    assert (window.kind, window.bound, window.state) == (Kind.WINDOW, "victim", Runs.RUNNING)
    assert window.due_at == datetime(2027, 5, 25, 9, tzinfo=UTC)
    assert window.late_since is None
    assert main("eu-dsa-20", refused, 24 * 200).state is Runs.OVER  # never "late": it is nobody's fault
    appealed = sent((48, Fact.REFUSAL), (60, Move.APPEAL))
    assert main("eu-dsa-20", appealed, 24 * 200).state is Runs.MET


def test_a_counter_notice_gives_ten_to_fourteen_business_days() -> None:
    objected = sent((24, Fact.REMOVAL), (48, Fact.COUNTER_NOTICE))

    window = named("us-dmca", "content comes back", objected, 50)

    assert (window.kind, window.bound, window.about) == (Kind.WINDOW, "victim", True)
    assert window.started_at == datetime(2026, 11, 25, 9, tzinfo=UTC)  # a Wednesday
    assert window.due_at == datetime(2026, 12, 9, 9, tzinfo=UTC)
    assert window.latest_at == datetime(2026, 12, 15, 9, tzinfo=UTC)


def test_a_year_of_keeping_starts_with_the_platforms_own_report() -> None:
    assert named("us-2258a", "provider must keep", sent(), 9).state is Runs.NOT_STARTED

    kept = named("us-2258a", "provider must keep", sent((5, Fact.REPORTED_ON)), 9)

    assert (kept.kind, kept.state, kept.due_at) == (Kind.KEEPING, Runs.RUNNING, after_hours(5 + 365 * 24))
    over = named("us-2258a", "provider must keep", sent((5, Fact.REPORTED_ON)), 9000)
    assert over.state is Runs.OVER


def test_ten_years_to_sue_are_named_and_nobody_is_asked_for_the_birthday() -> None:
    running = main("us-1595", sent())

    assert (running.kind, running.period) == (Kind.WINDOW, Period(years=10))
    assert (running.state, running.due_at, running.why) == (Runs.NOT_STARTED, None, Why.NOT_KNOWN)


@pytest.mark.parametrize("law", ["us-2255", "us-doe-v-twitter", "eu-dsa-53", "sg-osc"])
def test_a_law_without_a_clock_has_none(law: str) -> None:
    assert read(law, sent()) == ()


@pytest.mark.parametrize("law", [law.key for law in directory.laws() if law.status != "in_force"])
def test_what_is_not_in_force_has_no_clock(law: str) -> None:
    assert read(law, sent()) == ()


# What starts a clock.


def test_a_form_starts_at_pressing_send() -> None:
    for how in (How.FORM, How.IN_APP):
        assert main("us-tida", sent(how=how)).started_at == SENT_AT


@pytest.mark.parametrize("how", [How.MAIL, How.POST, None])
def test_a_mail_starts_at_the_first_proof_and_until_then_receipt_is_not_proven(how: How | None) -> None:
    unproven = main("us-tida", sent(how=how), 100)
    assert (unproven.state, unproven.why, unproven.due_at) == (Runs.NOT_STARTED, Why.NOT_PROVEN, None)

    for fact in (Fact.RECEIPT, Fact.ASKS_MORE, Fact.REFUSAL, Fact.REDIRECTION, Fact.FORWARDED, Fact.PARTLY):
        proven = main("us-tida", sent((10, fact), (20, Fact.RECEIPT), how=how), 100)
        assert (proven.started_at, proven.due_at) == (after_hours(10), after_hours(58))


@pytest.mark.parametrize(
    "fact", [Fact.UNCLEAR, Fact.BOUNCE, Fact.THREATENED, Fact.SPREAD, Fact.AUTHORITY_RECEIPT]
)
def test_what_proves_nothing_starts_nothing(fact: Fact) -> None:
    assert main("us-tida", sent((10, fact), how=How.MAIL), 100).state is Runs.NOT_STARTED


def test_a_bounced_mail_starts_only_by_another_way() -> None:
    assert main("us-tida", sent((1, Fact.BOUNCE), how=How.MAIL), 9).why is Why.BOUNCED
    entries = [*sent((1, Fact.BOUNCE), how=How.MAIL).happenings]
    entries.append(Entry(9, Move.SEND_ELSEWHERE, after_hours(5), how=How.FORM))

    assert main("us-tida", fold(entries), 9).started_at == after_hours(5)


def test_nothing_starts_before_it_is_confirmed() -> None:
    asked = sent((1, Fact.ASKS_TO_CONFIRM), (2, Fact.RECEIPT))
    assert (main("us-tida", asked, 100).state, main("us-tida", asked, 100).why) == (
        Runs.NOT_STARTED,
        Why.TO_CONFIRM,
    )

    confirmed = sent((1, Fact.ASKS_TO_CONFIRM), (2, Fact.RECEIPT), (6, Move.CONFIRM))

    assert main("us-tida", confirmed, 100).started_at == after_hours(6)


def test_a_decision_shows_that_they_had_it_even_if_nobody_noted_the_confirmation() -> None:
    assert main("us-tida", sent((1, Fact.ASKS_TO_CONFIRM), (7, Fact.REFUSAL)), 9).started_at == after_hours(7)


def test_without_a_process_of_the_platform_no_number_is_named() -> None:
    none_found = main("us-tida", sent(), 100, processes=frozenset({Purpose.NCII}))

    assert (none_found.state, none_found.why) == (Runs.NO_NUMBER, Why.NO_PROCESS)
    assert (none_found.period, none_found.due_at, none_found.may_be_named) == (None, None, False)
    assert main("uk-osa-20a", sent(), 1, processes=frozenset()).state is Runs.RUNNING


def test_a_draft_has_no_clock_running() -> None:
    draft = fold([Entry(1, Move.DRAFT, SENT_AT, (1,))])

    assert main("us-tida", draft).why is Why.NOT_SENT
    assert all(c.kind is not Kind.REMINDER for c in read("us-tida", draft))


# What stops a clock.


def test_a_refusal_does_not_stop_a_removal_clock() -> None:
    assert main("us-tida", sent((10, Fact.REFUSAL)), 49).state is Runs.LATE


def test_a_demand_the_law_does_not_make_does_not_stop_it_either() -> None:
    assert main("us-tida", sent((10, Fact.ASKS_MORE), (11, Move.GIVE_MORE)), 49).due_at == after_hours(48)


def test_a_refusal_is_the_decision_some_laws_ask_for() -> None:
    assert main("eu-dsa-16", sent((10, Fact.REFUSAL)), 49).state is Runs.MET
    assert main("us-ca-sb981", sent((10, Fact.REFUSAL)), 49).state is Runs.MET


def test_removal_meets_it_and_removal_too_late_says_so() -> None:
    in_time = main("us-tida", sent((10, Fact.REMOVAL)), 100)
    too_late = main("us-tida", sent((60, Fact.REMOVAL)), 100)

    assert (in_time.state, in_time.was_met_late) == (Runs.MET, False)
    assert (too_late.state, too_late.met_at, too_late.was_met_late) == (Runs.MET, after_hours(60), True)


def test_partly_removed_the_clock_runs_on_for_what_is_up() -> None:
    entries = [*sent(items=3).happenings, Entry(3, Fact.REMOVAL, after_hours(5), (2,))]

    running = [c for c in read("us-tida", fold(entries), 49) if c.kind is Kind.DUTY]

    assert {(c.items, c.state) for c in running} == {((1, 3), Runs.LATE), ((2,), Runs.MET)}


def test_what_was_closed_or_carried_on_has_no_clock() -> None:
    assert read("us-tida", sent((1, Move.CLOSE)), 100) == ()
    assert read("us-tida", sent((1, Fact.REMOVAL), (2, Fact.BACK_AGAIN), (3, Move.ASK_AGAIN)), 100) == ()


def test_a_removal_that_was_corrected_to_a_refusal_is_late_again() -> None:
    entries = list(sent((10, Fact.REMOVAL)).happenings)
    entries.append(Entry(4, Fact.REFUSAL, after_hours(10), corrects=3))

    assert main("us-tida", fold(entries), 49).state is Runs.LATE


# Calendar.


@pytest.mark.parametrize("zone", [UTC, BERLIN, NEW_YORK])
@pytest.mark.parametrize(
    "night", [datetime(2026, 3, 28, 20, tzinfo=UTC), datetime(2026, 10, 24, 20, tzinfo=UTC)]
)
def test_forty_eight_hours_are_hours_also_when_the_clocks_change(zone: ZoneInfo, night: datetime) -> None:
    assert main("us-tida", sent(at=night), zone=zone).due_at == night + timedelta(hours=48)


def test_days_and_months_are_counted_where_the_person_is() -> None:
    before_summer = datetime(2026, 3, 10, 9, tzinfo=UTC)  # 10 o'clock in Berlin
    running = main("eu-gdpr-17", sent(at=before_summer), zone=BERLIN)

    assert running.due_at == datetime(2026, 4, 10, 8, tzinfo=UTC)  # 10 o'clock in Berlin, in summer
    assert main("eu-gdpr-17", sent(at=before_summer)).due_at == datetime(2026, 4, 10, 9, tzinfo=UTC)


def test_a_month_ends_with_the_month() -> None:
    refused = sent((0, Fact.REFUSAL), at=datetime(2026, 8, 31, 9, tzinfo=UTC))

    assert main("eu-dsa-20", refused).due_at == datetime(2027, 2, 28, 9, tzinfo=UTC)


@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK])
def test_every_time_that_comes_out_is_utc(zone: ZoneInfo) -> None:
    local = sent((1, Fact.REFUSAL), (2, Fact.REPORTED_ON), at=SENT_AT.astimezone(zone))
    found = [
        c for law in directory.laws()
        for c in clocks(law, local, SENT_AT, counts_as_minor=True, processes=ALL_PROCESSES, zone=zone)
    ]  # fmt: skip

    moments = [m for c in found for m in (c.started_at, c.due_at, c.latest_at, c.met_at) if m]
    assert len(moments) > 20
    assert {m.tzinfo for m in moments} == {UTC}


# All grounds at once, and the records.


def test_one_request_gets_one_reminder_and_a_right_is_named_once() -> None:
    laws = [directory.law(key) for key in ("us-tida", "us-2258a", "eu-dsa-16", "eu-dsa-20")]

    found = all_clocks(
        laws, sent((1, Fact.REFUSAL)), after_hours(2), counts_as_minor=True, processes=ALL_PROCESSES
    )

    assert [c.kind for c in found].count(Kind.REMINDER) == 1
    assert [c.kind for c in found].count(Kind.WINDOW) == 1
    dues = [c.due_at for c in found]
    assert dues == sorted(dues, key=lambda due: (due is None, due or SENT_AT))


def test_every_further_clock_of_the_directory_is_known_here() -> None:
    in_records = {(law.key, more.name) for law in directory.laws() for more in law.more_clocks}

    assert in_records == set(FURTHER)
    assert set(STRETCH) <= {law.key for law in directory.laws()}


@pytest.mark.parametrize("law", directory.laws(), ids=lambda law: law.key)
def test_a_number_may_be_named_only_where_it_and_its_law_are_sure(law: Law) -> None:
    told = sent((1, Fact.REFUSAL), (2, Move.ESCALATE, law.key), (3, Fact.AUTHORITY_ACTED, law.key))

    for c in clocks(law, told, after_hours(5), counts_as_minor=True, processes=ALL_PROCESSES):
        assert not c.may_be_named or (c.verified and law.may_be_cited and c.period)


@settings(max_examples=size("property_examples"), deadline=None)
@given(
    told=st.lists(st.tuples(st.integers(0, 500), st.sampled_from([*Move, *Fact])), max_size=10),
    how=st.sampled_from([None, *How]),
    hours=st.integers(0, 2000),
    law=st.sampled_from(directory.laws()),
    minor=st.booleans(),
)
def test_clocks_never_raise_and_never_call_late_what_is_not(
    told: Sequence[tuple[int, Happening]], how: How | None, hours: int, law: Law, minor: bool
) -> None:
    standing = sent(*told, how=how, items=2)
    now = after_hours(hours)

    for c in clocks(law, standing, now, counts_as_minor=minor, processes=ALL_PROCESSES):
        assert (c.state is Runs.LATE) <= (
            c.kind is Kind.DUTY and c.due_at is not None and c.due_at < now and c.met_at is None
        )
        assert (c.state in (Runs.RUNNING, Runs.LATE, Runs.OVER)) <= (c.started_at is not None)
        assert (c.started_at is None) <= (c.due_at is None)
        assert set(c.items) <= {item.number for item in standing.items}
