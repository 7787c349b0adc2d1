"""Links for one person, good once: to join a team, or to set a new password.

The token is shown once and stored nowhere; the row is named by its hash.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from survivor_portal import seals
from survivor_portal.advocates import deeds, organisations, people, rules
from survivor_portal.advocates.deeds import Kind
from survivor_portal.advocates.models import Membership, Person, Team, Ticket, TicketKind
from survivor_portal.advocates.opened import Session
from survivor_portal.advocates.people import NotAName, Taken
from survivor_portal.advocates.rules import Act, NotThere, NotYours
from survivor_portal.advocates.who import Role, Who
from survivor_portal.keystore import shred

JOIN_LASTS = timedelta(days=7)
RESET_LASTS = timedelta(hours=24)
# So many invitations to one team may be out at once.
MOST = 50


class NoTicket(Exception):
    """This link is good for nothing: never made, used, replaced, or over. Which, is not said."""


class AlreadyIn(Exception):
    """Somebody with this work address has a seat in the team."""


class NotForYou(Exception):
    """The link is for another work address than the one that is signed in."""


class TooManyOut(Exception):
    """As many invitations as can be are still to be used."""


@dataclass(frozen=True, slots=True)
class Ticketed:
    """What a link is for. `role`, `team` and `organisation` only of one to join; `has_account`: this address
    signs in first and then joins; `is_first`: nobody is in the team, so whoever joins comes in at once."""

    kind: TicketKind
    email: str
    team: str = ""
    organisation: str = ""
    role: Role | None = None
    has_account: bool = False
    is_first: bool = False


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation that is still to be used. The link itself is nowhere."""

    id: str
    email: str
    role: Role
    expires_at: datetime


def invite(session: Session, team_id: str, email: str, role: Role, now: datetime) -> str:
    """A token with which this work address joins the team, for seven days. Shown once; gives 43 letters.

    One made before for the same address ends. Raises NotYours, NotLetIn, NotAName, AlreadyIn, TooManyOut.
    """
    email = people.address(email)
    with transaction.atomic():
        rules.stand(session, team_id, Act.invite)
        token = _invite(team_id, email, role, session.who.id, now)
        deeds.note(Kind.invited, now, team=team_id, by=session.who.id)
    return token


def invite_first(team_id: str, email: str, now: datetime) -> str:
    """The operator's token for whoever leads a team that nobody is in yet. Raises NotAName, NotYours."""
    email = people.address(email)
    with transaction.atomic():
        team = Team.objects.select_for_update(no_key=True).get(pk=team_id)
        # A team that has people has a lead who invites; nobody comes in from outside.
        if team.public_key or Membership.objects.filter(team=team).exists():
            raise NotYours
        Ticket.objects.filter(team=team, kind=TicketKind.invitation).delete()
        return _invite(team_id, email, Role.lead, None, now)


def out(session: Session, team_id: str, now: datetime) -> tuple[Invited, ...]:
    """Invitations to this team that are still to be used, by address. Raises NotYours, NotLetIn."""
    rules.stand(session, team_id, Act.invite, hold=False)
    rows = Ticket.objects.filter(team_id=team_id, kind=TicketKind.invitation, expires_at__gt=now)
    return tuple(
        Invited(row.pk, row.email, Role(row.role), row.expires_at) for row in rows.order_by("email", "pk")
    )


def withdraw(session: Session, team_id: str, ticket_id: str) -> None:
    """End an invitation. To do it twice does no harm. Raises NotYours, NotLetIn."""
    with transaction.atomic():
        rules.stand(session, team_id, Act.invite)
        if rules.is_name(ticket_id, 64):
            Ticket.objects.filter(pk=ticket_id, team_id=team_id, kind=TicketKind.invitation).delete()


def reset_link(
    session: Session, team_id: str, person_id: str, now: datetime, *, second_factor: bool = False
) -> str:
    """A token with which this person sets a new password within a day; with `second_factor` the second step
    is set up anew as well.

    Only for somebody all of whose teams this lead leads: else a lead of one team could come into another as
    somebody else. Raises NotYours, NotLetIn, NotThere.
    """
    with transaction.atomic():
        rules.stand(session, team_id, Act.reset, hold=False)
        if not rules.is_name(person_id):
            raise NotThere
        theirs = set(Membership.objects.filter(person_id=person_id).values_list("team_id", flat=True))
        if team_id not in theirs:
            raise NotThere
        if person_id == session.who.id:
            raise NotYours
        # Always in the same order, so that two leads never wait for each other.
        for one in sorted(theirs):
            rules.stand(session, one, Act.reset)
        token = _reset(person_id, session.who.id, second_factor, now)
        deeds.note(Kind.reset_link, now, team=team_id, by=session.who.id, about=person_id)
    return token


def reset_by_operator(email: str, now: datetime, *, second_factor: bool = False) -> str:
    """The same, made by the operator, for a lead whom nobody else can help. Raises NotThere.

    It opens nothing: a colleague, or the printed recovery key, has to let the person in again.
    """
    with transaction.atomic():
        row = Person.objects.filter(email=email.strip().lower(), is_active=True).first()
        if row is None:
            raise NotThere
        token = _reset(row.pk, None, second_factor, now)
        deeds.note_in_all_teams(Kind.reset_link, now, person=row.pk, by=None)
    return token


def look(token: str, now: datetime) -> Ticketed:
    """What this link is for. It stays good. Raises NoTicket."""
    row = Ticket.objects.select_related("team__organisation", "person").filter(pk=_id(token)).first()
    if row is None or row.expires_at <= now:
        raise NoTicket
    if row.kind != TicketKind.invitation or row.team is None:
        if row.person is None or not row.person.is_active:
            raise NoTicket
        return Ticketed(TicketKind(row.kind), row.person.email)
    return Ticketed(
        TicketKind.invitation,
        row.email,
        row.team.name,
        row.team.organisation.name,
        Role(row.role),
        Person.objects.filter(email=row.email, is_active=True).exists(),
        _is_first(row.team, row),
    )


def join(token: str, name: str, password: str, now: datetime) -> Who:
    """Make an account and take the seat, which waits for a colleague; a team's first lead makes its key.

    Raises NoTicket, NotAName, Taken (then sign in and `join_as`), PasswordRefused, Busy, NotNow.
    """
    made = ""
    try:
        with transaction.atomic():
            ticket, team = _used(token, TicketKind.invitation, now)
            assert team is not None
            who = people.make(name, ticket.email, password, now)
            made = who.id
            _seat(team, ticket, who.id, now)
    except Exception:
        # Nothing of it stands, so nothing of it may be left among the keys either.
        if made and not Person.objects.filter(pk=made, is_active=True).exists():
            shred.delete([made])
        raise
    return who


def join_as(session: Session, token: str, now: datetime) -> None:
    """Take the seat with the account that is signed in. Raises NoTicket, NotForYou, AlreadyIn."""
    with transaction.atomic():
        ticket, team = _used(token, TicketKind.invitation, now)
        assert team is not None
        if ticket.email != session.who.email:
            raise NotForYou
        if Membership.objects.filter(team=team, person_id=session.who.id).exists():
            raise AlreadyIn
        _seat(team, ticket, session.who.id, now)


def set_password(token: str, password: str, now: datetime) -> Who:
    """Set a new password with a link: a new pair, and every seat waits for a colleague.

    Raises NoTicket, PasswordRefused, Busy, NotNow; then the link stays good.
    """
    with transaction.atomic():
        ticket, _ = _used(token, TicketKind.reset, now)
        person = Person.objects.filter(pk=ticket.person_id, is_active=True).first()
        if person is None:
            raise NoTicket
        return people.reset(person.pk, password, now, second_factor=ticket.kind == TicketKind.anew)


def sweep(now: datetime) -> int:
    """Delete links whose time is over, and say how many."""
    return Ticket.objects.filter(expires_at__lte=now).delete()[0]


def _invite(team_id: str, email: str, role: Role, by: str | None, now: datetime) -> str:
    if Membership.objects.filter(team_id=team_id, person__email=email).exists():
        raise AlreadyIn
    mine = Ticket.objects.filter(team_id=team_id, kind=TicketKind.invitation)
    mine.filter(email=email).delete()
    if mine.filter(expires_at__gt=now).count() >= MOST:
        raise TooManyOut
    token = seals.new_token()
    Ticket.objects.create(
        id=seals.token_id(token).hex(), kind=TicketKind.invitation, team_id=team_id, role=role, email=email,
        made_by_id=by, expires_at=now + JOIN_LASTS,
    )  # fmt: skip
    return seals.written(token)


def _reset(person_id: str, by: str | None, second_factor: bool, now: datetime) -> str:
    Ticket.objects.filter(person_id=person_id).delete()
    token = seals.new_token()
    Ticket.objects.create(
        id=seals.token_id(token).hex(), kind=TicketKind.anew if second_factor else TicketKind.reset,
        person_id=person_id, made_by_id=by, expires_at=now + RESET_LASTS,
    )  # fmt: skip
    return seals.written(token)


def _used(token: str, kind: TicketKind, now: datetime) -> tuple[Ticket, Team | None]:
    """The row of this link, used up with the transaction around this. Raises NoTicket.

    What it is about is held first, its team or its person: the order in which everybody takes them.
    """
    row = Ticket.objects.filter(pk=_id(token), expires_at__gt=now).first()
    is_join = row is not None and row.kind == TicketKind.invitation
    if row is None or is_join != (kind is TicketKind.invitation):
        raise NoTicket
    team = None
    if is_join:
        team = Team.objects.select_for_update(no_key=True).filter(pk=row.team_id).first()
    else:
        Person.objects.select_for_update(no_key=True).filter(pk=row.person_id).first()
    # Of two at once one finds it gone.
    if (is_join and team is None) or not Ticket.objects.filter(pk=row.pk).delete()[0]:
        raise NoTicket
    return row, team


def _seat(team: Team, ticket: Ticket, person_id: str, now: datetime) -> None:
    seat = Membership(
        id=rules.new_id(), team=team, person_id=person_id, role=ticket.role, joined_on=now.date()
    )
    seat.save(force_insert=True)
    if _is_first(team, ticket):
        public = Person.objects.values_list("public_key", flat=True).get(pk=person_id)
        organisations.first_pair(team, seat, bytes(public))
    deeds.note(Kind.joined, now, team=team.pk, by=person_id, about=person_id)


def _is_first(team: Team, ticket: Ticket) -> bool:
    """Does this link bring in the lead with whom the team's key begins?"""
    return not team.public_key and ticket.role == Role.lead


def _id(token: str) -> str:
    """The name of its row; of what is no token, a name that no row has."""
    read = seals.read_token(token)
    return seals.token_id(read).hex() if read else ""


__all__ = [
    "AlreadyIn",
    "Invited",
    "NoTicket",
    "NotAName",
    "NotForYou",
    "Taken",
    "Ticketed",
    "TooManyOut",
    "invite",
    "invite_first",
    "join",
    "join_as",
    "look",
    "out",
    "reset_by_operator",
    "reset_link",
    "set_password",
    "sweep",
    "withdraw",
]
