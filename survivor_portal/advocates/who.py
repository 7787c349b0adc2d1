"""Who works at a desk, in which team and as what: the words all rooms above use for it."""

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """What somebody does in a team. Nobody may do anything in a team they are not in."""

    lead = "lead"
    advocate = "advocate"
    read_only = "read_only"


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody who works at a desk."""

    id: str
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class TeamCard:
    """A team as whoever grants something to it sees it. `public_key`: empty until its first lead came in.

    `key_number`: how often the team got a pair; bound into all that is sealed to it.
    """

    id: str
    name: str
    organisation_id: str
    organisation: str
    public_key: bytes
    key_number: int
    # The clock of the organisation, as IANA names it; "" for UTC.
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Seat:
    """A place in a team. `secret`: the team's secret half; None until a colleague has let the person in."""

    team: TeamCard
    role: Role
    secret: bytes | None = field(repr=False)
