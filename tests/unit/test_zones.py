"""Zones: the clocks of a country, and the moment meant by what somebody's clock shows."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survivor_portal import calendars, directory

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = datetime(2099, 1, 1, tzinfo=UTC)


def zone(key: str) -> ZoneInfo:
    found = calendars.zone(key)
    assert found is not None
    return found


def wall_time(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute)  # noqa: DTZ001


def meant(key: str, *parts: int, now: datetime = LATER) -> datetime:
    return calendars.moment_meant(wall_time(*parts), zone(key), now=now)


@pytest.mark.parametrize(
    ("country", "key"),
    [
        ("DE", "Europe/Berlin"),  # two names, one clock
        ("AR", "America/Argentina/Buenos_Aires"),  # twelve names, one clock
        ("GB", "Europe/London"),
        ("IN", "Asia/Kolkata"),
        ("US", ""),
        ("MX", ""),
        ("ES", ""),  # the Canary Islands
        ("NZ", ""),  # the Chatham Islands
        ("", ""),
        ("ZZ", ""),
        ("../etc", ""),
    ],
)
def test_a_country_with_one_clock_has_a_zone(country: str, key: str) -> None:
    assert calendars.likely_zone(country) == key


@pytest.mark.parametrize(
    ("region", "key"),
    [("CA-BC", "America/Vancouver"), ("CA-", ""), ("US-CA", ""), ("CA-N.*", ""), ("CA-QC", "")],
)
def test_a_state_has_a_zone_only_where_the_data_says_so(region: str, key: str) -> None:
    assert calendars.likely_zone("CA", region) == key


@pytest.mark.parametrize(
    "key", ["", "Mars/Base", "../../etc/passwd", "/etc/localtime", "Europe", "posixrules", "\0"]
)
def test_a_name_that_is_no_zone_gives_none(key: str) -> None:
    assert calendars.zone(key) is None


def test_every_zone_of_the_list_can_be_read() -> None:
    keys = calendars.zones()

    assert len(keys) > 400
    assert {str(calendars.zone(key)) for key in keys} == set(keys)


def test_nearly_every_country_has_zones() -> None:
    without = {country.code for country in directory.countries() if not calendars.zones_of(country.code)}

    assert without == {"BV", "HM"}  # nobody lives there


@pytest.mark.parametrize(
    ("key", "place"),
    [
        ("America/Argentina/Buenos_Aires", "Buenos Aires"),
        ("Europe/Berlin", "Berlin"),
        ("America/Port-au-Prince", "Port-au-Prince"),
        ("UTC", "UTC"),
    ],
)
def test_a_zone_is_called_by_its_place(key: str, place: str) -> None:
    assert calendars.place(key) == place


@pytest.mark.parametrize(
    ("key", "wall", "utc"),
    [
        ("Europe/Berlin", (2026, 7, 1, 14, 30), (2026, 7, 1, 12, 30)),
        ("Europe/Berlin", (2026, 12, 1, 14, 30), (2026, 12, 1, 13, 30)),
        ("Pacific/Kiritimati", (2026, 5, 1, 0, 10), (2026, 4, 30, 10, 10)),  # UTC+14
        ("Pacific/Pago_Pago", (2026, 4, 30, 23, 50), (2026, 5, 1, 10, 50)),  # UTC-11
        ("Asia/Kathmandu", (2026, 5, 1, 0, 0), (2026, 4, 30, 18, 15)),
        # Clocks go forward: half past two does not exist and is read as half past three.
        ("Europe/Berlin", (2026, 3, 29, 2, 30), (2026, 3, 29, 1, 30)),
        ("America/New_York", (2026, 3, 8, 2, 30), (2026, 3, 8, 7, 30)),
        ("Australia/Lord_Howe", (2026, 10, 4, 2, 15), (2026, 10, 3, 15, 45)),  # half an hour
        # Clocks go back: the second of the two.
        ("Europe/Berlin", (2026, 10, 25, 2, 30), (2026, 10, 25, 1, 30)),
        ("America/New_York", (2026, 11, 1, 1, 30), (2026, 11, 1, 6, 30)),
        # A day that was left out whole: 30 December 2011 in Samoa.
        ("Pacific/Apia", (2011, 12, 30, 12, 0), (2011, 12, 30, 22, 0)),
    ],
)
def test_a_clock_time_is_read_where_it_was_said(
    key: str, wall: tuple[int, ...], utc: tuple[int, ...]
) -> None:
    assert meant(key, *wall) == wall_time(*utc).replace(tzinfo=UTC)


def test_of_a_time_that_comes_twice_the_one_still_to_come_is_not_meant() -> None:
    between = datetime(2026, 10, 25, 0, 40, tzinfo=UTC)  # 02:40 in Berlin, for the first time

    assert meant("Europe/Berlin", 2026, 10, 25, 2, 30, now=between) == datetime(
        2026, 10, 25, 0, 30, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("key", "wall"), [("Asia/Tokyo", (1, 1, 1, 0, 0)), ("Pacific/Pago_Pago", (9999, 12, 31, 23, 59))]
)
def test_beyond_the_ends_of_the_calendar_is_a_value_error(key: str, wall: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="calendar"):
        meant(key, *wall)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)), st.sampled_from(calendars.zones()))  # noqa: DTZ001
def test_a_clock_time_that_exists_once_is_shown_again_as_it_was_typed(wall: datetime, key: str) -> None:
    at = calendars.moment_meant(wall, zone(key), now=LATER)

    shown = at.astimezone(zone(key)).replace(tzinfo=None)
    exists = [
        at
        for fold in (0, 1)
        if (at := wall.replace(tzinfo=zone(key), fold=fold).astimezone(UTC))
        .astimezone(zone(key))
        .replace(tzinfo=None)
        == wall
    ]
    assert (shown == wall) == bool(exists)
    assert shown >= wall
    assert shown - wall <= timedelta(days=1)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)), st.sampled_from(calendars.zones()))  # noqa: DTZ001
def test_what_a_form_shows_as_now_is_the_same_moment_when_it_comes_back(naive: datetime, key: str) -> None:
    now = naive.replace(second=0, microsecond=0, tzinfo=UTC)
    offset = now.astimezone(zone(key)).utcoffset()
    assert offset is not None
    shown = now.astimezone(zone(key)).replace(tzinfo=None)

    assert calendars.moment_meant(shown, zone(key), now=now) == now
