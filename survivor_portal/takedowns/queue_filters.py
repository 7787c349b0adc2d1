"""What somebody at a desk wants to see of the queue, as one value that can be kept and read again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from survivor_portal.takedowns.process import State


class Due(StrEnum):
    """Until when something has to be done. `late`: a time is up; `today` and `week` take in what is late."""

    late = "late"
    today = "today"
    week = "week"


class Holder(StrEnum):
    """Who has taken a request."""

    me = "me"
    nobody = "nobody"
    somebody = "somebody"


@dataclass(frozen=True, slots=True)
class Filters:
    """What is wanted; each part left empty lets everything through.

    `states`: none means all that somebody still has to look at. `platform`: a key of the directory, or
    "other" for every site outside it. Nothing here needs a key: what is sealed cannot be filtered by.
    """

    states: frozenset[State] = frozenset()
    platform: str = ""
    due: Due | None = None
    holder: Holder | None = None
    team_id: str = ""

    def to_plain(self) -> dict[str, Any]:
        """A JSON object."""
        return {
            "states": sorted(state.value for state in self.states),
            "platform": self.platform,
            "due": self.due.value if self.due else "",
            "holder": self.holder.value if self.holder else "",
            "team": self.team_id,
        }


def from_plain(plain: Mapping[str, Any]) -> Filters:
    """What `to_plain` made. A word that is no longer known is left out: a kept filter never breaks a page."""
    return Filters(
        states=frozenset(State(one) for one in plain.get("states", ()) if one in set(State)),
        platform=str(plain.get("platform", "")),
        due=Due(plain["due"]) if plain.get("due") in set(Due) else None,
        holder=Holder(plain["holder"]) if plain.get("holder") in set(Holder) else None,
        team_id=str(plain.get("team", "")),
    )
