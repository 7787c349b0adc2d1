"""The columns a list may have: their names, what stands in them, and which of them every list needs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from survivor_portal.directory import (
    Age,
    Answer,
    Consent,
    Happened,
    Maker,
    Picture,
    Reported,
    countries,
    laws,
)
from survivor_portal.lists._lines import Line
from survivor_portal.lists._records import Agreed, Fault, Wrong

YES, NO = "yes", "no"
# The sorts of cell beside those with a fixed choice.
TEXT, LINKS, DATE, CONFIRMED, YES_NO, COUNTRY, REGION, SCOPES = (
    "text", "links", "date", "confirmed", "yes_no", "country", "region", "scopes",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `sort` says how its cells are read, `choices` what may stand there where that is fixed."""

    name: str
    sort: str = TEXT
    choices: tuple[str, ...] = ()
    needed: bool = False
    also: tuple[str, ...] = ()
    answers: str = ""  # the key of the question it answers


def _choice(name: str, kind: type[StrEnum], *also: str, answers: str = "") -> Column:
    return Column(name, "choice", tuple(kind), also=also, answers=answers or name)


CASE, LINK, PLACE = "case", "link", "place"
AGREED, SIGNED, UNTIL = "agreed_by", "release_signed", "release_until"
ON_FILE, PARENT_SAFE, HOME_SAFE, MAY = "release_on_file", "parent_is_safe", "home_is_safe", "may"

LINK_COLUMNS = (
    Column(LINK, LINKS, also=("links", "url", "urls", "address")),
    Column(PLACE, TEXT, also=("places", "where")),
)
CASE_COLUMNS = (
    Column(CASE, TEXT, needed=True, also=("label", "case_label", "our_name")),
    *LINK_COLUMNS,
    _choice("age_then", Age, "age_in_picture"),
    _choice("age_now", Age, "age_today"),
    _choice("happened", Happened, "what_happened"),
    _choice("picture", Picture, "kind_of_picture"),
    _choice("consent", Consent, "shown_with_consent"),
    _choice("maker", Maker, "who_took_it"),
    _choice("forced", Answer, "forced_or_paid"),
    Column("country", COUNTRY, answers="country"),
    Column("region", REGION, answers="region"),
    Column("owner_safe", YES_NO, answers="owner_safe", also=("site_owner_is_safe",)),
    _choice("reported", Reported, "already_reported"),
    Column(HOME_SAFE, YES_NO, answers="home_safe", also=("home_safe",)),
    Column(AGREED, "choice", tuple(Agreed), needed=True, also=("who_agreed", "consent_by", "consented_by")),
    Column(SIGNED, DATE, needed=True, also=("signed_on", "release_date")),
    Column(UNTIL, DATE, needed=True, also=("until", "release_end", "release_ends")),
    Column(ON_FILE, CONFIRMED, needed=True, also=("on_file",)),
    Column(PARENT_SAFE, YES_NO, also=("parent_safe",)),
    Column(MAY, SCOPES, also=("scopes",)),
)
SCOPE_WORDS = ("read", "act", "mail", "export", "joint")
FIRST_SCOPES = ("read", "act")
# How people write what we call by another name.
_SAME = {
    "18": "adult", "18+": "adult", "18_or_over": "adult", "over_18": "adult",
    "13_to_15": "13_15", "16_to_17": "16_17", "16_or_17": "16_17",
    "under13": "under_13", "0_12": "under_13", "unsure": "not_sure", "unknown": "not_sure", "?": "not_sure",
}  # fmt: skip
_YES_NO = {YES: True, "y": True, "true": True, "1": True, NO: False, "n": False, "false": False, "0": False}
_REGION = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")
_PLAIN = re.compile(r"[\s_\-\u2010-\u2015/.]+")


@dataclass(frozen=True, slots=True)
class Heads:
    """The first line, understood: where each column stands, and how the list itself calls it."""

    places: Mapping[str, int]
    called: Mapping[str, str]
    width: int
    ignored: tuple[str, ...]

    def cell(self, line: Line, name: str) -> str:
        """What stands in this column, "" where the list does not have it."""
        return line.cell(self.places[name]) if name in self.places else ""

    def fault(self, line: int, name: str, wrong: Wrong, piece: str = "") -> Fault:
        return Fault(line, self.called.get(name, name), wrong, piece)


def heads(line: Line, columns: tuple[Column, ...]) -> tuple[Heads, tuple[Fault, ...]]:
    """Read the line with the names of the columns: in any order, case and spelling of the blanks."""
    known = {_plain(name): column.name for column in columns for name in (column.name, *column.also)}
    places: dict[str, int] = {}
    called: dict[str, str] = {}
    ignored: list[str] = []
    faults: list[Fault] = []
    for place, cell in enumerate(line.cells):
        name = known.get(_plain(cell))
        if name is None:
            ignored += [cell] if cell else []
        elif name in places:
            faults.append(Fault(line.number, cell, Wrong.TWICE))
        else:
            places[name], called[name] = place, cell
    faults += [
        Fault(line.number, column.name, Wrong.NO_COLUMN)
        for column in columns
        if column.needed and column.name not in places
    ]
    if not {LINK, PLACE} & places.keys():
        faults.append(Fault(line.number, LINK, Wrong.NO_COLUMN))
    return Heads(places, called, len(line.cells), tuple(ignored)), tuple(faults)


def names_in(line: Line, columns: tuple[Column, ...]) -> int:
    """How many of the cells are names of columns."""
    known = {_plain(name) for column in columns for name in (column.name, *column.also)}
    return sum(_plain(cell) in known for cell in line.cells)


def chosen(column: Column, cell: str) -> str | None:
    """The choice somebody wrote in this cell, None where it is none."""
    word = _plain(cell)
    for value in (word, _SAME.get(word, word)):
        if value in column.choices:
            return value
    # "unknown" is a choice of its own in some columns, and "not sure" is in others.
    return "unknown" if word in ("not_sure", "unsure", "?") and "unknown" in column.choices else None


def yes_or_no(cell: str) -> bool | None:
    return _YES_NO.get(_plain(cell))


def country(cell: str) -> str | None:
    """A country code this site has, in capitals."""
    code = cell.strip().upper()
    return code if code in _countries() else None


def region(cell: str) -> str | None:
    """A state or province with a law of its own here, as "US-CA"; "" for any other one."""
    code = cell.strip().upper()
    if not _REGION.fullmatch(code):
        return None
    return code if code in _regions() else ""


def scopes(cell: str) -> tuple[str, ...] | None:
    """What the team may do, in our order; to read is always part of it."""
    words = {_plain(word) for word in re.split(r"[\s,;+|]+", cell) if word}
    return tuple(s for s in SCOPE_WORDS if s in words | {"read"}) if words <= {*SCOPE_WORDS} else None


@lru_cache(maxsize=1)
def _countries() -> frozenset[str]:
    return frozenset(one.code for one in countries())


@lru_cache(maxsize=1)
def _regions() -> frozenset[str]:
    return frozenset(law.jurisdiction for law in laws() if "-" in law.jurisdiction)


def _plain(text: str) -> str:
    return _PLAIN.sub("_", text.strip().lower()).strip("_")
