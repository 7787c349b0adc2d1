"""Seats in a team: who has one, let somebody in, change what they may do, take a seat away.

When somebody who once had the team's key loses the seat, the team gets a new pair in the same moment: every
seat that stays, the printed recovery key and all that was granted to the team are sealed to the new one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from survivor_portal import seals
from survivor_portal.advocates import deeds, opened, people, recovery, rules, team_keys
from survivor_portal.advocates.deeds import Kind
from survivor_portal.advocates.models import Membership, Person, Team, Ticket, TicketKind
from survivor_portal.advocates.opened import Session
from survivor_portal.advocates.rules import Act, LastLead, NotLetIn, NotThere, NotYours
from survivor_portal.advocates.who import Role, TeamCard, Who

# Seal again what was granted to the team: its card and secret half before, its card from now on, the moment.
Reseal = Callable[[TeamCard, bytes, TeamCard, datetime], object]


class AlreadyLetIn(Exception):
    """A colleague let this person in already."""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody with a seat. `is_let_in`: they can open what was granted to the team."""

    who: Who
    role: Role
    is_let_in: bool
    joined_on: date


def members(session: Session, team_id: str) -> tuple[Member, ...]:
    """All who have a seat, by name. Raises NotYours."""
    team = rules.stand(session, team_id, Act.see, hold=False).team
    rows = Membership.objects.filter(team=team).select_related("person").order_by("person__name", "person_id")
    return tuple(
        Member(
            Who(row.person_id, row.person.name, row.person.email),
            Role(row.role),
            bool(row.sealed) and row.key_number == team.key_number,
            row.joined_on,
        )
        for row in rows
    )


def waiting(session: Session, team_id: str) -> tuple[Member, ...]:
    """Those whom a colleague has to let in. Raises NotYours."""
    return tuple(member for member in members(session, team_id) if not member.is_let_in)


def let_in(session: Session, team_id: str, person_id: str, now: datetime) -> None:
    """Seal the team's key to somebody who waits. Raises NotYours, NotLetIn, NotThere, AlreadyLetIn."""
    with transaction.atomic():
        stood = rules.stand(session, team_id, Act.let_in)
        _is_somebody(person_id)
        person = Person.objects.select_for_update(no_key=True).filter(pk=person_id, is_active=True).first()
        seat = Membership.objects.filter(team=stood.team, person_id=person_id).first()
        if person is None or seat is None:
            raise NotThere
        if seat.sealed and seat.key_number == stood.team.key_number:
            raise AlreadyLetIn
        _seal(seat, stood.team, bytes(person.public_key), stood.key)
        deeds.note(Kind.let_in, now, team=team_id, by=session.who.id, about=person_id)


def change_role(session: Session, team_id: str, person_id: str, role: Role, now: datetime) -> None:
    """Let somebody do more, or less. Raises NotYours, NotLetIn, NotThere, LastLead."""
    with transaction.atomic():
        stood = rules.stand(session, team_id, Act.change_role)
        _is_somebody(person_id)
        seat = Membership.objects.filter(team=stood.team, person_id=person_id).first()
        if seat is None:
            raise NotThere
        if seat.role == role:
            return
        if role is not Role.lead:
            _not_the_last(stood.team, person_id)
        Membership.objects.filter(pk=seat.pk).update(role=role)
        deeds.note(Kind.role_changed, now, team=team_id, by=session.who.id, about=person_id)


def remove(session: Session, team_id: str, person_id: str, now: datetime, reseal: Reseal) -> None:
    """Take somebody's seat away; their desks close at once. Somebody without a seat left loses the account.

    `reseal`: see above; called in the same transaction, and only where the team gets a new pair. Raises
    NotYours, NotLetIn, NotThere, LastLead.
    """
    with transaction.atomic():
        act = Act.leave if person_id == session.who.id else Act.remove
        stood = rules.stand(session, team_id, act)
        _is_somebody(person_id)
        seat = Membership.objects.filter(team=stood.team, person_id=person_id).first()
        if seat is None:
            raise NotThere
        _not_the_last(stood.team, person_id)
        # Nought: nobody ever sealed the team's key to this person.
        had_the_key = seat.key_number > 0
        person = Person.objects.select_for_update(no_key=True).get(pk=person_id)
        kind = Kind.left if act is Act.leave else Kind.removed
        deeds.note(kind, now, team=team_id, by=session.who.id, about=person_id)
        _take_away(stood.team, seat, person)
        if had_the_key:
            if stood.secret is None:
                # Whoever waits to be let in again cannot seal anything: a colleague removes them.
                raise NotLetIn
            new_pair(stood.team, stood.secret, now, reseal)
        if not Membership.objects.filter(person_id=person_id).exists():
            people.deactivate(person_id)


def new_key(session: Session, team_id: str, now: datetime, reseal: Reseal) -> None:
    """Give the team another pair, as a removal does; everybody who is let in stays so.

    For when an old copy of the team's key may be about: after a restore the pair is the one of the backup.
    `reseal`: as in `remove`. Raises NotYours, NotLetIn.
    """
    with transaction.atomic():
        stood = rules.stand(session, team_id, Act.new_key)
        deeds.note(Kind.new_key, now, team=team_id, by=session.who.id)
        new_pair(stood.team, stood.key, now, reseal)


def wants_new_key(team_id: str, now: datetime) -> bool:
    """Did a restore end a seat again that had the team's key, and nobody gave the team another since? One
    query."""
    return deeds.is_after(team_id, Kind.ended_again, Kind.new_key, now)


def all_of_them() -> tuple[tuple[str, str], ...]:
    """Every seat there is: id of the team, id of the person."""
    return tuple(Membership.objects.order_by("pk").values_list("team_id", "person_id"))


def end_again(team_id: str, person_id: str, now: datetime) -> None:
    """Take away a seat that a backup brought back. The team keeps the pair it has in that backup: nobody is
    there to seal another. Its leads find it in the list of what was done, and can give it one."""
    with transaction.atomic():
        if Membership.objects.filter(team_id=team_id, person_id=person_id, key_number__gt=0).exists():
            deeds.note(Kind.ended_again, now, team=team_id, by=None, about=person_id)
        Membership.objects.filter(team_id=team_id, person_id=person_id).delete()
        opened.end_all(person_id)
        if not Membership.objects.filter(person_id=person_id).exists():
            people.deactivate(person_id)


def new_pair(team: Team, secret: bytes, now: datetime, reseal: Reseal) -> bytes:
    """The team gets another pair; whoever is let in stays so. Gives the new secret half.

    Call it while the team's row is held. Old wraps, and copies of the database, open nothing sealed after it.
    """
    before, pair = team_keys.card(team), seals.new_pair()
    old_number = team.key_number
    team.public_key, team.key_number = pair.public, old_number + 1
    team.recovery_sealed = recovery.sealed(team, pair.secret)
    team.save(update_fields=["public_key", "key_number", "recovery_sealed"])
    inside = Membership.objects.filter(team=team, key_number=old_number).exclude(sealed=b"")
    for seat in inside.select_related("person"):
        _seal(seat, team, bytes(seat.person.public_key), pair.secret)
    reseal(before, secret, team_keys.card(team), now)
    return pair.secret


def _seal(seat: Membership, team: Team, public: bytes, secret: bytes) -> None:
    sealed = team_keys.sealed_for(seat.person_id, public, team.pk, team.key_number, secret)
    Membership.objects.filter(pk=seat.pk).update(sealed=sealed, key_number=team.key_number)


def _take_away(team: Team, seat: Membership, person: Person) -> None:
    Membership.objects.filter(pk=seat.pk).delete()
    # Links they made, whose tokens they may still have, and those to come back in.
    invitations = Ticket.objects.filter(team=team, kind=TicketKind.invitation)
    invitations.filter(made_by=person).delete()
    invitations.filter(email=person.email).delete()
    Ticket.objects.filter(made_by=person, person__memberships__team=team).delete()
    opened.end_all(person.pk)


def _is_somebody(person_id: str) -> None:
    if not rules.is_name(person_id):
        raise NotThere


def _not_the_last(team: Team, person_id: str) -> None:
    there = rules.leads(team)
    if there == {person_id}:
        raise LastLead


__all__ = [
    "AlreadyLetIn",
    "LastLead",
    "Member",
    "NotLetIn",
    "NotThere",
    "NotYours",
    "Reseal",
    "change_role",
    "let_in",
    "members",
    "new_key",
    "new_pair",
    "remove",
    "waiting",
    "wants_new_key",
]
