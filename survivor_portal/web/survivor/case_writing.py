"""Write down what a form of a case says: once, as a whole, and never over what another window changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from survivor_portal.correspondence.threads import OtherWasFirst
from survivor_portal.takedowns import operations, together
from survivor_portal.takedowns.operations import Takedown
from survivor_portal.takedowns.process import NotNow
from survivor_portal.takedowns.standing import Entry, NoSuchEntry
from survivor_portal.web.forms import Words
from survivor_portal.web.safety.session import visit_of
from survivor_portal.web.survivor import flow
from survivor_portal.web.survivor.case_desk import Desk, here

CHANGED: Words = _(
    "Something changed in another window. Here is how it stands now. What you typed is still here."
)
UNFIT: Words = _("This does not fit with the other lines. Please check the day and the places.")
BESIDE: Words = _(
    "Someone else wrote something down here a moment before you. Both are kept. Please see if it is right so."
)
# Shows the form again as it was sent, over what stands now, with a word on top.
Again = Callable[[Takedown, Words], HttpResponse]
_SAME_TIME = timedelta(minutes=2)
_TOLD = "told"  # in the visit: the next page says that both were kept


def as_seen(desk: Desk, takedown: Takedown) -> Takedown:
    """The request as it stood when this form was drawn: "all that wait" means those that waited then."""
    newer = takedown.last_seq - _seen(desk, takedown)
    if not 0 < newer < len(takedown.entries):
        return takedown
    return replace(takedown, entries=takedown.entries[:-newer])


def write(
    desk: Desk,
    takedown: Takedown,
    entries: Sequence[Entry],
    again: Again,
    reply: str = "",
    also: Callable[[Takedown], None] | None = None,
) -> HttpResponse:
    """Note these entries in one transaction, then show what stands. `also` is called with what was noted, in
    the same transaction.

    A form sent twice writes once. Where something else was noted since the form was drawn, nothing is
    written and the form comes again; but what happened in the world is kept beside what another person noted,
    and the page says so. The entries' own numbers do not matter.
    """
    seen = _seen(desk, takedown)
    # What somebody else wrote just now is no second press of this button, however alike it is.
    signed = [replace(entry, by=operations.signature(desk.case)) for entry in entries]
    if seen != takedown.last_seq:
        return _met(desk, takedown, signed, seen, again, reply, also)
    due = desk.due(desk.stand)
    noted = takedown
    try:
        with transaction.atomic():
            for place, entry in enumerate(entries):
                numbered = replace(entry, seq=noted.next_seq)
                words = "" if place else reply
                noted = operations.note(desk.case, noted, numbered, desk.now, due=due, reply=words)
            if also is not None:
                also(noted)
    except (operations.ChangedMeanwhile, OtherWasFirst):
        return _met(desk, operations.read(desk.case, takedown.id), signed, seen, again, reply, also)
    except (NotNow, NoSuchEntry):
        return again(takedown, UNFIT)
    return here()


def _seen(desk: Desk, takedown: Takedown) -> int:
    text = desk.post.get("seen", "")
    return int(text) if text.isdecimal() and len(text) < 9 else takedown.last_seq


def _met(
    desk: Desk,
    takedown: Takedown,
    entries: Sequence[Entry],
    seen: int,
    again: Again,
    reply: str,
    also: Callable[[Takedown], None] | None,
) -> HttpResponse:
    """Another window was first, or another person; or it was this same form."""
    newer = takedown.entries[-max(1, takedown.last_seq - seen) :]
    if entries and all(any(_is_same(takedown, old, new, reply) for old in newer) for new in entries):
        return here()
    may_be_kept = also is None and together.is_kept_beside(entries)
    if not may_be_kept or not together.others_since(desk.case, takedown, seen):
        return again(takedown, CHANGED)
    try:
        together.note_beside(desk.case, takedown, entries, desk.now, due=desk.due(desk.stand), reply=reply)
    except (operations.ChangedMeanwhile, NoSuchEntry):
        return again(operations.read(desk.case, takedown.id), CHANGED)
    visit_of(desk.request).change(_tell)
    return here()


def _tell(data: flow.Data) -> None:
    data[_TOLD] = True


def told(desk: Desk) -> Words:
    """What the next page has to say of what was just kept, once; "" mostly."""
    visit = visit_of(desk.request).open()
    if visit is None or not visit.data.get(_TOLD):
        return ""
    visit_of(desk.request).change(lambda data: data.pop(_TOLD, None))
    return BESIDE


def _is_same(takedown: Takedown, old: Entry, new: Entry, reply: str) -> bool:
    if old.reply and reply and takedown.replies.get(old.reply) != reply:
        return False
    alike = replace(new, seq=old.seq, at=old.at, reply=old.reply)
    if len(old.spread) == len(new.spread):
        # Without a day of its own each is of the moment it was told.
        alike = replace(
            alike,
            spread=tuple(
                replace(one, seen_at=before.seen_at)
                for one, before in zip(new.spread, old.spread, strict=True)
            ),
        )
    return alike == old and bool(old.reply) == bool(new.reply) and abs(old.at - new.at) < _SAME_TIME
