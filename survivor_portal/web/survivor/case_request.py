"""One request of a case: where it and its places stand, what can be done now, and what happened to it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from survivor_portal import directory
from survivor_portal.correspondence import relays, threads
from survivor_portal.takedowns import operations, spread
from survivor_portal.takedowns.clocks import Kind, Running, Runs
from survivor_portal.takedowns.ladder import Do, Rung, next_steps
from survivor_portal.takedowns.operations import NoSuchTakedown, Place, Takedown
from survivor_portal.takedowns.process import Fact, Move, NotNow, State, is_open
from survivor_portal.takedowns.standing import Entry, Standing
from survivor_portal.web.forms import Words
from survivor_portal.web.survivor import case_words, mailing, posted, second
from survivor_portal.web.survivor.case_desk import REQUEST, UNPROCESSABLE, Desk, here
from survivor_portal.web.survivor.case_forms import Back, Noted, SentHere
from survivor_portal.web.survivor.case_items import FEW, FOLD, BadNumbers, read_numbers, span
from survivor_portal.web.survivor.case_writing import CHANGED, as_seen, told, write
from survivor_portal.web.survivor.drafting import may_type
from survivor_portal.web.survivor.flow import Stand

# What asks most of the person stands first.
_ORDER = (
    State.TO_CONFIRM, State.BOUNCED, State.REAPPEARED, State.MORE_ASKED, State.REFUSED, State.REDIRECTED,
    State.PARTLY_REMOVED, State.DRAFTED, State.ESCALATED, State.CONTESTED, State.HANDED_ON,
    State.ACKNOWLEDGED, State.SENT, State.REMOVED, State.CARRIED_ON, State.CLOSED,
)  # fmt: skip
_SETTLED = frozenset({State.DRAFTED, State.REMOVED, State.REAPPEARED, State.CARRIED_ON, State.CLOSED})
SENDINGS = frozenset({Move.SEND, Move.SEND_ELSEWHERE})
# What these need stands in the plan, and their words say so.
_IN_THE_PLAN = frozenset({Do.SEND_ELSEWHERE, Do.OTHER_SITE, Do.HASH, Do.REQUEST_48H})
# Lines that another request, or the list of places itself, hangs on.
_FIXED = frozenset({Move.DRAFT, Move.ASK_AGAIN})


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock as the page shows it."""

    running: Running
    words: str
    law: str


@dataclass(frozen=True, slots=True)
class Group:
    """The places in one state, folded by fifty, and what can be done for all of them at once."""

    state: State
    words: Words
    count: int
    numbers: str
    folds: tuple[tuple[Place, ...], ...]
    may_answer: bool
    may_close: bool
    may_reopen: bool

    @property
    def is_gone(self) -> bool:
        return self.state is State.REMOVED


@dataclass(frozen=True, slots=True)
class Told:
    """One line of what happened. `seq`: its number where it may be put right, else 0."""

    entry: Entry
    words: Words
    more: tuple[str, ...]
    is_odd: bool
    seq: int


@dataclass(frozen=True, slots=True)
class NextStep:
    """One rung as the page shows it."""

    rung: Rung
    title: Any
    why: Any
    name: str
    has_letter: bool
    can_note: bool
    can_mail: bool = False

    @property
    def numbers(self) -> str:
        return span(self.rung.items)

    @property
    def is_in_the_plan(self) -> bool:
        return self.rung.do in _IN_THE_PLAN


def page(desk: Desk, takedown: Takedown, noted: Noted | None = None, why: Words = "") -> HttpResponse:
    """The page of a request. `noted`: a form to show again as it was sent; `why`: what to say on top."""
    stand = desk.stand
    standing = takedown.standing
    thread = threads.of(desk.case, takedown.id)
    steps = [
        replace(step, can_mail=mailing.may_leave(stand, takedown, step.rung, thread))
        if not step.has_letter
        else step
        for step in rungs(desk, stand, takedown, standing)
    ]
    sent_from_here = posted.lines(thread, desk.now)
    # What is about to leave has not left: it can be stopped, and nothing else is to be done meanwhile. Where
    # more was noted since, that is what counts.
    last = standing.happenings[-1].seq if standing.happenings else 0
    leaving = {line.letter.entry for line in sent_from_here if line.is_leaving} & {last}
    if leaving:
        steps = []
    history = list(_history(takedown, standing, leaving | posted.stopped(sent_from_here), desk.case.by))
    form = noted or Noted(takedown=takedown, initial={"at": desk.now})
    context = {
        "takedown": takedown,
        "state": posted.LEAVES if leaving else case_words.STATES[standing.state],
        "is_leaving": bool(leaving),
        "standing": standing,
        "groups": list(_groups(takedown, standing, posted.places_of(sent_from_here, leaving))),
        "clocks": _clocks(desk, takedown, stand),
        "now_steps": [step for step in steps if step.rung.due_at is None or step.rung.due_at <= desk.now],
        "later_steps": [step for step in steps if step.rung.due_at and step.rung.due_at > desk.now],
        # What who waits comes for stands above the next steps.
        "awaits": any(item.state not in _SETTLED for item in standing.items),
        "zone_unknown": desk.zone_is_unknown,
        "history": history[:FOLD],
        "earlier": history[FOLD:],
        # With many places the form has a page of its own.
        "form": form if noted or len(takedown.places) <= FEW else None,
        "minor": stand.answers.counts_as_minor,
        "may_name": may_type(stand),
        # What waits here has not even left.
        "unproven": _is_unproven(standing) and not any(line.waits for line in sent_from_here),
        "spread": [(one.item, spread_words(one)) for one in spread.known(standing)][:FOLD],
        "why": why or told(desk),
        "posted": sent_from_here,
        "may_stop": any(line.may_stop for line in sent_from_here),
        "relay": thread.address if thread else "",
        "relay_is_open": bool(thread and relays.find(thread.address.partition("@")[0], desk.now)),
    }
    failed = noted is not None or why
    return render(
        desk.request, "survivor/case/request.html", context, status=UNPROCESSABLE if failed else 200
    )


def _groups(takedown: Takedown, standing: Standing, on_their_way: frozenset[int]) -> Iterator[Group]:
    by_state: dict[State, list[Place]] = {}
    for place in takedown.places:
        item = standing.item(place.number)
        by_state.setdefault(item.state if item else State.DRAFTED, []).append(place)
    for state in sorted(by_state, key=_ORDER.index):
        places = by_state[state]
        yield Group(
            state=state,
            words=posted.LEAVES
            if on_their_way.issuperset(p.number for p in places)
            else case_words.STATES[state],
            count=len(places),
            numbers=span(place.number for place in places),
            folds=tuple(tuple(places[at : at + FOLD]) for at in range(0, len(places), FOLD)),
            may_answer=state not in _SETTLED,
            may_close=is_open(state, Move.CLOSE),
            may_reopen=is_open(state, Move.REOPEN),
        )


def _is_unproven(standing: Standing) -> bool:
    """Did it go out in a way that proves nothing, and has nobody said since that it arrived?"""
    sent = [entry for entry in standing.happenings if entry.happening in SENDINGS]
    return (
        standing.state is State.SENT and bool(sent) and not any(e.how and e.how.arrives_at_once for e in sent)
    )


def rungs(desk: Desk, stand: Stand, takedown: Takedown, standing: Standing) -> list[NextStep]:
    laws = [directory.law(key) for key in takedown.grounds]
    found = next_steps(
        standing, laws, desk.around(stand), desk.now, platform=takedown.platform, unready=takedown.unready
    )
    return [
        NextStep(
            rung,
            *case_words.step_words(rung),
            f"{rung.do.value}|{rung.law}|{rung.to}",
            second.has_letter(rung, takedown),
            rung.move is not None and rung.do is not Do.ASK_AGAIN,
        )
        for rung in found
    ]


def _clocks(desk: Desk, takedown: Takedown, stand: Stand) -> list[Clock]:
    shown = [clock for clock in desk.clocks(takedown, stand) if clock.state not in (Runs.NO_NUMBER, Runs.MET)]
    # Places that stand differently may share one end of the time; it is said once. The law's own comes first.
    told = [
        Clock(clock, case_words.clock_words(clock), directory.law(clock.law).short_name)
        for clock in shown
        if clock.kind is not Kind.KEEPING and case_words.clock_words(clock)
    ]
    once = {(clock.words, clock.law): clock for clock in told}.values()
    return sorted(once, key=lambda clock: clock.running.kind is Kind.REMINDER)


def _history(takedown: Takedown, standing: Standing, given: Collection[int], reader: str) -> Iterator[Told]:
    """What happened, the latest first; what was taken back is said once, by the line that did it.

    `given`: the entries whose letter is still here, or was stopped. `reader`: who reads, as the book signs.
    """
    held = {entry.seq for entry in standing.happenings}
    every = {place.number for place in takedown.places}
    for entry in reversed(takedown.entries):
        more: list[str] = []
        if entry.items and set(entry.items) < every:
            more.append(gettext("places %(numbers)s") % {"numbers": span(entry.items)})
        if entry.how:
            more.append(str(case_words.HOW[entry.how]))
        if entry.ticket:
            more.append(entry.ticket)
        if entry.spread:
            more.append(spread_words(entry.spread[0]))
        if entry.corrects and entry.happening:
            more.append(gettext("put right later"))
        elif entry.seq not in held and entry.happening:
            more.append(gettext("does not count any more"))
        yield Told(
            entry,
            posted.GIVEN if entry.seq in given else case_words.happening_words(entry, reader),
            tuple(more),
            entry.seq in standing.odd,
            entry.seq if entry.seq in held and may_be_put_right(entry) else 0,
        )


def may_be_put_right(entry: Entry) -> bool:
    """Does nothing hang on this line but the state of this request?"""
    return entry.happening is not None and entry.happening not in _FIXED and not entry.came_back


def spread_words(told: spread.Spread) -> str:
    """How far an item went, in words."""
    parts = []
    if told.views is not None:
        parts.append(gettext("seen %(n)s times") % {"n": f"{told.views:,}"})
    if told.shares is not None:
        parts.append(gettext("shared %(n)s times") % {"n": f"{told.shares:,}"})
    return ", ".join(parts)


def happened_page(desk: Desk, takedown: Takedown, form: Noted, why: Words = "") -> HttpResponse:
    """The form for what happened without words to paste: on the request's page, or its own with many."""
    if len(takedown.places) <= FEW:
        return page(desk, takedown, noted=form, why=why)
    context = {"takedown": takedown, "form": form, "why": why, "minor": desk.stand.answers.counts_as_minor}
    status = UNPROCESSABLE if form.is_bound else 200
    return render(desk.request, "survivor/case/happened.html", context, status=status)


def _happen(desk: Desk) -> HttpResponse:
    takedown = desk.takedown()
    form = Noted(takedown=takedown, initial={"at": desk.now})
    return happened_page(desk, takedown, form) if len(takedown.places) > FEW else here()


def _happened(desk: Desk) -> HttpResponse:
    takedown = desk.takedown()
    form = Noted(desk.post, takedown=as_seen(desk, takedown))

    def again(now: Takedown, why: Words) -> HttpResponse:
        return happened_page(desk, now, Noted(desk.post, takedown=now), why)

    if not form.is_valid():
        return again(takedown, "")
    given = form.cleaned_data
    return write(
        desk,
        takedown,
        [Entry(0, Fact(given["what"]), given["at"], form.chosen, ticket=given["ticket"])],
        again,
    )


def _did(desk: Desk) -> HttpResponse:
    """A next step was taken."""
    takedown, rung = rung_of(desk)
    if rung is None or rung.move is None:
        return here()
    entry = Entry(takedown.next_seq, rung.move, desk.now, rung.items, to=rung.to)
    return write(desk, takedown, [entry], lambda now, why: page(desk, now, why=why))


def rung_of(desk: Desk) -> tuple[Takedown, Rung | None]:
    takedown = desk.takedown()
    stand = desk.stand
    name = desk.post.get("rung", "")
    found = rungs(desk, stand, takedown, takedown.standing)
    return takedown, next((step.rung for step in found if step.name == name), None)


def _back(desk: Desk) -> HttpResponse:
    """Some of what was gone is back: which?"""
    takedown = desk.takedown()
    return _back_page(desk, takedown, Back(takedown=takedown))


def _back_page(desk: Desk, takedown: Takedown, form: Back, why: Words = "") -> HttpResponse:
    context = {"takedown": takedown, "form": form, "why": why, "minor": desk.stand.answers.counts_as_minor}
    status = UNPROCESSABLE if form.is_bound else 200
    return render(desk.request, "survivor/case/is_back.html", context, status=status)


def _again(desk: Desk) -> HttpResponse:
    """It is back: one step, nothing typed again. A button names its places; the form asks which."""
    takedown = desk.takedown()
    if "item" in desk.post:
        known = [place.number for place in takedown.places]
        try:
            numbers = read_numbers(desk.post.get("item", "")[:2000], known)
        except BadNumbers:
            return here()
    else:
        form = Back(desk.post, takedown=takedown)
        if not form.is_valid():
            return _back_page(desk, takedown, form)
        numbers = form.chosen
    try:
        new = operations.all_back(desk.case, takedown, numbers, desk.now, due=desk.due(desk.stand))
    except (NotNow, NoSuchTakedown):
        return here()  # sent twice: it goes on in the new request already
    except operations.ChangedMeanwhile:
        return page(desk, operations.read(desk.case, takedown.id), why=CHANGED)
    desk.go(REQUEST, new.id)
    return here()


def _group(desk: Desk) -> HttpResponse:
    """Leave all places in one state, or take them up again."""
    takedown = desk.takedown()
    move = {"close": Move.CLOSE, "reopen": Move.REOPEN}.get(desk.post.get("move", ""))
    state = desk.post.get("state", "")
    numbers = tuple(item.number for item in as_seen(desk, takedown).standing.items if item.state == state)
    if move is None or not numbers:
        return here()
    return write(
        desk, takedown, [Entry(0, move, desk.now, numbers)], lambda now, why: page(desk, now, why=why)
    )


def _send(desk: Desk) -> HttpResponse:
    """A written request went out: how, when, and what number did they give?"""
    takedown = desk.takedown()
    form = SentHere(takedown=takedown, initial={"at": desk.now})
    return _send_page(desk, takedown, form) if form.offered() else here()


def _send_page(desk: Desk, takedown: Takedown, form: SentHere, why: Words = "") -> HttpResponse:
    context = {"takedown": takedown, "form": form, "why": why}
    status = UNPROCESSABLE if form.is_bound else 200
    return render(desk.request, "survivor/case/send.html", context, status=status)


def _sent_again(desk: Desk) -> HttpResponse:
    """A drafted request of the case went out."""
    takedown = desk.takedown()
    form = SentHere(desk.post, takedown=as_seen(desk, takedown))

    def again(now: Takedown, why: Words) -> HttpResponse:
        form = SentHere(desk.post, takedown=now)
        return _send_page(desk, now, form, why) if form.offered() else page(desk, now, why=why)

    if not form.offered():
        return here()
    if not form.is_valid():
        return again(takedown, "")
    given = form.cleaned_data
    entry = Entry(
        0,
        Move.SEND,
        given["at"],
        form.chosen,
        how=given["how"],
        channels=form.channels(),
        ticket=given["ticket"],
    )
    return write(desk, takedown, [entry], again)


ACTIONS = {
    "happen": _happen,
    "happened": _happened,
    "did": _did,
    "back": _back,
    "again": _again,
    "group": _group,
    "send": _send,
    "sent": _sent_again,
}
