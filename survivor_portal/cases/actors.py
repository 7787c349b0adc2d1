"""Who works in a case that is not theirs: somebody at a desk whom the owner let in, and what they may do."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from survivor_portal.advocates.who import Role

STAFF = "staff"
TEAM = "team"


class Scope(StrEnum):
    """What a release lets a team do. `joint`: one notice to one platform for many clients at once."""

    read = "read"
    act = "act"
    mail = "mail"
    export = "export"
    joint = "joint"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody at a desk who has a case open that was granted to one of their teams.

    `at_desk`: the row of their open desk, which began at `desk_since`; with it the case closes. `until`: when
    the release ends.
    """

    person_id: str
    name: str
    team_id: str
    team_name: str
    grant_id: str
    scopes: frozenset[Scope]
    role: Role
    at_desk: str
    desk_since: datetime
    until: datetime

    @property
    def may_write(self) -> bool:
        """May this person change anything in the case?"""
        return Scope.act in self.scopes and self.role is not Role.read_only

    @property
    def by(self) -> str:
        """How this person signs in the book of the case."""
        return staff(self.person_id, self.name, self.team_name)


@dataclass(frozen=True, slots=True)
class By:
    """A signature in the book, read. `kind`: "owner", "slot", "unknown", "staff", or "team" where no single
    person did it."""

    kind: str
    id: str = ""
    name: str = ""
    team: str = ""


def staff(person_id: str, name: str, team_name: str) -> str:
    """How somebody at a desk signs."""
    return "|".join((STAFF, person_id, _plain(name), _plain(team_name)))


def team(team_id: str, team_name: str) -> str:
    """How a whole team is named."""
    return "|".join((TEAM, team_id, _plain(team_name)))


def read(by: str) -> By:
    """Take a signature of the book apart."""
    kind, *rest = by.split("|")
    if kind == STAFF and len(rest) == 3:
        return By(STAFF, rest[0], rest[1], rest[2])
    if kind == TEAM and len(rest) == 2:
        return By(TEAM, rest[0], "", rest[1])
    return By(kind)


def _plain(name: str) -> str:
    return name.replace("|", " ")
