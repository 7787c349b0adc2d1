"""Open a case in one room with the person: it is theirs, and the team is let in by the release they signed.

The desk never goes on with what the owner opened. It comes in by the grant, like any team.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from survivor_portal.advocates.who import TeamCard
from survivor_portal.cases import access, grants, records, unlocked
from survivor_portal.cases.access import Owner
from survivor_portal.cases.book import Note
from survivor_portal.cases.releases import Terms


@dataclass(frozen=True, slots=True)
class Agreed:
    """Everything that was agreed before the case is made. Code and phrase are on the person's card already.

    `plan`: the answers the case begins with, as its plan keeps them.
    """

    code: str = field(repr=False)
    phrase: str = field(repr=False)
    owner: Owner
    keep_days: int
    team: TeamCard
    terms: Terms
    label: str
    plan: dict[str, Any] = field(repr=False)


def make(agreed: Agreed, now: datetime) -> str:
    """Make the case and let the team in; the id of the grant.

    Sent twice it is one case with one grant. Raises as `access.open_new` and `access.open_with`, and as
    `grants.give`.
    """
    is_new = True
    try:
        session = access.open_new(
            now, code=agreed.code, phrase=agreed.phrase, owner=agreed.owner, keep_days=agreed.keep_days
        ).session
    except access.CodeTaken:
        is_new = False
        session = access.open_with(agreed.code, agreed.phrase, now).session
    try:
        if is_new:
            access.confirm(session.case, agreed.phrase, now)
        records.add_only(session.case, records.PLAN, agreed.plan, Note("plan_kept"), now)
        let_in = {
            release.team_id: release for release in grants.releases(session.case) if not release.ended_at
        }
        before = let_in.get(agreed.team.id)
        release = before or grants.give(session.case, agreed.team, agreed.terms, now, agreed.label)
        return release.grant_id
    finally:
        unlocked.end(session.token)
