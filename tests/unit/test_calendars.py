"""Calendars: every way a legal period can meet the edge of a month, a year or a clock change."""

from dataclasses import FrozenInstanceError
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survivor_portal.calendars import Period, after

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)  # a Friday


def moments(
    first: int, last: int, zones: st.SearchStrategy[ZoneInfo] | st.SearchStrategy[timezone]
) -> st.SearchStrategy[datetime]:
    """Moments of those years; the bounds of the search are clock times, the zone comes with the draw."""
    bounds = [at(year, 1, 1).replace(tzinfo=None) for year in (first, last)]
    return st.datetimes(*bounds, timezones=zones)


def at(
    year: int, month: int, day: int, hour: int = 0, minute: int = 0, *, zone: ZoneInfo | None = None
) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=zone or UTC)


@pytest.mark.parametrize(
    ("start", "period", "end"),
    [
        (at(2026, 11, 22, 9, 30), Period(hours=48), at(2026, 11, 24, 9, 30)),
        (at(2026, 11, 22, 9, 30), Period(hours=0), at(2026, 11, 22, 9, 30)),
        (at(2026, 12, 31, 23, 59), Period(hours=1), at(2027, 1, 1, 0, 59)),
        (at(2026, 11, 22, 9), Period(days=7), at(2026, 11, 29, 9)),
        (at(2028, 2, 28, 9), Period(days=1), at(2028, 2, 29, 9)),
        (at(2027, 2, 28, 9), Period(days=1), at(2027, 3, 1, 9)),
        (at(2026, 1, 31, 9), Period(months=1), at(2026, 2, 28, 9)),
        (at(2028, 1, 31, 9), Period(months=1), at(2028, 2, 29, 9)),
        (at(2026, 1, 31, 9), Period(months=2), at(2026, 3, 31, 9)),
        (at(2026, 3, 31, 9), Period(months=1), at(2026, 4, 30, 9)),
        (at(2026, 11, 15, 9), Period(months=2), at(2027, 1, 15, 9)),
        (at(2026, 12, 1, 9), Period(months=12), at(2027, 12, 1, 9)),
        (at(2028, 2, 29, 9), Period(years=1), at(2029, 2, 28, 9)),
        (at(2028, 2, 29, 9), Period(years=4), at(2032, 2, 29, 9)),
        (at(2026, 1, 31, 9), Period(months=1, days=1, hours=1), at(2026, 3, 1, 10)),
    ],
)
def test_a_period_ends_where_the_calendar_says(start: datetime, period: Period, end: datetime) -> None:
    assert after(start, period) == end


@pytest.mark.parametrize(
    ("start_day", "count", "end_day"),
    [
        (16, 1, 17),  # Monday to Tuesday
        (20, 1, 23),  # Friday to Monday
        (21, 1, 23),  # Saturday to Monday
        (22, 1, 23),  # Sunday to Monday
        (20, 5, 27),  # Friday to Friday
        (18, 7, 27),  # Wednesday, over one weekend, to Friday
        (22, 5, 27),
        (22, 6, 30),
    ],
)
def test_business_days_step_over_the_weekend(start_day: int, count: int, end_day: int) -> None:
    assert after(at(2026, 11, start_day, 15), Period(business_days=count)) == at(2026, 11, end_day, 15)


@given(st.integers(0, 400), moments(2020, 2030, st.just(UTC)))
def test_business_days_are_the_same_when_walked_day_by_day(count: int, start: datetime) -> None:
    walked, left = start, count
    while left:
        walked += timedelta(days=1)
        left -= walked.weekday() < 5

    assert after(start, Period(business_days=count)) == walked


def test_two_days_over_the_spring_change_are_shorter_than_48_hours() -> None:
    start = at(2026, 3, 28, 12, zone=BERLIN)  # clocks go forward on the 29th

    assert after(start, Period(days=2)) - start == timedelta(hours=47)
    assert after(start, Period(hours=48)) - start == timedelta(hours=48)


def test_two_days_over_the_autumn_change_are_longer_than_48_hours() -> None:
    start = at(2026, 10, 31, 12, zone=NEW_YORK)  # clocks go back on 1 November

    assert after(start, Period(days=2)) - start == timedelta(hours=49)
    assert after(start, Period(hours=48)) - start == timedelta(hours=48)


def test_a_clock_time_that_does_not_exist_is_read_as_the_later_one() -> None:
    start = at(2026, 3, 28, 2, 30, zone=BERLIN)

    assert after(start, Period(days=1)) == at(2026, 3, 29, 1, 30)  # 03:30 in Berlin


def test_a_clock_time_that_exists_twice_is_read_as_the_later_one() -> None:
    start = at(2026, 10, 24, 2, 30, zone=BERLIN)

    assert after(start, Period(days=1)) == at(2026, 10, 25, 1, 30)  # the second 02:30 in Berlin


@pytest.mark.parametrize("fold", [0, 1])
def test_hours_from_a_doubled_clock_time_keep_the_moment_apart(fold: int) -> None:
    start = at(2026, 10, 25, 2, 30, zone=BERLIN).replace(fold=fold)

    assert after(start, Period(hours=1)) == at(2026, 10, 25, 1 + fold, 30)


def test_days_are_counted_in_the_zone_of_the_moment() -> None:
    late_in_new_york = at(2026, 1, 31, 23, zone=NEW_YORK)  # already 1 February in UTC

    assert after(late_in_new_york, Period(months=1)) == at(2026, 2, 28, 23, zone=NEW_YORK)


@given(
    moments(1990, 2090, st.timezones()),
    st.builds(
        Period,
        st.integers(0, 999),
        st.integers(0, 999),
        st.integers(0, 99),
        st.integers(0, 9),
        st.integers(0, 99),
    ),
)
def test_the_end_is_in_utc_and_never_before_the_start(start: datetime, period: Period) -> None:
    end = after(start, period)

    assert end.tzinfo is UTC
    assert end >= start.astimezone(UTC)


@given(
    moments(1990, 2090, st.just(UTC)),
    st.integers(0, 500),
    st.integers(0, 500),
)
def test_more_days_never_end_sooner(start: datetime, days: int, more: int) -> None:
    assert after(start, Period(days=days + more)) >= after(start, Period(days=days))


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        after(NOON.replace(tzinfo=None), Period(hours=48))


@pytest.mark.parametrize("part", ["hours", "days", "months", "years", "business_days"])
@pytest.mark.parametrize("value", [-1, 1.5, True, "2", None])
def test_a_part_that_is_no_whole_number_is_refused(part: str, value: object) -> None:
    with pytest.raises(ValueError, match=part):
        Period(**{part: value})  # type: ignore[arg-type]  # wrong on purpose


@pytest.mark.parametrize(
    "period",
    [
        Period(years=9000),
        Period(days=10**7),
        Period(hours=10**9),
        Period(days=10**12),
        Period(business_days=10**9),
    ],
)
def test_a_period_beyond_every_calendar_is_refused_in_words(period: Period) -> None:
    with pytest.raises(ValueError, match="last year a calendar knows"):
        after(NOON, period)


def test_a_period_cannot_be_changed_and_equal_ones_are_equal() -> None:
    assert Period(hours=48) == Period(hours=48)
    assert Period(hours=48) != Period(days=2)
    with pytest.raises(FrozenInstanceError):
        Period().hours = 1  # type: ignore[misc]  # refused to the checker as well


def test_a_fixed_offset_is_a_zone_too() -> None:
    start = datetime(2026, 11, 22, 1, 0, tzinfo=timezone(timedelta(hours=5, minutes=30)))

    assert after(start, Period(days=1)) == at(2026, 11, 22, 19, 30)
