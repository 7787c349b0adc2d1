"""A person makes a case theirs that a team brought along: a code and a phrase of their own, and who stays in.

The team's release on file ends with it. The team goes on only with a new one that the person gives there and
then. The case gets a new key either way: the one-time code that carried the old one was said aloud.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from survivor_portal import seals
from survivor_portal.advocates import teams
from survivor_portal.cases import codes, grants, offers, opening, phrases, records, unlocked
from survivor_portal.cases import releases as papers
from survivor_portal.cases.access import KEEP_CHOICES, CodeTaken, PhraseRefused
from survivor_portal.cases.book import Note
from survivor_portal.cases.keys import OpenCase
from survivor_portal.cases.models import Case, Owner
from survivor_portal.cases.offers import Offer
from survivor_portal.cases.rekey import Rewrite, rekey
from survivor_portal.cases.releases import Release, Terms
from survivor_portal.cases.throttle import Bucket
from survivor_portal.cases.unlocked import Session

HOLDERS = (Owner.person, Owner.guardian)


class NotTheTeams(Exception):
    """Somebody holds this case already; nobody takes it over."""


def held_by(case: OpenCase) -> Release:
    """The release by which a team holds a case that is nobody else's yet. Raises NotTheTeams."""
    found = [one for one in papers.holding(case).values() if one.terms.paper is not None]
    if not found or not Case.objects.filter(pk=case.id, owner=Owner.team).exists():
        raise NotTheTeams
    return found[0]


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
    """Give the case of this one-time code to the person: open here under its new key, closed everywhere else.

    `code`, `phrase`: as drawn or chosen, and on paper before this. `stays`: the terms on which the team goes
    on, None where it does not. All of it or nothing. Raises NoOffer (used or withdrawn meanwhile),
    NotTheTeams, CodeTaken, PhraseRefused, TooLong, NobodyThere, Busy, away.NotNow, and as `rekey.rekey`.
    """
    if owner not in HOLDERS or keep_days not in KEEP_CHOICES:
        raise ValueError("Not somebody who holds a case, or not one of the spans.")
    code = codes.read_code(code)
    if why := phrases.refused(phrase, code):
        raise PhraseRefused(why)
    case = offer.case
    if case is None:
        raise offers.NoOffer
    own = seals.new_pair()
    salt, wrap = opening.wrapped(case, own.secret, Bucket.phrase, phrases.canonical(phrase))
    rewrite = tuple(rewrite)
    with transaction.atomic():
        # The team before the case: the order in which everybody takes them.
        card = teams.held(offer.team_id)
        row = Case.objects.select_for_update().filter(pk=case.id).first()
        offers.use(offer)
        if row is None or row.owner != Owner.team:
            raise NotTheTeams
        release = held_by(case)
        try:
            with transaction.atomic():
                Case.objects.filter(pk=case.id).update(
                    code_index=opening.code_index(code),
                    owner=owner,
                    kdf=opening.KDF,
                    salt=salt,
                    wrap=wrap,
                    recovery_salt=seals.new_salt(),
                    recovery_wrap=seals.blank_wrap(),
                    owner_key=own.public,
                    sealed_key=opening.sealed_key(case, own.public),
                    expires_on=(now + timedelta(days=keep_days)).date(),
                    last_active_on=now.date(),
                )
        except IntegrityError:
            raise CodeTaken from None
        (kept,) = records.read(case, records.OWN)
        note = Note("taken_over", {"team": release.team, "organisation": release.organisation})
        records.change(case, kept, {**kept.document, "keep_days": keep_days}, note, now)
        if stays is not None and card is not None:
            grants.give(case, card, stays, now, release.label)
            changed = rekey(case, now, rewrite)
        else:
            changed = grants.revoke(case, release.grant_id, now, rewrite)
    return unlocked.begin(_with_new_end(changed, now, keep_days), now, watched=watched)


def _with_new_end(case: OpenCase, now: datetime, keep_days: int) -> OpenCase:
    return OpenCase(
        case.id, case.case_key, case.shred, (now + timedelta(days=keep_days)).date(), case.key_number
    )
