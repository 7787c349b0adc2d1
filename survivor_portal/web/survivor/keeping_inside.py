"""Inside an open case: what opens it, how long it is kept, more time, close it, delete it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from survivor_portal.calendars import UTC_KEY
from survivor_portal.cases import access, codes, ending, phrases, records, unlocked
from survivor_portal.cases.unlocked import Session
from survivor_portal.followups import reminders
from survivor_portal.web.forms import Question
from survivor_portal.web.safety.opened import opened_of
from survivor_portal.web.safety.session import visit_of
from survivor_portal.web.survivor import case_actor, keeping_drafts, keeping_forms, keeping_locked, zones
from survivor_portal.web.survivor.holder import country, holder_of
from survivor_portal.web.survivor.keeping_forms import No, answered, attempt, to_case
from survivor_portal.web.survivor.own_time import in_own_time

SETTINGS = "keep_settings"
FORMS: Mapping[str, type[Question]] = {
    form.step: form
    for form in (
        keeping_forms.NewPhrase,
        keeping_forms.PhraseByRecovery,
        keeping_forms.NewCode,
        keeping_forms.NewRecovery,
        keeping_forms.MoreTime,
        keeping_forms.Days,
        keeping_forms.OwnTime,
        keeping_forms.Deleting,
    )
}
# The pages of this door: `page` in the visit while somebody is on one of them.
PAGES = frozenset({SETTINGS, *FORMS})
CHOICES = frozenset({keeping_forms.Days.step, keeping_forms.OwnTime.step})
CASE_STEPS = PAGES | keeping_locked.STEPS | keeping_drafts.STEPS | {"close"}


def show_in_case(request: HttpRequest, page: str) -> HttpResponse:
    """The page of this door where the visit stands."""
    session = opened_of(request).open()
    if session is None:
        return keeping_locked.locked_page(request)
    return _page(request, session, page)


def act_in_case(request: HttpRequest, step: str) -> HttpResponse:
    """One step of this door, posted at the case's address."""
    if step in keeping_locked.STEPS:
        return keeping_locked.act(request, step)
    if step == "close":
        # Asks for no key: nothing may keep a person from closing.
        opened_of(request).end()
        visit_of(request).end()
        return to_case()
    session = opened_of(request).open()
    if session is None:
        return keeping_locked.locked_page(request)
    if step in keeping_drafts.STEPS:
        return keeping_drafts.act(request, session, step) or to_case()
    if step == SETTINGS or "go" not in request.POST:
        _stand_at(request, step)
        return to_case()
    return _change(request, session, step)


def show_again(request: HttpRequest, step: str) -> HttpResponse:
    """A form of this door as it was sent, where it holds a choice and no secret; else the page as it is."""
    session = opened_of(request).open()
    if session is None or step not in CHOICES:
        return to_case()
    return _page(request, session, step, FORMS[step](request.POST))


@in_own_time
def resume(request: HttpRequest) -> HttpResponse:
    """A form of the case's address whose token was lost: show what was typed again, with a new token.

    Writes nothing but a draft, sealed to the case its form belongs to.
    """
    step = request.POST.get("step", "")
    if step in keeping_locked.STEPS:
        return keeping_locked.again(request, step)
    session = opened_of(request).open()
    if session is None:
        return keeping_locked.locked_page(request)
    if (no := case_actor.not_allowed(request, session)) is not None:
        return no
    if step in CASE_STEPS:
        return _page(request, session, step)
    return keeping_drafts.once_more(request, request.POST, keeping_drafts.Why.lost_place)


def _change(request: HttpRequest, session: Session, step: str) -> HttpResponse:
    form = FORMS[step](request.POST)
    if not form.is_valid():
        # A drawn code that came back as something else: draw another one.
        return _page(request, session, step, None if "code" in form.errors else form)
    now = timezone.now()
    done = attempt(form, lambda: _ACTIONS[step](request, session, form.cleaned_data, now))
    if isinstance(done, No):
        return _page(request, session, step, form, done)
    if done is not None:
        return done
    _stand_at(request, SETTINGS)
    return to_case()


def _page(
    request: HttpRequest, session: Session, page: str, form: Question | None = None, no: No | None = None
) -> HttpResponse:
    context: dict[str, Any] = {
        "expires_on": session.case.expires_on,
        "page": page,
        "notes": reminders.offered(),
        "desk": settings.DESK_OPEN,
    }
    if page == SETTINGS or page not in FORMS:
        return answered(request, "survivor/keep/settings.html", context)
    if page == keeping_forms.NewCode.step:
        # On paper first: it works only after the button, so a broken line cannot lock anybody out.
        code = (form.data.get("code") if form else "") or codes.new_code()
        context["code"] = codes.shown(code)
        form = form or keeping_forms.NewCode(initial={"code": code})
    elif issubclass(FORMS[page], keeping_forms.NewPhrase):
        context["suggested"] = [phrases.new_phrase(style) for style in phrases.Style]
    elif page == keeping_forms.Days.step:
        (own,) = records.read(session.case, records.OWN)
        form = form or keeping_forms.Days(initial={"days": str(own.document["keep_days"])})
    elif page == keeping_forms.OwnTime.step:
        data = holder_of(request).open()
        form = form or keeping_forms.OwnTime(initial={"zone": zones.zone_key(data) or UTC_KEY})
        assert isinstance(form, keeping_forms.OwnTime)
        form.offer(country(data or {}))
    context["form"] = form or FORMS[page]()
    return answered(request, f"survivor/keep/{page.removeprefix('keep_')}.html", context, no)


def _phrase(request: HttpRequest, session: Session, given: dict[str, Any], now: datetime) -> None:
    changed, _ = access.change_phrase(session, given["phrase"], now, new=given["new"])
    opened_of(request).begin(changed)


def _phrase_lost(request: HttpRequest, session: Session, given: dict[str, Any], now: datetime) -> None:
    changed, _ = access.phrase_after_recovery(session, given["phrase"], now, new=given["new"])
    opened_of(request).begin(changed)


def _code(request: HttpRequest, session: Session, given: dict[str, Any], now: datetime) -> None:
    changed, _ = access.change_code(session, given["phrase"], now, code=given["code"])
    opened_of(request).begin(changed)


def _recovery(request: HttpRequest, session: Session, given: dict[str, Any], now: datetime) -> HttpResponse:
    code = access.new_recovery_code(session, given["phrase"], now)
    _stand_at(request, SETTINGS)
    return answered(request, "survivor/keep/recovery_code.html", {"code": codes.shown(code)})


def _more(request: HttpRequest, session: Session, given: dict[str, Any], now: datetime) -> None:
    access.ask_again(session.case, given["phrase"], now)
    opened_of(request).begin(unlocked.begin(session.case, now, watched=session.watched))


def _days(request: HttpRequest, session: Session, given: dict[str, Any], now: datetime) -> None:
    if given["days"]:
        access.keep_for(session.case, int(given["days"]), now)


def _time(request: HttpRequest, session: Session, given: dict[str, Any], now: datetime) -> None:
    holder_of(request).change(lambda data: data.update({zones.CHOSEN: given["zone"]}))


def _delete(request: HttpRequest, session: Session, given: dict[str, Any], now: datetime) -> HttpResponse:
    ending.erase(session.case, given["phrase"], now)
    opened_of(request).end()
    visit_of(request).end()
    return answered(request, "survivor/keep/gone.html", {})


_ACTIONS: Mapping[str, Callable[[HttpRequest, Session, dict[str, Any], datetime], HttpResponse | None]] = {
    "keep_phrase": _phrase,
    "keep_phrase_lost": _phrase_lost,
    "keep_code": _code,
    "keep_recovery": _recovery,
    "keep_more": _more,
    "keep_days": _days,
    "keep_time": _time,
    "keep_delete": _delete,
}


def _stand_at(request: HttpRequest, page: str) -> None:
    current = visit_of(request)
    if current.open() is None:
        current.begin()
    current.change(lambda data: data.update(page=page))
