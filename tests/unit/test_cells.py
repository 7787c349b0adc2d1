"""Small numbers are not shown, and nothing that is shown lets anybody work them out."""

from collections.abc import Iterator, Mapping
from itertools import product

from hypothesis import example, given, settings
from hypothesis import strategies as st

from survivor_portal.insights.cells import LEAST, QUARTER, TOTAL, Cell, Mark, Table, marks
from tests.conftest import size

COUNTS = st.one_of(st.integers(0, 6), st.integers(0, 30))


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Up to three sites, two laws and three months, with the sum of them or without."""
    months = ("m1", "m2", "m3")[: draw(st.integers(1, 3))]
    parts = {f"site{n}": {m: draw(COUNTS) for m in months} for n in range(draw(st.integers(1, 3)))}
    total = {m: sum(part[m] for part in parts.values()) for m in months}
    covers = {
        f"law{n}": {m: draw(st.integers(0, total[m])) for m in months} for n in range(draw(st.integers(0, 2)))
    }
    return Table(months, total, parts, covers, is_whole=draw(st.booleans()))


def near(mark: Mark, number: int) -> list[int]:
    """The numbers next to this one that a cell with that mark could hold."""
    if mark is Mark.SHOWN:
        return [number]
    least, most = 1, LEAST - 1 if mark is Mark.SMALL else number + 1
    return [other for other in (number - 1, number, number + 1) if least <= other <= most]


def could_be(table: Table, found: Mapping[Cell, Mark]) -> Iterator[dict[Cell, int]]:
    """By trying them all: each table near the true one that shows the same. `marks` is not asked."""
    numbers = table.numbers()
    inner = [Cell(part, month) for part in table.parts for month in table.months]
    laws = [Cell(law, month) for law in table.covers for month in table.months]
    for chosen in product(*(near(found[cell], numbers[cell]) for cell in inner)):
        whole = dict(zip(inner, chosen, strict=True))
        for month in table.months:
            whole[Cell(TOTAL, month)] = sum(whole[Cell(part, month)] for part in table.parts)
        for picked in product(*(near(found[cell], numbers[cell]) for cell in laws)):
            tried = whole | dict(zip(laws, picked, strict=True))
            if table.is_whole:
                for row in (TOTAL, *table.parts, *table.covers):
                    tried[Cell(row, QUARTER)] = sum(tried[Cell(row, month)] for month in table.months)
            if all(tried[cell] in near(found[cell], number) for cell, number in numbers.items()) and all(
                tried[cell] <= tried[Cell(TOTAL, cell.column)] for cell in laws
            ):
                yield tried


@settings(max_examples=size("property_examples"), deadline=None)
@given(tables())
@example(
    Table(
        ("m1", "m2"),
        {"m1": 4, "m2": 10},
        {"site0": {"m1": 0, "m2": 5}, "site1": {"m1": 4, "m2": 5}},
        {"law0": {"m1": 4, "m2": 1}},
        is_whole=True,
    )
)
def test_no_hidden_number_can_be_worked_out_from_what_is_shown(table: Table) -> None:
    numbers, found = table.numbers(), marks(table)
    unsure = {cell: {number} for cell, number in numbers.items() if found[cell] is not Mark.SHOWN}

    for tried in could_be(table, found):
        for cell, seen in unsure.items():
            seen.add(tried[cell])
        if all(len(seen) > 1 for seen in unsure.values()):
            break

    assert {cell: seen for cell, seen in unsure.items() if len(seen) < 2} == {}


@settings(max_examples=100, deadline=None)
@given(tables())
def test_a_number_below_five_is_never_shown_and_a_zero_is(table: Table) -> None:
    numbers, found = table.numbers(), marks(table)

    assert all(found[cell] is not Mark.SHOWN for cell, number in numbers.items() if 0 < number < LEAST)
    assert all(found[cell] is Mark.SHOWN for cell, number in numbers.items() if number == 0)


@settings(max_examples=50, deadline=None)
@given(tables())
def test_what_a_month_shows_stays_the_same_when_its_quarter_is_over(table: Table) -> None:
    before = Table(table.months[:1], table.total, table.parts, table.covers)

    assert marks(before).items() <= marks(table).items()


def test_one_small_number_takes_a_second_one_with_it() -> None:
    parts = {"one": {"m": 3}, "two": {"m": 20}, "three": {"m": 9}}

    found = marks(Table(("m",), {"m": 32}, parts))

    assert found[Cell("one", "m")] is Mark.SMALL
    assert found[Cell("three", "m")] is Mark.WITHHELD  # the smallest that helps
    assert found[Cell("two", "m")] is Mark.SHOWN
    assert found[Cell(TOTAL, "m")] is Mark.SHOWN


def test_where_no_number_is_small_nothing_is_withheld() -> None:
    parts = {"one": {"m": 5, "n": 7}, "two": {"m": 20, "n": 6}}

    found = marks(Table(("m", "n"), {"m": 25, "n": 13}, parts, is_whole=True))

    assert set(found.values()) == {Mark.SHOWN}


def test_many_sites_are_done_in_a_moment() -> None:
    parts = {f"site{n}": {f"m{m}": (n * 7 + m * 3) % 23 for m in range(3)} for n in range(25)}
    total = {f"m{m}": sum(part[f"m{m}"] for part in parts.values()) for m in range(3)}

    found = marks(Table(("m0", "m1", "m2"), total, parts, is_whole=True))

    shown = sum(mark is Mark.SHOWN for mark in found.values())
    assert shown > len(found) / 2
