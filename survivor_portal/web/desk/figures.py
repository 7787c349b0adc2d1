"""Figures of a team for its funders: totals of months and quarters that are over, and nothing about anybody.

Which number may be shown is decided in `insights.cells`, for the whole quarter at once; a page, a file and a
print of it show the same.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.dates import MONTHS
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from survivor_portal import directory
from survivor_portal.advocates.who import Seat
from survivor_portal.insights import cells, team_counts
from survivor_portal.insights.cells import LEAST, QUARTER, TOTAL, Cell, Mark
from survivor_portal.insights.periods import Period, periods
from survivor_portal.insights.team_counts import LAW, OTHER, SITE, What
from survivor_portal.web.desk.frame import Here
from survivor_portal.web.desk.lock import at_desk
from survivor_portal.web.forms import Words

OF_REQUESTS: dict[What, Words] = {
    What.SENT: _("Sent"),
    What.ANSWERED: _("Answered"),
    What.REMOVED: _("Removed"),
    What.REFUSED: _("Refused"),
}
SMALL: Words = _("fewer than %(least)s")
WITHHELD: Words = _("not shown")


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table: a name, and what stands under each kind of event."""

    name: str
    shown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """What is shown of one period: cases that were let in; all requests, by site, and by law."""

    let_in: str
    all: Line
    sites: tuple[Line, ...]
    laws: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a list to choose from."""

    key: str
    words: str
    is_chosen: bool


@at_desk
def page(here: Here) -> HttpResponse:
    """The page: a choice of team and period, and the tables of it."""
    seats = counting_seats(here)
    seat = _seat(here.request, seats)
    found = _periods(seat, here) if seat else ()
    period = _period(here.request, found)
    context = {
        "teams": [Choice(one.team.id, one.team.name, one is seat) for one in seats],
        "team": seat.team if seat else None,
        "periods": [Choice(one.key, period_words(one), one is period) for one in found],
        "period": period,
        "period_words": period_words(period) if period else "",
        "heads": list(OF_REQUESTS.values()),
        "figures": figures(seat.team.id, period, found) if seat and period else None,
        "least": LEAST,
        "most": LEAST - 1,
    }
    return here.page("desk/figures.html", context)


@require_safe
@at_desk
def table(here: Here) -> HttpResponse:
    """The same tables as one file for a spreadsheet, under a neutral name."""
    seat = _seat(here.request, counting_seats(here))
    found = _periods(seat, here) if seat else ()
    period = _period(here.request, found)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["period", "by", "name", *(what.value for what in OF_REQUESTS), What.LET_IN.value])
    if seat and period:
        shown = figures(seat.team.id, period, found)
        writer.writerow([period.key, "all", "", *shown.all.shown, shown.let_in])
        for kind, lines in (("site", shown.sites), ("law", shown.laws)):
            writer.writerows([period.key, kind, line.name, *line.shown, ""] for line in lines)
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="table.csv"'
    return response


def figures(team_id: str, period: Period, over: tuple[Period, ...]) -> Figures:
    """What may be shown of this period. `over`: all periods that are; the rest of its quarter is among them
    or not yet over."""
    quarter = next((one for one in over if one.is_quarter and period.months[0] in one.months), None)
    months = quarter.months if quarter else period.months
    tables = team_counts.tables(team_id, months, is_whole=quarter is not None)
    column = QUARTER if period.is_quarter else period.key
    shown = {what: _shown(table) for what, table in tables.items()}
    names = {what: table.numbers() for what, table in tables.items()}

    def line(row: str, name: str) -> Line:
        return Line(name, tuple(shown[what].get(Cell(row, column), "0") for what in OF_REQUESTS))

    def lines(prefix: str) -> tuple[Line, ...]:
        rows = {
            cell.row
            for what in OF_REQUESTS
            for cell, number in names[what].items()
            if number and cell.column == column and cell.row.startswith(prefix)
        }
        found = (line(row, row_name(row)) for row in rows)
        return tuple(sorted(found, key=lambda one: one.name.casefold()))

    return Figures(
        shown[What.LET_IN].get(Cell(TOTAL, column), "0"), line(TOTAL, gettext("All")), lines(SITE), lines(LAW)
    )


def _shown(table: cells.Table) -> Mapping[Cell, str]:
    words = {Mark.SMALL: str(SMALL) % {"least": LEAST}, Mark.WITHHELD: str(WITHHELD)}
    numbers = table.numbers()
    return {cell: words.get(mark, str(numbers[cell])) for cell, mark in cells.marks(table).items()}


def row_name(row: str) -> str:
    """A site or a law by its name; what the directory no longer has by its key."""
    if row == SITE + OTHER:
        return gettext("Other sites")
    try:
        if row.startswith(SITE):
            return directory.platform(row.removeprefix(SITE)).name
        return directory.law(row.removeprefix(LAW)).short_name
    except directory.UnknownRecord:
        return row.partition(":")[2]


def period_words(period: Period) -> str:
    """ "October 2026", or "October to December 2026"."""
    first, last = period.months[0], period.months[-1]
    if not period.is_quarter:
        return f"{MONTHS[first.month]} {first.year}"
    return gettext("%(first)s to %(last)s %(year)s") % {
        "first": MONTHS[first.month],
        "last": MONTHS[last.month],
        "year": last.year,
    }


def counting_seats(here: Here) -> list[Seat]:
    """The person's places in teams that let them in, by name."""
    found = (seat for seat in here.session.seats if seat.secret is not None)
    return sorted(found, key=lambda seat: seat.team.name.casefold())


def _seat(request: HttpRequest, seats: list[Seat]) -> Seat | None:
    wanted = request.GET.get("team", "")
    return next((seat for seat in seats if seat.team.id == wanted), seats[0] if seats else None)


def _periods(seat: Seat | None, here: Here) -> tuple[Period, ...]:
    first = team_counts.first_month(seat.team.id) if seat else None
    return periods(first, here.now.date()) if first else ()


def _period(request: HttpRequest, found: tuple[Period, ...]) -> Period | None:
    wanted = request.GET.get("period", "")
    return next((one for one in found if one.key == wanted), found[0] if found else None)
