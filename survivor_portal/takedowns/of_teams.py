"""The requests of all cases that a desk's teams are let into: found by what stands in clear, then opened.

A list opens overviews only, and the book of each case says that it was listed before anything is read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, QuerySet

from survivor_portal import seals
from survivor_portal.advocates.opened import Session as Desk
from survivor_portal.advocates.rules import is_name
from survivor_portal.advocates.who import Role
from survivor_portal.cases import actors, grants, refusals
from survivor_portal.cases.actors import Scope
from survivor_portal.cases.grants import Granted
from survivor_portal.takedowns.lines import Line, line
from survivor_portal.takedowns.models import OTHER
from survivor_portal.takedowns.models import Takedown as Row
from survivor_portal.takedowns.process import State


@dataclass(frozen=True, slots=True)
class Found:
    """A row and the grant by which it may be opened. Nothing of it was opened yet."""

    row: Row
    grant_id: str


@dataclass(frozen=True, slots=True)
class Seen:
    """One request of a granted case, its overview opened."""

    granted: Granted
    line: Line


def team_ids(desk: Desk) -> tuple[str, ...]:
    """The teams whose key this desk holds."""
    return tuple(seat.team.id for seat in desk.seats if seat.secret is not None)


def may_act(desk: Desk, granted: Granted) -> bool:
    """Does the release let the team act, and does this person do more than read in it?

    What says no is not offered: whoever tries it all the same is written into the case's book.
    """
    seat = desk.seat(granted.team_id)
    return seat is not None and seat.role is not Role.read_only and Scope.act in granted.scopes


def find(
    teams: Collection[str],
    now: datetime,
    *,
    platform: str | None = None,
    states: Iterable[State] | None = None,
    names: Collection[str] | None = None,
    after: str = "",
    most: int = 500,
) -> tuple[Found, ...]:
    """Rows in cases that one of the teams is let into now, each once, by their names. One query.

    `platform`: a key of the directory, "" for sites outside it; `names`: only these; `after`: those that come
    after this name.
    """
    rows = _granted(teams, now)
    if platform is not None:
        rows = rows.filter(platform=platform or OTHER)
    if states is not None:
        rows = rows.filter(state__in=[state.value for state in states])
    if names is not None:
        rows = rows.filter(pk__in=[name for name in names if is_name(name)])
    if is_name(after):
        rows = rows.filter(pk__gt=after)
    found: dict[str, Found] = {}
    for row in rows.annotate(grant=F("case__grants__pk")).defer("details").order_by("pk", "grant")[:most]:
        found.setdefault(row.pk, Found(row, row.grant))
    return tuple(found.values())


def platforms(teams: Collection[str], now: datetime, *, sent: bool = True) -> tuple[str, ...]:
    """At which sites the requests of these cases are; "" for all outside the directory. One query.

    `sent`: without those that were only written.
    """
    rows = _granted(teams, now)
    if sent:
        rows = rows.exclude(state=State.DRAFTED.value)
    names = rows.order_by().values_list("platform", flat=True).distinct()
    return tuple("" if name == OTHER else name for name in sorted(names))


def see(desk: Desk, found: Iterable[Found], now: datetime) -> tuple[Seen, ...]:
    """Their overviews, in the same order. What this desk may not open, or was tampered with, is left out."""
    wanted = tuple(found)
    granted = grants.keys_of(desk, {one.grant_id for one in wanted}, now)
    seen = []
    for one in wanted:
        if (let_in := granted.get(one.grant_id)) is None:
            continue
        try:
            seen.append(Seen(let_in, line(let_in.case, one.row)))
        except seals.WrongKey:
            continue
    return tuple(seen)


def named(desk: Desk, names: Collection[str], now: datetime) -> tuple[Seen, ...]:
    """Those of the requests with these names that this desk may see.

    Whoever names one that is not theirs to see is told nothing, and its owner that somebody tried.
    """
    seen = see(desk, find(team_ids(desk), now, names=names), now)
    missing = set(names) - {one.line.id for one in seen}
    if missing:
        by = actors.staff(desk.who.id, desk.who.name, ", ".join(_team_names(desk)))
        cases = Row.objects.filter(pk__in=missing).order_by().values_list("case_id", flat=True).distinct()
        for case_id in cases:
            refusals.tell(case_id, by, now)
    return seen


def _team_names(desk: Desk) -> list[str]:
    """The first of the person's teams, as survivors read of it."""
    return [part for seat in desk.seats[:1] for part in (seat.team.name, seat.team.organisation)]


def _granted(teams: Collection[str], now: datetime) -> QuerySet[Row]:
    return Row.objects.filter(
        case__grants__team_id__in=list(teams),
        case__grants__revoked_at=None,
        case__grants__expires_at__gt=now,
    )
