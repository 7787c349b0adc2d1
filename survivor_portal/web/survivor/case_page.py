"""A kept case at its one neutral address: what is next today, what waits on whom, what is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from survivor_portal.cases import book
from survivor_portal.takedowns import operations
from survivor_portal.takedowns.operations import Line, NoSuchTakedown
from survivor_portal.takedowns.process import State
from survivor_portal.web.safety.opened import opened_of
from survivor_portal.web.safety.session import visit_of
from survivor_portal.web.survivor import case_answers, case_letters, case_request, case_words, keeping
from survivor_portal.web.survivor.case_desk import BOARD, REQUEST, TIMELINE, Desk, here
from survivor_portal.web.survivor.own_time import in_own_time

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


@require_http_methods(["GET", "HEAD", "POST"])
@in_own_time
def case(request: HttpRequest) -> HttpResponse:
    """The one address of a kept case, locked or open."""
    step = request.POST.get("step", "") if request.method == "POST" else ""
    if step in keeping.CASE_STEPS:
        return keeping.act_in_case(request, step)
    session = opened_of(request).open()
    if session is None:
        return keeping.locked_page(request)
    desk = Desk(request, session.case, timezone.now())
    action = ACTIONS.get(step)
    if action is not None:
        try:
            return keeping.settled(request, session, action(desk))
        except NoSuchTakedown:
            return _to_board(desk)
    if step == "stay":
        opened_of(request).stay()
        return keeping.stayed(request) or here()
    return _shown(desk)


def _shown(desk: Desk) -> HttpResponse:
    visit = visit_of(desk.request).open()
    page = visit.data.get("page", BOARD) if visit else BOARD
    if page == REQUEST:
        try:
            return case_request.page(desk, desk.takedown())
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


ACTIONS: dict[str, Callable[[Desk], HttpResponse]] = {
    "board": _to_board,
    "timeline": _to_timeline,
    "request": _to_request,
    **case_answers.ACTIONS,
    **case_request.ACTIONS,
    **case_letters.ACTIONS,
}
