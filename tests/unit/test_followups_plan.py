"""When notes go out: never in the quiet hours, one a day at most, none for what was seen."""

from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survivor_portal import calendars
from survivor_portal.followups.hours import Hours, runs, window, windows
from survivor_portal.followups.plan import AHEAD, BEFORE_THE_END, MOST, About, Planned, plan
from tests.conftest import size

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
# Clocks that change by an hour, half of one and two; by day, at night and at midnight; and odd minutes.
ODD = (
    "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Havana", "Africa/Cairo",
    "Asia/Beirut", "America/Santiago", "America/Nuuk", "Antarctica/Troll", "Pacific/Chatham",
    "Asia/Kathmandu",
)  # fmt: skip


def changes(key: str) -> list[datetime]:
    """About when the clocks of this zone change."""
    zone = calendars.zone(key)
    assert zone is not None
    days = [FIRST + DAY * number for number in range((LAST - FIRST).days)]
    return [
        one
        for one, other in pairwise(days)
        if one.astimezone(zone).utcoffset() != other.astimezone(zone).utcoffset()
    ]


CHANGES = {key: changes(key) or [NOW] for key in ODD}
near = st.integers(-48 * 60, 72 * 60).map(lambda minutes: timedelta(minutes=minutes))
hours = st.integers(0, 23).flatmap(lambda a: st.integers(a + 1, 24).map(lambda b: Hours(a, b)))


@st.composite
def around_a_change(draw: st.DrawFn) -> tuple[ZoneInfo, datetime, list[datetime]]:
    """A zone, a now, and times that end, all near a change of its clocks."""
    key = draw(st.sampled_from(ODD))
    at, zone = draw(st.sampled_from(CHANGES[key])), calendars.zone(key)
    assert zone is not None
    return zone, at + draw(near), [at + one for one in draw(st.lists(near, max_size=20))]


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@settings(max_examples=size("property_examples"), deadline=None)
@given(around_a_change(), hours, st.none() | st.integers(0, 400), st.none() | st.integers(0, 48))
def test_no_note_in_the_quiet_hours_and_one_a_day_at_most(
    where: tuple[ZoneInfo, datetime, list[datetime]], hours: Hours, days: int | None, ago: int | None
) -> None:
    zone, now, ends = where
    went_at = now - HOUR * ago if ago is not None else None
    last_day = now.astimezone(zone).date() + DAY * days if days is not None else None

    found = plan(ends, last_day, now, hours=hours, zone=zone, went_at=went_at)

    walls = [one.at.astimezone(zone) for one in found]
    assert all(hours.first <= wall.hour and wall.hour < hours.last for wall in walls)
    taken = [went_at.astimezone(zone).date()] if went_at else []
    on_days = [*taken, *(wall.date() for wall in walls)]
    assert len(set(on_days)) == len(on_days)
    assert all(one.at > now for one in found)
    assert [one.at for one in found] == sorted(one.at for one in found)
    assert len(found) <= MOST


@settings(max_examples=size("property_examples"), deadline=None)
@given(around_a_change(), hours)
def test_every_time_that_is_still_to_end_gets_a_note_after_it_and_soon(
    where: tuple[ZoneInfo, datetime, list[datetime]], hours: Hours
) -> None:
    zone, now, ends = where

    found = plan(ends, None, now, hours=hours, zone=zone)

    # Two days at the most where the whole window of one falls into an hour that does not exist.
    for end in (end for end in ends if end > now):
        day = end.astimezone(zone).date()
        assert any(day <= one.at.astimezone(zone).date() <= day + 2 * DAY for one in found)
    assert all(any(end <= one.at for end in ends if end > now) for one in found)


@settings(max_examples=size("property_examples"), deadline=None)
@given(around_a_change(), hours)
def test_planned_again_after_it_went_out_nothing_comes_twice(
    where: tuple[ZoneInfo, datetime, list[datetime]], hours: Hours
) -> None:
    zone, now, ends = where
    went: list[datetime] = []
    for _ in range(len(ends) + 1):
        found = plan(ends, None, now, hours=hours, zone=zone, went_at=went[-1] if went else None)
        if not found:
            break
        now = found[0].at
        went.append(now)

    assert len({at.astimezone(zone).date() for at in went}) == len(went) <= len(ends)


@settings(max_examples=size("property_examples"), deadline=None)
@given(around_a_change(), hours)
def test_windows_follow_each_other_and_hold_what_the_clock_shows(
    where: tuple[ZoneInfo, datetime, list[datetime]], hours: Hours
) -> None:
    zone, now, _ends = where

    found = list(islice(windows(now, hours, zone), 4))

    assert now < found[0].end
    assert all(one.end <= other.start for one, other in pairwise(found))
    for one in found:
        assert one.start.astimezone(zone).date() == one.day
        assert one.start.astimezone(zone).hour >= hours.first
        assert (one.end - timedelta(seconds=1)).astimezone(zone).date() == one.day


def test_what_ends_in_the_evening_is_told_the_next_morning() -> None:
    found = plan([berlin("2026-11-24T22:30")], None, NOW, hours=Hours(), zone=BERLIN)

    assert found == (Planned(berlin("2026-11-25T09:00").astimezone(UTC), About.due),)


def test_several_times_of_one_day_make_one_note_at_the_first_full_hour() -> None:
    ends = [berlin("2026-11-24T18:00"), berlin("2026-11-24T10:01"), berlin("2026-11-23T23:00")]

    found = plan(ends, None, NOW, hours=Hours(), zone=BERLIN)

    assert [one.at for one in found] == [berlin("2026-11-24T09:00")]
    assert plan(ends[:2], None, NOW, hours=Hours(), zone=BERLIN)[0].at == berlin("2026-11-24T11:00")


def test_what_is_over_was_seen_and_what_is_far_is_left_for_later() -> None:
    assert plan([NOW, NOW - DAY, NOW + AHEAD + HOUR], None, NOW, hours=Hours(), zone=UTC) == ()


def test_a_day_that_had_its_note_gets_no_other_and_nothing_is_lost() -> None:
    found = plan([NOW + HOUR], None, NOW, hours=Hours(), zone=UTC, went_at=NOW - HOUR)

    assert [one.at for one in found] == [datetime(2026, 11, 24, 9, tzinfo=UTC)]


def test_the_nearest_are_planned_and_the_last_call_is_one_of_them() -> None:
    ends = [NOW + DAY * number for number in range(1, 40)]

    found = plan(ends, date(2027, 6, 30), NOW, hours=Hours(), zone=UTC)

    assert len(found) == MOST
    assert found[-1] == Planned(datetime(2027, 6, 16, 9, tzinfo=UTC), About.ends)
    assert found[-2].at == NOW + DAY * (MOST - 1)


def test_the_last_call_takes_the_place_of_another_note_of_its_day_and_none_comes_after_the_end() -> None:
    last_day = date(2027, 1, 10)
    ends = [datetime(2026, 12, 27, 15, tzinfo=UTC), datetime(2027, 1, 11, 15, tzinfo=UTC)]

    found = plan(ends, last_day, NOW, hours=Hours(), zone=UTC)

    assert found == (Planned(datetime(2026, 12, 27, 9, tzinfo=UTC), About.ends),)
    assert found[0].at.date() == last_day - BEFORE_THE_END


def test_when_the_clocks_go_forward_over_the_beginning_it_begins_when_they_have() -> None:
    spring = window(date(2026, 3, 29), Hours(2, 5), BERLIN)
    autumn = window(date(2026, 10, 25), Hours(2, 3), BERLIN)

    assert spring.start == datetime(2026, 3, 29, 1, tzinfo=UTC)  # 3 o'clock there: 2 does not exist
    assert autumn.end - autumn.start == 2 * HOUR  # the hour from 2 to 3 comes twice


@pytest.mark.parametrize("pair", [(9, 9), (21, 9), (-1, 4), (0, 25)])
def test_hours_that_are_none_are_refused(pair: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="no such hours"):
        Hours(*pair)


@pytest.mark.parametrize("key", ODD)
@pytest.mark.parametrize("hours", [Hours(), Hours(0, 24), Hours(2, 3), Hours(23, 24)])
def test_the_windows_of_a_year_in_short_are_the_same_windows(key: str, hours: Hours) -> None:
    zone = calendars.zone(key)
    assert zone is not None
    first = date(2026, 11, 1)
    every = [window(first + number * DAY, hours, zone) for number in range(400)]

    short = runs(first, 400, hours, zone)

    assert [span for run in short for span in run.spans()] == [
        (one.start, one.end) for one in every if one.start < one.end
    ]
    assert len(short) <= 16
