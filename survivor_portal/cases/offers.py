"""One-time codes from a desk: to let a team in, or to take a case over, with no phrase spoken or typed there.

Somebody at a desk says the code on the phone or sends it in a chat; the person enters it on a device of their
own. A code is good once and for half an hour. It ends before that when whoever made it has no seat any more,
when the team's release of the case ended, or when the case got another key.

What it is for is locked under the code itself and the key of the index together, slowly: the database alone
opens nothing, however many codes are tried on it.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet

from survivor_portal import seals
from survivor_portal.cases import book, codes, flood, keys, throttle
from survivor_portal.cases.book import CaseGone, Note, Rekeyed
from survivor_portal.cases.codes import LET_IN_SIGNS, TAKE_OVER_SIGNS, Mistyped
from survivor_portal.cases.keys import OpenCase
from survivor_portal.cases.models import Case, OfferKind
from survivor_portal.cases.models import Offer as Row
from survivor_portal.cases.throttle import Bucket, WaitUntil
from survivor_portal.counts.pool import SLOW_KEYS, Busy
from survivor_portal.keystore import shred
from survivor_portal.keystore.away import NotNow

LASTS = timedelta(minutes=30)
GROUP = 5
# So many codes of one person may be out at once.
MOST = 20
AT_ONCE = 5000
# Who only reads gives nobody a code.
MAKERS = ("lead", "advocate")
PURPOSE = "offer1"


class NoOffer(Exception):
    """There is no such code: never made, used, over, or withdrawn. Which, is not said, and not known here."""


class NotYours(Exception):
    """Whoever asks has no seat in this team that makes codes, or the team was not let into this case."""


class TooManyOut(Exception):
    """As many codes of this person as can be are still to be used."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the desk proposes, for the person to change or refuse. Days: how long the release would run."""

    scopes: tuple[str, ...]
    days: int
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a code stands for. `case` only where the code takes a case over. Holds keys: as an OpenCase."""

    id: str
    kind: OfferKind
    team_id: str
    person_id: str
    expires_at: datetime
    proposal: Proposal | None = None
    case: OpenCase | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Out:
    """A code that somebody made and nobody used yet. The code itself is nowhere."""

    id: str
    kind: OfferKind
    team_id: str
    case_id: str
    expires_at: datetime


def make_let_in(person_id: str, team_id: str, proposal: Proposal, now: datetime) -> str:
    """A code of ten signs with which somebody lets this team into their case.

    `person_id`: who makes it, at an open desk. Raises NotYours, TooManyOut, Busy.
    """
    document = {"scopes": list(proposal.scopes), "days": proposal.days, "purpose": proposal.purpose}
    code = codes.new_one_time_code(LET_IN_SIGNS)
    row = _sealed(code, OfferKind.let_in, team_id, person_id, "", document, now)
    with transaction.atomic():
        _keep(row, now)
    return code


def make_take_over(person_id: str, team_id: str, case: OpenCase, now: datetime) -> str:
    """A code of twenty signs with which somebody makes a case theirs, or sets a new phrase for it.

    It carries the key of the case. One made before for this case ends. That it was made stands in the book.
    Raises NotYours, TooManyOut, Busy, CaseGone, Rekeyed.
    """
    code = codes.new_one_time_code(TAKE_OVER_SIGNS)
    document = {"key": case.case_key.hex(), "key_number": case.key_number}
    row = _sealed(code, OfferKind.take_over, team_id, person_id, case.id, document, now)
    with transaction.atomic():
        book.add(case, [Note("take_over_offered")], now)
        Row.objects.filter(case_id=case.id).delete()
        _keep(row, now)
    return code


def read(typed: str, now: datetime) -> Offer:
    """What this code is for. It stays good. Raises Mistyped, NoOffer, WaitUntil, Busy, NotNow.

    Takes the same steps whether or not there is such a code.
    """
    code = codes.read_one_time_code(typed)
    name = offer_id(code)
    with SLOW_KEYS.turn():
        throttle.charge(name, Bucket.phrase, now)
        row = _alive(now).filter(pk=name).first()
        sealed = bytes(row.sealed) if row else bytes(seals.SALT_BYTES)
        key = _key(code, sealed[: seals.SALT_BYTES])
    try:
        text = seals.unlock(key, sealed[seals.SALT_BYTES :], context=_context(row) if row else b"")
    except seals.WrongKey:
        flood.note(now)
        raise NoOffer from None
    if row is None:
        raise NoOffer
    try:
        case = _case(row, keys.unpacked(text))
    except NotNow:
        throttle.give_back(name, Bucket.phrase)
        raise
    with transaction.atomic():
        throttle.forgive(name, Bucket.phrase)
    return _offer(row, keys.unpacked(text), case)


def use(offer: Offer) -> None:
    """From here on the code is worth nothing. Call it in the transaction of what it was used for.

    Of two at once one is told: raises NoOffer.
    """
    if not Row.objects.filter(pk=offer.id).delete()[0]:
        raise NoOffer


def out(person_id: str, now: datetime) -> tuple[Out, ...]:
    """The codes of this person that are still to be used, the newest first."""
    rows = _alive(now).filter(person_id=person_id).order_by("-expires_at", "pk")
    return tuple(
        Out(row.pk, OfferKind(row.kind), row.team_id, row.case_id or "", row.expires_at) for row in rows
    )


def withdraw(person_id: str, ids: Collection[str]) -> int:
    """End codes this person made; how many. To do it twice does no harm."""
    return Row.objects.filter(pk__in=list(ids), person_id=person_id).delete()[0]


def sweep(now: datetime) -> int:
    """Delete codes whose time is over, and say how many."""
    return Row.objects.filter(expires_at__lte=now).delete()[0]


def offer_id(code: str) -> str:
    """Under which name the offer of a code, as it was drawn, is found."""
    return keys.index(PURPOSE, code)


def _alive(now: datetime) -> QuerySet[Row]:
    """Those whose maker still has a seat that makes codes, and whose team is let in, where it must be."""
    mine = Row.objects.filter(
        expires_at__gt=now,
        person__is_active=True,
        team__memberships__person=F("person"),
        team__memberships__role__in=MAKERS,
        # A seat that a colleague opened, for the pair the team has now.
        team__memberships__key_number=F("team__key_number"),
    )
    let_in = mine.filter(case__isnull=True)
    granted = mine.filter(
        case__grants__team=F("team"), case__grants__revoked_at=None, case__grants__expires_at__gt=now
    )
    return (let_in | granted).distinct()


def _keep(row: Row, now: datetime) -> None:
    if Row.objects.filter(person_id=row.person_id, expires_at__gt=now).count() >= MOST:
        raise TooManyOut
    row.save(force_insert=True)
    if not _alive(now).filter(pk=row.pk).exists():
        raise NotYours


def _sealed(
    code: str,
    kind: OfferKind,
    team_id: str,
    person_id: str,
    case_id: str,
    document: keys.Document,
    now: datetime,
) -> Row:
    row = Row(
        id=offer_id(code),
        kind=kind,
        team_id=team_id,
        person_id=person_id,
        case_id=case_id or None,
        expires_at=now + LASTS,
    )
    salt = seals.new_salt()
    with SLOW_KEYS.turn():
        key = _key(code, salt)
    row.sealed = salt + seals.lock(key, keys.packed(document), context=_context(row))
    return row


def _key(code: str, salt: bytes) -> bytes:
    return seals.phrase_key(keys.index("offerkey1", code) + code, salt, settings.PHRASE_COST)


def _context(row: Row) -> bytes:
    until = f"{row.expires_at.timestamp():.0f}"
    return f"{PURPOSE}|{row.pk}|{row.kind}|{row.team_id}|{row.person_id}|{row.case_id or ''}|{until}".encode()


def _case(row: Row, document: keys.Document) -> OpenCase | None:
    """The case that a code carries the key of. Raises NoOffer where it was deleted or has another key."""
    if row.case_id is None:
        return None
    half = shred.get([row.case_id]).get(row.case_id)
    found = Case.objects.filter(pk=row.case_id).only("expires_on", "key_number").first()
    if found is None or half is None or found.key_number != document["key_number"]:
        raise NoOffer
    return OpenCase(
        found.pk, bytes.fromhex(document["key"]), half, found.expires_on, int(document["key_number"])
    )


def _offer(row: Row, document: keys.Document, case: OpenCase | None) -> Offer:
    proposal = None
    if case is None:
        proposal = Proposal(tuple(document["scopes"]), int(document["days"]), str(document["purpose"]))
    return Offer(row.pk, OfferKind(row.kind), row.team_id, row.person_id, row.expires_at, proposal, case)


__all__ = [
    "Busy",
    "CaseGone",
    "Mistyped",
    "NoOffer",
    "NotNow",
    "NotYours",
    "Offer",
    "OfferKind",
    "Out",
    "Proposal",
    "Rekeyed",
    "TooManyOut",
    "WaitUntil",
    "make_let_in",
    "make_take_over",
    "offer_id",
    "out",
    "read",
    "sweep",
    "use",
    "withdraw",
]
