"""The queue: what is due next in every case the desk was let into, 50 a page, and who has it.

What is shown travels in forms, never in an address. Labels are opened for the page only.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from survivor_portal.advocates import saved
from survivor_portal.advocates.saved import Saved
from survivor_portal.takedowns import queue
from survivor_portal.takedowns.process import State
from survivor_portal.takedowns.queue import Item
from survivor_portal.takedowns.queue_filters import Due, Filters, Holder, from_plain
from survivor_portal.web.desk import queue_hands, queue_words
from survivor_portal.web.desk.case_words import NO_LABEL
from survivor_portal.web.desk.frame import Here
from survivor_portal.web.desk.lock import at_desk
from survivor_portal.web.desk.queue_forms import Keep, Show, carried, inputs, places
from survivor_portal.web.desk.queue_words import STATES, DueWords
from survivor_portal.web.forms import PUT_OFF, Words

# One press away. The first that fits what is shown is marked.
QUICK: tuple[tuple[Words, Filters], ...] = (
    (_("All that is open"), Filters()),
    (_("Mine today"), Filters(holder=Holder.me, due=Due.today)),
    (_("Time is up"), Filters(due=Due.late)),
    (_("Refused, not answered"), Filters(states=frozenset({State.REFUSED}))),
    (_("Asked for more"), Filters(states=frozenset({State.MORE_ASKED}))),
    (_("Nobody has it"), Filters(holder=Holder.nobody)),
)
TOO_MANY = _("You have kept 20 views, which is all there is room for. Forget one first.")


@dataclass(frozen=True, slots=True)
class Row:
    """One request as the page shows it. `label` is the case's; `holder` who has it, "" for nobody."""

    item: Item
    label: Words
    platform: str
    state: Words
    due: DueWords
    team: str
    holder: str
    is_mine: bool
    may_write: bool


@dataclass(frozen=True, slots=True)
class View:
    """A way of looking at the queue, one press away. `kept`: its id, "" where it is ours."""

    words: Words
    carried: SafeString
    is_here: bool
    kept: str = ""
    is_start: bool = False


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk
def page(here: Here) -> HttpResponse:
    """The queue, and what is done from it: `step` says what, the rest of the form which part is shown."""
    post = here.request.POST
    step = post.get("step", "")
    if step in queue_hands.STEPS:
        return queue_hands.act(here, step, shown)
    if PUT_OFF in post:
        return shown(here)
    if step == Keep.step:
        return _keep(here)
    if step == "forget":
        saved.forget(here.session, post.get("view", ""))
    return shown(here)


def shown(here: Here, told: Words = "", *, keep: Keep | None = None) -> HttpResponse:
    """A page of the queue, as what was sent asks for; else as its reader likes to begin. `told`: what was
    just done."""
    post = here.request.POST
    views = saved.read(here.session)
    if here.request.method == "POST":
        form = Show(here.session.seats, post)
        filters = form.filters()
    else:
        start = next((one for one in views if one.is_start), None)
        filters = from_plain(start.filters) if start else Filters()
    form = Show(here.session.seats, initial=carried(filters))
    found = queue.page(
        here.session,
        filters,
        here.now,
        after=queue.cursor(post.get("after", "")),
        before=queue.cursor(post.get("before", "")),
        zone=timezone.get_current_timezone(),
    )
    keep = keep or Keep(initial=carried(filters))
    context = {
        "form": keep if keep.is_bound else None,
        "show": form,
        "said": form.said(filters) if filters not in [one for _words, one in QUICK] else (),
        "keep": keep,
        "rows": [_row(here, item) for item in found.items],
        "page": found,
        "carried": inputs(carried(filters) | places(post)),
        "quick": [View(words, inputs(carried(one)), one == filters) for words, one in QUICK],
        "views": [_view(one, filters) for one in views],
        "wanted": inputs(carried(filters)),
        "is_filtered": filters != Filters(),
        "is_first": found.newer is None,
        "told": told,
        "is_inside": any(seat.secret for seat in here.session.seats),
        "may_write": bool(here.session.working_seats),
        "waits": [seat.team.name for seat in here.session.seats if seat.secret is None],
    }
    return here.page("desk/queue.html", context)


def _keep(here: Here) -> HttpResponse:
    form = Keep(here.request.POST)
    if not form.is_valid():
        return shown(here, keep=form)
    filters = Show(here.session.seats, here.request.POST).filters()
    given = form.cleaned_data
    try:
        saved.keep(here.session, given["name"], filters.to_plain(), is_start=given["start"])
    except saved.TooMany:
        form.add_error("name", TOO_MANY)
        return shown(here, keep=form)
    return shown(here, gettext("This view is kept."))


def _view(one: Saved, filters: Filters) -> View:
    wanted = from_plain(one.filters)
    return View(one.name, inputs(carried(wanted)), wanted == filters, one.id, one.is_start)


def _row(here: Here, item: Item) -> Row:
    seat = here.session.seat(item.team_id)
    several = len(here.session.seats) > 1
    return Row(
        item=item,
        label=item.case_label or NO_LABEL,
        platform=queue_words.platform(item.line.platform),
        state=STATES[item.line.state],
        due=queue_words.due(item, here.now),
        team=seat.team.name if seat and several else "",
        holder=item.assignee_name,
        is_mine=item.assignee == here.session.who.id,
        may_write=queue_hands.may_write(here, item),
    )
