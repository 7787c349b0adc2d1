"""Small numbers in tables that leave the house: which are shown, and which could be worked out from others.

Pure. A table holds the months of a quarter that are over and, once all three are, the quarter. In each column
stands a total over parts (sites; each request is at one of them) and covers (laws; a request may stand on
several, or on none). Of one to four people nobody outside learns how many they are: such a number is `SMALL`.
Where it could be worked out from the numbers around it, those are `WITHHELD`. A zero is about nobody and is
shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import combinations

LEAST = 5  # the smallest number of requests that is shown
TOTAL = ""  # the row of the total
QUARTER = "quarter"


class Mark(StrEnum):
    """What stands in a cell."""

    SHOWN = "shown"
    SMALL = "small"  # "fewer than 5": one to four
    WITHHELD = "withheld"  # not shown, or a small number could be worked out


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One number of a table. `row` is TOTAL, or a key of `parts` or `covers`; `column` a month or QUARTER."""

    row: str
    column: str


Move = tuple[tuple[Cell, int], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """What was counted, of one kind of event. `parts` add up to the total, `covers` do not. All by month, in
    order; each row names the same months. `is_whole`: the quarter is over, and its sum is shown too."""

    months: tuple[str, ...]
    total: Mapping[str, int]
    parts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    covers: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    is_whole: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.months, QUARTER) if self.is_whole else self.months

    def numbers(self) -> dict[Cell, int]:
        """Every cell with its number."""
        found = {}
        for row, counts in ((TOTAL, self.total), *self.parts.items(), *self.covers.items()):
            for month in self.months:
                found[Cell(row, month)] = counts.get(month, 0)
            if self.is_whole:
                found[Cell(row, QUARTER)] = sum(counts.get(month, 0) for month in self.months)
        return found


def marks(table: Table) -> dict[Cell, Mark]:
    """What may be shown. What a month shows depends on that month only, so that a table of an earlier day and
    one of a later day never show more together than each alone."""
    numbers = table.numbers()
    found = {cell: Mark.SMALL if 0 < number < LEAST else Mark.SHOWN for cell, number in numbers.items()}
    for month in table.months:
        _protect(table, numbers, found, month, alone=True)
    if table.is_whole:
        _protect(table, numbers, found, QUARTER, alone=False)
    return found


def _protect(
    table: Table, numbers: Mapping[Cell, int], found: dict[Cell, Mark], column: str, *, alone: bool
) -> None:
    """Withhold cells of this column until each hidden cell (of this column; with the quarter, of all) could
    as well hold another number."""
    columns = (column,) if alone else table.columns
    waiting = [cell for cell in sorted(found) if cell.column in columns]
    while waiting:
        cell = waiting[-1]
        if found[cell] is Mark.SHOWN or _has_another(table, numbers, found, cell, columns):
            waiting.pop()
            continue
        before = {one for one in found if found[one] is Mark.SHOWN}
        _withhold_for(table, numbers, found, cell, column, columns)
        # To withhold more only ever helps the cells that were looked at already, not those it hid.
        waiting += [one for one in sorted(before) if found[one] is not Mark.SHOWN]


def _withhold_for(
    table: Table,
    numbers: Mapping[Cell, int],
    found: dict[Cell, Mark],
    cell: Cell,
    column: str,
    columns: tuple[str, ...],
) -> None:
    """Withhold as few cells of the column as help this cell, small ones first, the total last; else all."""
    free = [
        one
        for one, number in numbers.items()
        if one.column == column
        and number
        and found[one] is not Mark.WITHHELD
        and (column != QUARTER or _is_open(table, found, one.row))
    ]
    free.sort(key=lambda one: (one.row == TOTAL, found[one] is not Mark.SMALL, numbers[one], one))
    for count in (1, 2):
        for chosen in combinations(free, count):
            tried = found | dict.fromkeys(chosen, Mark.WITHHELD)
            if _has_another(table, numbers, tried, cell, columns):
                found |= tried
                return
    assert free, "with a whole column withheld, each of its numbers could be another"
    found |= dict.fromkeys(free, Mark.WITHHELD)


def _is_open(table: Table, found: Mapping[Cell, Mark], row: str) -> bool:
    """Is a month of this row hidden? The sum of months that are all shown is no secret, whatever is said."""
    return any(found[Cell(row, month)] is not Mark.SHOWN for month in table.months)


def _has_another(
    table: Table,
    numbers: Mapping[Cell, int],
    found: Mapping[Cell, Mark],
    cell: Cell,
    columns: tuple[str, ...],
) -> bool:
    """Is there another table with all that is shown, in which this cell holds another number?"""
    return any(_fits(table, numbers, found, move, columns) for move in _moves(table, cell, columns))


def _moves(table: Table, cell: Cell, columns: tuple[str, ...]) -> Iterator[Move]:
    """Ways to change a table that keep every sum, and change this cell by one."""
    for rows in _row_moves(table, cell.row):
        for across in _column_moves(cell.column, columns):
            for sign in (1, -1):
                yield tuple(
                    (Cell(row, column), sign * by * over)
                    for row, by in rows.items()
                    for column, over in across.items()
                )


def _row_moves(table: Table, row: str) -> Iterator[dict[str, int]]:
    """Within a column: from one part to another; a part and the total; a cover, with or without both."""
    if row in table.covers:
        yield {row: 1}
        for part in table.parts:
            yield {row: 1, part: 1, TOTAL: 1}
    elif row in table.parts:
        yield from ({row: 1, other: -1} for other in table.parts if other != row)
        yield {row: 1, TOTAL: 1}
        yield from ({row: 1, TOTAL: 1, cover: 1} for cover in table.covers)
    elif table.parts:
        for part in table.parts:
            yield {TOTAL: 1, part: 1}
            yield from ({TOTAL: 1, part: 1, cover: 1} for cover in table.covers)
    else:
        yield {TOTAL: 1}


def _column_moves(column: str, columns: tuple[str, ...]) -> Iterator[dict[str, int]]:
    """Within a row: a month alone while no sum is shown; else from one month to another, or with the sum."""
    if QUARTER not in columns:
        yield {column: 1}
        return
    months = [one for one in columns if one != QUARTER]
    if column == QUARTER:
        yield from ({QUARTER: 1, month: 1} for month in months)
    else:
        yield {column: 1, QUARTER: 1}
        yield from ({column: 1, other: -1} for other in months if other != column)


def _fits(
    table: Table,
    numbers: Mapping[Cell, int],
    found: Mapping[Cell, Mark],
    move: Move,
    columns: tuple[str, ...],
) -> bool:
    changed = {cell: numbers[cell] + by for cell, by in move}
    if not all(_may_be(found[cell], number) for cell, number in changed.items()):
        return False
    # Under no law there are more requests than in all.
    return all(
        changed.get(Cell(cover, column), numbers[Cell(cover, column)])
        <= changed.get(Cell(TOTAL, column), numbers[Cell(TOTAL, column)])
        for column in dict.fromkeys(cell.column for cell in changed)
        for cover in table.covers
    )


def _may_be(mark: Mark, number: int) -> bool:
    """Could a cell that is marked so hold this number?"""
    if mark is Mark.SMALL:
        return 0 < number < LEAST
    return mark is Mark.WITHHELD and number > 0  # a zero is shown
