"""What a desk opens of that which was granted to its teams. The book of the case says so first."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from django.db import transaction

from survivor_portal import seals
from survivor_portal.advocates import opened, teams
from survivor_portal.advocates.opened import Session as Desk
from survivor_portal.advocates.who import Seat
from survivor_portal.cases import actors, book, grant_rows, keys, refusals, unlocked
from survivor_portal.cases.actors import Actor, Scope
from survivor_portal.cases.book import Daily, Note
from survivor_portal.cases.grant_rows import Inside
from survivor_portal.cases.keys import OpenCase
from survivor_portal.cases.models import Case, Grant, Look
from survivor_portal.cases.rekey import Rewrite, rekey
from survivor_portal.keystore import shred

OPENED = "opened_by"
LISTED = "listed"


class NotLetIn(Exception):
    """This desk may not open this case: there is no such grant, it is over, or it is not for this person.

    Which of these it was is not said: whoever may not come in learns nothing, not even that there is a case.
    """


@dataclass(frozen=True, slots=True)
class Granted:
    """A granted case for one line of a list. Its key is for labels, and may not be used to write."""

    case: OpenCase
    grant_id: str
    team_id: str
    label: str
    scopes: frozenset[Scope]
    until: datetime


@dataclass(frozen=True, slots=True)
class GrantRow:
    """A grant that holds, as it was read, with what its case must agree with."""

    id: str
    case_id: str
    team_id: str
    expires_at: datetime
    sealed: bytes = field(repr=False)
    listed_on: date | None
    case_expires_on: date
    case_key_number: int


def open_as(desk: Desk, grant_id: str, now: datetime, rewrite: Iterable[Rewrite]) -> unlocked.Session:
    """Open a granted case from a desk; that it was opened stands in the book before anything is given out.

    A case that waits for a new key gets it now. `rewrite`: see `cases.rekey`; doors call
    `takedowns.rekey.open_as`. Raises NotLetIn, Tampered, WrongKey, away.NotNow.
    """
    case_id = Grant.objects.filter(pk=grant_id).values_list("case_id", flat=True).first()
    if case_id is None:
        raise NotLetIn
    try:
        return _open_as(desk, case_id, grant_id, now, rewrite)
    except NotLetIn:
        refusals.tell(case_id, _by(desk, grant_id), now)
        raise


def _open_as(
    desk: Desk, case_id: str, grant_id: str, now: datetime, rewrite: Iterable[Rewrite]
) -> unlocked.Session:
    with transaction.atomic():
        # Held from here on: who may come in cannot change between the look and the opening.
        row = Case.objects.select_for_update(no_key=True).filter(pk=case_id).first()
        grant = grant_rows.live(now).filter(pk=grant_id, case_id=case_id).first()
        seat = desk.seat(grant.team_id) if grant else None
        inside = _inside(desk, seat, grant) if grant and seat else None
        half = shred.get([case_id]).get(case_id)
        if row is None or grant is None or seat is None or inside is None or half is None:
            raise NotLetIn
        if inside.key_number != row.key_number:
            raise NotLetIn
        # What the desk knows of its seats is as old as the click.
        role = teams.role_of(desk.who.id, seat.team.id)
        if role is None or not opened.is_open(desk.row_id, now):
            raise NotLetIn
        actor = _actor(desk, replace(seat, role=role), grant, inside)
        case = OpenCase(case_id, inside.key, half, row.expires_on, row.key_number, actor.by, actor.may_write)
        _write_down(case, actor, now)
        if row.wants_new_key:
            case = rekey(case, now, rewrite)
        return unlocked.begin(case, now, actor=actor)


def _write_down(case: OpenCase, actor: Actor, now: datetime) -> None:
    """Once for each person, case and open desk."""
    name = keys.index("look1", f"{actor.person_id}|{case.id}|{actor.at_desk}")
    if not Look.objects.get_or_create(id=name, defaults={"made_at": now})[1]:
        return
    notes = [Note(OPENED, {"grant": actor.grant_id, "scopes": sorted(actor.scopes)}, by=actor.by)]
    if changed := book.not_as_told(case):
        # Said once, as at an opening by the owner.
        notes.append(Note("not_as_kept", {"count": len(changed)}, by="unknown", touched=changed))
    book.add(case, notes, now)


def keys_of(desk: Desk, grant_ids: Collection[str], now: datetime) -> dict[str, Granted]:
    """For a list: the keys of those of these grants that this desk may open, by grant.

    Two queries, and four more where the page is the first of the day to show one of these cases to the team:
    then the book of each says so before its key is given out. What cannot be written down is left out.
    Raises away.NotNow.
    """
    teams_here = [seat.team.id for seat in desk.seats if seat.secret is not None]
    wanted = (
        grant_rows.live(now).filter(pk__in=list(grant_ids), team_id__in=teams_here).select_related("case")
    )
    rows = [
        GrantRow(
            row.pk, row.case_id, row.team_id, row.expires_at, bytes(row.sealed), row.listed_on,
            row.case.expires_on, row.case.key_number,
        )
        for row in wanted.only(
            "case__expires_on", "case__key_number", "team_id", "expires_at", "sealed", "listed_on"
        )
    ]  # fmt: skip
    return keys_of_rows(desk, rows, now)


def keys_of_rows(desk: Desk, rows: Iterable[GrantRow], now: datetime) -> dict[str, Granted]:
    """As `keys_of`, for grants that were read just now and hold; one query less."""
    seats = {seat.team.id: seat for seat in desk.seats if seat.secret is not None}
    found: dict[str, tuple[GrantRow, Inside]] = {}
    for row in rows:
        inside = _inside(desk, seats[row.team_id], row) if row.team_id in seats else None
        if inside is not None and inside.key_number == row.case_key_number:
            found[row.id] = (row, inside)
    halves = shred.get({row.case_id for row, _ in found.values()})
    granted = {
        row.id: Granted(
            OpenCase(
                row.case_id, inside.key, halves[row.case_id], row.case_expires_on, inside.key_number,
                _team_of(seats[row.team_id]), False,
            ),
            row.id, row.team_id, inside.label, inside.scopes, row.expires_at,
        )
        for row, inside in found.values()
        if row.case_id in halves
    }  # fmt: skip
    return _listed(granted, {row.id: row for row, _ in found.values()}, now)


def _listed(granted: dict[str, Granted], rows: dict[str, GrantRow], now: datetime) -> dict[str, Granted]:
    """Those of them of which the book says today that the team saw them, as it does from here on."""
    today = now.astimezone(UTC).date()
    new = [one for grant_id, one in granted.items() if rows[grant_id].listed_on != today]
    if not new:
        return granted
    lines = [
        Daily(one.case, f"{LISTED}|{one.team_id}", Note(LISTED, {"grant": one.grant_id}, by=one.case.by))
        for one in new
    ]
    with transaction.atomic():
        said = book.add_daily(lines, now)
        # Only so that the next list need not look: the end of each book knows it. While the cases are held:
        # in what order rows are changed is nobody's choice, and two lists would wait for each other for good.
        told = [one.grant_id for one in new if one.case.id in said]
        Grant.objects.filter(pk__in=told).update(listed_on=today)
    left_out = {one.grant_id for one in new if one.case.id not in said}
    return {grant_id: one for grant_id, one in granted.items() if grant_id not in left_out}


def _inside(desk: Desk, seat: Seat, grant: Grant | GrantRow) -> Inside | None:
    """What the grant holds, where this person may have it: the server keeps to whom it must not be shown."""
    if seat.secret is None:
        return None
    try:
        inside = grant_rows.opened(grant, seat.secret)
    except seals.WrongKey:
        return None
    return None if desk.who.id in inside.not_for else inside


def _actor(desk: Desk, seat: Seat, grant: Grant, inside: Inside) -> Actor:
    return Actor(
        person_id=desk.who.id,
        name=desk.who.name,
        team_id=seat.team.id,
        team_name=_name(seat),
        grant_id=grant.pk,
        scopes=inside.scopes,
        role=seat.role,
        at_desk=desk.row_id,
        desk_since=desk.created_at,
        until=grant.expires_at,
    )


def _team_of(seat: Seat) -> str:
    return actors.team(seat.team.id, _name(seat))


def _name(seat: Seat) -> str:
    """A team as survivors read of it: people know the organisation, rarely the team."""
    return f"{seat.team.name}, {seat.team.organisation}"


def _by(desk: Desk, grant_id: str) -> str:
    """Who tried in vain: of the team that was granted something, if it is theirs, else of any of theirs."""
    team_id = Grant.objects.filter(pk=grant_id).values_list("team_id", flat=True).first()
    seat = desk.seat(team_id or "") or next(iter(desk.seats), None)
    return actors.staff(desk.who.id, desk.who.name, _name(seat) if seat else "")
