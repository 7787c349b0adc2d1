"""Let a team into a case, change until when, and take it back. The face of what was granted."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from survivor_portal.advocates.opened import Session as Desk
from survivor_portal.advocates.who import TeamCard
from survivor_portal.cases import unlocked
from survivor_portal.cases.actors import Actor, Scope
from survivor_portal.cases.keys import OpenCase
from survivor_portal.cases.rekey import Rewrite
from survivor_portal.cases.releases import Consent, Release, Terms


class NotLetIn(Exception):
    """This desk may not open this case: there is no such grant, it is over, or it is not for this person.

    Which of these it was is not said: whoever may not come in learns nothing of the case, not even that it is
    there.
    """


class NotTheOwners(Exception):
    """Only whoever holds the case may do this, not somebody who was let in."""


class TooLong(Exception):
    """A release ends within a year, and after it begins."""


@dataclass(frozen=True, slots=True)
class Granted:
    """A granted case for one line of a list: its key is for labels, and never leaves the page's making."""

    case: OpenCase
    grant_id: str
    team_id: str
    label: str
    scopes: frozenset[Scope]
    until: datetime


@dataclass(frozen=True, slots=True)
class Access:
    """That somebody saw the case, as its book tells. `kind`: "opened", "listed" or "refused"; `name` is ""
    where a list showed it to a whole team."""

    at: datetime
    kind: str
    name: str
    team: str


def give(case: OpenCase, team: TeamCard, terms: Terms, now: datetime, label: str = "") -> Release:
    """Let a team in: the paper into the case, the key of the case sealed to the team, a line in the book.

    A team that was let in before gets these terms instead. Raises TooLong, NotTheOwners.
    """
    raise NotImplementedError


def renew(case: OpenCase, release: Release, until: datetime, now: datetime) -> Release:
    """Let it hold until another day, on the same terms. Raises TooLong, NotTheOwners."""
    raise NotImplementedError


def revoke(case: OpenCase, grant_id: str, now: datetime, rewrite: Iterable[Rewrite]) -> OpenCase:
    """Take it back: the case gets a new key and closes in every browser, the one that asked included.

    `rewrite`: see `cases.rekey`; doors call `takedowns.rekey.revoke`. Raises NotTheOwners, and as
    `rekey.rekey`.
    """
    raise NotImplementedError


def releases(case: OpenCase) -> tuple[Release, ...]:
    """Every release of this case, those that ended included, the newest first."""
    raise NotImplementedError


def set_label(case: OpenCase, grant_id: str, text: str, now: datetime) -> None:
    """Under which name a team's lists show the case. A pseudonym, never a real name. Raises NotLetIn."""
    raise NotImplementedError


def open_as(desk: Desk, grant_id: str, now: datetime, rewrite: Iterable[Rewrite]) -> unlocked.Session:
    """Open a granted case from a desk; that it was opened stands in the book before anything is given out.

    Raises NotLetIn. `rewrite` as in `revoke`: a case that waits for a new key gets it now; doors call
    `takedowns.rekey.open_as`.
    """
    raise NotImplementedError


def keys_of(desk: Desk, grant_ids: Collection[str], now: datetime) -> dict[str, Granted]:
    """For a list: the keys of those of these grants that this desk may open, by grant.

    The first list of a day that shows a case to a team writes so into the book of that case, all of a page in
    a fixed number of statements; what cannot be written down is left out.
    """
    raise NotImplementedError


def accesses(case: OpenCase) -> tuple[Access, ...]:
    """Who saw the case and when, the newest first. Raises Tampered."""
    raise NotImplementedError


__all__ = [
    "Access",
    "Actor",
    "Consent",
    "Granted",
    "NotLetIn",
    "NotTheOwners",
    "Release",
    "Scope",
    "Terms",
    "TooLong",
    "accesses",
    "give",
    "keys_of",
    "open_as",
    "releases",
    "renew",
    "revoke",
    "set_label",
]
