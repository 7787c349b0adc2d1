"""Checking rounds: is it still gone? Pictures of grown people by looking, all others by what was said.

Looking can be skipped or handed to somebody. Where the person is or may be under 18, no page here asks
anybody to look, and none shows a part of a link (`decisions.md` 1).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render

from survivor_portal.takedowns import operations
from survivor_portal.takedowns.ladder import Do
from survivor_portal.takedowns.operations import Place, Takedown
from survivor_portal.takedowns.process import Fact, NotNow, State
from survivor_portal.takedowns.rounds import Round, next_round
from survivor_portal.takedowns.standing import Entry, NoSuchEntry, Standing
from survivor_portal.web.survivor import asked as asked_of_sites
from survivor_portal.web.survivor import case_request
from survivor_portal.web.survivor.case_desk import REQUEST, UNPROCESSABLE, Desk, here
from survivor_portal.web.survivor.case_round_forms import Answers, Looked, Names, Told, place_name
from survivor_portal.web.survivor.drafting import may_type
from survivor_portal.web.survivor.flow import Stand

ROUND, HAND, NAMES = "round", "hand", "names"
PAGE = 50  # places on one page


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as its round sees it: what is due now, the next round to come, places by their state."""

    takedown: Takedown
    standing: Standing
    due: tuple[Round, ...]
    coming: Round | None

    @property
    def places(self) -> list[Place]:
        """Those whose round it is."""
        return self._those({one.item for one in self.due})

    def in_state(self, state: State) -> list[Place]:
        return self._those({item.number for item in self.standing.items if item.state is state})

    def _those(self, numbers: set[int]) -> list[Place]:
        return [place for place in self.takedown.places if place.number in numbers]


def _asked(desk: Desk, takedown: Takedown, stand: Stand) -> Asked:
    standing = takedown.standing
    found = [
        one
        for item in standing.items
        if (one := next_round(item, desk.now, counts_as_minor=stand.answers.counts_as_minor, zone=desk.zone))
    ]
    later = (one for one in found if not one.is_due(desk.now))
    return Asked(
        takedown,
        standing,
        tuple(one for one in found if one.is_due(desk.now)),
        min(later, key=lambda one: one.due_at, default=None),
    )


def page(desk: Desk, takedown: Takedown, form: Looked | Told | None = None) -> HttpResponse:
    """The round of one request: what is asked now, what is back, or when the next one comes."""
    stand = desk.stand
    asked = _asked(desk, takedown, stand)
    places = asked.places
    context = {
        "takedown": takedown,
        "day": max((one.day for one in asked.due), default=0),
        "asked": len(places),
        "shown": min(len(places), PAGE),
        "back": asked.in_state(State.REAPPEARED),
        "next": asked.coming,
        "watched": stand.watched,
        "may_name": may_type(stand),
        "may_ask_site": asked_of_sites.may_check(stand.answers.counts_as_minor)
        and bool(asked_of_sites.checkable(takedown)),
    }
    shown: Looked | Told | None = form
    if stand.answers.counts_as_minor:
        name = "survivor/case/round_told.html"
        context["hotline"] = _hotline(desk, stand, asked)
        if shown is None and places:
            shown = Told(places=asked.in_state(State.REMOVED))
    else:
        name = "survivor/case/round.html"
        if shown is None and places:
            shown = Looked(places=places[:PAGE])
    context["form"] = shown
    return render(desk.request, name, context, status=UNPROCESSABLE if form else 200)


def hand(desk: Desk, takedown: Takedown) -> HttpResponse:
    """A page to print for somebody who looks in the person's place. Pictures of grown people only."""
    stand = desk.stand
    asked = _asked(desk, takedown, stand)
    places = asked.places or asked.in_state(State.REMOVED)
    if stand.answers.counts_as_minor or stand.watched or not places:
        desk.go(ROUND, takedown.id)
        return page(desk, takedown)
    named = [(place, place_name(place)) for place in places]
    return render(desk.request, "survivor/case/hand.html", {"takedown": takedown, "places": named})


def names(desk: Desk, takedown: Takedown, part: int = 1, form: Names | None = None) -> HttpResponse:
    """Names of one's own for the places, PAGE at a time."""
    if not may_type(desk.stand):
        desk.go(REQUEST, takedown.id)
        return case_request.page(desk, takedown)
    parts = max(-(-len(takedown.places) // PAGE), 1)
    part = min(max(part, 1), parts)
    shown = takedown.places[(part - 1) * PAGE : part * PAGE]
    context = {
        "takedown": takedown,
        "form": form or Names(places=shown),
        "part": part,
        "before": part - 1,
        "after": part + 1 if part < parts else 0,
    }
    return render(
        desk.request, "survivor/case/round_names.html", context, status=UNPROCESSABLE if form else 200
    )


def _hotline(desk: Desk, stand: Stand, asked: Asked) -> case_request.NextStep | None:
    """The step that asks the hotline, where the ladder has it now."""
    for step in case_request.rungs(desk, stand, asked.takedown, asked.standing):
        rung = step.rung
        if rung.do is Do.SUPPLEMENT and (rung.due_at is None or rung.due_at <= desk.now):
            return step
    return None


def _keep(desk: Desk, said: Callable[[Takedown], Answers]) -> HttpResponse:
    """Note the answers, one entry for each kind. `said` reads them anew when another tab was first, so that
    what was answered there is not answered twice, and nothing that was answered here is lost."""
    for _try in range(2):
        takedown = desk.takedown()
        answers = said(takedown)
        entries = [
            Entry(takedown.next_seq + n, fact, desk.now, answers[fact])
            for n, fact in enumerate(fact for fact in _ORDER if answers.get(fact))
        ]
        try:
            if entries:
                operations.note_each(desk.case, takedown, entries, desk.now, due=desk.due(desk.stand))
        except operations.ChangedMeanwhile:
            continue
        except (NotNow, NoSuchEntry):
            pass
        break
    desk.go(ROUND, takedown.id)
    return here()


_ORDER = (Fact.STILL_GONE, Fact.BACK_AGAIN, Fact.NO_NEWS)


def _looked(desk: Desk) -> HttpResponse:
    """One line for each place; or for all that are asked about, by one of the two quick buttons."""
    takedown, stand = desk.takedown(), desk.stand
    if stand.answers.counts_as_minor:
        return _to_round(desk)
    quick = {"gone": Fact.STILL_GONE, "skip": Fact.NO_NEWS}.get(desk.post.get("all", ""))
    if quick is None:
        form = Looked(desk.post, places=_asked(desk, takedown, stand).places)
        if not form.is_valid():
            return page(desk, takedown, form)

    def said(fresh: Takedown) -> Answers:
        asked = _asked(desk, fresh, stand).places
        if quick is not None:
            return {quick: tuple(place.number for place in asked)}
        form = Looked(desk.post, places=asked)
        return form.answers() if form.is_valid() else {}

    return _keep(desk, said)


def _told(desk: Desk) -> HttpResponse:
    takedown, stand = desk.takedown(), desk.stand
    asked = _asked(desk, takedown, stand)
    if not asked.due or not stand.answers.counts_as_minor:
        return _to_round(desk)
    form = Told(desk.post, places=asked.in_state(State.REMOVED))
    if not form.is_valid():
        return page(desk, takedown, form)

    def said(fresh: Takedown) -> Answers:
        now = _asked(desk, fresh, stand)
        again = Told(desk.post, places=now.in_state(State.REMOVED))
        return again.answers(one.item for one in now.due) if now.due and again.is_valid() else {}

    return _keep(desk, said)


def _again_all(desk: Desk) -> HttpResponse:
    """All that is back goes into one new request."""
    takedown = desk.takedown()
    back = [item.number for item in takedown.standing.items if item.state is State.REAPPEARED]
    try:
        new = operations.all_back(desk.case, takedown, back, desk.now, due=desk.due(desk.stand))
    except (NotNow, operations.NoSuchTakedown, operations.ChangedMeanwhile):
        # Sent twice, or from an old tab: the new request is there already.
        desk.go(REQUEST, takedown.id)
        return here()
    desk.go(REQUEST, new.id)
    return here()


def _keep_names(desk: Desk) -> HttpResponse:
    takedown = desk.takedown()
    if not may_type(desk.stand):
        return here()
    form = Names(desk.post, places=takedown.places)
    if not form.is_valid():
        return names(desk, takedown, form=form)
    for _try in range(2):
        try:
            operations.name_places(desk.case, takedown, form.names(), desk.now, due=desk.due(desk.stand))
            break
        except operations.ChangedMeanwhile:
            takedown = desk.takedown()
    desk.go(ROUND if _asked(desk, takedown, desk.stand).due else REQUEST, takedown.id)
    return here()


def part_of(name: str, part: str) -> str:
    """The page of that name, or that part of it where `part` is a number: "names 2"."""
    return f"{name} {part}" if re.fullmatch("[0-9]{1,4}", part) else name


def _to(name: str) -> Callable[[Desk], HttpResponse]:
    def go(desk: Desk) -> HttpResponse:
        desk.go(part_of(name, desk.post.get("part", "")), desk.takedown().id)
        return here()

    return go


_to_round = _to(ROUND)
ACTIONS: dict[str, Callable[[Desk], HttpResponse]] = {
    ROUND: _to_round,
    HAND: _to(HAND),
    NAMES: _to(NAMES),
    "looked": _looked,
    "told": _told,
    "again_all": _again_all,
    "names_keep": _keep_names,
}
