"""Zones: which clocks a country has, and which moment somebody means by what stands on theirs.

All of it is read from the package `tzdata`, never from the machine, so that the same moment is the same
everywhere this runs.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

UTC_KEY = "UTC"
_DATA = files("tzdata") / "zoneinfo"


@cache
def zone(key: str) -> ZoneInfo | None:
    """The zone of this name, None where the list of inhabited places has no such name."""
    if key not in _lines() and key != UTC_KEY:
        return None
    with _DATA.joinpath(*key.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=key)


def zones() -> tuple[str, ...]:
    """The names of all zones, such as "Europe/Berlin", in the order of the alphabet."""
    return tuple(sorted(_lines()))


@cache
def zones_of(country: str) -> tuple[str, ...]:
    """The zones of a country of ISO 3166, the one with most people near its beginning."""
    return tuple(key for key, (of, _remark) in _lines().items() if of == country)


@cache
def likely_zone(country: str, region: str = "") -> str:
    """The zone of a country whose clocks all show the same from now on, or of a state the data names.

    `region` is a code such as CA-BC. Where a country has several zones and the data does not say which one a
    state has, nobody can know, and "" is given.
    """
    found = zones_of(country)
    if len({_from_now_on(key) for key in found}) == 1:
        return found[0]
    state = region.removeprefix(f"{country}-")
    mostly = re.compile(rf"(?:^| - ){re.escape(state)} \(most areas\)")
    named = [key for key in found if state and state != region and mostly.search(_lines()[key][1])]
    return named[0] if len(named) == 1 else ""


def place(key: str) -> str:
    """The place a zone is named after: "Buenos Aires" for "America/Argentina/Buenos_Aires"."""
    return key.rsplit("/", 1)[-1].replace("_", " ")


def moment_meant(wall: datetime, zone: tzinfo, *, now: datetime) -> datetime:
    """The moment, in UTC, that somebody means who says in `zone` that it was `wall` o'clock.

    When the clocks go forward, a time does not exist: it is read as that much later. When they go back, one
    exists twice: the later one is meant unless it is still to come, as everywhere in this room. Raises
    ValueError outside of the years a calendar knows.
    """
    try:
        early, late = sorted(wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        doubled = all(at.astimezone(zone).replace(tzinfo=None) == wall for at in (early, late))
    except OverflowError as error:
        raise ValueError("outside of the years a calendar knows") from error
    return early if doubled and late > now else late


@cache
def _lines() -> Mapping[str, tuple[str, str]]:
    """Each zone's country and remark, in the order of the table."""
    found: dict[str, tuple[str, str]] = {}
    for line in _DATA.joinpath("zone.tab").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            country, _where, key, *remark = line.split("\t")
            found[key] = (country, remark[0] if remark else "")
    return found


def _from_now_on(key: str) -> bytes:
    """The rule of a zone after all changes its file lists: its last line (RFC 8536, 3.3)."""
    return _DATA.joinpath(*key.split("/")).read_bytes().rstrip(b"\n").rsplit(b"\n", 1)[-1]
