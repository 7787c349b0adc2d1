"""The whole flow at one neutral address: safety page, questions, plan, letters.

Every form posts its `step`; the answer is a redirect to the same address, so that the browser's history holds
one entry. What was typed lives only in the sealed visit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from survivor_portal import intake
from survivor_portal.cases import slot
from survivor_portal.cases.book import ReadOnly
from survivor_portal.insights import tally
from survivor_portal.visits.visit import TooMuch
from survivor_portal.web.safety.opened import opened_of
from survivor_portal.web.safety.session import visit_of
from survivor_portal.web.survivor import (
    around,
    arrivals,
    cards,
    case_actor,
    case_letters,
    flow,
    keeping,
    letters_page,
    notes,
    platform_yes,
    taking_over,
)
from survivor_portal.web.survivor.holder import holder_of
from survivor_portal.web.survivor.letters_page import flow_page
from survivor_portal.web.survivor.notes_plan import plans_notes
from survivor_portal.web.survivor.own_time import in_own_time
from survivor_portal.web.survivor.questions import FORMS, OneQuestion, initial

UNPROCESSABLE = 422


@require_http_methods(["GET", "HEAD", "POST"])
@in_own_time
@plans_notes
def next_steps(request: HttpRequest) -> HttpResponse:
    """The one address of the flow."""
    if request.method == "POST":
        if keeping.is_late(request):
            return keeping.locked_page(request)
        session = opened_of(request).open()
        no = case_actor.not_allowed(request, session)
        if no is not None:
            return no
        try:
            response = _act(request)
        except ReadOnly:
            return case_actor.not_here(request, case_actor.WHY[case_actor.Needs.write])
        return keeping.settled(request, session, response) if session else response
    return _show(request, _stand(request))


@in_own_time
def resume(request: HttpRequest) -> HttpResponse:
    """A form whose token was lost: show what was typed again, with a new token.

    Writes nothing but a draft, sealed to the case its form belongs to.
    """
    if keeping.is_late(request):
        return keeping.locked_page(request)
    if (no := case_actor.not_allowed(request, opened_of(request).open())) is not None:
        return no
    step = request.POST.get("step", "")
    data = holder_of(request).open()
    stand = flow.stand(data)
    if step in FORMS:
        return _question(request, stand, intake.BY_KEY[step], data=request.POST, lost=data is None)
    if step in taking_over.STEPS:
        return taking_over.again(request, step)
    if step == "sign" and data is not None:
        return letters_page.show(request, stand, data=request.POST)
    if step == around.Company.step and data is not None:
        return letters_page.show(request, stand, company=around.as_typed(request.POST))
    return _show(request, stand, lost=data is None)


def _show(request: HttpRequest, stand: flow.Stand, *, lost: bool = False) -> HttpResponse:
    question = stand.question
    if question is not None:
        if not case_actor.may_see(opened_of(request).open(), question.key):
            return _answers(request, stand)
        return _question(request, stand, question, lost=lost or stand.lost)
    if stand.at == "letter" and stand.plan.step(stand.letter):
        session = opened_of(request).open()
        if session is not None and session.case.may_write and slot.is_waiting(session.case):
            # Who hosts the site may have come in meanwhile.
            arrivals.take_in(session.case, timezone.now())
        return letters_page.show(request, stand)
    if stand.at == keeping.AT:
        return keeping.show(request, stand)
    if stand.at == taking_over.AT:
        return taking_over.show(request, stand)
    if stand.at == flow.DANGER:
        return render(request, "survivor/danger.html", {"stand": stand})
    return _plan(request, stand)


def _question(
    request: HttpRequest,
    stand: flow.Stand,
    question: intake.Question,
    *,
    data: QueryDict | None = None,
    form: OneQuestion | None = None,
    lost: bool = False,
    resumed: bool = True,
) -> HttpResponse:
    """One question. With `form`, it did not hold: the same page again with what was typed, status 422."""
    failed = form is not None
    if form is None:
        form = FORMS[question.key](
            data,
            initial=initial(stand.answers, stand.typed),
            answers=stand.answers,
        )
        if data is not None:
            form.errors.clear()  # nothing is wrong with what they typed
    number, of = intake.position(question, stand.answers, stand.items)
    context = {
        "form": form,
        "question": question.key,
        "stand": stand,
        "number": number,
        "of": of,
        "lost": lost,
        "kept": form.is_bound or stand.lost,
        "resumed": resumed and data is not None,
        "first": question.key == intake.QUESTIONS[0].key,
    }
    template = "survivor/safety.html" if question.key == "safety" else "survivor/question.html"
    return render(request, template, context, status=UNPROCESSABLE if failed else 200)


def _answers(request: HttpRequest, stand: flow.Stand) -> HttpResponse:
    """The questions for somebody who may only read: what was answered so far, and no form."""
    why = case_actor.WHY[case_actor.Needs.write]
    context = {"stand": stand, "changes": notes.changes(stand), "why": why}
    return render(request, "survivor/case/answers.html", context)


def _plan(request: HttpRequest, stand: flow.Stand) -> HttpResponse:
    plan = stand.plan
    today = timezone.now().date()
    joined, others = cards.coverage(plan, stand.items)
    context = {
        "stand": stand,
        "plan": plan,
        "groups": cards.groups(plan, stand.items, today),
        "joined": joined,
        "others": others,
        "changes": notes.changes(stand),
        "kept": opened_of(request).loaded is not None,
        "today": today,
    }
    return render(request, "survivor/plan.html", context)


def _act(request: HttpRequest) -> HttpResponse:
    step = request.POST.get("step", "")
    if step in FORMS:
        return _answer(request, step)
    if step in taking_over.STEPS:
        return taking_over.act(request, step)
    holder = holder_of(request)
    if step != "stay" and holder.open() is None:
        return _show(request, flow.stand(None), lost=True)
    if step == "sign":
        holder.change(lambda data: _MOVES["letter"](data, request.POST))
        return letters_page.sign(request, _stand(request))
    if step == "sent":
        return _sent(request)
    if step == "later":
        return _later(request)
    if step in around.STEPS:
        return _around(request, step)
    if step in keeping.STEPS:
        return keeping.act(request, step, _stand(request))
    if step == "save":
        return letters_page.download(request, _stand(request))
    action = _MOVES.get(step)
    if action is not None:
        holder.change(lambda data: action(data, request.POST))
    elif step == "stay":
        return _stay(request)
    elif step == "wrong_address":
        _note_wrong_address(request)
    return flow_page()


def _stay(request: HttpRequest) -> HttpResponse:
    """More time. What is half typed came along with the button and is shown again."""
    visit_of(request).stay()
    if (yes := platform_yes.shown_again(request)) is not None:
        return yes
    stand, page = _stand(request), request.POST.getlist("step")[0]
    if page in FORMS and stand.question == intake.BY_KEY[page]:
        return _question(request, stand, stand.question, data=request.POST, resumed=False)
    if page == "sign" and stand.at == "letter":
        return letters_page.show(request, stand, data=request.POST, resumed=False)
    return flow_page()


def _stand(request: HttpRequest) -> flow.Stand:
    return flow.stand(holder_of(request).open())


def _sent(request: HttpRequest) -> HttpResponse:
    """A letter of the plan went out: with an open case it becomes a request with its own clock."""
    if "letter" in request.POST:
        # Another tab may have opened another letter meanwhile, or the visit may be a new one.
        holder_of(request).change(lambda data: _MOVES["letter"](data, request.POST))
    stand = _stand(request)
    step = stand.plan.step(stand.letter)
    if step is None:
        return flow_page()
    return platform_yes.asked_of_letter(request, step, stand) or case_letters.sent_from_plan(request, stand)


def _later(request: HttpRequest) -> HttpResponse:
    """Somebody at a desk will send a letter of the plan together with others."""
    holder_of(request).change(lambda data: _MOVES["letter"](data, request.POST))
    return case_letters.put_off(request, _stand(request))


def _around(request: HttpRequest, step: str) -> HttpResponse:
    """Something about the company a letter goes to."""
    if "letter" in request.POST:
        # Another tab may have opened another letter meanwhile.
        holder_of(request).change(lambda data: _MOVES["letter"](data, request.POST))
    stand = _stand(request)
    form = around.act(request, stand, step)
    return letters_page.show(request, stand, company=form) if form is not None else flow_page()


_MOVES: dict[str, Callable[[flow.Data, QueryDict], None]] = {
    "go": lambda data, _post: flow.go_on(data),
    "back": lambda data, _post: flow.go_back(data),
    "change": lambda data, post: flow.go_to(data, post.get("question", "")),
    "plan": lambda data, _post: flow.open_plan(data),
    "letter": lambda data, post: flow.open_letter(data, post.get("letter", ""), post.get("site", "")),
}


def _answer(request: HttpRequest, step: str) -> HttpResponse:
    """Take in one question. Out of order, twice, from an old tab: each lands where it makes sense."""
    holder = holder_of(request)
    data = holder.open()
    lost = data is None and step != "safety"
    stand = flow.stand(data)
    question = intake.BY_KEY[step]
    if question.free_text and stand.answers.is_young_child_alone:
        return flow_page()
    form = FORMS[step](None if "skip" in request.POST else request.POST, answers=stand.answers)
    given: dict[str, Any] = dict.fromkeys(question.fills)
    typed: dict[str, str] = {}
    if form.is_bound:
        if not form.is_valid():
            return _question(request, stand, question, form=form, lost=lost)
        given |= form.plain()
        typed = {name: str(form.cleaned_data.get(name, "")) for name in flow.TYPED.get(step, ())}
    if data is None:
        visit_of(request).begin()
    try:
        holder.change(lambda data: flow.answer(data, step, given, typed))
        if lost:
            holder.change(lambda data: data.update(lost=True))
    except TooMuch:
        form.add_error(None, notes.TOO_MUCH)
        return _question(request, stand, question, form=form)
    return flow_page()


def _note_wrong_address(request: HttpRequest) -> None:
    """One more "this address did not work", at most once a visit and channel. Nothing else is kept."""
    channel = request.POST.get("channel", "")

    def tell(data: flow.Data) -> None:
        told = data.setdefault("told", [])
        if channel not in told and tally.is_channel(channel):
            told.append(channel)
            tally.wrong_address(channel, timezone.now().date())

    holder_of(request).change(tell)
