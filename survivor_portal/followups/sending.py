"""Send one note: what a worker does with a slip of this kind. It knows one address, one text, one link."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from survivor_portal.cases import entrusted, keys
from survivor_portal.cases.keys import Document
from survivor_portal.correspondence import incoming, messages
from survivor_portal.correspondence.handover import NotTaken, hand_over
from survivor_portal.correspondence.messages import Message
from survivor_portal.correspondence.signing import signed
from survivor_portal.followups import reminders, sleeping
from survivor_portal.followups.models import Nudge, Reminder
from survivor_portal.followups.plan import About
from survivor_portal.followups.reminders import PURPOSE, Why
from survivor_portal.keystore import capsules
from survivor_portal.slips import due
from survivor_portal.slips.due import Effect, Work

AT_ONCE = 500
SENDER = "notes"  # before the @: too short to be the address of a request


def nudge(work: Work, now: datetime) -> Effect | None:
    """Send the note of this slip, unless it is wanted no more, too late, or the second of its day.

    Raises NotYet in the quiet hours, and whatever kept the mail server from taking it. Somebody who was
    handed it twice gets it twice, under the same Message-ID.
    """
    try:
        note: Document = keys.unpacked(capsules.open(work.subject, PURPOSE, now))
    except capsules.NoCapsule:
        return None  # taken back, or its time is over
    spans = [(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in note["open"]]
    spans += sleeping.spans(note)
    case_id = entrusted.case_of(work.subject)
    if case_id is None:
        return None
    start = _open_since(spans, now)
    if start is None:
        return partial(_too_late, case_id, work.subject, now)
    if note["about"] != About.test and not _first_today(case_id, work.subject, start):
        if note["about"] in (About.ends, About.answer):
            # The other one did not say that what is kept is deleted soon, nor came after this answer.
            _open_since([span for span in spans if span[0] > start], now)
        return partial(_done_with, work.subject)
    try:
        hand_over(signed(message(note, now)), sender(), note["to"])
    except NotTaken:
        return partial(reminders.end, case_id, Why.refused, now)
    except Exception:
        if work.attempt >= due.MOST_ATTEMPTS:
            # The slip stays for the operator to see. The case is told that one is missing.
            reminders.tell(case_id, Why.missed, now)
        raise
    return partial(_done_with, work.subject)


def sender() -> str:
    """From whom all notes come. What is sent back there is refused at the door."""
    return f"{SENDER}@{settings.RELAY_DOMAIN}"


def message(note: Document, now: datetime) -> bytes:
    """The mail: plain text, neutral subject, and the stop link where mail programs look for it."""
    return messages.written(
        Message(
            sender=sender(),
            sender_name=settings.NOTES_NAME,
            to=note["to"],
            subject=note["subject"],
            text=note["text"],
            message_id=note["message"],
            at=now,
            more=(
                # RFC 8058: one press in the mail program stops them, without a page and without a sign-in.
                ("List-Unsubscribe", f"<{note['stop']}>"),
                ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
                # RFC 3834: nobody's holiday answer is wanted.
                ("Auto-Submitted", "auto-generated"),
            ),
        )
    )


def answers(_: Work, now: datetime) -> None:
    """Wake the notes of those for whom an answer came in. It costs what came in since the last time."""
    for case_id in incoming.news(AT_ONCE):
        with transaction.atomic():
            sleeping.wake(case_id, now)
            incoming.looked_at(case_id)


def _open_since(spans: Sequence[tuple[datetime, datetime]], now: datetime) -> datetime | None:
    """When the hours began that are now; None where none are to come. Raises NotYet before the next ones."""
    for start, end in spans:
        if now < start:
            raise due.NotYet(start)
        if now < end:
            return start
    return None


def _first_today(case_id: str, capsule_id: str, start: datetime) -> bool:
    """Is this the first note of these hours? Said in one step, so that of two workers one is told no."""
    free = Q(last_at=None) | Q(last_at__lt=start) | Q(last_by=capsule_id)
    mine = Reminder.objects.filter(free, case_id=case_id)
    return mine.update(last_at=start, last_by=capsule_id) > 0


def _too_late(case_id: str, capsule_id: str, now: datetime) -> None:
    _done_with(capsule_id)
    reminders.tell(case_id, Why.missed, now)


def _done_with(capsule_id: str) -> None:
    Nudge.objects.filter(pk=capsule_id).delete()
    entrusted.take_back([capsule_id])
