"""The paper of a release, kept in the case: who was let in, for what, until when, and who agreed."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from survivor_portal.advocates.who import TeamCard
from survivor_portal.cases import records
from survivor_portal.cases.actors import Scope
from survivor_portal.cases.book import Note
from survivor_portal.cases.keys import Document, OpenCase
from survivor_portal.cases.records import Record

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
class Paper:
    """A dated release that an agency has in its files: when it was signed and until when, and by whom.

    `agreed` is any way but `on_file`.
    """

    agreed: Consent
    signed_on: date
    until: date


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed: what for, what the team may do, until when, who of the team must not see the case.

    `not_for`: ids of people at the desk. `typed_name` and `typed_parent` are signatures. `notice`: the words
    on what the agency must report, as they were shown. `paper`: with the consent `on_file` only.
    """

    purpose: str
    scopes: frozenset[Scope]
    until: datetime
    consent: Consent
    not_for: tuple[str, ...] = ()
    typed_name: str = ""
    typed_parent: str = ""
    notice: str = ""
    paper: Paper | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """A release as it stands in the case. `ended_at`: taken back then, or another one took its place."""

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
    # How the list called the case that brought it, whatever it is called now; "" where no list did.
    brought_as: str = ""

    def is_live(self, now: datetime) -> bool:
        """Does it still hold?"""
        return self.ended_at is None and now < self.terms.until


def add(
    case: OpenCase,
    card: TeamCard,
    grant_id: str,
    terms: Terms,
    label: str,
    note: Note,
    now: datetime,
    *,
    brought_as: str = "",
) -> Release:
    """Put the paper of a new release into the case, with its line in the book."""
    made = Release(
        id="",
        grant_id=grant_id,
        team_id=card.id,
        team=card.name,
        organisation_id=card.organisation_id,
        organisation=card.organisation,
        terms=terms,
        given_at=now,
        label=label,
        brought_as=brought_as,
    )
    record = records.add(case, KIND, _plain(made), note, now)
    return replace(made, id=record.id)


def change(case: OpenCase, release: Release, note: Note, now: datetime) -> Release:
    """Keep a release as it is now, with the line in the book that tells why. Raises ChangedMeanwhile."""
    document = _plain(release)
    record = records.change(case, Record(release.id, KIND, release.revision, document), document, note, now)
    return replace(release, revision=record.revision)


def read(case: OpenCase) -> tuple[Release, ...]:
    """Every release of this case, those that ended included, the newest first. Raises seals.WrongKey."""
    found = [_release(record) for record in records.read(case, KIND)]
    return tuple(sorted(found, key=lambda release: (release.given_at, release.id), reverse=True))


def holding(case: OpenCase) -> dict[str, Release]:
    """Of each grant the release that was not taken back, by grant; its time may be over."""
    return {release.grant_id: release for release in read(case) if release.ended_at is None}


def _plain(release: Release) -> Document:
    terms = release.terms
    return {
        "grant": release.grant_id,
        "team": [release.team_id, release.team],
        "organisation": [release.organisation_id, release.organisation],
        "given_at": _moment(release.given_at),
        "ended_at": _moment(release.ended_at) if release.ended_at else None,
        "label": release.label,
        "brought_as": release.brought_as,
        "purpose": terms.purpose,
        "scopes": sorted(terms.scopes),
        "until": _moment(terms.until),
        "not_for": list(terms.not_for),
        "consent": terms.consent.value,
        "typed_name": terms.typed_name,
        "typed_parent": terms.typed_parent,
        "notice": terms.notice,
        "paper": _plain_paper(terms.paper),
    }


def _release(record: Record) -> Release:
    plain = record.document
    terms = Terms(
        purpose=plain["purpose"],
        scopes=frozenset(map(Scope, plain["scopes"])),
        until=datetime.fromisoformat(plain["until"]),
        consent=Consent(plain["consent"]),
        not_for=tuple(plain["not_for"]),
        typed_name=plain["typed_name"],
        typed_parent=plain["typed_parent"],
        notice=plain["notice"],
        paper=_paper(plain.get("paper")),
    )
    team_id, team = plain["team"]
    organisation_id, organisation = plain["organisation"]
    return Release(
        id=record.id,
        grant_id=plain["grant"],
        team_id=team_id,
        team=team,
        organisation_id=organisation_id,
        organisation=organisation,
        terms=terms,
        given_at=datetime.fromisoformat(plain["given_at"]),
        label=plain["label"],
        ended_at=datetime.fromisoformat(plain["ended_at"]) if plain["ended_at"] else None,
        revision=record.revision,
        brought_as=plain.get("brought_as", ""),
    )


def _plain_paper(paper: Paper | None) -> list[str] | None:
    return [paper.agreed.value, paper.signed_on.isoformat(), paper.until.isoformat()] if paper else None


def _paper(plain: list[str] | None) -> Paper | None:
    if plain is None:
        return None
    agreed, signed_on, until = plain
    return Paper(Consent(agreed), date.fromisoformat(signed_on), date.fromisoformat(until))


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
