"""Keep a visit as a case: say what that means, show code and phrase, ask the phrase back, make the case.

Code and phrase wait in the sealed visit until they were asked back. Only then is there a case, so nobody has
one they cannot open.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from survivor_portal.cases import access, codes, records
from survivor_portal.cases.access import Owner
from survivor_portal.cases.book import Note
from survivor_portal.cases.unlocked import Session
from survivor_portal.directory import Asker
from survivor_portal.visits.visit import Data, TooMuch
from survivor_portal.web.safety import standing
from survivor_portal.web.safety.networks import What
from survivor_portal.web.safety.opened import opened_of
from survivor_portal.web.safety.session import visit_of
from survivor_portal.web.survivor import notes, taking_over
from survivor_portal.web.survivor.flow import PLAN as AT_PLAN
from survivor_portal.web.survivor.flow import Stand
from survivor_portal.web.survivor.holder import OF_THE_VISIT, PLAN, country
from survivor_portal.web.survivor.keeping_drafts import (
    draft_field,
    drafts,
    is_late,
    keep_draft,
    settled,
    stayed,
)
from survivor_portal.web.survivor.keeping_forms import OWN, AskedBack, Making, No, answered, attempt, to_case
from survivor_portal.web.survivor.keeping_inside import (
    CASE_STEPS,
    CHOICES,
    PAGES,
    act_in_case,
    resume,
    show_again,
    show_in_case,
)
from survivor_portal.web.survivor.keeping_locked import locked_page
from survivor_portal.web.survivor.keeping_tries import within

AT = "keep"  # `at` in the visit while somebody is on these pages
STEPS = frozenset({"keep", "keep_make", "keep_card", "keep_ask", "keep_confirm"})
# What waits in the visit: code, phrase, days, whether a recovery code is wanted, which page.
WAITING = "keeping"
CARD, ASK = "card", "ask"


def offered(stand: Stand) -> bool:
    """May this visitor keep a case here? A child under 13 opens one together with an adult."""
    return bool(settings.CASES_OPEN) and not stand.answers.is_young_child_alone


def show(request: HttpRequest, stand: Stand) -> HttpResponse:
    """The page of keeping where this visit stands."""
    return _page(request, stand)


def act(request: HttpRequest, step: str, stand: Stand) -> HttpResponse:
    """One step of keeping, posted at the flow's address."""
    if opened_of(request).open() is not None:
        return to_case()
    if not offered(stand):
        _stand_at(request, AT_PLAN if stand.been_at_plan else "")
        return _to_flow()
    waiting = _waiting(request)
    if step == "keep":
        _stand_at(request, AT)
    elif step == "keep_make":
        return _make(request, stand)
    elif not waiting:
        # Sent twice, or from an old tab: the case is made already, or there is nothing to confirm.
        return _to_flow() if stand.been_at_plan or stand.question else to_case()
    elif step == "keep_confirm":
        return _confirm(request, stand, waiting)
    else:
        _stand_at(request, AT, waiting | {"page": ASK if step == "keep_ask" else CARD})
    return _to_flow()


def take_over(session: Session, data: Data, now: datetime) -> None:
    """Put what a visit held into a case. To do it twice does no harm."""
    document = {key: value for key, value in data.items() if key not in (*OF_THE_VISIT, WAITING)}
    if not records.read(session.case, PLAN):
        # Two posts at once may both have read that there is none; only one of them can write it.
        records.add_only(session.case, PLAN, document, Note("plan_kept"), now)


def _page(request: HttpRequest, stand: Stand, form: Any = None, no: No | None = None) -> HttpResponse:
    waiting = _waiting(request)
    context: dict[str, Any] = {"stand": stand, "form": form}
    if waiting.get("page") == CARD and not isinstance(form, Making):
        context |= {"code": codes.shown(waiting["code"]), "phrase": waiting["phrase"]}
        return answered(request, "survivor/keep/card.html", context)
    if waiting and not isinstance(form, Making):
        context["form"] = form or AskedBack(kept=waiting["phrase"], own=waiting["own"])
        return answered(request, "survivor/keep/ask.html", context, no)
    taking = _is_taking(request)
    context |= {"form": form or Making(), "offered": offered(stand), "taking": taking}
    context["desk"] = settings.DESK_OPEN and not taking
    return answered(request, "survivor/keep/make.html", context, no)


def _make(request: HttpRequest, stand: Stand) -> HttpResponse:
    form = Making(request.POST)
    if not form.is_valid():
        return _page(request, stand, form)
    waiting = {
        "page": CARD,
        "code": codes.new_code(),
        "phrase": form.phrase(),
        "own": form.cleaned_data["kind"] == OWN,
        "days": form.days_chosen(),
        "recovery": form.cleaned_data["recovery"],
    }
    try:
        _stand_at(request, AT, waiting)
    except TooMuch:
        form.add_error(None, notes.TOO_MUCH)
        return _page(request, stand, form)
    return _to_flow()


def _confirm(request: HttpRequest, stand: Stand, waiting: Data) -> HttpResponse:
    """The phrase was typed back: now the case is made, and what the visit held goes into it."""
    form = AskedBack(request.POST, kept=waiting["phrase"], own=waiting["own"])
    _stand_at(request, AT, waiting | {"page": ASK})
    if not form.is_valid():
        return _page(request, stand, form)
    now = timezone.now()
    visit = visit_of(request).open()
    data = visit.data if visit else {}
    if taking_over.is_on(data):
        taken = within(
            request,
            form,
            What.keeping,
            lambda: taking_over.made(request, waiting, now, watched=stand.watched),
        )
        if taken is None:
            return taking_over.over(request)
        made = taken
    else:
        made = within(request, form, What.keeping, lambda: _made(stand, waiting, now))
    if isinstance(made, No):
        return _page(request, stand, form, made)
    if taking_over.is_on(data):
        standing.begin(request, made)
    else:
        take_over(made, data, now)
        visit_of(request).change(_only_the_place)
    opened_of(request).begin(made)
    if waiting["recovery"]:
        recovery = attempt(form, lambda: access.new_recovery_code(made, waiting["phrase"], now))
        # When too many are here just now, the recovery code can be made later, inside.
        if not isinstance(recovery, No):
            return answered(request, "survivor/keep/recovery_code.html", {"code": codes.shown(recovery)})
    return to_case()


def _made(stand: Stand, waiting: Data, now: datetime) -> Session:
    """The case under this code and phrase. Sent twice, it is one case that is opened twice."""
    code, phrase = waiting["code"], waiting["phrase"]
    owner = Owner.guardian if stand.answers.asker is Asker.PARENT else Owner.person
    try:
        new = access.open_new(
            now, code=code, phrase=phrase, owner=owner, keep_days=waiting["days"], watched=stand.watched
        )
    except access.CodeTaken:
        return access.open_with(code, phrase, now, watched=stand.watched).session
    access.confirm(new.session.case, phrase, now)
    return new.session


def _is_taking(request: HttpRequest) -> bool:
    visit = visit_of(request).open()
    return visit is not None and taking_over.is_on(visit.data)


def _waiting(request: HttpRequest) -> Data:
    visit = visit_of(request).open()
    found = visit.data.get(WAITING) if visit else None
    return found if isinstance(found, dict) else {}


def _stand_at(request: HttpRequest, at: str, waiting: Data | None = None) -> None:
    def move(data: Data) -> None:
        data["at"] = at
        data.pop(WAITING, None)
        if waiting:
            data[WAITING] = waiting

    visit_of(request).change(move)


def _only_the_place(data: Data) -> None:
    """What is in the case now goes from the visit; it tells from here on only where somebody stands."""
    data["country"] = country(data)
    for key in data.keys() - set(OF_THE_VISIT):
        del data[key]
    data["at"] = ""


def _to_flow() -> HttpResponse:
    return HttpResponseRedirect(reverse("survivor:next"), status=303)


__all__ = [
    "AT",
    "CASE_STEPS",
    "CHOICES",
    "PAGES",
    "STEPS",
    "act",
    "act_in_case",
    "draft_field",
    "drafts",
    "is_late",
    "keep_draft",
    "locked_page",
    "offered",
    "resume",
    "settled",
    "show",
    "show_again",
    "show_in_case",
    "stayed",
    "take_over",
]
