"""How far it went, only as far as the person knows already."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from survivor_portal.takedowns.operations import Takedown
from survivor_portal.takedowns.process import Fact
from survivor_portal.takedowns.standing import Entry, Spread
from survivor_portal.web.forms import Words
from survivor_portal.web.survivor.case_desk import UNPROCESSABLE, Desk
from survivor_portal.web.survivor.case_forms import SpreadTold
from survivor_portal.web.survivor.case_request import page
from survivor_portal.web.survivor.case_writing import as_seen, write


def _ask(desk: Desk) -> HttpResponse:
    takedown = desk.takedown()
    return _page(desk, takedown, SpreadTold(takedown=takedown))


def told_again(desk: Desk, takedown: Takedown, old: Entry) -> HttpResponse:
    """What was told before, to be put right."""
    one = old.spread[0] if old.spread else Spread(0)
    initial = {"views": one.views, "shares": one.shares, "at": one.seen_at}
    return _page(desk, takedown, SpreadTold(takedown=takedown, old=old, initial=initial))


def _page(desk: Desk, takedown: Takedown, form: SpreadTold, why: Words = "") -> HttpResponse:
    context = {
        "takedown": takedown,
        "form": form,
        "entry": form.old,
        "minor": desk.stand.answers.counts_as_minor,
        "why": why,
    }
    status = UNPROCESSABLE if form.is_bound else 200
    return render(desk.request, "survivor/case/spread.html", context, status=status)


def _keep(desk: Desk) -> HttpResponse:
    takedown = desk.takedown()

    seen = as_seen(desk, takedown)
    form = SpreadTold(desk.post, takedown=seen, old=_old(desk, seen))
    if not form.is_valid():
        return _page(desk, takedown, form)
    given = form.cleaned_data
    seen_at = given["at"] if desk.post.get("at", "").strip() else None
    entry = Entry(
        0,
        Fact.SPREAD,
        form.old.at if form.old else desk.now,
        form.chosen,
        spread=tuple(Spread(number, given["views"], given["shares"], seen_at) for number in form.chosen),
        corrects=form.old.seq if form.old else None,
    )

    def again(now: Takedown, why: Words) -> HttpResponse:
        old = _old(desk, now)
        if "entry" in desk.post and old is None:
            return page(desk, now, why=why)
        return _page(desk, now, SpreadTold(desk.post, takedown=now, old=old), why)

    return write(desk, takedown, [entry], again)


def _old(desk: Desk, takedown: Takedown) -> Entry | None:
    name = desk.post.get("entry", "")
    held = takedown.standing.happenings
    return next((e for e in held if str(e.seq) == name and e.happening is Fact.SPREAD), None)


ACTIONS = {"spread": _ask, "spread_keep": _keep}
