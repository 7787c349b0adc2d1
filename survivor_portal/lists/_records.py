"""What a list holds once it was read, and what can be wrong with one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

MOST_BYTES = 2 * 1024 * 1024
MOST_CASES = 1_000
MOST_LINKS = 300  # of one case
LONGEST_LABEL = 60
LONGEST_CELL = 100_000  # characters; 300 long links in one cell
LONGEST_ECHO = 40


class Agreed(StrEnum):
    """Who signed the release that is on file. Somebody who did harm can never be one of them."""

    ADULT = "adult"  # the person shown, who is 18 or over
    MINOR_AND_PARENT = "minor_and_parent"  # with one parent or carer who is safe
    MINOR_ALONE = "minor_alone"


class Wrong(StrEnum):
    """What is wrong, as a code; the page chooses the words."""

    EMPTY = "empty"  # no line but the one with the names
    NO_COLUMN = "no_column"  # a column that every list needs is not there
    TWICE = "twice"  # two columns of one name
    QUOTES = "quotes"  # a quotation mark is open or stands in the middle; nothing after it can be read
    TOO_LONG = "too_long"
    CELLS = "cells"  # more cells in this line than columns
    CONTROL = "control"  # a sign that no text has
    MISSING = "missing"
    NOT_ONE_OF = "not_one_of"
    NOT_A_DATE = "not_a_date"
    NOT_YES = "not_yes"  # a confirmation that was not given
    NO_LINK = "no_link"
    NOT_A_SITE = "not_a_site"  # an address that leads to no site: a file, somebody's own network
    PICTURE = "picture"  # picture data pasted as text
    TOO_MANY_LINKS = "too_many_links"
    TOO_MANY_CASES = "too_many_cases"
    APART = "apart"  # this case was listed before, with another one between
    DIFFERS = "differs"  # another line of the same case says something else
    NOTHING = "nothing"  # a case with neither link nor place
    REGION = "region"  # a region of another country
    YOUNGER = "younger"  # younger today than in the picture
    FUTURE = "future"  # signed on a day that is still to come
    OVER = "over"  # the release ended already
    LONGER = "longer"  # more than a year from the day it was signed
    BEFORE = "before"  # ends before it was signed
    NOT_ADULT = "not_adult"  # only who is 18 or over today agrees as an adult
    IS_ADULT = "is_adult"  # an adult needs no parent
    UNDER_13 = "under_13"  # too young to agree alone
    PARENT_NOT_SAFE = "parent_not_safe"  # nobody said that the parent who agreed is not who did harm
    HOME_NOT_SAFE = "home_not_safe"  # no parent is asked where home is not safe


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to put right. `line` as an editor counts, from 1; `column` as the list itself names it, ""
    for the whole line; `piece`: the part in question where it is short and harmless to show."""

    line: int
    column: str
    wrong: Wrong
    piece: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """One case of a list, complete and without a fault.

    `answers` are plain, with the keys of the questions; what a list left out is not in it. `links` and
    `places` are texts as somebody would paste them, one a line.
    """

    line: int
    label: str
    answers: Mapping[str, Any] = field(repr=False)
    links: str = field(repr=False)
    places: str = field(repr=False)
    count: int
    agreed: Agreed
    signed_on: date
    until: date
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ignored:
    """Columns that this list has and that nobody reads, as the list names them."""

    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Links:
    """Links and places for one case. `ignored`: columns that were not read."""

    links: str = field(repr=False)
    places: str = field(repr=False)
    count: int
    faults: tuple[Fault, ...]
    ignored: tuple[str, ...] = ()
