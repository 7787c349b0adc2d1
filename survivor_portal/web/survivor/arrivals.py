"""What came in through the slot of a case while it was closed, and what follows from each kind of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from survivor_portal.cases import refusals, slot
from survivor_portal.cases.keys import OWNER, Document, OpenCase
from survivor_portal.cases.slot import SLOT
from survivor_portal.followups import reminders
from survivor_portal.web.survivor import asked, keeping_drafts, mail_arrived, posted

# Called inside the transaction that empties the slot. What it raises leaves all of it waiting there.
Received = Callable[[OpenCase, Document, datetime], None]

RECEIVED: dict[str, Received] = {
    keeping_drafts.KIND: keeping_drafts.received,
    mail_arrived.KIND: mail_arrived.received,
    asked.LOOKUP: asked.received_lookup,
    asked.LINK_CHECK: asked.received_check,
    **refusals.RECEIVED,
    reminders.TOLD: reminders.received,
    **posted.RECEIVED,
}


def take_in(case: OpenCase, now: datetime) -> None:
    """Empty the slot of an open case. A kind nobody knows is in the book and has no further effect."""
    if case.by != OWNER:
        # What comes in is not the doing of somebody at a desk who opened the door.
        case = replace(case, by=SLOT, may_write=True)
    slot.take_in(case, now, lambda arrived: _receive(case, arrived, now))


def _receive(case: OpenCase, arrived: Document, now: datetime) -> None:
    received = RECEIVED.get(str(arrived["kind"]))
    if received is not None:
        received(case, arrived, now)
