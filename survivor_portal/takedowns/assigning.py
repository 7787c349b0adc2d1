"""Who in a team has taken a request: take it, hand it over with a note, put it down.

Compared with what the form showed: of two people at once the second is told who has it, and overwrites
nothing. What was done stands in the book of the case, the note too: the person whose case it is can read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery

from survivor_portal.advocates import teams
from survivor_portal.advocates.models import Person
from survivor_portal.advocates.who import Role
from survivor_portal.cases import book, grants
from survivor_portal.cases.book import Note, ReadOnly
from survivor_portal.cases.unlocked import Session
from survivor_portal.takedowns.models import Takedown as Row
from survivor_portal.takedowns.next_action import NEVER

NOBODY = ""
LONGEST_NOTE = 1000


class NotForThem(Exception):
    """This person cannot take requests of this case: no seat in the team, only reads, or must not see it."""


@dataclass(frozen=True, slots=True)
class Held:
    """Who has a request. `person_id` and `name` are "" for nobody."""

    request: str
    person_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Assigned:
    """What came of it: the requests that changed hands, and those that somebody else has by now."""

    done: tuple[str, ...]
    kept: tuple[Held, ...]


def holders(session: Session) -> tuple[Held, ...]:
    """Who has each request of this case that is not over. One query."""
    return _held(Row.objects.filter(case_id=session.case.id, next_action_at__lt=NEVER))


def assign(session: Session, seen: Mapping[str, str], to: str, now: datetime, *, note: str = "") -> Assigned:
    """Give these requests of an open case to a person of the team, or put them down (`NOBODY`).

    `seen`: by request the person whom the form showed as having it, "" for nobody. One that has changed hands
    since stays as it is. One that the right person has already counts as done. Raises ReadOnly, NotForThem.
    """
    actor = session.actor
    if actor is None or not session.case.may_write:
        raise ReadOnly
    name = _name_of(session, to, now) if to else NOBODY
    done, notes = [], []
    with transaction.atomic():
        book.hold(session.case)
        rows = Row.objects.select_for_update().filter(case_id=session.case.id, pk__in=list(seen))
        for row in rows.order_by("pk").only("assignee"):
            if row.assignee == to:
                done.append(row.pk)
            elif row.assignee == seen[row.pk]:
                done.append(row.pk)
                facts = {"request": row.pk, "to": to, "name": name, "note": note.strip()[:LONGEST_NOTE]}
                notes.append(Note(_kind(row.assignee, to), facts))
                Row.objects.filter(pk=row.pk).update(assignee=to)
        if notes:
            book.add(session.case, notes, now)
    kept = Row.objects.filter(case_id=session.case.id, pk__in=list(seen)).exclude(pk__in=done)
    return Assigned(tuple(done), _held(kept))


def may_take(session: Session, person_id: str, now: datetime) -> bool:
    """May this colleague have requests of this case? They need a seat that writes, and must not be one who is
    not to see it."""
    actor = session.actor
    if actor is None:
        return False
    role = teams.role_of(person_id, actor.team_id)
    if role is None or role is Role.read_only:
        return False
    release = next(
        (one for one in grants.releases(session.case) if one.grant_id == actor.grant_id and one.is_live(now)),
        None,
    )
    return release is not None and person_id not in release.terms.not_for


def let_go(person_id: str) -> int:
    """Put down what somebody has in cases that none of their teams is let into; how many requests.

    For when somebody left a team. Their seat is gone by then. No book says so: nobody has the key at hand.
    """
    theirs = Row.objects.filter(assignee=person_id)
    still = theirs.filter(
        case__grants__revoked_at=None, case__grants__team__memberships__person_id=person_id
    ).values("pk")
    return theirs.exclude(pk__in=still).update(assignee=NOBODY)


def _held(rows: QuerySet[Row, Any]) -> tuple[Held, ...]:
    names = Person.objects.filter(pk=OuterRef("assignee")).values("name")[:1]
    found = rows.annotate(holder=Subquery(names)).order_by("pk").values_list("pk", "assignee", "holder")
    return tuple(Held(pk, person_id, name or "") for pk, person_id, name in found)


def _name_of(session: Session, person_id: str, now: datetime) -> str:
    name = Person.objects.filter(pk=person_id).values_list("name", flat=True).first()
    if name is None or not may_take(session, person_id, now):
        raise NotForThem
    return name


def _kind(before: str, to: str) -> str:
    if not to:
        return "unassigned"
    return "handed_over" if before else "assigned"
