"""Put a line right that was noted wrong, or take it back: the book keeps both."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpResponse
from django.shortcuts import render

from survivor_portal.takedowns.operations import Takedown
from survivor_portal.takedowns.process import Fact
from survivor_portal.takedowns.standing import Entry, How
from survivor_portal.web.forms import Words
from survivor_portal.web.survivor import case_answers, case_spread, case_words
from survivor_portal.web.survivor.case_desk import UNPROCESSABLE, Desk, here
from survivor_portal.web.survivor.case_forms import PutRight
from survivor_portal.web.survivor.case_request import may_be_put_right, page
from survivor_portal.web.survivor.case_writing import UNFIT, as_seen, write


def _put_right(desk: Desk) -> HttpResponse:
    """The page of one line: what may be changed of it, and the button to take it back."""
    takedown = desk.takedown()
    old = entry_of(desk, takedown)
    if old is None:
        return here()
    if old.reply in takedown.replies:
        return case_answers.read_again(desk, takedown, old)
    if old.happening is Fact.SPREAD:
        return case_spread.told_again(desk, takedown, old)
    return _page(desk, takedown, old, PutRight(takedown=takedown, old=old))


def entry_of(desk: Desk, takedown: Takedown) -> Entry | None:
    """The line this is about, while it counts and may be put right."""
    name = desk.post.get("entry", "")
    held = takedown.standing.happenings
    return next((e for e in held if str(e.seq) == name and may_be_put_right(e)), None)


def _page(desk: Desk, takedown: Takedown, old: Entry, form: PutRight, why: Words = "") -> HttpResponse:
    context = {
        "takedown": takedown,
        "entry": old,
        "words": case_words.happening_words(old, desk.case.by),
        "form": form,
        "why": why,
    }
    status = UNPROCESSABLE if form.is_bound else 200
    return render(desk.request, "survivor/case/put_right.html", context, status=status)


def _keep(desk: Desk) -> HttpResponse:
    """Change it: a new line stands in for the old one."""
    takedown = desk.takedown()
    old = entry_of(desk, as_seen(desk, takedown))
    if old is None:
        return here()
    form = PutRight(desk.post, takedown=takedown, old=old)
    if not form.is_valid():
        return _page(desk, takedown, old, form)
    given = form.cleaned_data
    # Nobody named places before, and nobody does now: it stays about those it can be about.
    items = () if not old.items and set(form.chosen) == set(form.whole()) else form.chosen
    new = replace(
        old,
        at=old.at if "at" not in form.changed_data else given["at"],
        how=How(given["how"]) if given.get("how") else old.how,
        ticket=given["ticket"],
        items=items,
        corrects=old.seq,
    )

    def again(now: Takedown, why: Words) -> HttpResponse:
        found = entry_of(desk, now)
        if found is None:
            return page(desk, now, why=why)
        return _page(desk, now, found, PutRight(desk.post, takedown=now, old=found), why)

    return write(desk, takedown, [new], again)


def _undo(desk: Desk) -> HttpResponse:
    """This did not happen. An answer that became two lines goes as one. Sent twice, it is gone already."""
    takedown = desk.takedown()
    seen = as_seen(desk, takedown)
    old = entry_of(desk, seen)
    if old is None:
        return here()
    gone = case_answers.of_reply(seen, old)
    entries = [Entry(0, None, desk.now, corrects=one.seq) for one in gone]
    return write(desk, takedown, entries, lambda now, why: page(desk, now, why=why))


def _take_back(desk: Desk) -> HttpResponse:
    """Take back what was noted last; the book keeps both."""
    takedown = desk.takedown()
    last = takedown.entries[-1]
    if not may_be_put_right(last) or takedown.next_seq == 2:
        return page(desk, takedown, why=UNFIT) if last.happening else here()
    entry = Entry(0, None, desk.now, corrects=last.seq)
    return write(desk, takedown, [entry], lambda now, why: page(desk, now, why=why))


ACTIONS = {"put_right": _put_right, "put_right_keep": _keep, "undo": _undo, "take_back": _take_back}
