"""The letters of a case: the one of a next step, and one of the plan that was sent."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from survivor_portal import directory, letters
from survivor_portal.correspondence import threads
from survivor_portal.takedowns import operations, releases
from survivor_portal.takedowns.clocks import Running
from survivor_portal.takedowns.ladder import Do, Rung
from survivor_portal.takedowns.operations import Place, Takedown
from survivor_portal.takedowns.process import Move
from survivor_portal.takedowns.standing import Entry
from survivor_portal.web.forms import PUT_OFF
from survivor_portal.web.safety.opened import opened_of
from survivor_portal.web.survivor import cards, case_plan, case_words, letters_page, mailing, own_hand, second
from survivor_portal.web.survivor.case_desk import REQUEST, Desk, here
from survivor_portal.web.survivor.case_plan import Begun
from survivor_portal.web.survivor.case_request import rung_of
from survivor_portal.web.survivor.drafting import Draft, draft
from survivor_portal.web.survivor.flow import Stand
from survivor_portal.web.survivor.letters_page import SentFromPlan
from survivor_portal.web.survivor.mailing import To


def next_letter(desk: Desk) -> HttpResponse:
    """The letter of a next step: written, nothing typed again."""
    takedown, rung = rung_of(desk)
    if rung is None or not second.has_letter(rung, takedown):
        return here()
    stand = desk.stand
    actor = own_hand.actor_of(desk.request)
    signs = own_hand.may_sign(actor, stand, takedown.grounds)
    # Who only reads puts nothing into a letter, and is asked for nothing.
    fills = signs and (actor is None or actor.may_write)
    ticked = second.ticked(desk.post) if fills else frozenset()
    # "Stay" shows the ticks again; it confirms nothing.
    confirmed = frozenset[str]() if PUT_OFF in desk.post else ticked
    clocks = desk.clocks(takedown, stand)
    letter = second.letter(stand, takedown, rung, clocks, desk.now.date(), confirmed)
    context = {
        "takedown": takedown,
        "rung": rung,
        "name": desk.post.get("rung", ""),
        "title": case_words.step_words(rung)[0],
        "why": case_words.step_words(rung)[1],
        "letter": letter,
        "declarations": letter.declarations if fills else (),
        "needs_the_person": bool(letter.declarations) and not signs,
        "missing": second.missing(letter),
        "resources": [directory.resource(key) for key in rung.resources],
        "ways": [cards.way(at, desk.now.date()) for at in (rung.step.channels[:3] if rung.step else ())],
        "confirmed": ticked,
        # "Stay" at the foot of the page takes the ticks along.
        "form": {"step": "next_letter"} if letter.declarations and fills else None,
        "can_note": rung.move is not None and rung.do is not Do.SEND,
        "can_send": rung.do is Do.SEND,
        "mail_ways": _mail_ways(desk, stand, takedown, rung, ticked, clocks),
    }
    return render(desk.request, "survivor/case/letter.html", context)


def _mail_ways(
    desk: Desk,
    stand: Stand,
    takedown: Takedown,
    rung: Rung,
    ticked: frozenset[str],
    clocks: tuple[Running, ...],
) -> tuple[To, ...]:
    """Where it may go to from here: nowhere unless it would be ready with an address of ours in it."""
    if not mailing.is_offered(stand):
        return ()
    ways = mailing.ways_of_rung(stand, takedown, rung, threads.of(desk.case, takedown.id))
    if not ways:
        return ()
    here_too = mailing.answered_at(stand, mailing.SOME)
    return ways if second.letter(here_too, takedown, rung, clocks, desk.now.date(), ticked).ready else ()


def sent_from_plan(request: HttpRequest, stand: Stand) -> HttpResponse:
    """A letter of the plan went out: it becomes a request of the case, with its clock. Sent twice, from here
    or from another tab, it is one request."""
    session = opened_of(request).open()
    if session is None:
        return here()
    desk = Desk(request, session.case, timezone.now())
    begun = case_plan.begun(session.case, stand)
    step = begun.stand.plan.step(stand.letter)
    if step is None:
        return here()
    made = draft(begun.stand, step, stand.site, desk.now.date())
    form = SentFromPlan(request.POST, parts=len(made.parts))
    if not form.is_valid():
        return letters_page.show(request, stand, sent=form)
    known = begun.lines or (() if made.letter.ready else begun.unready)
    if known and not begun.is_new:
        desk.go(REQUEST, known[0].id)
        return here()
    try:
        with transaction.atomic():
            takedown = _begin(desk, begun.stand, made, form)
            is_only_one(desk, stand, begun, takedown)
    except OtherWasFirst:
        return sent_from_plan(request, stand)
    desk.go(REQUEST, takedown.id)
    return here()


def put_off(request: HttpRequest, stand: Stand) -> HttpResponse:
    """A letter of the plan that is ready becomes a request that was not sent yet: somebody at a desk sends it
    together with others and notes that for all of them at once. Twice is one request."""
    session = opened_of(request).open()
    if session is None or session.actor is None:
        return here()
    desk = Desk(request, session.case, timezone.now())
    begun = case_plan.begun(session.case, stand)
    step = begun.stand.plan.step(stand.letter)
    if step is None:
        return here()
    made = draft(begun.stand, step, stand.site, desk.now.date())
    if not all(part.ready for part in made.parts):
        return letters_page.show(request, stand)
    if begun.lines and not begun.is_new:
        desk.go(REQUEST, begun.lines[0].id)
        return here()
    try:
        with transaction.atomic():
            takedown = begin(desk, begun.stand, made)
            is_only_one(desk, stand, begun, takedown)
    except OtherWasFirst:
        return put_off(request, stand)
    desk.go(REQUEST, takedown.id)
    return here()


def is_only_one(desk: Desk, stand: Stand, before: Begun, takedown: Takedown) -> None:
    """Raises OtherWasFirst where the same letter became another request meanwhile."""
    now = case_plan.begun(desk.case, stand)
    if {one.id for one in now.all} - {takedown.id} != {one.id for one in before.all}:
        raise OtherWasFirst


class OtherWasFirst(Exception):
    """The same form came twice at once. The book makes them wait for each other, so one sees the other."""


def _begin(desk: Desk, stand: Stand, made: Draft, form: SentFromPlan) -> Takedown:
    takedown = begin(desk, stand, made)
    entry = Entry(
        2,
        Move.SEND,
        form.cleaned_data["at"],
        _numbers_sent(made, form),
        how=form.cleaned_data["how"],
        channels=(takedown.channel,) if takedown.channel else (),
        ticket=form.cleaned_data["ticket"],
    )
    return operations.note(desk.case, takedown, entry, desk.now, due=desk.due(stand))


def begin(desk: Desk, stand: Stand, made: Draft) -> Takedown:
    """A letter of the plan becomes a request of the case, drafted."""
    step = made.step
    mine = [item for item in stand.items if item.number in step.items]
    unready = tuple(state.law for state in made.letter.states if not state.ready)
    named = tuple(key for key in step.grounds if key not in unready)
    takedown = operations.begin(
        desk.case,
        platform=step.platform,
        kind=step.key.value,
        label=cards.request_name(step, made.site, named),
        to=made.to.name,
        grounds=step.grounds,
        places=[
            Place(n, item.shown, item.url, item.where, item.account, item.number)
            for n, item in enumerate(mine, 1)
        ],
        now=desk.now,
        channel=step.channel.key if step.channel else "",
        step=step.id,
        site=made.site,
        unready=unready,
    )
    # What the person agreed to before a helper sent the letter is about this request from now on.
    releases.bind(desk.case, step.id, made.site, takedown.id, desk.now)
    return takedown


def _numbers_sent(made: Draft, form: SentFromPlan) -> tuple[int, ...]:
    """The places of the part that went out; of all parts where the letter is whole, or all went out."""
    channel = made.step.channel
    groups = letters.split_items(made.facts.items, channel.link_limit if channel else None)
    part = int(form.cleaned_data.get("part") or 0)
    return tuple(item.number for group in (groups[part - 1 : part] if part else groups) for item in group)


ACTIONS = {"next_letter": next_letter}
