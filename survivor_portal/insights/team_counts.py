"""What the cases came to that a team was let into: one number a month, and nothing about any of them.

Cases end and are deleted; a funder asks at the end of the year. It is counted when it happens, by the month
in which it was noted. A month that is over does not change any more: two tables of different days never show
more together than each alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db import transaction
from django.db.models import F

from survivor_portal.insights.cells import TOTAL, Table
from survivor_portal.insights.models import TeamCount

SITE, LAW = "site:", "law:"
OTHER = "other"  # every site outside the directory
_LOCK = "lock"
_NO_MONTH = date(1970, 1, 1)


class What(StrEnum):
    """What is counted: a case that was let in, and what a request came to for the first time."""

    LET_IN = "let_in"
    SENT = "sent"
    ANSWERED = "answered"
    REMOVED = "removed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened; `platform` and `laws` by the keys of the directory, of a request only."""

    what: What
    platform: str = ""
    laws: tuple[str, ...] = ()

    @property
    def rows(self) -> tuple[str, ...]:
        if self.what is What.LET_IN:
            return (TOTAL,)
        return (TOTAL, SITE + (self.platform or OTHER), *(LAW + law for law in dict.fromkeys(self.laws)))


def count(team_ids: Iterable[str], events: Sequence[Event], today: date) -> None:
    """One more of each for each of these teams. Call it last in the transaction of what happened."""
    _add(team_ids, events, today, 1)


def take_back(team_ids: Iterable[str], events: Sequence[Event], today: date) -> None:
    """It was noted by mistake, in the month of `today`: one less."""
    _add(team_ids, events, today, -1)


def _add(team_ids: Iterable[str], events: Sequence[Event], today: date, by: int) -> None:
    month = today.replace(day=1)
    wanted = Counter((event.what, row) for event in events for row in event.rows)
    if not wanted:
        return
    with transaction.atomic():
        for team in sorted(set(team_ids)):
            _lock(team)
            for (what, row), number in sorted(wanted.items()):
                counter, _ = TeamCount.objects.get_or_create(team=team, month=month, what=what, row=row)
                found = TeamCount.objects.filter(pk=counter.pk, count__gte=number if by < 0 else 0)
                found.update(count=F("count") + by * number)


def _lock(team: str) -> None:
    """One after the other: two that count several numbers in another order would wait for each other."""
    place = TeamCount.objects.select_for_update()
    place.get_or_create(team=team, month=_NO_MONTH, what=_LOCK, row="")


def first_month(team_id: str) -> date | None:
    """The first month in which something was counted for the team."""
    counted = TeamCount.objects.filter(team=team_id).exclude(what=_LOCK)
    return counted.order_by("month").values_list("month", flat=True).first()


def tables(team_id: str, months: Sequence[date], *, is_whole: bool) -> dict[What, Table]:
    """What was counted in these months, a table for each kind of event: the total over sites, and laws.

    The months are in order; `is_whole`: they are a quarter, which is over. Who shows a number asks `cells`.
    """
    names = {month: f"{month:%Y-%m}" for month in months}
    counted: dict[What, dict[str, dict[str, int]]] = {what: {} for what in What}
    rows = TeamCount.objects.filter(team=team_id, month__in=list(months)).exclude(what=_LOCK)
    for one in rows:
        counted[What(one.what)].setdefault(one.row, {})[names[one.month]] = one.count
    return {
        what: Table(
            months=tuple(names.values()),
            total=found.get(TOTAL, {}),
            parts={row: by_month for row, by_month in found.items() if row.startswith(SITE)},
            covers={row: by_month for row, by_month in found.items() if row.startswith(LAW)},
            is_whole=is_whole,
        )
        for what, found in counted.items()
    }
