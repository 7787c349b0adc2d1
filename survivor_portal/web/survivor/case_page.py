"""A kept case at its one neutral address: what is next today, what waits on whom, what is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from survivor_portal import directory
from survivor_portal.cases import book, keys
from survivor_portal.cases.keys import OpenCase
from survivor_portal.replies import Reading, Remark, ReplyClass, read_reply
from survivor_portal.takedowns import operations
from survivor_portal.takedowns.clocks import Kind, Running, Runs
from survivor_portal.takedowns.due import due_by, running
from survivor_portal.takedowns.ladder import Around, Do, Rung, around, next_steps
from survivor_portal.takedowns.operations import Line, NoSuchTakedown, Place, Takedown
from survivor_portal.takedowns.process import Fact, Move, NotNow, State, fact_of
from survivor_portal.takedowns.standing import Entry, NoSuchEntry, Standing
from survivor_portal.web.safety.opened import opened_of
from survivor_portal.web.safety.session import visit_of
from survivor_portal.web.survivor import cards, case_words, flow, keeping, second
from survivor_portal.web.survivor.case_forms import Answered, AnswerKept, Noted, Sent
from survivor_portal.web.survivor.drafting import draft
from survivor_portal.web.survivor.flow import Stand
from survivor_portal.web.survivor.holder import holder_of

UNPROCESSABLE = 422
BOARD, REQUEST, TIMELINE = "board", "request", "timeline"
PAGE = 50  # entries of the timeline on one page
# What asks for something from the person today, by the state alone.
_OURS = frozenset(
    {
        State.DRAFTED,
        State.TO_CONFIRM,
        State.BOUNCED,
        State.MORE_ASKED,
        State.REDIRECTED,
        State.REFUSED,
        State.PARTLY_REMOVED,
        State.REAPPEARED,
    }
)
_DONE = frozenset({State.REMOVED, State.CARRIED_ON, State.CLOSED})


def here() -> HttpResponse:
    """Back to the case with GET, so that a reload sends nothing twice."""
    return HttpResponseRedirect(reverse("survivor:case"), status=303)


@require_http_methods(["GET", "HEAD", "POST"])
def case(request: HttpRequest) -> HttpResponse:
    """The one address of a kept case, locked or open."""
    step = request.POST.get("step", "") if request.method == "POST" else ""
    if step in keeping.CASE_STEPS:
        return keeping.act_in_case(request, step)
    session = opened_of(request).open()
    if session is None:
        return keeping.locked_page(request)
    desk = Desk(request, session.case, timezone.now())
    action = _ACTIONS.get(step)
    if action is not None:
        try:
            return keeping.settled(request, session, action(desk))
        except NoSuchTakedown:
            return _to_board(desk)
    if step == "stay":
        opened_of(request).stay()
        return keeping.stayed(request) or here()
    return _shown(desk)


@dataclass(frozen=True, slots=True)
class Desk:
    """What the steps of this page work with."""

    request: HttpRequest
    case: OpenCase
    now: datetime

    @property
    def post(self) -> QueryDict:
        return self.request.POST

    @property
    def stand(self) -> Stand:
        return flow.stand(holder_of(self.request).open())

    def around(self, stand: Stand) -> Around:
        return around(stand.answers, stand.items, zone=UTC)

    def due(self, stand: Stand) -> operations.Due:
        return due_by(self.now, counts_as_minor=stand.answers.counts_as_minor, zone=UTC)

    def takedown(self) -> Takedown:
        """The request this page is about. Raises NoSuchTakedown.

        A form names its own: another tab may show another one by now, or the visit may be a new one.
        """
        visit = visit_of(self.request).open()
        shown = str(visit.data.get("request", "")) if visit else ""
        name = self.post.get("request", "") or shown
        takedown = operations.read(self.case, name)
        if name != shown:
            self.go(REQUEST, name)
        return takedown

    def go(self, page: str, takedown_id: str = "") -> None:
        """Remember in the visit which page is shown."""
        current = visit_of(self.request)
        if current.open() is None:
            current.begin()

        def place(data: flow.Data) -> None:
            data["page"] = page
            if takedown_id:
                data["request"] = takedown_id

        current.change(place)


def _shown(desk: Desk) -> HttpResponse:
    visit = visit_of(desk.request).open()
    page = visit.data.get("page", BOARD) if visit else BOARD
    if page == REQUEST:
        try:
            return _request_page(desk, desk.takedown())
        except NoSuchTakedown:
            desk.go(BOARD)
    if page == TIMELINE:
        return _timeline(desk)
    if page in keeping.PAGES:
        return keeping.show_in_case(desk.request, page)
    return _board(desk)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the board."""

    line: Line
    state: Any
    is_late: bool


def _board(desk: Desk) -> HttpResponse:
    lines = operations.board(desk.case)
    rows = [Row(line, case_words.STATES[line.state], _is_late(line, desk.now)) for line in lines]
    today = [row for row in rows if row.line.state in _OURS or row.is_late]
    done = [row for row in rows if row.line.state in _DONE]
    waiting = [row for row in rows if row not in today and row not in done]
    context = {
        "today": today,
        "waiting": waiting,
        "done": done,
        "expires_on": desk.case.expires_on,
        "drafts": keeping.drafts(desk.case),
    }
    return render(desk.request, "survivor/case/board.html", context)


def _is_late(line: Line, now: datetime) -> bool:
    return line.due_at is not None and line.due_at <= now and line.state not in _DONE


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


def _request_page(desk: Desk, takedown: Takedown, noted: Noted | None = None) -> HttpResponse:
    stand = desk.stand
    standing = takedown.standing
    rungs = _rungs(desk, stand, takedown, standing)
    failed = noted is not None
    context = {
        "takedown": takedown,
        "state": case_words.STATES[standing.state],
        "standing": standing,
        "places": [
            (place, case_words.STATES[item.state] if (item := standing.item(place.number)) else "")
            for place in takedown.places
        ],
        "clocks": _clocks(takedown, standing, desk, stand),
        "now_steps": [step for step in rungs if step.rung.due_at is None or step.rung.due_at <= desk.now],
        "later_steps": [step for step in rungs if step.rung.due_at and step.rung.due_at > desk.now],
        "history": [_told(entry) for entry in reversed(takedown.entries)],
        "form": noted or Noted(initial={"at": desk.now}),
        "minor": stand.answers.counts_as_minor,
        "gone": [item.number for item in standing.items if item.state is State.REMOVED],
    }
    return render(
        desk.request, "survivor/case/request.html", context, status=UNPROCESSABLE if failed else 200
    )


def _rungs(desk: Desk, stand: Stand, takedown: Takedown, standing: Standing) -> list[NextStep]:
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


def _clocks(takedown: Takedown, standing: Standing, desk: Desk, stand: Stand) -> list[Clock]:
    found = running(takedown, standing, desk.now, counts_as_minor=stand.answers.counts_as_minor, zone=UTC)
    shown = [clock for clock in found if clock.state not in (Runs.NO_NUMBER, Runs.MET)]
    return [
        Clock(clock, case_words.clock_words(clock), directory.law(clock.law).short_name)
        for clock in shown
        if clock.kind is not Kind.KEEPING and case_words.clock_words(clock)
    ]


def _told(entry: Entry) -> tuple[Entry, Any]:
    return entry, case_words.happening_words(entry)


def _timeline(desk: Desk) -> HttpResponse:
    before = desk.post.get("before", "")
    entries = book.page(desk.case, before=int(before) if before.isdigit() else None, count=PAGE)
    lines = [(entry, case_words.book_words(entry.note.kind, entry.note.facts)) for entry in reversed(entries)]
    more = entries[0].seq if entries and entries[0].seq > 1 else 0
    return render(desk.request, "survivor/case/timeline.html", {"lines": lines, "more": more})


def _to_board(desk: Desk) -> HttpResponse:
    desk.go(BOARD)
    return here()


def _to_timeline(desk: Desk) -> HttpResponse:
    desk.go(TIMELINE)
    return _timeline(desk) if "before" in desk.post else here()


def _to_request(desk: Desk) -> HttpResponse:
    desk.go(REQUEST, desk.post.get("request", ""))
    return here()


def _answer(desk: Desk) -> HttpResponse:
    """Paste their words; then see how we read them."""
    takedown = desk.takedown()
    form = Answered(desk.post if "text" in desk.post else None)
    if not form.is_bound or not form.is_valid():
        context = {"form": form, "takedown": takedown}
        return render(
            desk.request, "survivor/case/answer.html", context, status=UNPROCESSABLE if form.errors else 200
        )
    text = form.cleaned_data["text"]
    reading = read_reply(text, platform=takedown.platform or None)
    kept = AnswerKept(
        takedown=takedown,
        initial={
            "says": reading.main.kind.value,
            "items": [str(number) for number in takedown.standing.still_up],
            "at": desk.now,
            "text": text,
        },
    )
    return _reading_page(desk, takedown, reading, text, kept)


def _reading_page(
    desk: Desk, takedown: Takedown, reading: Reading, text: str, form: AnswerKept
) -> HttpResponse:
    context = {
        "form": form,
        "takedown": takedown,
        "says": [
            case_words.ANSWERS[verdict.kind]
            for verdict in reading.classes
            if isinstance(verdict.kind, ReplyClass)
        ],
        "remarks": [
            case_words.REMARKS[verdict.kind]
            for verdict in reading.remarks
            if isinstance(verdict.kind, Remark) and verdict.kind in case_words.REMARKS
        ],
        "pieces": _marked(text, reading),
    }
    return render(
        desk.request, "survivor/case/reading.html", context, status=UNPROCESSABLE if form.errors else 200
    )


def _marked(text: str, reading: Reading) -> list[tuple[str, bool]]:
    """The text in pieces, the deciding words marked."""
    spans = sorted((m.start, m.end) for v in (*reading.classes, *reading.remarks) for m in v.marks)
    pieces: list[tuple[str, bool]] = []
    end = 0
    for start, stop in spans:
        if stop <= end:
            continue
        start = max(start, end)
        pieces += [(text[end:start], False), (text[start:stop], True)]
        end = stop
    pieces.append((text[end:], False))
    return [piece for piece in pieces if piece[0]]


def _answer_keep(desk: Desk) -> HttpResponse:
    """Keep the answer word for word, under what the person says it says."""
    takedown = desk.takedown()
    text = desk.post.get("text", "")
    reading = read_reply(text, platform=takedown.platform or None)
    form = AnswerKept(desk.post, takedown=takedown)
    if not form.is_valid():
        return _reading_page(desk, takedown, reading, text, form)
    remarks = frozenset(v.kind for v in reading.remarks if isinstance(v.kind, Remark))
    entry = Entry(
        takedown.next_seq,
        fact_of(form.cleaned_data["says"], remarks),
        form.cleaned_data["at"],
        form.numbers() or takedown.standing.still_up,
        ticket=form.cleaned_data["ticket"],
        reply=keys.new_id(),
        remarks=remarks,
    )
    return _noted(desk, takedown, entry, reply=text)


def _happened(desk: Desk) -> HttpResponse:
    takedown = desk.takedown()
    form = Noted(desk.post)
    if not form.is_valid():
        return _request_page(desk, takedown, noted=form)
    what = Fact(form.cleaned_data["what"])
    up = takedown.standing.still_up
    if what is Fact.BACK_AGAIN:
        up = tuple(item.number for item in takedown.standing.items if item.state is State.REMOVED)
    entry = Entry(takedown.next_seq, what, form.cleaned_data["at"], up, ticket=form.cleaned_data["ticket"])
    return _noted(desk, takedown, entry)


def _noted(desk: Desk, takedown: Takedown, entry: Entry, reply: str = "") -> HttpResponse:
    try:
        operations.note(desk.case, takedown, entry, desk.now, due=desk.due(desk.stand), reply=reply)
    except (NotNow, NoSuchEntry, operations.ChangedMeanwhile):
        # A double post, or another tab was first: the page shows what stands.
        return here()
    return here()


def _did(desk: Desk) -> HttpResponse:
    """A next step was taken."""
    takedown, rung = _rung(desk)
    if rung is None or rung.move is None:
        return here()
    entry = Entry(takedown.next_seq, rung.move, desk.now, rung.items, to=rung.to)
    return _noted(desk, takedown, entry)


def _rung(desk: Desk) -> tuple[Takedown, Rung | None]:
    takedown = desk.takedown()
    stand = desk.stand
    name = desk.post.get("rung", "")
    found = _rungs(desk, stand, takedown, takedown.standing)
    return takedown, next((step.rung for step in found if step.name == name), None)


def _next_letter(desk: Desk) -> HttpResponse:
    """The letter of a next step: written, nothing typed again."""
    takedown, rung = _rung(desk)
    if rung is None or not second.has_letter(rung):
        return here()
    stand = desk.stand
    confirmed = frozenset(
        key.removeprefix(second.CONFIRM) for key in desk.post if key.startswith(second.CONFIRM)
    )
    clocks = running(
        takedown, takedown.standing, desk.now, counts_as_minor=stand.answers.counts_as_minor, zone=UTC
    )
    letter = second.letter(stand, takedown, rung, clocks, desk.now.date(), confirmed)
    context = {
        "takedown": takedown,
        "rung": rung,
        "name": desk.post.get("rung", ""),
        "title": case_words.STEPS[rung.do][0],
        "why": case_words.STEPS[rung.do][1],
        "letter": letter,
        "missing": second.missing(letter),
        "resources": [directory.resource(key) for key in rung.resources],
        "ways": [cards.way(at, desk.now.date()) for at in (rung.step.channels[:3] if rung.step else ())],
        "confirmed": confirmed,
        "can_note": rung.move is not None,
    }
    return render(desk.request, "survivor/case/letter.html", context)


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
        return _noted(desk, takedown, entry)
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
    return _noted(desk, takedown, entry)


def begin_from_letter(request: HttpRequest, form: Sent) -> HttpResponse:
    """From a letter of the plan: it was sent, so it becomes a request of the case, with its clock."""
    session = opened_of(request).open()
    stand = flow.stand(holder_of(request).open())
    step = stand.plan.step(stand.letter)
    if session is None or step is None:
        return here()
    desk = Desk(request, session.case, timezone.now())
    made = draft(stand, step, stand.site, desk.now.date())
    mine = [item for item in stand.items if item.number in step.items]
    takedown = operations.begin(
        session.case,
        platform=step.platform,
        kind=step.key.value,
        label=cards.title(step),
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
    entry = Entry(
        2,
        Move.SEND,
        form.cleaned_data["at"],
        tuple(place.number for place in takedown.places),
        how=form.cleaned_data["how"],
        channels=(takedown.channel,) if takedown.channel else (),
        ticket=form.cleaned_data["ticket"],
    )
    operations.note(session.case, takedown, entry, desk.now, due=desk.due(stand))
    desk.go(REQUEST, takedown.id)
    return here()


_ACTIONS: dict[str, Callable[[Desk], HttpResponse]] = {
    "board": _to_board,
    "timeline": _to_timeline,
    "request": _to_request,
    "answer": _answer,
    "answer_keep": _answer_keep,
    "happened": _happened,
    "did": _did,
    "next_letter": _next_letter,
    "again": _again,
    "take_back": _take_back,
    "sent": _sent_again,
}
