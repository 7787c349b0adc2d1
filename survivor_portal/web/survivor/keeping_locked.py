"""The locked door of a case: code and phrase, or the recovery code instead.

Nothing here tells an unknown code from a wrong phrase: one message, one status, one page.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from survivor_portal.cases import access
from survivor_portal.cases.book import Rekeyed
from survivor_portal.takedowns import rekey
from survivor_portal.web.safety import standing
from survivor_portal.web.safety.networks import What
from survivor_portal.web.safety.opened import opened_of
from survivor_portal.web.safety.session import visit_of
from survivor_portal.web.survivor import arrivals, keeping_drafts
from survivor_portal.web.survivor.keeping_forms import AtTheDoor, No, Opening, Recovering, answered, to_case
from survivor_portal.web.survivor.keeping_tries import within

STEPS = frozenset({"open", "recover"})
# Where the case got another key meanwhile.
TRIES = 3


def locked_page(request: HttpRequest) -> HttpResponse:
    """What this address shows while no case is open here. A form sent too late is put into its case."""
    draft = keeping_drafts.keep_draft(request) if request.method == "POST" else None
    return _page(request, Opening(), draft=draft)


def act(request: HttpRequest, step: str) -> HttpResponse:
    """Try to open. The buttons that show and hide what is typed come here too, and try nothing."""
    kind: type[AtTheDoor] = Recovering if step == "recover" else Opening
    shown = request.POST.get("shown") == "1"
    if "show" in request.POST or "hide" in request.POST:
        return _page(request, kind(initial=_typed(request), shown="show" in request.POST))
    if "code" not in request.POST:
        return _page(request, kind(), asked=True)
    form = kind(request.POST, shown=shown)
    if not form.is_valid() or not settings.CASES_OPEN:
        return _page(request, form)
    given, now = form.cleaned_data, timezone.now()
    tried = within(request, form, What.opening, lambda: _opened(form, given, now))
    if isinstance(tried, No):
        form.renew()
        return _page(request, form, tried)
    opened_of(request).begin(tried.session)
    arrivals.take_in(tried.session.case, now)
    standing.begin(request, tried.session)
    if tried.failed_tries or step == "recover":
        context = {"failed_tries": tried.failed_tries, "by_recovery": step == "recover"}
        return answered(request, "survivor/keep/news.html", context)
    return to_case()


def again(request: HttpRequest, step: str) -> HttpResponse:
    """The form whose token was lost, with what was typed. Writes nothing."""
    kind: type[AtTheDoor] = Recovering if step == "recover" else Opening
    shown = request.POST.get("shown") == "1"
    return _page(request, kind(initial=_typed(request), shown=shown), resumed=True)


def _opened(form: AtTheDoor, given: dict[str, Any], now: datetime) -> access.Opened:
    """The case, under a new key where it waited for one."""
    for _ in range(TRIES):
        try:
            opened = _tried(form, given, now)
            return replace(opened, session=rekey.where_wanted(opened.session, now))
        except Rekeyed:
            # In this very moment somebody who was let in gave it one.
            continue
    raise access.Busy


def _tried(form: AtTheDoor, given: dict[str, Any], now: datetime) -> access.Opened:
    if isinstance(form, Recovering):
        return access.open_with_recovery(given["code"], given["recovery"], now, watched=given["watched"])
    return access.open_with(given["code"], given["phrase"], now, watched=given["watched"])


def _typed(request: HttpRequest) -> dict[str, Any]:
    """What a form of this door held, its marks included."""
    names = ("code", "phrase", "recovery", "watched", "since", "asked", "answer")
    return {name: request.POST.get(name, "") for name in names}


def _page(
    request: HttpRequest,
    form: AtTheDoor,
    no: No | None = None,
    *,
    draft: bool | None = None,
    resumed: bool = False,
    asked: bool = False,
) -> HttpResponse:
    visit = visit_of(request).open()
    # Whoever works at a desk goes back to their list; the desk itself is not asked.
    at_desk = settings.DESK_OPEN and bool(request.COOKIES.get(settings.DESK_COOKIE))
    came_to_open = asked or form.is_bound or bool(form.initial.get("code")) or resumed
    context = {
        "form": form,
        "by_recovery": isinstance(form, Recovering),
        "resumed": resumed,
        "late": request.method == "POST" and not came_to_open,
        "draft": draft,
        # Answers that are not kept would be gone after opening.
        "has_answers": bool(visit and visit.data.get("answers")),
        "closed": not settings.CASES_OPEN,
        "at_desk": at_desk,
        # No code and no phrase is asked of them, unless the person who has them says so.
        "only_desk": at_desk and not came_to_open,
        "desk": settings.DESK_OPEN,
    }
    return answered(request, "survivor/keep/locked.html", context, no)
