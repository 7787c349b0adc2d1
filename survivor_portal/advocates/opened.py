"""An open desk from page to page: a part in the cookie, a part in the sign-in, a part in a row.

None of the three opens anything without the other two.
"""

import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from survivor_portal import calendars, seals
from survivor_portal.advocates import team_keys
from survivor_portal.advocates.models import AtDesk, Person
from survivor_portal.advocates.who import Role, Seat, Who

PURPOSE = "desk"
IDLE = timedelta(minutes=30)
IN_ALL = timedelta(hours=12)
# Reading alone moves the last-seen time at most this often.
SEEN_STEP = timedelta(minutes=1)


class NotAtDesk(Exception):
    """This person cannot open a desk: gone, switched off, or with a new pair of keys in the meantime."""


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody's open desk, until `closes_at`. Holds keys: never store, log or show it."""

    token: bytes = field(repr=False)
    row_id: str
    who: Who
    secret: bytes = field(repr=False)
    seats: tuple[Seat, ...]
    created_at: datetime
    seen_at: datetime
    # The clock this person chose; "" where they chose none.
    own_zone: str = ""

    @property
    def zone(self) -> str:
        """By whose clock this person is told times, as IANA names it: their own, else that of the first of
        their organisations that has one, else UTC."""
        theirs = (seat.team.zone for seat in self.seats)
        return next(filter(None, (self.own_zone, *theirs)), calendars.UTC_KEY)

    @property
    def closes_at(self) -> datetime:
        """The moment at which the desk closes if nothing more happens."""
        return min(self.created_at + IN_ALL, self.seen_at + IDLE)

    @property
    def working_seats(self) -> list[Seat]:
        """The places from which this person may write and make codes: let in, and more than a reader."""
        return [seat for seat in self.seats if seat.secret is not None and seat.role is not Role.read_only]

    def seat(self, team_id: str) -> Seat | None:
        """The person's place in this team; None where there is none."""
        return next((seat for seat in self.seats if seat.team.id == team_id), None)


def new_bind() -> str:
    """What the sign-in keeps: 32 random bytes as hex, in the session of the account and nowhere else."""
    return seals.new_token().hex()


def begin(person_id: str, secret: bytes, bind: str, now: datetime) -> Session:
    """Open a desk with the person's secret half, under a new token. Raises NotAtDesk.

    `bind`: as `new_bind` made it.
    """
    token = seals.new_token()
    name = row_id(token)
    with transaction.atomic():
        # Held until the row stands: a new password or a switched-off account cannot slip in between.
        person = Person.objects.select_for_update(no_key=True).filter(pk=person_id, is_active=True).first()
        if person is None or bytes(person.public_key) != seals.public_of(secret):
            raise NotAtDesk
        kept = json.dumps({"person": person_id, "secret": secret.hex()}).encode()
        AtDesk.objects.create(
            id=name,
            person=person,
            sealed=seals.lock(_key(token, bind), kept, context=name.encode()),
            created_at=now,
            seen_at=now,
        )
    places = team_keys.seats(person_id, secret)
    return Session(token, name, _who(person), secret, places, now, now, person.zone)


def resume(token: bytes, bind: str, now: datetime) -> Session | None:
    """The open desk of this token and sign-in; None when it closed, or never was.

    One query, which brings the person's places along; a second one for somebody who has none.
    """
    name = row_id(token)
    here = team_keys.in_order().select_related("person").filter(person__at_desk__pk=name)
    places = list(
        here.filter(person__is_active=True).annotate(
            desk_sealed=F("person__at_desk__sealed"),
            desk_created_at=F("person__at_desk__created_at"),
            desk_seen_at=F("person__at_desk__seen_at"),
        )
    )
    row = _row(name, places[0]) if places else _without_places(name)
    if row is None:
        return None
    try:
        text = seals.unlock(_key(token, bind), bytes(row.sealed), context=row.pk.encode())
    except (seals.WrongKey, ValueError):
        return None
    kept = json.loads(text)
    secret = bytes.fromhex(kept["secret"])
    # A row that was moved to somebody else, or kept past a new pair of keys.
    if kept["person"] != row.person_id or bytes(row.person.public_key) != seals.public_of(secret):
        return None
    seats = team_keys.opened_seats(places, secret)
    session = Session(
        token, row.pk, _who(row.person), secret, seats, row.created_at, row.seen_at, row.person.zone
    )
    if now >= session.closes_at:
        end(token)
        return None
    return session if now - session.seen_at < SEEN_STEP else stay(session, now)


def _row(name: str, place: Any) -> AtDesk:
    """The row of a desk, as it came along with a place of its person."""
    return AtDesk(
        id=name,
        person=place.person,
        sealed=place.desk_sealed,
        created_at=place.desk_created_at,
        seen_at=place.desk_seen_at,
    )


def _without_places(name: str) -> AtDesk | None:
    return AtDesk.objects.select_related("person").filter(pk=name, person__is_active=True).first()


def stay(session: Session, now: datetime) -> Session:
    """Note that somebody is still here."""
    touch(session.row_id, now)
    return replace(session, seen_at=max(session.seen_at, now))


def touch(row_id: str, now: datetime) -> None:
    """Note that somebody is still at this desk, seen at a page of a case that was opened from it."""
    AtDesk.objects.filter(pk=row_id, seen_at__lte=now - SEEN_STEP).update(seen_at=now)


def is_open(row_id: str, now: datetime) -> bool:
    """Is this desk open still, and its person not switched off?"""
    return (
        AtDesk.objects.filter(pk=row_id, seen_at__gt=now - IDLE, created_at__gt=now - IN_ALL)
        .filter(person__is_active=True)
        .exists()
    )


def end(token: bytes) -> None:
    """Close the desk in this browser. To close it twice does no harm."""
    AtDesk.objects.filter(pk=row_id(token)).delete()


def end_all(person_id: str, *, but: str = "") -> int:
    """Close a person's desks in every browser, and say how many. `but`: the row of one that stays open."""
    return AtDesk.objects.filter(person_id=person_id).exclude(pk=but).delete()[0]


def sweep(now: datetime) -> int:
    """Delete what nobody can resume any more, and say how many."""
    return AtDesk.objects.filter(Q(seen_at__lte=now - IDLE) | Q(created_at__lte=now - IN_ALL)).delete()[0]


def _who(person: Person) -> Who:
    return Who(person.pk, person.name, person.email)


def _key(token: bytes, bind: str) -> bytes:
    return seals.token_key(token, PURPOSE, bound_to=bytes.fromhex(bind))


def row_id(token: bytes) -> str:
    """The name of the row of the desk with this token."""
    return seals.token_id(token).hex()
