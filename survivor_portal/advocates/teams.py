"""Teams as the rooms above see them: their cards by id, and whether somebody has a seat."""

from collections.abc import Iterable

from survivor_portal.advocates import team_keys
from survivor_portal.advocates.models import Membership, Team
from survivor_portal.advocates.who import Role, TeamCard


def cards(team_ids: Iterable[str]) -> dict[str, TeamCard]:
    """The cards of these teams by id; one that is no more is left out. One query."""
    rows = Team.objects.filter(pk__in=set(team_ids)).select_related("organisation")
    return {row.pk: team_keys.card(row) for row in rows}


def held(team_id: str) -> TeamCard | None:
    """A team's card, which nobody changes until the transaction around this ends.

    For whoever seals something to a team: its pair must not become another one in that moment.
    """
    rows = Team.objects.select_for_update(of=("self",), no_key=True).select_related("organisation")
    row = rows.filter(pk=team_id).first()
    return team_keys.card(row) if row else None


def role_of(person_id: str, team_id: str) -> Role | None:
    """What this person does in this team; None without a seat that a colleague opened. One query."""
    row = (
        Membership.objects.filter(person_id=person_id, team_id=team_id, person__is_active=True)
        .select_related("team")
        .only("role", "sealed", "key_number", "team__key_number")
        .first()
    )
    if row is None or not row.sealed or row.key_number != row.team.key_number:
        return None
    return Role(row.role)
