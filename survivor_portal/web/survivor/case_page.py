"""A kept case at its one neutral address: what is next today, what waits on whom, what is done."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from survivor_portal.cases import book, slot
from survivor_portal.cases.book import ReadOnly
from survivor_portal.cases.unlocked import Session
from survivor_portal.followups import reminders
from survivor_portal.takedowns import operations
from survivor_portal.takedowns.operations import NoSuchTakedown, Takedown
from survivor_portal.web.forms import PUT_OFF
from survivor_portal.web.safety.opened import opened_of
from survivor_portal.web.safety.session import visit_of
from survivor_portal.web.survivor import (
    arrivals,
    case_actor,
    case_answers,
    case_checks,
    case_letters,
    case_mail,
    case_notes,
    case_plan,
    case_request,
    case_right,
    case_rounds,
    case_rows,
    case_sending,
    case_spread,
    case_words,
    keeping,
    let_in,
    letting_in,
    platform_yes,
)
from survivor_portal.web.survivor.case_desk import BOARD, REQUEST, TIMELINE, UNPROCESSABLE, Desk, here
from survivor_portal.web.survivor.case_rows import Part, Row
from survivor_portal.web.survivor.notes_plan import plans_notes
from survivor_portal.web.survivor.own_time import in_own_time

PAGE = 50  # lines of the board, or of the timeline, on one page


@require_http_methods(["GET", "HEAD", "POST"])
@in_own_time
@plans_notes
def case(request: HttpRequest) -> HttpResponse:
    """The one address of a kept case, locked or open."""
    step = request.POST.get("step", "") if request.method == "POST" else ""
    if step == "close":
        # Before anything is opened: nothing may keep a person from closing, not even keys that are away.
        return keeping.act_in_case(request, step)
    session = opened_of(request).open()
    if (no := case_actor.not_allowed(request, session)) is not None:
        return no
    if step in keeping.CASE_STEPS:
        return keeping.act_in_case(request, step)
    if session is None:
        return keeping.locked_page(request)
    desk = Desk(request, session.case, timezone.now())
    try:
        return _done(desk, session, step)
    except NoSuchTakedown:
        return _to_board(desk)
    except ReadOnly:
        return case_actor.not_here(request, case_actor.WHY[case_actor.Needs.write])


def _done(desk: Desk, session: Session, step: str) -> HttpResponse:
    action = ACTIONS.get(step)
    if action is None:
        return _stayed(desk) if step == "stay" else _shown(desk)
    return platform_yes.asked(desk, step) or keeping.settled(desk.request, session, action(desk))


def _stayed(desk: Desk) -> HttpResponse:
    """More time. The form that came along with the button is shown again as it was sent; nothing is done."""
    request = desk.request
    opened_of(request).stay()
    step = request.POST.getlist("step")[0]
    if (yes := platform_yes.shown_again(request)) is not None:
        return yes
    if step not in FORMS | keeping.CHOICES:
        return keeping.stayed(request) or here()
    half, whole = request.POST.copy(), request.POST
    half.setlist("step", [step])
    half[PUT_OFF] = "1"
    request.POST = QueryDict(half.urlencode())
    try:
        response = ACTIONS[step](desk) if step in FORMS else keeping.show_again(request, step)
    except NoSuchTakedown:
        request.POST = whole
        return keeping.stayed(request) or here()
    if response.status_code == UNPROCESSABLE:
        response.status_code = HTTPStatus.OK
    return response


def _shown(desk: Desk) -> HttpResponse:
    visit = visit_of(desk.request).open()
    # "board 2" is the second part of the board.
    page, _, part = str(visit.data.get("page", BOARD) if visit else BOARD).partition(" ")
    number = int(part or 1)
    if not case_actor.may_see(opened_of(desk.request).open(), page):
        page = BOARD
    if page == REQUEST:
        # Whoever waits here for a letter to leave learns here what became of it.
        _take_in(desk)
    if page in OF_A_REQUEST:
        try:
            return OF_A_REQUEST[page](desk, desk.takedown(), number)
        except NoSuchTakedown:
            desk.go(BOARD)
    if page == TIMELINE:
        return _timeline(desk)
    if page == case_notes.NOTES:
        return case_notes.page(desk)
    if page in keeping.PAGES:
        return keeping.show_in_case(desk.request, page)
    if page in let_in.PAGES:
        return let_in.PAGES[page](desk)
    return _board(desk, number if page == BOARD else 1)


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of one part of the board that stand on this page, and how many there are in all."""

    rows: tuple[Row, ...]
    count: int


def _board(desk: Desk, number: int) -> HttpResponse:
    _take_in(desk)
    stand = desk.stand
    answers = stand.answers
    lines = operations.board(desk.case)
    unsent = case_plan.unsent(stand, lines)
    rows = case_rows.rows(
        lines,
        desk.now,
        counts_as_minor=answers.counts_as_minor,
        may_sign=answers.may_sign and not answers.is_young_child_alone,
        zone=desk.zone,
    )
    pages = max(-(-len(rows) // PAGE), 1)
    number = min(max(number, 1), pages)
    first = (number - 1) * PAGE
    here_now = rows[first : first + PAGE]
    context = {
        "parts": {
            part.name.lower(): Lines(
                tuple(row for row in here_now if row.part is part), sum(row.part is part for row in rows)
            )
            for part in Part
        },
        "pages": pages,
        "before": number - 1,
        "after": number + 1 if number < pages else 0,
        "first": first + 1,
        "last": first + len(here_now),
        "count": len(rows),
        # On the first page only: below it nobody begins.
        "unsent": unsent[: case_plan.SHOWN] if number == 1 else (),
        "unsent_more": len(unsent) - case_plan.SHOWN,
        # A case that a desk made or brought along may begin without a single answer, and without a request.
        "unanswered": not rows and not stand.been_at_plan and stand.question is not None,
        "zone_unknown": any(row.until for row in here_now if row.part is not Part.DONE)
        and desk.zone_is_unknown,
        "expires_on": desk.case.expires_on,
        "drafts": keeping.drafts(session) if (session := opened_of(desk.request).open()) else (),
        "mails": case_mail.news(desk, lines) if number == 1 and _may(desk, "mail") else (),
        "notes_news": reminders.read(desk.case).news if reminders.offered() and _may(desk, "notes") else "",
        "let_in": let_in.on_board(desk) if settings.DESK_OPEN and _may(desk, "let") else None,
    }
    return render(desk.request, "survivor/case/board.html", context)


def _take_in(desk: Desk) -> None:
    """What came while the case was open, or while it was opened in another tab."""
    if desk.case.may_write and slot.is_waiting(desk.case):
        arrivals.take_in(desk.case, desk.now)


def _may(desk: Desk, step: str) -> bool:
    return case_actor.may_see(opened_of(desk.request).open(), step)


def _timeline(desk: Desk) -> HttpResponse:
    before = desk.post.get("before", "")
    entries = book.page(
        desk.case, before=int(before) if re.fullmatch("[0-9]{1,9}", before) else None, count=PAGE
    )
    names = {line.id: line.label for line in operations.board(desk.case)}
    lines = [
        (entry, case_words.book_words(entry.note.kind, entry.note.facts, names, entry.note.by, desk.case.by))
        for entry in reversed(entries)
    ]
    more = entries[0].seq if entries and entries[0].seq > 1 else 0
    return render(desk.request, "survivor/case/timeline.html", {"lines": lines, "more": more})


def _to_board(desk: Desk) -> HttpResponse:
    desk.go(case_rounds.part_of(BOARD, desk.post.get("part", "")))
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
    **case_right.ACTIONS,
    **case_spread.ACTIONS,
    **case_letters.ACTIONS,
    **case_mail.ACTIONS,
    **case_sending.ACTIONS,
    **case_rounds.ACTIONS,
    **case_checks.ACTIONS,
    **case_notes.ACTIONS,
    **let_in.ACTIONS,
    **letting_in.ACTIONS,
}
# The steps that a form of more than buttons sends.
FORMS = frozenset(
    {
        "answer", "answer_keep", "answer_gone", "happened", "again", "sent", "put_right_keep", "spread_keep",
        "looked", "told", "names_keep", "next_letter", "site_asked", "leave",
        *case_notes.FORMS, *let_in.FORMS,
    }
)  # fmt: skip
OF_A_REQUEST: dict[str, Callable[[Desk, Takedown, int], HttpResponse]] = {
    REQUEST: lambda desk, takedown, _number: case_request.page(desk, takedown),
    case_rounds.ROUND: lambda desk, takedown, _number: case_rounds.page(desk, takedown),
    case_rounds.HAND: lambda desk, takedown, _number: case_rounds.hand(desk, takedown),
    case_rounds.NAMES: case_rounds.names,
    case_checks.ASK_SITE: lambda desk, takedown, _number: case_checks.page(desk, takedown),
}
