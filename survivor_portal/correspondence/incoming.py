"""An answer by mail: counted, sealed to its case, and left in the slot until the person is there."""

from datetime import UTC, datetime
from enum import StrEnum

from django.db import transaction
from django.db.models import Q

from survivor_portal.cases import slot
from survivor_portal.cases.book import CaseGone
from survivor_portal.cases.keys import Document
from survivor_portal.correspondence import relays
from survivor_portal.correspondence.models import Fresh, Relay
from survivor_portal.correspondence.relays import Counted, Route
from survivor_portal.mails import Read

KIND = "mail"
# The slot holds 500: what the person typed too late must find room there whoever writes to her.
MOST_WAITING = 300


class Taken(StrEnum):
    """What became of a mail."""

    yes = "yes"
    later = "later"  # too many for today, or the slot is full: the sender may try again
    never = "never"  # closed, deleted, unknown, or as many came as may in all


def may_come(token: str, now: datetime) -> tuple[Route | None, Taken]:
    """Where mail to this local part goes, and whether one may come now. Counts nothing; one query each."""
    route = relays.find(token, now)
    if route is None:
        return None, Taken.never
    day = now.astimezone(UTC).date()
    open_ones = Relay.objects.filter(pk=route.id, in_all__lt=relays.MOST_IN_ALL)
    if open_ones.filter(Q(day__isnull=True) | ~Q(day=day) | Q(of_day__lt=relays.MOST_A_DAY)).exists():
        return route, Taken.yes
    return route, Taken.later if open_ones.exists() else Taken.never


def arrive(route: Route, mail: Read, now: datetime) -> Taken:
    """Count a mail and leave it sealed in the slot of its case: all of it, or nothing of it is kept."""
    try:
        with transaction.atomic():
            counted = relays.count(route, now)
            if counted is not Counted.yes:
                return Taken.later if counted is Counted.not_today else Taken.never
            slot.drop(route.case_id, KIND, _document(route, mail), now, most=MOST_WAITING)
            # Blindly, and once for however many: the door for mail cannot read what it writes.
            Fresh.objects.bulk_create([Fresh(case_id=route.case_id)], ignore_conflicts=True)
    except CaseGone:
        return Taken.never
    except slot.SlotFull:
        return Taken.later
    return Taken.yes


def news(most: int) -> list[str]:
    """The cases for which mail came in since `looked_at` was called for them; so many at most."""
    return list(Fresh.objects.values_list("case_id", flat=True)[:most])


def looked_at(case_id: str) -> None:
    """What had to be done for the mail of this case is done."""
    Fresh.objects.filter(pk=case_id).delete()


def turn_away(route: Route, now: datetime) -> None:
    """Count a mail that was refused for what it is: to read it cost as much as any other."""
    relays.count(route, now)


def _document(route: Route, mail: Read) -> Document:
    return {
        "request": route.takedown_id,
        "text": mail.text,
        "subject": mail.subject,
        "sender": mail.sender,
        "sent_at": mail.sent_at.isoformat() if mail.sent_at else "",
        "message_id": mail.message_id,
        "removed": [[removed.kind, removed.count] for removed in mail.removed],
        "verdict": mail.verdict.value,
        "is_bounce": mail.is_bounce,
        "returned": mail.returned,
        "is_auto": mail.is_auto,
        "is_cut": mail.is_cut,
    }
