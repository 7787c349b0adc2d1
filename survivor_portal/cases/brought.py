"""Cases that a team brings along: sealed to the team alone, no phrase opens them, and they live for 30 days.

A written release is on file at the agency; the paper in the case says so. Within the 30 days the person takes
the case over, or the agency gets a newly dated release; else it dies as every case does.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from survivor_portal import seals
from survivor_portal.advocates import teams
from survivor_portal.advocates.who import TeamCard
from survivor_portal.cases import ending, grant_rows, keys, opening, records
from survivor_portal.cases import releases as papers
from survivor_portal.cases.access import StoreClosed
from survivor_portal.cases.actors import Scope
from survivor_portal.cases.book import Note
from survivor_portal.cases.grants import NobodyThere, NoSuchRelease
from survivor_portal.cases.keys import Document, OpenCase
from survivor_portal.cases.models import Case, Grant, Owner
from survivor_portal.cases.releases import LONGEST, Consent, Paper, Release, Terms
from survivor_portal.insights import team_counts
from survivor_portal.keystore import shred

LIVES = timedelta(days=30)
# A run that was stopped is swept away after this; until then its name is taken.
TO_FINISH = timedelta(minutes=15)
# So many cases are written in one transaction: nobody else waits longer for the database.
AT_ONCE = 20
KIND = "case_brought"


class PaperOver(Exception):
    """The release on file ended, ends before it begins, runs longer than a year, or is not newer."""


class AlreadyRun(Exception):
    """This run was made before. `whole`: all of it stands; else it is being made just now, or was stopped."""

    def __init__(self, whole: bool) -> None:
        super().__init__("whole" if whole else "not whole")
        self.whole = whole


class TeamChanged(Exception):
    """Somebody left the team while the cases were made, so they were sealed to a pair it has no more."""


class BroughtMeanwhile(Exception):
    """A colleague brought cases while these were made: the same ones may be among them."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One case to be made: under which name, on which paper, and what it holds, as (kind, document, note)."""

    label: str
    paper: Paper
    scopes: frozenset[Scope]
    documents: Sequence[tuple[str, Document, Note]] = field(default=(), repr=False)


def standing(team_id: str) -> frozenset[str]:
    """The releases of all cases that only this team holds, as `bring` asks for them. One query."""
    rows = Grant.objects.filter(team_id=team_id, case__owner=Owner.team)
    return frozenset(rows.values_list("pk", flat=True))


def bring(
    team: TeamCard,
    wanted: Iterable[Wanted],
    now: datetime,
    *,
    by: str,
    run: str,
    purpose: str = "",
    seen: Collection[str] | None = None,
) -> int:
    """Make these cases for a team, all or none; how many.

    Each is written as it comes, where nobody sees it; in one short transaction at the end all of them are let
    to the team. Whatever stops it before leaves cases that open for nobody, and the sweep takes them away.
    `by`: who does it, as signed in the book. `run`: a random name of this doing; twice the same one makes
    nothing twice. `seen`: what `standing` gave before it was asked which of them are here already; None where
    nobody asked. Raises StoreClosed, AlreadyRun, NobodyThere, TeamChanged, BroughtMeanwhile, PaperOver,
    away.NotNow, and whatever `wanted` raises; then nothing was made.
    """
    if not settings.CASES_OPEN:
        raise StoreClosed
    making = _Making(team, now, by, run, purpose)
    # Before `wanted` is asked: what it leaves out may be what this same run has made.
    making.is_first()
    try:
        batch: list[Wanted] = []
        for one in wanted:
            batch.append(one)
            if len(batch) == AT_ONCE:
                making.write(batch)
                batch.clear()
        making.write(batch)
        return making.finish(seen)
    except AlreadyRun:
        raise
    except BaseException:
        making.give_up()
        raise


def open_for_team(
    team: TeamCard, wanted: Wanted, now: datetime, *, by: str, purpose: str = ""
) -> tuple[OpenCase, Release]:
    """Make one case for a team; as it opens for whoever made it, and its release. Raises as `bring`."""
    if not settings.CASES_OPEN:
        raise StoreClosed
    making = _Making(team, now, by, keys.new_id(), purpose)
    try:
        ((case, release),) = making.write([wanted])
        making.finish()
    except BaseException:
        making.give_up()
        raise
    return case, release


def renew_on_file(case: OpenCase, release: Release, paper: Paper, now: datetime) -> Release:
    """A newly dated release is on file: the team has the case for 30 days more, at most until the paper ends.

    Only a case that nobody took over yet lives by its team's paper; of any other its owner decides. Raises
    PaperOver (also where the paper is not newer than the one before), NoSuchRelease, NobodyThere,
    ChangedMeanwhile.
    """
    before = release.terms.paper
    if release.terms.consent is not Consent.on_file or before is None or release.ended_at is not None:
        raise NoSuchRelease
    if paper.signed_on <= before.signed_on:
        raise PaperOver
    last = last_day(paper, now)
    with transaction.atomic():
        card = _held(release.team_id)
        if not Case.objects.filter(pk=case.id, owner=Owner.team).update(
            expires_on=last, last_active_on=now.date()
        ):
            raise NoSuchRelease
        terms = replace(release.terms, until=_end_of(last), paper=paper)
        facts = {
            "grant": release.grant_id,
            "team": card.name,
            "organisation": card.organisation,
            "until": terms.until.isoformat(),
            "signed_on": paper.signed_on.isoformat(),
        }
        renewed = papers.change(case, replace(release, terms=terms), Note("renewed", facts), now)
        grant_rows.put(case, renewed, card)
    return renewed


def last_day(paper: Paper, now: datetime) -> date:
    """The last day of a case on this paper: 30 days from now, or the paper's own end. Raises PaperOver.

    The day is of UTC, as the day on which a case goes.
    """
    today = now.astimezone(UTC).date()
    good = paper.signed_on <= today < paper.until and paper.until - paper.signed_on <= LONGEST
    if not good or paper.agreed is Consent.on_file:
        raise PaperOver
    return min(paper.until, today + LIVES)


def is_teams(case: OpenCase) -> bool:
    """Does nobody but a team hold this case?"""
    return Case.objects.filter(pk=case.id, owner=Owner.team).exists()


class _Making:
    """One run, as far as it came."""

    def __init__(self, team: TeamCard, now: datetime, by: str, run: str, purpose: str) -> None:
        self.team, self.now, self.by, self.run, self.purpose = team, now, by, run, purpose
        self.ids: list[str] = []
        # What the team will open them with; small, and the only thing that grows with the number of cases.
        self.grants: list[tuple[str, str, datetime, bytes]] = []
        if not team.public_key:
            raise NobodyThere

    def is_first(self) -> None:
        """Raises AlreadyRun where this run has made a case before."""
        if Case.objects.filter(code_index=self._name(0)).exists():
            raise AlreadyRun(self._stands())

    def write(self, wanted: Sequence[Wanted]) -> list[tuple[OpenCase, Release]]:
        """Write some cases that nobody sees yet: no code finds them, and no grant opens them."""
        if not wanted:
            return []
        rows, pairs = [], []
        for number, one in enumerate(wanted, len(self.ids)):
            pair = seals.new_pair()
            pairs.append(pair)
            rows.append(
                Case(
                    id=keys.new_id(),
                    code_index=self._name(number),
                    owner=Owner.team,
                    kdf=opening.KDF,
                    # Of fixed length and at random, as in a case with a phrase. None opens anything.
                    salt=seals.new_salt(),
                    wrap=seals.blank_wrap(),
                    recovery_salt=seals.new_salt(),
                    recovery_wrap=seals.blank_wrap(),
                    public_key=pair.public,
                    expires_on=last_day(one.paper, self.now),
                    last_active_on=self.now.astimezone(UTC).date(),
                    confirm_by=self.now + TO_FINISH,
                )
            )
        try:
            with transaction.atomic():
                Case.objects.bulk_create(rows)
        except IntegrityError:
            if self.ids:
                raise
            raise AlreadyRun(self._stands()) from None
        # From here on the sweep, or giving up, finds them.
        self.ids += [row.pk for row in rows]
        halves = shred.create([row.pk for row in rows])
        made = []
        with transaction.atomic():
            for row, pair, one in zip(rows, pairs, wanted, strict=True):
                made.append(self._fill(row, pair.secret, halves[row.pk], one))
        return made

    def _fill(self, row: Case, secret: bytes, half: bytes, one: Wanted) -> tuple[OpenCase, Release]:
        case = OpenCase(row.pk, seals.new_key(), half, row.expires_on, by=self.by)
        own = {"secret": secret.hex(), "keep_days": LIVES.days}
        records.add(case, records.OWN, own, Note(KIND, {"keep_days": LIVES.days}), self.now)
        for kind, document, note in one.documents:
            records.add_only(case, kind, document, note, self.now)
        terms = Terms(
            purpose=self.purpose,
            scopes=one.scopes | {Scope.read},
            until=_end_of(row.expires_on),
            consent=Consent.on_file,
            paper=one.paper,
        )
        grant_id = keys.new_id()
        facts = {
            "grant": grant_id,
            "team": self.team.name,
            "organisation": self.team.organisation,
            "scopes": sorted(terms.scopes),
            "until": terms.until.isoformat(),
            "signed_on": one.paper.signed_on.isoformat(),
        }
        note = Note("released", facts)
        release = papers.add(
            case, self.team, grant_id, terms, one.label, note, self.now, brought_as=one.label
        )
        sealed = grant_rows.sealed(case, release, self.team)
        self.grants.append((grant_id, row.pk, terms.until, sealed))
        return case, release

    def finish(self, seen: Collection[str] | None = None) -> int:
        """Let the team into all of them at once."""
        with transaction.atomic():
            card = _held(self.team.id)
            if card.key_number != self.team.key_number:
                raise TeamChanged
            # Whoever else brings cases to this team waits for its row: none come between this and the end.
            if seen is not None and not standing(card.id) <= frozenset(seen):
                raise BroughtMeanwhile
            Grant.objects.bulk_create(
                (
                    Grant(
                        id=grant_id,
                        case_id=case_id,
                        team_id=card.id,
                        expires_at=until,
                        team_key_number=card.key_number,
                        sealed=sealed,
                    )
                    for grant_id, case_id, until, sealed in self.grants
                ),
                batch_size=AT_ONCE * 5,
            )
            for start in range(0, len(self.ids), 500):
                Case.objects.filter(pk__in=self.ids[start : start + 500]).update(confirm_by=None)
            let_in = [team_counts.Event(team_counts.What.LET_IN)] * len(self.grants)
            team_counts.count((card.id,), let_in, self.now.astimezone(UTC).date())
        return len(self.ids)

    def give_up(self) -> None:
        """Take away what was written. What this does not reach, the sweep does."""
        for case_id in self.ids:
            ending.erase_case(case_id, self.now)

    def _name(self, number: int) -> str:
        """What stands where other cases have the name of their code. No code gives it."""
        return keys.index("brought1", f"{self.run}|{number}")

    def _stands(self) -> bool:
        return Case.objects.filter(code_index=self._name(0), confirm_by=None).exists()


def _end_of(day: date) -> datetime:
    """The moment after this day, in UTC: a case goes with the first sweep after it."""
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def _held(team_id: str) -> TeamCard:
    card = teams.held(team_id)
    if card is None or not card.public_key:
        raise NobodyThere
    return card
