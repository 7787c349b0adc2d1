"""What changes hands in the queue: take a request, put it down, hand it over to a colleague with a note."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from survivor_portal.advocates import seats
from survivor_portal.advocates.who import Role, Who
from survivor_portal.cases import unlocked
from survivor_portal.cases.actors import Scope
from survivor_portal.cases.book import ReadOnly
from survivor_portal.cases.grants import NotLetIn
from survivor_portal.takedowns import assigning, queue, rekey
from survivor_portal.takedowns.assigning import NOBODY, Assigned, NotForThem
from survivor_portal.takedowns.queue import Item
from survivor_portal.web.desk.case_open import not_let_in
from survivor_portal.web.desk.case_words import NO_LABEL
from survivor_portal.web.desk.frame import Here
from survivor_portal.web.desk.queue_forms import HandOver, Show, carried, inputs, places
from survivor_portal.web.forms import Words

TAKE, PUT_DOWN, HAND = "take", "put_down", "hand"
STEPS = frozenset({TAKE, PUT_DOWN, HAND, HandOver.step})
NOT_FOR_THEM: Words = _("This colleague cannot take requests of this case. Please pick somebody else.")
MAY_NOT: Words = _("You may read this case, and not change who works on it.")
# The page of the queue again, with what was done on top.
Shown = Callable[[Here, Words], HttpResponse]


def may_write(here: Here, item: Item) -> bool:
    """May this person change who has a request of this case?"""
    seat = here.session.seat(item.team_id)
    return seat is not None and seat.role is not Role.read_only and Scope.act in item.scopes


def act(here: Here, step: str, shown: Shown) -> HttpResponse:
    """Do what a form of the queue says, compared with what it showed."""
    post = here.request.POST
    item = queue.one(here.session, post.get("request", "")[:32].replace("\x00", ""), here.now)
    if item is None:
        return not_let_in(here)
    if not may_write(here, item):
        return shown(here, MAY_NOT)
    if step == HAND:
        return _page(here, item, HandOver(_colleagues(here, item), initial=post.dict()))
    if step == HandOver.step:
        form = HandOver(_colleagues(here, item), post)
        return _hand_over(here, item, form, shown) if form.is_valid() else _page(here, item, form)
    to = here.session.who.id if step == TAKE else NOBODY
    return _assigned(here, item, to, shown)


def _hand_over(here: Here, item: Item, form: HandOver, shown: Shown) -> HttpResponse:
    given = form.cleaned_data
    try:
        return _assigned(here, item, given["to"], shown, note=given["note"], whole=given["whole"])
    except NotForThem:
        form.add_error("to", NOT_FOR_THEM)
        return _page(here, item, form)


def _assigned(
    here: Here, item: Item, to: str, shown: Shown, *, note: str = "", whole: bool = False
) -> HttpResponse:
    """Raises NotForThem."""
    me = here.session.who.id
    seen = {item.line.id: here.request.POST.get("seen", "")}
    try:
        session = rekey.open_as(here.session, item.grant_id, here.now)
    except NotLetIn:
        return not_let_in(here)
    try:
        if whole:
            held = assigning.holders(session)
            seen = {one.request: one.person_id for one in held if one.person_id in (NOBODY, me)} | seen
        result = assigning.assign(session, seen, to, here.now, note=note)
    except ReadOnly:
        return shown(here, MAY_NOT)
    finally:
        # Only for this: the case that is open in the browser, if one is, stays the one it was.
        unlocked.end(session.token)
    told = _told(here, result, to)
    return _typed_again(here, item, told) if note and not result.done else shown(here, told)


def _typed_again(here: Here, item: Item, told: str) -> HttpResponse:
    """Nothing changed hands, so the note went nowhere: the form with it again, for who has it by now."""
    item = queue.one(here.session, item.line.id, here.now) or item
    sent = here.request.POST.copy()
    sent["seen"] = item.assignee
    form = HandOver(_colleagues(here, item), sent)
    if form.is_valid():
        form.add_error(None, told)
    return _page(here, item, form)


def _told(here: Here, result: Assigned, to: str) -> str:
    parts = []
    if result.done:
        name = _name(here, to)
        said = {"n": len(result.done), "name": name}
        if not to:
            words = gettext("Nobody has it now.")
        elif to == here.session.who.id:
            words = gettext("You have it now.")
        else:
            words = ngettext("%(name)s has it now.", "%(name)s has %(n)d requests now.", len(result.done))
        parts.append(words % said)
    for held in result.kept[:1]:
        if held.person_id == here.session.who.id:
            words = gettext("It came to you a moment ago. You have it now.")
        elif held.name:
            words = gettext("%(name)s took it a moment ago, so it stays there.") % {"name": held.name}
        else:
            words = gettext("Somebody put it down a moment ago. You can take it now.")
        parts.append(words)
    more = len(result.kept) - 1
    if more > 0:
        parts.append(ngettext("So did %(n)d more.", "So did %(n)d more.", more) % {"n": more})
    return " ".join(parts)


def _name(here: Here, person_id: str) -> str:
    for seat in here.session.seats:
        for member in seats.members(here.session, seat.team.id):
            if member.who.id == person_id:
                return member.who.name
    return ""


def _colleagues(here: Here, item: Item) -> list[Who]:
    """Who in the team may have requests: everybody who is let in and works on cases, but oneself."""
    return [
        member.who
        for member in seats.members(here.session, item.team_id)
        if member.is_let_in and member.role is not Role.read_only and member.who.id != here.session.who.id
    ]


def _page(here: Here, item: Item, form: HandOver) -> HttpResponse:
    post = here.request.POST
    wanted = inputs(carried(Show(here.session.seats, post).filters()) | places(post))
    context = {
        "form": form,
        "item": item,
        "label": item.case_label or NO_LABEL,
        "wanted": wanted,
        # What was typed stays, whoever left meanwhile.
        "nobody": not form.is_bound and not _colleagues(here, item),
    }
    return here.page("desk/hand_over.html", context)
