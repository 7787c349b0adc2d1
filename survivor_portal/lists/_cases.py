"""A list of cases, read line by line: each case complete, or everything that is wrong with it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from survivor_portal.directory import Age
from survivor_portal.lists import _columns as columns
from survivor_portal.lists import _places as places
from survivor_portal.lists._columns import CASE_COLUMNS, Column, Heads
from survivor_portal.lists._lines import Line, lines, separator
from survivor_portal.lists._records import (
    LONGEST_LABEL,
    MOST_CASES,
    MOST_LINKS,
    Agreed,
    Fault,
    Ignored,
    Listed,
    Wrong,
)

# A release runs at most a year from the day it was signed.
LONGEST_RELEASE = timedelta(days=365)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_BY_NAME = {column.name: column for column in CASE_COLUMNS}
# Columns that say something about a case, and not about one of its places.
_OF_A_CASE = tuple(
    column.name for column in CASE_COLUMNS if column.name not in (columns.CASE, columns.LINK, columns.PLACE)
)
_ORDER = (Age.UNDER_13, Age.FROM_13, Age.FROM_16, Age.ADULT)


def name_key(label: str) -> str:
    """What two names of a case have in common where they are the same name to whoever reads them: capitals,
    blanks and the width of signs do not matter."""
    return " ".join(unicodedata.normalize("NFKC", label).casefold().split())


def read_cases(text: str, today: date) -> Iterator[Listed | Fault | Ignored]:
    """Read a list of many cases; gives each case without a fault, and every fault, in the order of the lines.

    `text`: as it was uploaded or pasted; the first line names the columns. A case may have several lines,
    one after the other; what is said of it stands on any of them. `today`: the day by which dates count.
    Holds one case at a time, and the names of all. Never raises.
    """
    found = lines(text, separator(text))
    first = next(found, None)
    if not isinstance(first, Line):
        yield first or Fault(1, "", Wrong.EMPTY)
        return
    heads, faults = columns.heads(first, CASE_COLUMNS)
    if heads.ignored:
        yield Ignored(heads.ignored)
    if faults:
        yield from faults
        return
    yield from _Reader(heads, today).read(found)


class _Reader:
    """Goes through the lines of one list."""

    def __init__(self, heads: Heads, today: date) -> None:
        self.heads, self.today = heads, today
        self.names: set[str] = set()
        self.now: _One | None = None

    def read(self, found: Iterator[Line | Fault]) -> Iterator[Listed | Fault]:
        any_line = False
        for line in found:
            any_line = True
            if isinstance(line, Fault):
                yield line
                continue
            yield from self._line(line)
        if self.now is not None:
            yield from self.now.end()
        if not any_line:
            yield Fault(1, "", Wrong.EMPTY)

    def _line(self, line: Line) -> Iterator[Listed | Fault]:
        label = self.heads.cell(line, columns.CASE)
        if self.now is None or label != self.now.label:
            if self.now is not None:
                yield from self.now.end()
            self.now = _One(self.heads, self.today, line, label)
            key = name_key(label)
            if label and key in self.names:
                self.now.add(line, columns.CASE, Wrong.APART, label[: LONGEST_LABEL // 2])
            elif len(self.names) >= MOST_CASES:
                self.now.add(line, columns.CASE, Wrong.TOO_MANY_CASES)
            self.names.add(key)
        self.now.take(line)


class _One:
    """One case, as far as it was read."""

    def __init__(self, heads: Heads, today: date, line: Line, label: str) -> None:
        self.heads, self.today, self.line, self.label = heads, today, line.number, label
        self.said: dict[str, tuple[int, str]] = {}
        self.faults: list[Fault] = []
        self.links: list[str] = []
        self.places: list[str] = []

    def add(self, line: Line | int, name: str, wrong: Wrong, piece: str = "") -> None:
        number = line if isinstance(line, int) else line.number
        self.faults.append(self.heads.fault(number, name, wrong, piece))

    def take(self, line: Line) -> None:
        """One more line of this case."""
        if len(line.cells) > self.heads.width and any(line.cells[self.heads.width :]):
            self.add(line, "", Wrong.CELLS)
        refused = places.refused_cells(self.heads, line, _BY_NAME)
        self.faults += refused.values()
        if not self.label:
            self.add(line, columns.CASE, Wrong.MISSING)
        elif len(self.label) > LONGEST_LABEL or "\n" in self.label:
            self.add(line, columns.CASE, Wrong.TOO_LONG)
        for name in _OF_A_CASE:
            cell = self.heads.cell(line, name)
            if not cell or name in refused:
                continue
            if name not in self.said:
                self.said[name] = (line.number, cell)
            elif self.said[name][1] != cell:
                self.add(line, name, Wrong.DIFFERS)
        found = places.of_a_line(self.heads, line, refused)
        self.faults += found.faults
        self.links += found.links
        self.places += found.places

    def end(self) -> Iterator[Listed | Fault]:
        """The case whole, or all that is wrong with it."""
        values = {name: self._value(_BY_NAME[name], *said) for name, said in self.said.items()}
        for name in (column.name for column in CASE_COLUMNS if column.needed and column.name in _OF_A_CASE):
            if name not in self.said:
                self.add(self.line, name, Wrong.MISSING)
        count = len(self.links) + len(self.places)
        if count > MOST_LINKS:
            self.add(self.line, columns.LINK, Wrong.TOO_MANY_LINKS)
        elif not count and not self.faults:
            self.add(self.line, columns.LINK, Wrong.NOTHING)
        self._release(values)
        self._ages(values)
        if self.faults:
            yield from sorted(self.faults, key=lambda fault: fault.line)
            return
        yield Listed(
            line=self.line,
            label=self.label,
            answers=self._answers(values),
            links="\n".join(self.links),
            places="\n".join(self.places),
            count=count,
            agreed=Agreed(values[columns.AGREED]),
            signed_on=values[columns.SIGNED],
            until=values[columns.UNTIL],
            scopes=values.get(columns.MAY, columns.FIRST_SCOPES),
        )

    def _value(self, column: Column, line: int, cell: str) -> Any:
        value: Any = None
        wrong, piece = Wrong.NOT_ONE_OF, ""
        if column.sort == "choice":
            value = columns.chosen(column, cell)
        elif column.sort in (columns.YES_NO, columns.CONFIRMED):
            value = columns.yes_or_no(cell)
            if column.sort == columns.CONFIRMED and value is not True:
                value, wrong = None, Wrong.NOT_YES
        elif column.sort == columns.DATE:
            value, wrong = _day(cell), Wrong.NOT_A_DATE
        elif column.sort == columns.COUNTRY:
            value = columns.country(cell)
        elif column.sort == columns.REGION:
            value = columns.region(cell)
        elif column.sort == columns.SCOPES:
            value = columns.scopes(cell)
        if value is None:
            self.add(line, column.name, wrong, piece)
        return value

    def _release(self, values: dict[str, Any]) -> None:
        signed, until = values.get(columns.SIGNED), values.get(columns.UNTIL)
        if signed is not None and signed > self.today:
            self.add(self.said[columns.SIGNED][0], columns.SIGNED, Wrong.FUTURE)
        if until is None:
            return
        line = self.said[columns.UNTIL][0]
        if signed is not None and until <= signed:
            self.add(line, columns.UNTIL, Wrong.BEFORE)
        elif until <= self.today:
            self.add(line, columns.UNTIL, Wrong.OVER)
        elif signed is not None and until - signed > LONGEST_RELEASE:
            self.add(line, columns.UNTIL, Wrong.LONGER)

    def _ages(self, values: dict[str, Any]) -> None:
        """Who may have agreed, by age and home; and what cannot both be, of two ages or two places."""
        region, country = values.get("region"), values.get("country")
        if region and country and not region.startswith(f"{country}-"):
            self.add(self.said["region"][0], "region", Wrong.REGION)
        then, today = values.get("age_then"), values.get("age_now")
        if then in _ORDER and today in _ORDER and _ORDER.index(Age(then)) > _ORDER.index(Age(today)):
            self.add(self.said["age_now"][0], "age_now", Wrong.YOUNGER)
        agreed = values.get(columns.AGREED)
        if agreed is None:
            return
        line = self.said[columns.AGREED][0]
        # Not said, or "not sure", counts as under 18.
        is_adult = today == Age.ADULT
        if agreed == Agreed.ADULT and not is_adult:
            self.add(line, columns.AGREED, Wrong.NOT_ADULT)
        elif agreed != Agreed.ADULT and is_adult:
            self.add(line, columns.AGREED, Wrong.IS_ADULT)
        elif agreed == Agreed.MINOR_ALONE and today in (None, Age.UNDER_13, Age.NOT_SURE):
            self.add(line, columns.AGREED, Wrong.UNDER_13)
        elif agreed == Agreed.MINOR_AND_PARENT and values.get(columns.HOME_SAFE) is False:
            self.add(line, columns.AGREED, Wrong.HOME_NOT_SAFE)
        elif agreed == Agreed.MINOR_AND_PARENT and values.get(columns.PARENT_SAFE) is not True:
            where = self.said.get(columns.PARENT_SAFE, (line, ""))[0]
            self.add(where, columns.PARENT_SAFE, Wrong.PARENT_NOT_SAFE)

    @staticmethod
    def _answers(values: dict[str, Any]) -> dict[str, Any]:
        given = {
            _BY_NAME[name].answers: value
            for name, value in values.items()
            if _BY_NAME[name].answers and value not in (None, "")
        }
        return {name: value if isinstance(value, bool) else str(value) for name, value in given.items()}


def _day(cell: str) -> date | None:
    if not _DATE.fullmatch(cell):
        return None
    try:
        return date.fromisoformat(cell)
    except ValueError:
        return None
