"""What goes along when a team gets a new key: all that was granted to it is sealed anew."""

from __future__ import annotations

from datetime import datetime

from survivor_portal.advocates.who import TeamCard
from survivor_portal.cases import grants


def reseal(old: TeamCard, secret: bytes, new: TeamCard, now: datetime) -> None:
    """For `advocates.seats.remove`: in its transaction. Old wraps open nothing that is sealed after it."""
    grants.reseal_team(old, secret, new, now)
