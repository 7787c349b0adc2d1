"""The queue of a desk: requests of every case its teams were let into, the next one due first.

One page costs a fixed number of queries, wherever it stands in the queue. Of each request only the small
overview is opened. Cases that are not for this person are left out, as are those that do not open.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import groupby
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan

from survivor_portal import seals
from survivor_portal.advocates.models import Person
from survivor_portal.advocates.opened import Session
from survivor_portal.cases import grants
from survivor_portal.cases.actors import Scope
from survivor_portal.takedowns.lines import Line, line
from survivor_portal.takedowns.models import Takedown as Row
from survivor_portal.takedowns.next_action import NEVER, OVER
from survivor_portal.takedowns.process import State
from survivor_portal.takedowns.queue_filters import Due, Filters, Holder

SIZE = 50
# What is not for this person is filled up so often. A page may then be short; the next one goes on behind it.
TRIES = 3


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the queue: beside this row."""

    at: datetime
    id: str

    def __str__(self) -> str:
        return f"{self.at.astimezone(UTC):%Y-%m-%dT%H}.{self.id}"


def cursor(text: str) -> Cursor | None:
    """The place that `str` of a cursor names; None for anything else."""
    hour, _, name = text.partition(".")
    try:
        at = datetime.strptime(hour, "%Y-%m-%dT%H").replace(tzinfo=UTC)
    except ValueError:
        return None
    return Cursor(at, name) if 0 < len(name) <= 32 and name.isascii() and name.isalnum() else None


@dataclass(frozen=True, slots=True)
class Item:
    """One request in the queue. `case_label`: what the desk calls the case; `assignee`: a person's id, ""
    for nobody; `until`: when the release ends."""

    line: Line
    grant_id: str
    case_label: str
    team_id: str
    scopes: frozenset[Scope]
    until: datetime
    next_action_at: datetime
    assignee: str
    assignee_name: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page. `newer` and `older`: from where the page before and the page after go on, None where there is
    none. `unread`: requests that do not open, because somebody changed their rows."""

    items: tuple[Item, ...]
    newer: Cursor | None
    older: Cursor | None
    unread: int = 0


def page(
    desk: Session,
    filters: Filters,
    now: datetime,
    *,
    after: Cursor | None = None,
    before: Cursor | None = None,
    size: int = SIZE,
    zone: tzinfo = UTC,
) -> Page:
    """The page behind `after`, or the one in front of `before`, else the first one.

    What it shows is written down in the cases as seen by the teams (`grants.keys_of`). `zone`: in which a day
    begins and ends. Raises what `grants.keys_of` raises.
    """
    teams = [seat.team.id for seat in desk.seats if seat.secret is not None]
    if filters.team_id:
        teams = [team for team in teams if team == filters.team_id]
    found = _Found(backwards=before is not None)
    place = before or after
    for _try in range(TRIES):
        wanted = size - len(found.items)
        # Somebody may sit in two teams that were let into one case: its requests then come twice.
        rows = list(_rows(desk, teams, filters, now, place, found.backwards, zone)[: wanted + len(teams) + 1])
        found.more = _take(desk, rows, wanted, len(rows) > wanted + len(teams), found, now)
        place = found.last or place
        if not found.more or len(found.items) == size:
            break
    return found.page(is_first=before is None and after is None)


def one(desk: Session, takedown_id: str, now: datetime) -> Item | None:
    """A single request as the queue shows it; None where this desk may not see it. Costs as a page does."""
    teams = [seat.team.id for seat in desk.seats if seat.secret is not None]
    every = Filters(states=frozenset(State))
    rows = list(_rows(desk, teams, every, now, None, False, UTC).filter(pk=takedown_id))
    found = _Found(backwards=False)
    _take(desk, rows, 1, False, found, now)
    return found.items[0] if found.items else None


@dataclass
class _Found:
    """What a page has so far. `first` and `last`: the places it was read between, in the order of reading."""

    backwards: bool
    items: list[Item] = field(default_factory=list)
    first: Cursor | None = None
    last: Cursor | None = None
    more: bool = False
    unread: int = 0

    def page(self, *, is_first: bool) -> Page:
        onward, back = (self.last if self.more else None), (None if is_first else self.first)
        if self.backwards:
            return Page(tuple(reversed(self.items)), newer=onward, older=back, unread=self.unread)
        return Page(tuple(self.items), newer=back, older=onward, unread=self.unread)


def _take(
    desk: Session, rows: Sequence[Any], wanted: int, is_cut: bool, found: _Found, now: datetime
) -> bool:
    """Open the first `wanted` requests of these rows and add those that may be seen; say whether more follow.

    `is_cut`: the rows end where they were cut off, so the last request may have another row.
    """
    each = [(name, list(group)) for name, group in groupby(rows, key=lambda row: row.pk)]
    taken = each[: min(wanted, len(each) - 1 if is_cut else len(each))]
    opened = grants.keys_of_rows(desk, [_grant(group[0]) for _name, group in taken], now)
    others = [_grant(row) for _name, group in taken if group[0].grant_id not in opened for row in group[1:]]
    if others:
        opened |= grants.keys_of_rows(desk, others, now)
    for _name, group in taken:
        row = next((row for row in group if row.grant_id in opened), None)
        if row is not None:
            _add(found, row, opened[row.grant_id])
    if taken:
        found.first = found.first or _place(taken[0][1][0])
        found.last = _place(taken[-1][1][0])
    return len(taken) < len(each)


def _grant(row: Any) -> grants.GrantRow:
    return grants.GrantRow(
        id=row.grant_id,
        case_id=row.case_id,
        team_id=row.grant_team,
        expires_at=row.grant_until,
        sealed=bytes(row.grant_sealed),
        listed_on=row.grant_listed_on,
        case_expires_on=row.case_expires_on,
        case_key_number=row.case_key_number,
    )


def _add(found: _Found, row: Any, granted: grants.Granted) -> None:
    try:
        said = line(granted.case, row)
    except seals.WrongKey:
        found.unread += 1
        return
    found.items.append(
        Item(
            line=said,
            grant_id=granted.grant_id,
            case_label=granted.label,
            team_id=granted.team_id,
            scopes=granted.scopes,
            until=granted.until,
            next_action_at=row.next_action_at,
            assignee=row.assignee,
            assignee_name=row.assignee_name or "",
        )
    )


def _place(row: Any) -> Cursor:
    return Cursor(row.next_action_at, row.pk)


def _rows(
    desk: Session,
    teams: Iterable[str],
    filters: Filters,
    now: datetime,
    place: Cursor | None,
    backwards: bool,
    zone: tzinfo,
) -> QuerySet[Any, Any]:
    """One row for each request and live grant of these teams, in the order of reading."""
    names = Person.objects.filter(pk=OuterRef("assignee")).values("name")[:1]
    rows: QuerySet[Any, Any] = (
        Row.objects.filter(
            case__grants__team_id__in=list(teams),
            case__grants__revoked_at=None,
            case__grants__expires_at__gt=now,
        )
        # The grant comes along, so that nobody has to ask for it again.
        .annotate(
            grant_id=F("case__grants__id"),
            grant_team=F("case__grants__team_id"),
            grant_until=F("case__grants__expires_at"),
            grant_sealed=F("case__grants__sealed"),
            grant_listed_on=F("case__grants__listed_on"),
            case_expires_on=F("case__expires_on"),
            case_key_number=F("case__key_number"),
            assignee_name=Subquery(names),
        )
        .defer("details")
    )
    rows = _filtered(rows, filters, desk.who.id, now, zone)
    if place is not None:
        here = Tuple(F("next_action_at"), F("id"))
        compare = TupleLessThan if backwards else TupleGreaterThan
        rows = rows.filter(compare(here, (place.at, place.id)))
    return rows.order_by("-next_action_at", "-id") if backwards else rows.order_by("next_action_at", "id")


def _filtered(
    rows: QuerySet[Any, Any], filters: Filters, me: str, now: datetime, zone: tzinfo
) -> QuerySet[Any, Any]:
    """Only those that the filters let through. Without a state: what somebody still has to look at."""
    if filters.states:
        rows = rows.filter(state__in=sorted(filters.states))
    if not filters.states & OVER:
        rows = rows.filter(next_action_at__lt=NEVER)
    elif filters.states <= OVER:
        # They stand behind all others: so they are found at once.
        rows = rows.filter(next_action_at__gte=NEVER)
    if filters.platform:
        rows = rows.filter(platform=filters.platform)
    match filters.holder:
        case Holder.me:
            rows = rows.filter(assignee=me)
        case Holder.nobody:
            rows = rows.filter(assignee="")
        case Holder.somebody:
            rows = rows.exclude(assignee="")
    match filters.due:
        case Due.late:
            rows = rows.filter(next_action_at__lte=now, due_at__lte=now)
        case Due.today:
            rows = rows.filter(next_action_at__lt=_midnight(now, zone, days=1))
        case Due.week:
            rows = rows.filter(next_action_at__lt=_midnight(now, zone, days=7))
    return rows


def _midnight(now: datetime, zone: tzinfo, *, days: int) -> datetime:
    """The midnight with which, in that zone, the day so many days from now begins."""
    day = now.astimezone(zone).date() + timedelta(days=days)
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
