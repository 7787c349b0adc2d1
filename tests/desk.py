"""Make organisations, teams and people with real keys, and open a desk for them."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache

from django.conf import settings
from django.contrib.auth.hashers import make_password

from survivor_portal import seals, spoken
from survivor_portal.advocates import opened, seats, team_keys
from survivor_portal.advocates.models import Membership, Organisation, Person, Team
from survivor_portal.advocates.who import Role, TeamCard
from survivor_portal.cases import grants
from survivor_portal.cases.grants import Consent, Release, Scope, Terms
from survivor_portal.cases.keys import OpenCase
from survivor_portal.keystore import shred

PASSWORD = "seven grey herons over still water"


@dataclass(frozen=True)
class APerson:
    """Somebody at a desk, with everything they know and hold."""

    id: str
    name: str
    email: str
    password: str
    secret: bytes = field(repr=False)
    public: bytes


@dataclass(frozen=True)
class ATeam:
    """A team with a pair; `people` in the order in which they were given, the first one leads it."""

    organisation_id: str
    organisation_code: str
    card: TeamCard
    secret: bytes = field(repr=False)
    people: tuple[APerson, ...]

    @property
    def id(self) -> str:
        return self.card.id


def a_person(name: str = "Ana Li", *, email: str = "", password: str = PASSWORD) -> APerson:
    """Somebody with a password and a pair, in no team yet. The address is made of the name."""
    email = email or name.lower().replace(" ", ".") + "@work.example"
    person_id, salt, pair = _id(), seals.new_salt(), seals.new_pair()
    half = shred.create([person_id])[person_id]
    slow = seals.phrase_key(password, salt, settings.PHRASE_COST)
    wrap = seals.wrap(pair.secret, phrase_key=slow, shred=half, context=f"person|{person_id}|1".encode())
    row = Person(
        id=person_id, name=name, email=email, public_key=pair.public, salt=salt, wrap=wrap,
        created_on=datetime.now(UTC).date(),
    )  # fmt: skip
    row.password = _hashed(password)
    row.save(force_insert=True)
    return APerson(person_id, name, email, password, pair.secret, pair.public)


def a_team(
    people: Iterable[str | APerson] = ("Ana Li",),
    *,
    name: str = "Helpline North",
    organisation: str = "Example Helpline",
    organisation_id: str = "",
    notice: str = "We must report what we learn about a child in danger.",
    roles: Iterable[Role] = (),
    let_in: bool = True,
) -> ATeam:
    """A team and its people, all of them let in unless said otherwise (then only the first is).

    `roles`: in the order of the people; unsaid, the first leads and the others are advocates.
    `organisation_id`: of an organisation that is there already.
    """
    today = datetime.now(UTC).date()
    if organisation_id:
        owner = Organisation.objects.get(pk=organisation_id)
    else:
        owner = Organisation.objects.create(
            id=_id(), code=spoken.drawn(8), name=organisation, country="US", notice=notice, created_on=today
        )
    pair = seals.new_pair()
    team = Team.objects.create(
        id=_id(), organisation=owner, name=name, public_key=pair.public, key_number=1, created_on=today
    )
    there = tuple(a_person(person) if isinstance(person, str) else person for person in people)
    said = list(roles) or [Role.lead]
    for number, person in enumerate(there):
        inside = let_in or number == 0
        Membership.objects.create(
            id=_id(), team=team, person_id=person.id, joined_on=today, key_number=1 if inside else 0,
            role=said[number] if number < len(said) else Role.advocate,
            sealed=team_keys.sealed_for(person.id, person.public, team.pk, 1, pair.secret) if inside else b"",
        )  # fmt: skip
    return ATeam(owner.pk, owner.code, team_keys.card(team), pair.secret, there)


def at_desk(person: APerson, now: datetime | None = None, *, bind: str = "") -> opened.Session:
    """This person's open desk, as after a whole sign-in."""
    return opened.begin(person.id, person.secret, bind or opened.new_bind(), now or datetime.now(UTC))


def a_grant(
    case: OpenCase,
    team: ATeam,
    now: datetime | None = None,
    *,
    scopes: Iterable[Scope] = (Scope.read, Scope.act),
    days: float = 90,
    not_for: Iterable[APerson] = (),
    label: str = "Blue 7",
) -> Release:
    """A release by an adult to this team, as its owner gives it."""
    now = now or datetime.now(UTC)
    terms = Terms(
        purpose="Help with the requests",
        scopes=frozenset(scopes),
        until=now + timedelta(days=days),
        consent=Consent.adult,
        not_for=tuple(person.id for person in not_for),
        typed_name="R. Example",
        notice="We must report what we learn about a child in danger.",
    )
    return grants.give(case, team.card, terms, now, label)


def removed(team: ATeam, person: APerson, now: datetime) -> ATeam:
    """The team after a colleague took this person's seat away: it has a new pair."""
    there = tuple(one for one in team.people if one.id != person.id)
    Membership.objects.filter(team_id=team.id, person_id=there[0].id).update(role=Role.lead)
    seats.remove(at_desk(there[0], now), team.id, person.id, now, grants.reseal_team)
    seat = at_desk(there[0], now).seat(team.id)
    assert seat
    assert seat.secret
    return replace(team, card=seat.team, secret=seat.secret, people=there)


@cache
def _hashed(password: str) -> str:
    """Slow on purpose, so once for each password and not for each person."""
    return make_password(password)


def _id() -> str:
    return seals.new_salt().hex()
