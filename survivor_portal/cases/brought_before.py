"""Under which names a desk's team has cases already, so that a list brought again makes nothing twice.

The names stand in the grants, sealed to the team: a copy of the database tells nobody which there are. Only
a name that somebody brings along is ever said back; no other is shown, and no case is opened for it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from survivor_portal import seals
from survivor_portal.advocates.who import Seat
from survivor_portal.cases import grant_rows

AT_ONCE = 500


def names(seat: Seat, person_id: str, key_of: Callable[[str], str], now: datetime) -> frozenset[str]:
    """The names of the cases this team is let into now: what a list called them, and what they are called.

    As `key_of` gives them, which says when two are the same. A case that is not to be shown to this person is
    not among them: whoever may not see it does not learn that it is there. One query; the grants are opened
    one after the other, and nothing of them but the names is held. Writes nothing. Empty without the team's
    secret half.
    """
    if seat.secret is None:
        return frozenset()
    rows = grant_rows.live(now).filter(team_id=seat.team.id).only("case_id", "expires_at", "sealed")
    found: set[str] = set()
    for row in rows.iterator(chunk_size=AT_ONCE):
        try:
            inside = grant_rows.opened(row, seat.secret)
        except seals.WrongKey:
            continue
        if person_id not in inside.not_for:
            found |= {key_of(name) for name in (inside.label, inside.brought_as) if name}
    return frozenset(found)
