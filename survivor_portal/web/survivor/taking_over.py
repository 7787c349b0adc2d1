"""Make a case one's own that a helper kept: type the one-time code, see what is in it, say who stays in.

What follows, code and phrase and the card, are the pages with which any case is kept. Until the phrase was
typed back nothing changes; the one-time code waits in the sealed visit.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from survivor_portal import intake
from survivor_portal.advocates import agency_words
from survivor_portal.cases import access, offers, records, releases, taking_over
from survivor_portal.cases.access import Owner
from survivor_portal.cases.actors import Scope
from survivor_portal.cases.book import Note, Rekeyed
from survivor_portal.cases.offers import Offer
from survivor_portal.cases.releases import Consent, Terms
from survivor_portal.cases.unlocked import Session
from survivor_portal.directory import Asker
from survivor_portal.takedowns import operations, rekey
from survivor_portal.visits.visit import Data
from survivor_portal.web.forms import Words
from survivor_portal.web.safety.networks import What
from survivor_portal.web.safety.opened import opened_of
from survivor_portal.web.safety.session import visit_of
from survivor_portal.web.survivor.flow import Stand
from survivor_portal.web.survivor.keeping_forms import No, answered, to_case
from survivor_portal.web.survivor.keeping_tries import within
from survivor_portal.web.survivor.letting_forms import scope_words
from survivor_portal.web.survivor.taking_forms import MOST_NAME, NAMES, YES, OneTimeCode, WhoAndWhoStays

AT = "take"  # `at` in the visit while somebody is on these pages
STEPS = frozenset({"take", OneTimeCode.step, WhoAndWhoStays.step})
# What waits in the visit: the code, what is shown of the case, and what was chosen.
WAITING = "taking"
NOT_GOOD: Words = _("This code is not good, or not any more. Check it, or ask them for a new one.")
OVER: Words = _("The code they gave you is not good any more. Nothing was changed. Ask them for a new one.")

LATE: Words = _("This page was open too long, so it closed. Nothing was changed. Type the code once more.")


def show(request: HttpRequest, stand: Stand) -> HttpResponse:
    """The page where this visit stands."""
    waiting = _waiting(request)
    return _terms_page(request, waiting) if waiting else _code_page(request, OneTimeCode())


def act(request: HttpRequest, step: str) -> HttpResponse:
    """One step of these pages, posted at the flow's address."""
    if opened_of(request).open() is not None:
        return to_case()
    if step == OneTimeCode.step:
        return _read(request)
    waiting = _waiting(request)
    if step == WhoAndWhoStays.step and waiting:
        return _chosen(request, waiting)
    if visit_of(request).open() is None:
        visit_of(request).begin()
    visit_of(request).change(_to_the_start)
    if step == WhoAndWhoStays.step:
        return _begun_late(request)
    return _to_flow()


def again(request: HttpRequest, step: str) -> HttpResponse:
    """A form of these pages whose token was lost, as it was typed. Does nothing."""
    waiting, typed = _waiting(request), request.POST.dict()
    if step == WhoAndWhoStays.step and waiting and waiting["is_team"]:
        return _terms_page(request, waiting, _who(waiting, initial=typed))
    return _code_page(request, OneTimeCode(initial={"code": typed.get("code", "")}))


def made(request: HttpRequest, keeping: Data, now: datetime, *, watched: bool) -> Session | None:
    """The case under its new code and phrase, once the phrase was typed back; None where the one-time code is
    good for nothing any more. Raises as `access.open_new`.

    `keeping`: what waits on the pages of keeping.
    """
    waiting = _waiting(request)
    code, phrase = keeping["code"], keeping["phrase"]
    try:
        offer = offers.read(waiting["code"], now)
        return _taken(offer, waiting, keeping, now, watched)
    except (offers.NoOffer, offers.Mistyped, taking_over.NotTheTeams, Rekeyed):
        pass
    try:
        # Sent twice: the first one made it theirs already.
        return access.open_with(code, phrase, now, watched=watched).session
    except access.NotOpened:
        return None


def is_on(data: Data) -> bool:
    """Is somebody making a case theirs in this visit, rather than keeping a new one?"""
    return bool(data.get(WAITING))


def over(request: HttpRequest) -> HttpResponse:
    """The one-time code went while the card was written down."""
    visit_of(request).change(_to_the_start)
    form = OneTimeCode()
    return answered(request, "survivor/take/code.html", {"form": form, "why": OVER}, No(HTTPStatus.CONFLICT))


def _begun_late(request: HttpRequest) -> HttpResponse:
    """Who stays was said, and the visit that knew the code was over. The names go along, the code is gone."""
    names = {name: request.POST.get(name, "")[:MOST_NAME] for name in NAMES}
    context = {"form": OneTimeCode(initial=names), "why": LATE}
    return answered(request, "survivor/take/code.html", context, No(HTTPStatus.CONFLICT))


def _taken(offer: Offer, waiting: Data, keeping: Data, now: datetime, watched: bool) -> Session:
    new = {"code": keeping["code"], "phrase": keeping["phrase"], "keep_days": keeping["days"]}
    if not waiting["is_team"]:
        return rekey.begin_again(offer, now, watched=watched, **new)
    owner = Owner.guardian if waiting["who"] == Asker.PARENT else Owner.person
    terms = _terms(waiting, now) if waiting.get("stays") else None
    session = rekey.take_over(offer, now, owner=owner, stays=terms, watched=watched, **new)
    _say_who(session, str(waiting["who"]), now)
    return session


def _terms(waiting: Data, now: datetime) -> Terms:
    stays = waiting["stays"]
    return Terms(
        purpose=gettext("To help me get it taken down"),
        scopes=frozenset(Scope(scope) for scope in waiting["scopes"]),
        until=now + timedelta(days=int(stays["days"])),
        consent=Consent(stays["consent"]),
        typed_name=stays["typed_name"],
        typed_parent=stays["typed_parent"],
        notice=waiting["notice"],
    )


def _say_who(session: Session, who: str, now: datetime) -> None:
    """Whoever answered for the person so far does not any more: letters go by who holds the case."""
    for record in records.read(session.case, records.PLAN):
        answers = {**record.document.get("answers", {}), "asker": who}
        document = {**record.document, "answers": answers}
        document.pop("confirmed", None)
        note = Note("plan_changed", {"parts": ["answers"]})
        records.change(session.case, record, document, note, now)


def _read(request: HttpRequest) -> HttpResponse:
    """A code was typed: what is it for?"""
    form = OneTimeCode(request.POST)
    if not form.is_valid() or not settings.CASES_OPEN:
        return _code_page(request, form)
    now, code = timezone.now(), form.cleaned_data["code"]
    try:
        read = within(request, form, What.opening, lambda: offers.read(code, now))
    except (offers.NoOffer, Rekeyed):
        form.add_error("code", NOT_GOOD)
        read = No(HTTPStatus.UNPROCESSABLE_ENTITY)
    if not isinstance(read, No) and read.case is None:
        form.add_error("code", _("This code lets a team into a case. Open or keep your own case first."))
        read = No(HTTPStatus.UNPROCESSABLE_ENTITY)
    if isinstance(read, No):
        form.renew()
        return _code_page(request, form, read)
    waiting = _of_the_case(read, code) | {"so_far": {name: form.cleaned_data[name] for name in NAMES}}
    visit_of(request).begin()
    visit_of(request).change(lambda data: data.update({"at": AT, WAITING: waiting}))
    return _to_flow()


def _of_the_case(offer: Offer, code: str) -> Data:
    """What the person is shown of the case, and what is needed to let the team stay."""
    case = offer.case
    assert case is not None
    release = taking_over.release_of_team(case)
    waiting: Data = {"code": code, "is_team": release is not None}
    plan = next((record.document for record in records.read(case, records.PLAN)), {})
    waiting |= {"places": len(plan.get("items", ())), "requests": len(operations.board(case))}
    if release is None:
        return waiting
    words = agency_words.of([release.organisation_id]).get(release.organisation_id)
    return waiting | {
        "answers": plan.get("answers", {}),
        "team": release.team,
        "organisation": release.organisation,
        "until": release.terms.until.isoformat(),
        "scopes": sorted(release.terms.scopes),
        "notice": words.notice if words else "",
    }


def _chosen(request: HttpRequest, waiting: Data) -> HttpResponse:
    """Who takes it over and who stays was said: on to code and phrase."""
    if waiting["is_team"]:
        form = _who(waiting, request.POST)
        if not form.is_valid():
            return _terms_page(request, waiting, form)
        given = form.cleaned_data
        waiting["who"], waiting["stays"] = given["who"], None
        if given.get("stays") == YES:
            names = ("consent", "days", "typed_name", "typed_parent")
            waiting["stays"] = {name: str(given.get(name) or "").strip() for name in names}
            waiting["stays"]["days"] = waiting["stays"]["days"] or str(releases.DAYS)
    visit_of(request).change(lambda data: data.update({"at": "keep", WAITING: waiting}))
    return _to_flow()


def _terms_page(request: HttpRequest, waiting: Data, form: WhoAndWhoStays | None = None) -> HttpResponse:
    if waiting["is_team"]:
        # The moment after the last day, so the last second of it names the day.
        last = datetime.fromisoformat(waiting["until"]) - timedelta(seconds=1)
        may = scope_words(frozenset(Scope(scope) for scope in waiting["scopes"]))
        form = form or _who(waiting, initial=waiting.get("so_far"))
        context: dict[str, Any] = {"form": form, "last": last, "may": may, "case": waiting}
        return answered(request, "survivor/take/team.html", context)
    return answered(request, "survivor/take/again.html", {"case": waiting})


def _who(waiting: Data, data: Any = None, initial: Any = None) -> WhoAndWhoStays:
    answers = intake.from_plain(waiting["answers"])
    return WhoAndWhoStays(data, initial=initial, answers=answers, may_stay=bool(waiting["notice"]))


def _code_page(request: HttpRequest, form: OneTimeCode, no: No | None = None) -> HttpResponse:
    visit = visit_of(request).open()
    context = {
        "form": form,
        "has_answers": bool(visit and visit.data.get("answers")),
        "closed": not settings.CASES_OPEN,
    }
    return answered(request, "survivor/take/code.html", context, no)


def _waiting(request: HttpRequest) -> Data:
    visit = visit_of(request).open()
    found = visit.data.get(WAITING) if visit else None
    return dict(found) if isinstance(found, dict) else {}


def _to_the_start(data: Data) -> None:
    data["at"] = AT
    data.pop(WAITING, None)
    data.pop("keeping", None)


def _to_flow() -> HttpResponse:
    return HttpResponseRedirect(reverse("survivor:next"), status=303)
