"""Who may do what in a team: the one table, and the one way to ask it.

It is asked anew at each act, of the rows as they are now and not as they were when the page was made.
"""

import secrets
from dataclasses import dataclass, field
from enum import StrEnum

from survivor_portal.advocates import team_keys
from survivor_portal.advocates.models import Membership, Team
from survivor_portal.advocates.opened import Session
from survivor_portal.advocates.who import Role


class NotYours(Exception):
    """Whoever asks has no seat in this team, or one that does not allow this. Which, is not said."""


class NotLetIn(Exception):
    """Whoever asks has a seat, but no colleague has let them in yet."""


class NotThere(Exception):
    """The person it is about has no seat in this team, any more or yet."""


class LastLead(Exception):
    """Without this person nobody would lead the team. Let another lead in first."""


class Act(StrEnum):
    """What can be done with a team."""

    see = "see"
    see_deeds = "see_deeds"
    invite = "invite"
    let_in = "let_in"
    change_role = "change_role"
    remove = "remove"
    leave = "leave"
    reset = "reset"
    make_recovery = "make_recovery"
    use_recovery = "use_recovery"
    set_words = "set_words"
    make_team = "make_team"
    new_key = "new_key"


_HEX = frozenset("0123456789abcdef")
EVERYBODY = frozenset(Role)
MAY: dict[Act, frozenset[Role]] = {
    Act.see: EVERYBODY,
    Act.leave: EVERYBODY,
    # Whom a lead invited, a colleague may let in: so a lead who set a new password need not wait for another.
    Act.let_in: frozenset({Role.lead, Role.advocate}),
    Act.see_deeds: frozenset({Role.lead}),
    Act.invite: frozenset({Role.lead}),
    Act.change_role: frozenset({Role.lead}),
    Act.remove: frozenset({Role.lead}),
    Act.reset: frozenset({Role.lead}),
    Act.make_recovery: frozenset({Role.lead}),
    Act.use_recovery: frozenset({Role.lead}),
    Act.set_words: frozenset({Role.lead}),
    Act.make_team: frozenset({Role.lead}),
    Act.new_key: frozenset({Role.lead}),
}
# What somebody may do whom nobody has let in yet.
FROM_OUTSIDE = frozenset({Act.see, Act.leave, Act.use_recovery})


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody who may do it: the team's row, their seat in it, and the team's secret half."""

    team: Team
    seat: Membership
    role: Role
    secret: bytes | None = field(repr=False)

    @property
    def key(self) -> bytes:
        """The team's secret half. Only where the act asks for an open seat."""
        assert self.secret is not None
        return self.secret


def new_id() -> str:
    """A name for a row that says nothing."""
    return secrets.token_hex(16)


def is_name(text: str, digits: int = 32) -> bool:
    """Can this be the name of a row? What a page was sent may be anything, even what no database takes."""
    return len(text) == digits and set(text) <= _HEX


def may(role: Role, act: Act) -> bool:
    """Does this role allow it? For pages, which show only what is allowed; the act itself asks again."""
    return role in MAY[act]


def stand(session: Session, team_id: str, act: Act, *, hold: bool = True) -> Standing:
    """Whether this person may do this in this team now. Raises NotYours, NotLetIn.

    The team's row stays as it is until the transaction ends, so that two who change it wait for each other;
    not with `hold` False, for whoever only reads.
    """
    if not is_name(team_id):
        raise NotYours
    rows = Team.objects.select_related("organisation").filter(pk=team_id)
    team = (rows.select_for_update(of=("self",), no_key=True) if hold else rows).first()
    seat = Membership.objects.filter(team_id=team_id, person_id=session.who.id).first()
    if team is None or seat is None or not may(Role(seat.role), act):
        raise NotYours
    secret = team_keys.opened(seat, team, session.secret)
    if secret is None and act not in FROM_OUTSIDE:
        raise NotLetIn
    return Standing(team, seat, Role(seat.role), secret)


def leads(team: Team) -> set[str]:
    """Ids of those who lead the team and can open it."""
    rows = Membership.objects.filter(team=team, role=Role.lead, key_number=team.key_number)
    return set(rows.exclude(sealed=b"").filter(person__is_active=True).values_list("person_id", flat=True))
