"""What a worker does with a letter: hand it over, again and again if need be, and tell the case how it ended.

At least once, each time under the same Message-ID; the case is told once.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

from django.db import transaction

from survivor_portal.cases import keys, slot
from survivor_portal.cases.book import CaseGone
from survivor_portal.cases.keys import Document
from survivor_portal.correspondence import outgoing
from survivor_portal.correspondence.handover import NotTaken, TryLater, hand_over
from survivor_portal.correspondence.models import Outgoing
from survivor_portal.correspondence.signing import signed
from survivor_portal.keystore import capsules
from survivor_portal.slips import due
from survivor_portal.slips.due import Effect, Work

SENT, NOT_SENT, LOST = "mail_sent", "mail_failed", "mail_unknown"  # what is dropped into the slot
AT_ONCE = 500
REFUSED, GAVE_UP, TOO_OLD = "refused", "gave_up", "too_old"


def leave(work: Work, now: datetime) -> Effect | None:
    """Hand over one letter; gives what then happens once. Raises TryLater: to be called again."""
    row = _row(work.subject)
    if row is None:
        return None  # it was stopped, or its case was deleted
    try:
        letter = keys.unpacked(capsules.open(row.pk, outgoing.KIND, now))
    except capsules.NoCapsule:
        return _failed(row, now, TOO_OLD)
    try:
        taken = hand_over(signed(letter["mail"].encode("ascii")), letter["from"], letter["to"])
    except NotTaken as refusal:
        return _failed(row, now, REFUSED, code=refusal.code, words=refusal.words)
    except TryLater:
        if work.attempt >= due.MOST_ATTEMPTS:
            return _failed(row, now, GAVE_UP)
        raise
    return _tells(row, SENT, now, {"words": taken.reply})


def give_up(_: Work, now: datetime) -> None:
    """Tell of letters whose time is over, whatever kept them from leaving: nothing ends without a word."""
    rows = Outgoing.objects.select_related("relay").filter(until__lte=now).order_by("until")
    for row in rows[:AT_ONCE]:
        with transaction.atomic():
            _failed(row, now, TOO_OLD)()


def lose(letter_ids: Iterable[str], now: datetime) -> int:
    """Take these back, for a backup was put back and they may have left; how many letters they were.

    Their cases are told that nobody knows. Ids of other things are passed over.
    """
    rows = list(Outgoing.objects.select_related("relay").filter(pk__in=list(letter_ids)))
    for row in rows:
        with transaction.atomic():
            _tells(row, LOST, now, {})()
    return len(rows)


def _row(letter_id: str) -> Outgoing | None:
    return Outgoing.objects.select_related("relay").filter(pk=letter_id).first()


def _failed(row: Outgoing, now: datetime, why: str, *, code: int = 0, words: str = "") -> Effect:
    return _tells(row, NOT_SENT, now, {"why": why, "code": code, "words": words})


def _tells(row: Outgoing, kind: str, now: datetime, document: Document) -> Effect:
    whole = {"request": row.relay.takedown_id, "letter": row.pk, **document}
    case_id = row.relay.case_id

    def effect() -> None:
        # Where the slot is full nothing can be told; the page then says that it does not know.
        with suppress(CaseGone, slot.SlotFull):
            slot.drop(case_id, kind, whole, now)
        outgoing.forget([row.pk])

    return effect
