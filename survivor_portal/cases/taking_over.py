"""With a one-time code from a desk, on a device of their own, a person makes a case theirs, or theirs again.

A case that a team brought along becomes the person's own; the release on file ends with that, and the team
goes on only with one the person gives there and then. A case the person has already gets another code and
phrase, because the old ones are lost. Either way it gets a new key: the code that carried the old one was
said aloud.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db import transaction

from survivor_portal import seals
from survivor_portal.advocates import teams
from survivor_portal.cases import codes, grants, offers, opening, phrases, records, throttle, unlocked
from survivor_portal.cases import releases as papers
from survivor_portal.cases.access import KEEP_CHOICES, CodeTaken, PhraseRefused, is_taken, put_under
from survivor_portal.cases.book import Note
from survivor_portal.cases.keys import Document, OpenCase
from survivor_portal.cases.models import Case, Owner
from survivor_portal.cases.offers import Offer
from survivor_portal.cases.rekey import Rewrite, rekey
from survivor_portal.cases.releases import Release, Terms
from survivor_portal.cases.throttle import Bucket
from survivor_portal.cases.unlocked import Session

HOLDERS = (Owner.person, Owner.guardian)


class NotTheTeams(Exception):
    """Somebody holds this case already."""


@dataclass(frozen=True, slots=True)
class NewOwner:
    """What a new phrase is the key to: a fresh pair, its secret half wrapped."""

    public: bytes
    salt: bytes = field(repr=False)
    wrap: bytes = field(repr=False)


def release_of_team(case: OpenCase) -> Release | None:
    """The release on file by which a team holds a case; None where somebody has made it theirs."""
    if not Case.objects.filter(pk=case.id, owner=Owner.team).exists():
        return None
    found = (one for one in papers.holding(case).values() if one.terms.paper is not None)
    return next(found, None)


def new_owner(case: OpenCase, phrase: str) -> NewOwner:
    """A pair under this phrase, slowly; nothing is written. Raises PhraseRefused, Busy."""
    if why := phrases.refused(phrase):
        raise PhraseRefused(why)
    own = seals.new_pair()
    salt, wrap = opening.wrapped(case, own.secret, Bucket.phrase, phrases.canonical(phrase))
    return NewOwner(own.public, salt, wrap)


def put_owner(case: OpenCase, new: NewOwner) -> None:
    """From here on only this phrase opens the case: not the one before, nor a recovery code. Within a
    transaction, and followed by `rekey`: whoever knows the old phrase may have the key."""
    Case.objects.filter(pk=case.id).update(
        kdf=opening.KDF,
        salt=new.salt,
        wrap=new.wrap,
        recovery_salt=seals.new_salt(),
        recovery_wrap=seals.blank_wrap(),
        owner_key=new.public,
        sealed_key=opening.sealed_key(case, new.public),
    )


def take_over(
    offer: Offer,
    now: datetime,
    rewrite: Iterable[Rewrite],
    *,
    code: str,
    phrase: str,
    owner: Owner,
    keep_days: int,
    stays: Terms | None,
    watched: bool = False,
) -> Session:
    """Give the case a team brought along to the person: open here under its new key, closed everywhere else.

    `code`, `phrase`: as drawn or chosen, and on paper before this. `stays`: the terms on which the team goes
    on, None where it does not. All of it or nothing. Raises NoOffer (used or withdrawn meanwhile),
    NotTheTeams, CodeTaken, PhraseRefused, TooLong, NobodyThere, Busy, away.NotNow, and as `rekey.rekey`.
    """
    if owner not in HOLDERS or keep_days not in KEEP_CHOICES:
        raise ValueError("Not somebody who holds a case, or not one of the spans.")
    case, new = _begun(offer, code, phrase)
    with transaction.atomic():
        # The team before the case: the order in which everybody takes them.
        card = teams.held(offer.team_id)
        row = Case.objects.select_for_update(no_key=True).filter(pk=case.id).first()
        offers.use(offer)
        release = release_of_team(case)
        if row is None or release is None:
            raise NotTheTeams
        _is_free(code)
        put_owner(case, new)
        Case.objects.filter(pk=case.id).update(owner=owner)
        note = Note("taken_over", {"team": release.team, "organisation": release.organisation})
        case = _kept_for(case, keep_days, note, now)
        if stays is not None and card is not None:
            grants.give(case, card, stays, now, release.label)
            changed = rekey(case, now, rewrite)
        else:
            changed = grants.revoke(case, release.grant_id, now, rewrite)
        put_under(case.id, codes.read_code(code))
    return unlocked.begin(changed, now, watched=watched)


def begin_again(
    offer: Offer,
    now: datetime,
    rewrite: Iterable[Rewrite],
    *,
    code: str,
    phrase: str,
    keep_days: int,
    watched: bool = False,
) -> Session:
    """Give a case back to the person who has lost its code or phrase; who was let in stays let in.

    The code and phrase from before and the recovery code open nothing from then on. Raises as `take_over`;
    NotTheTeams means here that nobody holds it but a team.
    """
    if keep_days not in KEEP_CHOICES:
        raise ValueError("Not one of the spans.")
    case, new = _begun(offer, code, phrase)
    with transaction.atomic():
        row = Case.objects.select_for_update(no_key=True).filter(pk=case.id).first()
        offers.use(offer)
        if row is None or row.owner not in HOLDERS:
            raise NotTheTeams
        _is_free(code)
        throttle.forget(row.code_index)
        put_owner(case, new)
        case = _kept_for(case, keep_days, Note("owner_anew"), now)
        changed = rekey(case, now, rewrite)
        put_under(case.id, codes.read_code(code))
    return unlocked.begin(changed, now, watched=watched)


def _begun(offer: Offer, code: str, phrase: str) -> tuple[OpenCase, NewOwner]:
    if why := phrases.refused(phrase, codes.read_code(code)):
        raise PhraseRefused(why)
    if offer.case is None:
        raise offers.NoOffer
    return offer.case, new_owner(offer.case, phrase)


def _is_free(code: str) -> None:
    """Said before anything is written, the ledger of what was ended included. Raises CodeTaken."""
    if is_taken(codes.read_code(code)):
        raise CodeTaken


def _kept_for(case: OpenCase, keep_days: int, note: Note, now: datetime) -> OpenCase:
    (kept,) = records.read(case, records.OWN)
    document: Document = {**kept.document, "keep_days": keep_days}
    records.change(case, kept, document, note, now)
    last = (now + timedelta(days=keep_days)).date()
    Case.objects.filter(pk=case.id).update(expires_on=last, last_active_on=now.date(), confirm_by=None)
    return replace(case, expires_on=last)
