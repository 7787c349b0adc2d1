"""Organisations: made by the operator, found by a short public code, in their own words."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from survivor_portal import seals, spoken
from survivor_portal.advocates import deeds, people, rules, team_keys
from survivor_portal.advocates.deeds import Kind
from survivor_portal.advocates.models import Membership, Organisation, Team
from survivor_portal.advocates.opened import Session
from survivor_portal.advocates.rules import Act
from survivor_portal.advocates.who import Role, TeamCard, Who
from survivor_portal.spoken import Mistyped

CODE_SIGNS = 8
LONGEST_NAME = 120
LONGEST_WORDS = 8000


class NoSuch(Exception):
    """No organisation has this code."""


@dataclass(frozen=True, slots=True)
class Inside:
    """Somebody who has a seat in a team. `is_let_in`: whether they can read what the team can."""

    who: Who
    role: Role
    is_let_in: bool


@dataclass(frozen=True, slots=True)
class FoundTeam:
    """A team something can be granted to, and all who have a seat in it, by name."""

    card: TeamCard
    people: tuple[Inside, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """An organisation as somebody sees it who has its code. Teams without a key are left out."""

    id: str
    code: str
    name: str
    country: str
    notice: str
    teams: tuple[FoundTeam, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """What the agency must report, and its plan for danger to life, in its own words; "" if not set."""

    notice: str
    danger_plan: str


@dataclass(frozen=True, slots=True)
class Listed:
    """One organisation for the operator, who sees names and counts and no case."""

    code: str
    name: str
    country: str
    zone: str
    teams: tuple[tuple[str, int], ...]


def make(name: str, country: str, team: str, now: datetime, zone: str = "") -> tuple[str, str]:
    """A new organisation and its first team, without people and without a key.

    `country`: two letters or "". `zone`: whose clock its people see, as IANA names it; "" for UTC. Gives the
    public code as it was drawn and the id of the team. Raises people.NoSuchZone.
    """
    zone = people.clock(zone)
    with transaction.atomic():
        organisation = Organisation(
            id=rules.new_id(), code=_free_code(), name=_line(name), country=country, zone=zone,
            created_on=now.date(),
        )  # fmt: skip
        organisation.save(force_insert=True)
        first = Team(id=rules.new_id(), organisation=organisation, name=_line(team), created_on=now.date())
        first.save(force_insert=True)
        deeds.note(Kind.team_made, now, team=first.pk, by=None)
    return organisation.code, first.pk


def add_team(session: Session, team_id: str, name: str, now: datetime) -> TeamCard:
    """Another team beside this one; whoever makes it leads it and is let in. Raises NotYours, NotLetIn."""
    with transaction.atomic():
        stood = rules.stand(session, team_id, Act.make_team)
        new = Team(
            id=rules.new_id(), organisation=stood.team.organisation, name=_line(name), created_on=now.date()
        )
        new.save(force_insert=True)
        seat = Membership(
            id=rules.new_id(), team=new, person_id=session.who.id, role=Role.lead, joined_on=now.date()
        )
        seat.save(force_insert=True)
        first_pair(new, seat, seals.public_of(session.secret))
        deeds.note(Kind.team_made, now, team=new.pk, by=session.who.id)
    return team_keys.card(new)


def first_pair(team: Team, seat: Membership, public: bytes) -> None:
    """The team gets its pair, sealed to the one who leads it from now on. Only for a team that has none."""
    assert not team.public_key
    pair = seals.new_pair()
    team.public_key, team.key_number = pair.public, 1
    team.save(update_fields=["public_key", "key_number"])
    seat.key_number = 1
    seat.sealed = team_keys.sealed_for(seat.person_id, public, team.pk, 1, pair.secret)
    seat.save(update_fields=["key_number", "sealed"])


def found(typed: str) -> Found:
    """The organisation with this code, however it was typed. Raises Mistyped, NoSuch. Three queries."""
    row = Organisation.objects.filter(code=spoken.read(typed, CODE_SIGNS)).first()
    if row is None:
        raise NoSuch
    return _found(row)


def by_id(organisation_id: str) -> Found | None:
    """The same, by id; None where it is no more."""
    row = Organisation.objects.filter(pk=organisation_id).first()
    return _found(row) if row else None


def words(organisation_id: str) -> Words:
    """What the agency says of its duties and plans; empty words where there is no such organisation."""
    row = Organisation.objects.filter(pk=organisation_id).first()
    return Words(row.notice, row.danger_plan) if row else Words("", "")


def set_words(session: Session, team_id: str, said: Words, now: datetime) -> None:
    """Other words for the organisation of this team. Raises NotYours, NotLetIn, ValueError where too long."""
    if max(len(said.notice), len(said.danger_plan)) > LONGEST_WORDS:
        raise ValueError("Too long.")
    with transaction.atomic():
        stood = rules.stand(session, team_id, Act.set_words)
        Organisation.objects.filter(pk=stood.team.organisation_id).update(
            notice=said.notice.strip(), danger_plan=said.danger_plan.strip()
        )
        deeds.note(Kind.words_changed, now, team=team_id, by=session.who.id)


def set_zone(session: Session, team_id: str, zone: str, now: datetime) -> None:
    """Whose clock the people of this team's organisation see who chose none. Raises NotYours, NotLetIn,
    people.NoSuchZone."""
    zone = people.clock(zone)
    with transaction.atomic():
        stood = rules.stand(session, team_id, Act.set_words)
        Organisation.objects.filter(pk=stood.team.organisation_id).update(zone=zone)
        deeds.note(Kind.clock_set, now, team=team_id, by=session.who.id)


def set_zone_of(code: str, zone: str) -> None:
    """The same, by the operator. Raises Mistyped, NoSuch, people.NoSuchZone."""
    rows = Organisation.objects.filter(code=spoken.read(code, CODE_SIGNS))
    if not rows.update(zone=people.clock(zone)):
        raise NoSuch


def all_of_them() -> tuple[Listed, ...]:
    """Every organisation by name, with its teams and how many people have a seat in each."""
    listed = []
    for row in Organisation.objects.order_by("name", "pk"):
        teams = Team.objects.filter(organisation=row).order_by("name", "pk")
        counted = tuple((team.name, Membership.objects.filter(team=team).count()) for team in teams)
        listed.append(Listed(row.code, row.name, row.country, row.zone, counted))
    return tuple(listed)


def team_called(code: str, name: str) -> str | None:
    """The id of the team of this name in the organisation with this code; None without one."""
    found = Team.objects.filter(organisation__code=spoken.read(code, CODE_SIGNS), name=_line(name)).first()
    return found.pk if found else None


def _found(row: Organisation) -> Found:
    teams = Team.objects.filter(organisation=row).exclude(public_key=b"").order_by("name", "pk")
    seats = Membership.objects.filter(team__organisation=row).select_related("person")
    inside: dict[str, list[tuple[Membership, bool]]] = {}
    numbers = {team.pk: team.key_number for team in teams}
    for seat in seats.order_by("person__name", "person_id"):
        opens = bool(seat.sealed) and seat.key_number == numbers.get(seat.team_id)
        inside.setdefault(seat.team_id, []).append((seat, opens))
    found = []
    for team in teams:
        team.organisation = row
        there = tuple(
            Inside(Who(seat.person_id, seat.person.name, seat.person.email), Role(seat.role), opens)
            for seat, opens in inside.get(team.pk, [])
        )
        found.append(FoundTeam(team_keys.card(team), there))
    return Found(row.pk, row.code, row.name, row.country, row.notice, tuple(found))


def _free_code() -> str:
    while True:
        code = spoken.drawn(CODE_SIGNS)
        if not Organisation.objects.filter(code=code).exists():
            return code


def _line(text: str) -> str:
    line = " ".join(text.split())
    if not line or len(line) > LONGEST_NAME or not line.isprintable():
        raise ValueError("A name is one line of at most 120 letters.")
    return line


__all__ = [
    "Found",
    "FoundTeam",
    "Inside",
    "Listed",
    "Mistyped",
    "NoSuch",
    "Words",
    "add_team",
    "all_of_them",
    "by_id",
    "first_pair",
    "found",
    "make",
    "set_words",
    "set_zone",
    "set_zone_of",
    "team_called",
    "words",
]
