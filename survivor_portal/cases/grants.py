"""Let a team into a case, change until when, and take it back. The face of what was granted."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import F

from survivor_portal.advocates import teams
from survivor_portal.advocates.who import TeamCard
from survivor_portal.cases import actors, book, departures, grant_rows, keys, let_in, refusals, unlocked
from survivor_portal.cases import releases as papers
from survivor_portal.cases.actors import Actor, Scope
from survivor_portal.cases.book import Note
from survivor_portal.cases.grant_rows import reseal_team
from survivor_portal.cases.keys import NotTheOwners, OpenCase
from survivor_portal.cases.ledger import Ended
from survivor_portal.cases.let_in import Granted, GrantRow, NotLetIn, keys_of, keys_of_rows, open_as
from survivor_portal.cases.models import Case, Grant, Look
from survivor_portal.cases.rekey import Rewrite, rekey
from survivor_portal.cases.releases import LONGEST, Consent, Release, Terms

LONGEST_LABEL = 60
AT_ONCE = 1000
# Longer than a desk is open, and than a day.
LOOKS_LAST = timedelta(days=2)


class TooLong(Exception):
    """A release ends within a year, and after it begins."""


class NoSuchRelease(Exception):
    """This case has no such release, or it was taken back already."""


class NobodyThere(Exception):
    """This team is no more, or nobody has come in yet, so nothing can be sealed to it."""


@dataclass(frozen=True, slots=True)
class Access:
    """That somebody saw the case, or tried to, as its book tells.

    `kind`: "opened_by", "listed", "refused", or "refused_act" where somebody who was let in tried what they
    may not do.

    `name` is "" where a list showed the label of the case to a whole team.
    """

    at: datetime
    kind: str
    name: str
    team: str


def give(case: OpenCase, team: TeamCard, terms: Terms, now: datetime, label: str = "") -> Release:
    """Let a team in: the paper into the case, the key of the case sealed to the team, a line in the book.

    A team that is let in already gets these terms instead, and has to open the case again. Call it outside
    any transaction that holds the case. Raises TooLong, NobodyThere, NotTheOwners.
    """
    keys.owners_only(case)
    terms = replace(terms, until=_end(terms.until, now))
    with transaction.atomic():
        card = _held(team.id)
        book.hold(case)
        row = Grant.objects.filter(case_id=case.id, team_id=card.id).first()
        grant_id = row.pk if row else keys.new_id()
        before = papers.holding(case).get(grant_id)
        if before is not None:
            papers.change(case, replace(before, ended_at=now), Note("release_replaced"), now)
            unlocked.end_at_desks(case.id)
        facts = {
            "grant": grant_id,
            "team": card.name,
            "organisation": card.organisation,
            "scopes": sorted(terms.scopes),
            "until": terms.until.isoformat(),
        }
        label = label.strip()[:LONGEST_LABEL]
        # What the team's own list called it stays known: brought again, the case is found by it.
        brought_as = before.brought_as if before else ""
        release = papers.add(
            case, card, grant_id, terms, label, Note("released", facts), now, brought_as=brought_as
        )
        grant_rows.put(case, release, card)
    return release


def renew(case: OpenCase, release: Release, until: datetime, now: datetime) -> Release:
    """Let it hold until another day, on the same terms; one that was taken back is given anew.

    The owner's alone, but for a release that the agency has on file. Raises TooLong, NobodyThere,
    NotTheOwners, ChangedMeanwhile.
    """
    if release.terms.consent is not Consent.on_file:
        keys.owners_only(case)
    until = _end(until, now)
    with transaction.atomic():
        card = _held(release.team_id)
        book.hold(case)
        if release.ended_at is not None:
            return give(case, card, replace(release.terms, until=until), now, release.label)
        facts = {
            "grant": release.grant_id,
            "team": card.name,
            "organisation": card.organisation,
            "until": until.isoformat(),
        }
        renewed = replace(release, terms=replace(release.terms, until=until))
        renewed = papers.change(case, renewed, Note("renewed", facts), now)
        grant_rows.put(case, renewed, card)
    return renewed


def revoke(case: OpenCase, grant_id: str, now: datetime, rewrite: Iterable[Rewrite]) -> OpenCase:
    """Take it back: the case gets a new key and closes in every browser, the one that asked included.

    `rewrite`: see `cases.rekey`; doors call `takedowns.rekey.revoke`. Raises NoSuchRelease, NotTheOwners, and
    as `rekey.rekey`.
    """
    keys.owners_only(case)
    with transaction.atomic():
        book.hold(case)
        release = papers.holding(case).get(grant_id)
        if release is None:
            raise NoSuchRelease
        facts = {"grant": grant_id, "team": release.team, "organisation": release.organisation}
        papers.change(case, replace(release, ended_at=now), Note("revoked", facts), now)
        grant_rows.empty(case.id, grant_id, now)
        departures.note(Ended.grant, grant_id, now)
        return rekey(case, now, rewrite)


def releases(case: OpenCase) -> tuple[Release, ...]:
    """Every release of this case, those that ended included, the newest first. Raises seals.WrongKey."""
    return papers.read(case)


def set_label(case: OpenCase, grant_id: str, text: str, now: datetime) -> Release:
    """Under which name a team's lists show the case. A pseudonym, never a real name.

    Also for a team that may only read: it is about their list. Raises NoSuchRelease, NobodyThere.
    """
    with transaction.atomic():
        release = papers.holding(case).get(grant_id)
        if release is None or not release.is_live(now):
            raise NoSuchRelease
        card = _held(release.team_id)
        label = text.strip()[:LONGEST_LABEL]
        note = Note("labelled", {"grant": grant_id, "label": label}, by=case.by)
        named = papers.change(case, replace(release, label=label), note, now)
        grant_rows.put(case, named, card)
    return named


def accesses(case: OpenCase) -> tuple[Access, ...]:
    """Who saw the case and when, the newest first. Raises Tampered."""
    kinds = (let_in.OPENED, let_in.LISTED, *refusals.Refusal)
    found = []
    for entry in reversed(book.timeline(case)):
        if entry.note.kind in kinds:
            by = actors.read(entry.note.by)
            at = entry.note.facts.get("at")
            when = datetime.fromisoformat(at) if at else entry.at
            found.append(Access(when, entry.note.kind, by.name, by.team))
    return tuple(found)


def sweep(now: datetime) -> int:
    """Empty the grants whose time is over, and say how many: from here on nobody opens them.

    The cases get a new key when they are opened next, by whoever may: a copy of the row that was made before
    opens nothing of them then. Forgets as well who looked at what from desks that closed long ago.
    """
    Look.objects.filter(made_at__lte=now - LOOKS_LAST).delete()
    over = list(Grant.objects.filter(expires_at__lte=now, revoked_at=None).values_list("pk", "case_id"))
    for start in range(0, len(over), AT_ONCE):
        some = over[start : start + AT_ONCE]
        with transaction.atomic():
            # First the cases: the order in which everybody takes them. Renewed meanwhile: asked once more.
            cases = sorted({case_id for _grant_id, case_id in some})
            Case.objects.filter(pk__in=cases).update(wants_new_key=True)
            held = Grant.objects.filter(pk__in=[name for name, _case_id in some], expires_at__lte=now)
            held.update(sealed=b"", revoked_at=F("expires_at"))
    return len(over)


def _end(until: datetime, now: datetime) -> datetime:
    """To the second, as it is bound into the grant."""
    end = until.astimezone(UTC).replace(microsecond=0)
    if not now < end <= now + LONGEST:
        raise TooLong
    return end


def _held(team_id: str) -> TeamCard:
    card = teams.held(team_id)
    if card is None or not card.public_key:
        raise NobodyThere
    return card


__all__ = [
    "Access",
    "Actor",
    "Consent",
    "GrantRow",
    "Granted",
    "NoSuchRelease",
    "NobodyThere",
    "NotLetIn",
    "NotTheOwners",
    "Release",
    "Scope",
    "Terms",
    "TooLong",
    "accesses",
    "give",
    "keys_of",
    "keys_of_rows",
    "open_as",
    "releases",
    "renew",
    "reseal_team",
    "revoke",
    "set_label",
    "sweep",
]
