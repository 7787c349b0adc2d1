"""How the secret half of a team's pair is sealed to each member, and read again."""

from collections.abc import Iterable

from django.db.models import QuerySet

from survivor_portal import seals
from survivor_portal.advocates.models import Membership, Team
from survivor_portal.advocates.who import Role, Seat, TeamCard


def card(team: Team) -> TeamCard:
    """What is public about a team. Its organisation must be loaded, or costs a query."""
    return TeamCard(
        id=team.pk,
        name=team.name,
        organisation_id=team.organisation_id,
        organisation=team.organisation.name,
        public_key=bytes(team.public_key),
        key_number=team.key_number,
        zone=team.organisation.zone,
    )


def sealed_for(person_id: str, public: bytes, team_id: str, number: int, secret: bytes) -> bytes:
    """The secret half of a team's pair number `number`, for this person only."""
    return seals.seal_to(public, secret, context=_context(team_id, person_id, number))


def opened(seat: Membership, team: Team, secret: bytes) -> bytes | None:
    """The team's secret half, with the person's own; None where nobody has let the person in."""
    # A seat of an earlier pair of the team opens nothing that counts any more.
    if not seat.sealed or seat.key_number != team.key_number:
        return None
    context = _context(team.pk, seat.person_id, seat.key_number)
    try:
        return seals.open_sealed(secret, bytes(seat.sealed), context=context)
    except seals.WrongKey:
        return None


def seats(person_id: str, secret: bytes) -> tuple[Seat, ...]:
    """All places of a person in teams, by organisation and name; opened where somebody let the person in."""
    return opened_seats(in_order().filter(person_id=person_id), secret)


def in_order() -> QuerySet[Membership]:
    """Places with their teams, by organisation and name."""
    rows = Membership.objects.select_related("team__organisation")
    return rows.order_by("team__organisation__name", "team__name", "team_id")


def opened_seats(rows: Iterable[Membership], secret: bytes) -> tuple[Seat, ...]:
    """These places, opened where somebody let the person in."""
    return tuple(Seat(card(row.team), Role(row.role), opened(row, row.team, secret)) for row in rows)


def _context(team_id: str, person_id: str, number: int) -> bytes:
    return f"team1|{team_id}|{person_id}|{number}".encode()
