"""The row of a grant: the key of a case for a team, as long as the release holds.

What is sealed to the team is the key of the case and what the server must know to keep the terms. It is bound
to the case, the grant and the end of the release, so no row can be made to last longer, nor be moved.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from django.db import transaction
from django.db.models import QuerySet

from survivor_portal import seals
from survivor_portal.advocates import teams
from survivor_portal.advocates.who import TeamCard
from survivor_portal.cases import keys
from survivor_portal.cases.actors import Scope
from survivor_portal.cases.keys import OpenCase
from survivor_portal.cases.models import Case
from survivor_portal.cases.models import Grant as Row
from survivor_portal.cases.releases import Release
from survivor_portal.insights import team_counts

AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Inside:
    """What a grant holds for its team. Holds a key: as an OpenCase."""

    key: bytes = field(repr=False)
    key_number: int
    scopes: frozenset[Scope]
    not_for: tuple[str, ...]
    label: str
    release_id: str
    brought_as: str = ""


def put(case: OpenCase, release: Release, card: TeamCard) -> None:
    """Seal the key of a case to a team on the terms of a release: a new row, or the one it has.

    A case that a team is let into for the first time counts in the team's figures."""
    _row, is_new = Row.objects.update_or_create(
        id=release.grant_id,
        defaults={
            "case_id": case.id,
            "team_id": card.id,
            "expires_at": release.terms.until,
            "revoked_at": None,
            "team_key_number": card.key_number,
            "sealed": sealed(case, release, card),
        },
    )
    if is_new:
        today = release.given_at.astimezone(UTC).date()
        team_counts.count((card.id,), [team_counts.Event(team_counts.What.LET_IN)], today)


def empty(case_id: str, grant_id: str, now: datetime) -> None:
    """From here on the row opens nothing."""
    Row.objects.filter(pk=grant_id, case_id=case_id).update(revoked_at=now, sealed=b"")


class Sealed(Protocol):
    """A grant as far as it must be read to open it."""

    @property
    def id(self) -> Any: ...
    @property
    def case_id(self) -> Any: ...
    @property
    def expires_at(self) -> Any: ...
    @property
    def sealed(self) -> Any: ...


def opened(row: Sealed, secret: bytes) -> Inside:
    """What the grant holds, with the team's secret half. Raises seals.WrongKey."""
    context = _context(row.case_id, row.id, row.expires_at)
    plain = keys.unpacked(seals.open_sealed(secret, bytes(row.sealed), context=context))
    return Inside(
        key=bytes.fromhex(plain["key"]),
        key_number=int(plain["key_number"]),
        scopes=frozenset(map(Scope, plain["scopes"])),
        not_for=tuple(plain["not_for"]),
        label=str(plain["label"]),
        release_id=str(plain["release"]),
        brought_as=str(plain.get("brought_as", "")),
    )


def live(now: datetime) -> QuerySet[Row]:
    """Grants that hold now."""
    return Row.objects.filter(revoked_at=None, expires_at__gt=now).exclude(sealed=b"")


def renew_keys(case: OpenCase, held: Iterable[Release], now: datetime) -> None:
    """After a change of a case's key: the new one for each team that is still let in, nothing for any other.

    `held`: the releases of the case that were not taken back. What they do not speak of was put in from
    outside, and goes.
    """
    by_grant = {release.grant_id: release for release in held if release.is_live(now)}
    cards = teams.cards(release.team_id for release in by_grant.values())
    kept = []
    for row in Row.objects.select_for_update().filter(case_id=case.id).order_by("pk"):
        release = by_grant.get(row.pk)
        card = cards.get(row.team_id)
        if release is None or card is None or release.team_id != row.team_id or row.revoked_at is not None:
            row.sealed = b""
        else:
            row.expires_at, row.team_key_number = release.terms.until, card.key_number
            row.sealed = sealed(case, release, card)
        kept.append(row)
    if kept:
        Row.objects.bulk_update(kept, ["sealed", "expires_at", "team_key_number"])


def reseal_team(old: TeamCard, secret: bytes, new: TeamCard, now: datetime) -> None:
    """Seal all that a team was granted to its new pair, and have each of those cases get a new key.

    Whoever left knew the old pair, and with it the keys of these cases: each gets a new one when anybody who
    may opens it next. `secret`: the old half. Call it in the transaction that changes the pair. What does not
    hold any more is left to the sweep.
    """
    with transaction.atomic():
        teams.held(old.id)
        # First the cases, then their grants: the order in which everybody takes them.
        ids = live(now).filter(team_id=old.id).values("case_id")
        cases = Case.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
        affected = list(cases.values_list("pk", flat=True))
        for start in range(0, len(affected), AT_ONCE):
            some = affected[start : start + AT_ONCE]
            rows = list(live(now).select_for_update().filter(team_id=old.id, case_id__in=some))
            for row in rows:
                row.team_key_number, row.sealed = new.key_number, _for_new_pair(row, secret, new)
            # In one statement, which an update of so many rows by their ids is not.
            Row.objects.bulk_create(
                rows,
                update_conflicts=True,
                unique_fields=["id"],
                update_fields=["sealed", "team_key_number"],
            )
            Case.objects.filter(pk__in=some).update(wants_new_key=True)


def _for_new_pair(row: Row, secret: bytes, new: TeamCard) -> bytes:
    context = _context(row.case_id, row.pk, row.expires_at)
    try:
        text = seals.open_sealed(secret, bytes(row.sealed), context=context)
    except seals.WrongKey:
        # It opened for nobody before either.
        return b""
    return seals.seal_to(new.public_key, text, context=context)


def sealed(case: OpenCase, release: Release, card: TeamCard) -> bytes:
    """The key of a case and the terms of a release, for this team and for as long as the release holds."""
    terms = release.terms
    text = keys.packed(
        {
            "key": case.case_key.hex(),
            "key_number": case.key_number,
            "scopes": sorted(terms.scopes),
            "not_for": list(terms.not_for),
            "label": release.label,
            "release": release.id,
            "brought_as": release.brought_as,
        }
    )
    return seals.seal_to(card.public_key, text, context=_context(case.id, release.grant_id, terms.until))


def _context(case_id: str, grant_id: str, until: datetime) -> bytes:
    return f"grant1|{case_id}|{grant_id}|{until.timestamp():.0f}".encode()
