"""The letters of a case: the one of a next step, and one of the plan that was sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from survivor_portal import directory, letters
from survivor_portal.takedowns import operations
from survivor_portal.takedowns.operations import Place
from survivor_portal.takedowns.process import Move
from survivor_portal.takedowns.standing import Entry
from survivor_portal.web.safety.opened import opened_of
from survivor_portal.web.survivor import cards, case_words, flow, second
from survivor_portal.web.survivor.case_desk import REQUEST, Desk, here
from survivor_portal.web.survivor.case_forms import Sent
from survivor_portal.web.survivor.case_request import rung_of
from survivor_portal.web.survivor.drafting import Draft, draft
from survivor_portal.web.survivor.holder import holder_of

TWICE = timedelta(minutes=2)  # a form that comes again within this time was sent twice


def next_letter(desk: Desk) -> HttpResponse:
    """The letter of a next step: written, nothing typed again."""
    takedown, rung = rung_of(desk)
    if rung is None or not second.has_letter(rung):
        return here()
    stand = desk.stand
    confirmed = frozenset(
        key.removeprefix(second.CONFIRM) for key in desk.post if key.startswith(second.CONFIRM)
    )
    clocks = desk.clocks(takedown, stand)
    letter = second.letter(stand, takedown, rung, clocks, desk.now.date(), confirmed)
    context = {
        "takedown": takedown,
        "rung": rung,
        "name": desk.post.get("rung", ""),
        "title": case_words.step_words(rung)[0],
        "why": case_words.step_words(rung)[1],
        "letter": letter,
        "missing": second.missing(letter),
        "resources": [directory.resource(key) for key in rung.resources],
        "ways": [cards.way(at, desk.now.date()) for at in (rung.step.channels[:3] if rung.step else ())],
        "confirmed": confirmed,
        "can_note": rung.move is not None,
    }
    return render(desk.request, "survivor/case/letter.html", context)


def begin_from_letter(request: HttpRequest, form: Sent) -> HttpResponse:
    """From a letter of the plan: it was sent, so it becomes a request of the case, with its clock."""
    session = opened_of(request).open()
    stand = flow.stand(holder_of(request).open())
    step = stand.plan.step(stand.letter)
    if session is None or step is None:
        return here()
    desk = Desk(request, session.case, timezone.now())
    made = draft(stand, step, stand.site, desk.now.date())
    numbers = _numbers_sent(made, form)
    entry = Entry(
        2,
        Move.SEND,
        form.cleaned_data["at"],
        numbers,
        how=form.cleaned_data["how"],
        channels=(step.channel.key,) if step.channel else (),
        ticket=form.cleaned_data["ticket"],
    )
    twin = _just_begun(desk, made, entry)
    if twin:
        desk.go(REQUEST, twin)
        return here()
    mine = [item for item in stand.items if item.number in step.items]
    with transaction.atomic():
        takedown = operations.begin(
            session.case,
            platform=step.platform,
            kind=step.key.value,
            label=cards.request_name(step, stand.site),
            to=made.to.name,
            grounds=step.grounds,
            places=[
                Place(n, item.shown, item.url, item.where, item.account, item.number)
                for n, item in enumerate(mine, 1)
            ],
            now=desk.now,
            channel=step.channel.key if step.channel else "",
            step=step.id,
            site=stand.site,
        )
        operations.note(session.case, takedown, entry, desk.now, due=desk.due(stand))
    desk.go(REQUEST, takedown.id)
    return here()


def _numbers_sent(made: Draft, form: Sent) -> tuple[int, ...]:
    """The places of the part that went out; of all parts where the letter is whole, or all went out."""
    channel = made.step.channel
    groups = letters.split_items(made.facts.items, channel.link_limit if channel else None)
    part = int(form.cleaned_data.get("part") or 0)
    return tuple(item.number for group in (groups[part - 1 : part] if part else groups) for item in group)


def _just_begun(desk: Desk, made: Draft, sent: Entry) -> str:
    """The request that this same form began a moment ago, where it was sent twice."""
    for line in operations.board(desk.case):
        if desk.now - line.changed_at > TWICE or line.kind != made.step.key.value:
            continue
        known = operations.read(desk.case, line.id)
        if (known.step, known.site) == (made.step.id, made.site) and len(known.entries) == 2:
            old = known.entries[1]
            if replace(old, at=sent.at) == sent and abs(old.at - sent.at) < TWICE:
                return line.id
    return ""


ACTIONS = {"next_letter": next_letter}
