"""One request of a case: where it stands, what can be done now, and what happened to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from survivor_portal import directory
from survivor_portal.takedowns import operations
from survivor_portal.takedowns.clocks import Kind, Running, Runs
from survivor_portal.takedowns.ladder import Do, Rung, next_steps
from survivor_portal.takedowns.operations import NoSuchTakedown, Takedown
from survivor_portal.takedowns.process import Fact, Move, NotNow, State
from survivor_portal.takedowns.standing import Entry, Standing
from survivor_portal.web.survivor import case_words, second
from survivor_portal.web.survivor.case_desk import REQUEST, UNPROCESSABLE, Desk, here
from survivor_portal.web.survivor.case_forms import Noted, Sent
from survivor_portal.web.survivor.flow import Stand


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock as the page shows it."""

    running: Running
    words: str
    law: str


@dataclass(frozen=True, slots=True)
class NextStep:
    """One rung as the page shows it."""

    rung: Rung
    title: Any
    why: Any
    name: str
    has_letter: bool
    can_note: bool


def page(desk: Desk, takedown: Takedown, noted: Noted | None = None) -> HttpResponse:
    stand = desk.stand
    standing = takedown.standing
    steps = rungs(desk, stand, takedown, standing)
    failed = noted is not None
    context = {
        "takedown": takedown,
        "state": case_words.STATES[standing.state],
        "standing": standing,
        "places": [
            (place, case_words.STATES[item.state] if (item := standing.item(place.number)) else "")
            for place in takedown.places
        ],
        "clocks": _clocks(desk, takedown, stand),
        "now_steps": [step for step in steps if step.rung.due_at is None or step.rung.due_at <= desk.now],
        "later_steps": [step for step in steps if step.rung.due_at and step.rung.due_at > desk.now],
        "history": [_told(entry) for entry in reversed(takedown.entries)],
        "form": noted or Noted(initial={"at": desk.now}),
        "minor": stand.answers.counts_as_minor,
        "gone": [item.number for item in standing.items if item.state is State.REMOVED],
    }
    return render(
        desk.request, "survivor/case/request.html", context, status=UNPROCESSABLE if failed else 200
    )


def rungs(desk: Desk, stand: Stand, takedown: Takedown, standing: Standing) -> list[NextStep]:
    laws = [directory.law(key) for key in takedown.grounds]
    found = next_steps(standing, laws, desk.around(stand), desk.now, platform=takedown.platform)
    return [
        NextStep(
            rung,
            case_words.STEPS[rung.do][0],
            case_words.STEPS[rung.do][1],
            f"{rung.do.value}|{rung.law}|{rung.to}",
            second.has_letter(rung),
            rung.move is not None and rung.do is not Do.ASK_AGAIN,
        )
        for rung in found
    ]


def _clocks(desk: Desk, takedown: Takedown, stand: Stand) -> list[Clock]:
    shown = [clock for clock in desk.clocks(takedown, stand) if clock.state not in (Runs.NO_NUMBER, Runs.MET)]
    return [
        Clock(clock, case_words.clock_words(clock), directory.law(clock.law).short_name)
        for clock in shown
        if clock.kind is not Kind.KEEPING and case_words.clock_words(clock)
    ]


def _told(entry: Entry) -> tuple[Entry, Any]:
    return entry, case_words.happening_words(entry)


def _happened(desk: Desk) -> HttpResponse:
    takedown = desk.takedown()
    form = Noted(desk.post)
    if not form.is_valid():
        return page(desk, takedown, noted=form)
    what = Fact(form.cleaned_data["what"])
    up = takedown.standing.still_up
    if what is Fact.BACK_AGAIN:
        up = tuple(item.number for item in takedown.standing.items if item.state is State.REMOVED)
    entry = Entry(takedown.next_seq, what, form.cleaned_data["at"], up, ticket=form.cleaned_data["ticket"])
    return desk.note(takedown, entry)


def _did(desk: Desk) -> HttpResponse:
    """A next step was taken."""
    takedown, rung = rung_of(desk)
    if rung is None or rung.move is None:
        return here()
    entry = Entry(takedown.next_seq, rung.move, desk.now, rung.items, to=rung.to)
    return desk.note(takedown, entry)


def rung_of(desk: Desk) -> tuple[Takedown, Rung | None]:
    takedown = desk.takedown()
    stand = desk.stand
    name = desk.post.get("rung", "")
    found = rungs(desk, stand, takedown, takedown.standing)
    return takedown, next((step.rung for step in found if step.name == name), None)


def _again(desk: Desk) -> HttpResponse:
    """It is back: one step, nothing typed again."""
    takedown = desk.takedown()
    number = desk.post.get("item", "")
    try:
        new = operations.back_again(
            desk.case, takedown, int(number) if number.isdigit() else 0, desk.now, due=desk.due(desk.stand)
        )
    except (NotNow, NoSuchTakedown, operations.ChangedMeanwhile):
        return here()
    desk.go(REQUEST, new.id)
    return here()


def _take_back(desk: Desk) -> HttpResponse:
    """Take back what was noted last; the book keeps both."""
    takedown = desk.takedown()
    if takedown.entries and takedown.entries[-1].happening is not None and takedown.next_seq > 2:
        entry = Entry(takedown.next_seq, None, desk.now, corrects=takedown.entries[-1].seq)
        return desk.note(takedown, entry)
    return here()


def _sent_again(desk: Desk) -> HttpResponse:
    """A drafted request of the case went out."""
    takedown = desk.takedown()
    form = Sent(desk.post)
    if not form.is_valid():
        return here()
    entry = Entry(
        takedown.next_seq,
        Move.SEND,
        form.cleaned_data["at"],
        takedown.standing.still_up,
        how=form.cleaned_data["how"],
        channels=(takedown.channel,) if takedown.channel else (),
        ticket=form.cleaned_data["ticket"],
    )
    return desk.note(takedown, entry)


ACTIONS = {
    "happened": _happened,
    "did": _did,
    "again": _again,
    "take_back": _take_back,
    "sent": _sent_again,
}
