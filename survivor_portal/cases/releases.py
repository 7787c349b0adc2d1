"""The paper of a release, kept in the case: who was let in, for what, until when, and who agreed."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from survivor_portal.cases.actors import Scope

KIND = "release"
# A release is reasonably time-limited (28 CFR 90.4): three months unless said otherwise, a year at most.
DAYS = 90
LONGEST = timedelta(days=365)


class Consent(StrEnum):
    """Who agreed. Somebody who did harm never can.

    `on_file`: the agency says it holds a dated release on paper.
    """

    adult = "adult"
    minor_and_parent = "minor_and_parent"
    minor_alone = "minor_alone"
    on_file = "on_file"


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed: what for, what the team may do, until when, who of the team must not see the case.

    `not_for`: ids of people at the desk. `typed_name` and `typed_parent` are signatures. `notice`: the words
    on what the agency must report, as they were shown.
    """

    purpose: str
    scopes: frozenset[Scope]
    until: datetime
    consent: Consent
    not_for: tuple[str, ...] = ()
    typed_name: str = ""
    typed_parent: str = ""
    notice: str = ""


@dataclass(frozen=True, slots=True)
class Release:
    """A release as it stands in the case. `ended_at` once it was taken back."""

    id: str
    grant_id: str
    team_id: str
    team: str
    organisation_id: str
    organisation: str
    terms: Terms
    given_at: datetime
    label: str = ""
    ended_at: datetime | None = None
    revision: int = field(default=1, compare=False)

    def is_live(self, now: datetime) -> bool:
        """Does it still hold?"""
        return self.ended_at is None and now < self.terms.until
