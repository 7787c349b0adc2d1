"""Open a case in one room with the person: notice, whose it is, the release, card, signature.

What was agreed so far waits in the sealed visit of this browser, bound to this desk, until the person has
typed the phrase back. Only then is there a case; from there on the desk works in it as a team let in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from survivor_portal.advocates import agency_words, seats
from survivor_portal.advocates.agency_words import AgencyWords
from survivor_portal.advocates.who import Seat, TeamCard, Who
from survivor_portal.cases import access, codes, opened_together
from survivor_portal.cases.access import Owner
from survivor_portal.cases.opened_together import Agreed
from survivor_portal.cases.releases import Consent, Terms
from survivor_portal.directory import Age, Asker
from survivor_portal.visits.visit import Data
from survivor_portal.web.desk import case_codes, case_open, case_words
from survivor_portal.web.desk.forms import DeskForm
from survivor_portal.web.desk.frame import Here, to
from survivor_portal.web.desk.lock import at_desk
from survivor_portal.web.desk.together_forms import (
    NOBODY_MAY_AGREE,
    About,
    Making,
    Notice,
    Release,
    TypedBack,
    Whose,
)
from survivor_portal.web.safety.opened import opened_of
from survivor_portal.web.safety.session import visit_of

# What waits in the visit: for which desk, which page is next, and what was agreed so far.
WAITING = "together"
STEPS = (Notice.step, Whose.step, Release.step, Making.step, "together_card", TypedBack.step)
BACK = {Release.step: Whose.step, Making.step: Release.step}
BUSY_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Stand:
    """Where they stand: the page, the team, and what was agreed so far."""

    page: str
    data: Data
    seat: Seat
    words: AgencyWords

    @property
    def about(self) -> About:
        home = self.data.get("home")
        return About(Owner(self.data["owner"]), Age(self.data["age"]), home)


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk
def together(here: Here) -> HttpResponse:
    """The one address of these pages; the step is in the visit."""
    step = here.request.POST.get("step", "") if here.request.method == "POST" else ""
    if step == "together_stop":
        visit_of(here.request).end()
        return to("desk:cases")
    if step == Notice.step:
        return _noticed(here)
    stand = _stand(here)
    if stand is None:
        if step == TypedBack.step and case_open.current(here) is not None:
            # Signed twice, or in another tab: it is not begun anew beside the case that was made.
            return HttpResponseRedirect(settings.FLOW_PATH, status=HTTPStatus.SEE_OTHER)
        return _notice_page(here)
    if step == "together_back":
        _go(here, BACK.get(stand.page, stand.page))
        return to("desk:together")
    if step == "together_card" and stand.page in ("together_card", TypedBack.step):
        # To the signature, or back to the card once more.
        _go(here, "together_card" if "again" in here.request.POST else TypedBack.step)
        return to("desk:together")
    action = ACTIONS.get(step)
    # A form of an earlier page, sent again or from another tab: where they stand now counts.
    if action is not None and _may_do(step, stand.page):
        return action(here, stand)
    return _page(here, stand)


def _may_do(step: str, page: str) -> bool:
    """A page before the card may be done anew; once the card was made, only what follows it."""
    if page in ("together_card", TypedBack.step):
        return step == page == TypedBack.step
    return STEPS.index(step) <= STEPS.index(page)


def _noticed(here: Here) -> HttpResponse:
    mine, words = _seats(here)
    form = Notice(_teams(mine), here.request.POST)
    if not form.is_valid():
        return _notice_page(here, form)
    seat = next(seat for seat in mine if seat.team.id == form.cleaned_data["team"])
    # Nothing of another case stands beside this one.
    opened_of(here.request).end()
    visit_of(here.request).begin()
    started = {
        "desk": here.session.row_id,
        "page": Whose.step,
        "team": seat.team.id,
        "notice": words[seat.team.organisation_id].notice,
    }
    visit_of(here.request).change(lambda data: data.update({WAITING: started}))
    return to("desk:together")


def _whose(here: Here, stand: Stand) -> HttpResponse:
    form = Whose(here.request.POST)
    if not form.is_valid():
        return _page(here, stand, form)
    about = form.about()
    if not about.ways:
        form.add_error(None, NOBODY_MAY_AGREE)
        return _page(here, stand, form)
    given = {"owner": about.owner.value, "age": about.age.value, "home": about.home_is_safe}
    _go(here, Release.step, **given)
    return to("desk:together")


def _release(here: Here, stand: Stand) -> HttpResponse:
    form = _release_form(here, stand, here.request.POST)
    if not form.is_valid():
        return _page(here, stand, form)
    given = form.cleaned_data
    _go(
        here,
        Making.step,
        purpose=given["purpose"].strip(),
        scopes=sorted(scope.value for scope in form.scopes_chosen()),
        days=given["days"],
        not_for=list(given.get("not_for", ())),
        consent=given["consent"],
        typed_name=given["typed_name"].strip(),
        typed_parent=given.get("typed_parent", "").strip()
        if given["consent"] == Consent.minor_and_parent
        else "",
        label=given["label"].strip(),
    )
    return to("desk:together")


def _making(here: Here, stand: Stand) -> HttpResponse:
    form = Making(here.request.POST)
    if not form.is_valid():
        return _page(here, stand, form)
    _go(here, "together_card", code=codes.new_code(), phrase=form.phrase(), keep=form.days())
    return to("desk:together")


def _sign(here: Here, stand: Stand) -> HttpResponse:
    """The phrase was typed back: now the case is made, and the desk goes on as a team that was let in."""
    form = TypedBack(stand.data["phrase"], here.request.POST)
    if not form.is_valid():
        return _page(here, stand, form)
    agreed = _agreed(here, stand)
    try:
        grant_id = opened_together.make(agreed, here.now)
    except (access.Busy, access.NotNow, access.NotOpened, access.WaitUntil):
        # The last two: the button was pressed twice, and the case of the first press is still being made.
        form.add_error(None, case_codes.BUSY)
        return _page(here, stand, form, HTTPStatus.SERVICE_UNAVAILABLE)
    if case_open.opened_as(here, grant_id) is None:
        return case_open.not_let_in(here)
    return HttpResponseRedirect(settings.FLOW_PATH, status=HTTPStatus.SEE_OTHER)


ACTIONS: dict[str, Callable[[Here, Stand], HttpResponse]] = {
    Whose.step: _whose,
    Release.step: _release,
    Making.step: _making,
    TypedBack.step: _sign,
}


def _agreed(here: Here, stand: Stand) -> Agreed:
    data = stand.data
    terms = Terms(
        purpose=data["purpose"],
        scopes=frozenset(case_words.Scope(value) for value in data["scopes"]),
        until=here.now + timedelta(days=int(data["days"])),
        consent=Consent(data["consent"]),
        not_for=tuple(data["not_for"]),
        typed_name=data["typed_name"],
        typed_parent=data["typed_parent"],
        notice=data["notice"],
    )
    return Agreed(
        code=data["code"],
        phrase=data["phrase"],
        owner=stand.about.owner,
        keep_days=int(data["keep"]),
        team=stand.seat.team,
        terms=terms,
        label=data["label"],
        plan=_plan(stand.about),
    )


def _plan(about: About) -> Data:
    """What was answered here is not asked again in the case."""
    asker = Asker.PARENT if about.owner is Owner.guardian else Asker.SELF
    answers: Data = {"asker": asker.value, "age_now": about.age.value}
    if about.home_is_safe is not None:
        answers["home_safe"] = about.home_is_safe
    return {"answers": answers, "passed": ["who"]}


def _page(
    here: Here, stand: Stand, form: DeskForm | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    data, page = stand.data, stand.page
    # A form of an earlier page that did not hold is shown as what it is.
    page = form.step if form is not None else page
    context: dict[str, Any] = {"stand": stand, "team": stand.seat.team, "page": page}
    if page == Whose.step:
        shown = {"owner": data.get("owner"), "age": data.get("age"), "home": _home(data.get("home"))}
        context["form"] = form or Whose(initial=shown)
    elif page == Release.step:
        context["form"] = form or _release_form(here, stand)
    elif page == Making.step:
        context["form"] = form or Making()
    elif page == "together_card":
        context |= {"code": codes.shown(data["code"]), "phrase": data["phrase"]}
    else:
        context |= {"form": form or TypedBack(data["phrase"]), "paper": _paper(here, stand)}
    response = here.page(f"desk/{page}.html", context, status)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = str(BUSY_SECONDS)
    return response


def _release_form(here: Here, stand: Stand, post: Any = None) -> Release:
    colleagues = [who for who in _members(here, stand) if who.id != here.session.who.id]
    names = ("purpose", "scopes", "days", "not_for", "consent", "typed_name", "typed_parent", "label")
    shown = {name: stand.data[name] for name in names if stand.data.get(name)}
    return Release(stand.about.ways, colleagues, post, initial=shown)


def _members(here: Here, stand: Stand) -> list[Who]:
    return [member.who for member in seats.members(here.session, stand.seat.team.id)]


def _paper(here: Here, stand: Stand) -> dict[str, Any]:
    """The whole release in words, above the signature."""
    data = stand.data
    names = {who.id: who.name for who in _members(here, stand)}
    return {
        "scopes": case_words.scopes(case_words.Scope(value) for value in data["scopes"]),
        "until": here.now + timedelta(days=int(data["days"])),
        "not_for": [names[one] for one in data["not_for"] if one in names],
        "consent": case_words.CONSENTS[Consent(data["consent"])],
    }


def _notice_page(here: Here, form: Notice | None = None) -> HttpResponse:
    """The agency's words, to be read together. Without them nothing is opened here."""
    mine, words = _seats(here)
    makers = here.session.working_seats
    context = {
        "form": (form or Notice(_teams(mine))) if mine else None,
        "agencies": [words[one] for one in dict.fromkeys(seat.team.organisation_id for seat in mine)],
        "without_words": case_codes.without_words(makers, words),
        "may_make": bool(makers),
    }
    return here.page("desk/together_notice.html", context)


def _stand(here: Here) -> Stand | None:
    """What this desk began and did not finish; None where there is nothing, or it was another desk's."""
    visit = visit_of(here.request).open()
    data = visit.data.get(WAITING) if visit else None
    if not isinstance(data, dict) or data.get("desk") != here.session.row_id:
        return None
    mine, words = _seats(here)
    seat = next((seat for seat in mine if seat.team.id == data["team"]), None)
    if seat is None:
        return None
    found = words[seat.team.organisation_id]
    # The agency changed its words meanwhile: they are read anew.
    return Stand(data["page"], data, seat, found) if found.notice == data["notice"] else None


def _seats(here: Here) -> tuple[list[Seat], dict[str, AgencyWords]]:
    """The seats for which a case can be opened, and the words of their agencies."""
    makers = here.session.working_seats
    words = agency_words.of(seat.team.organisation_id for seat in makers)
    return case_codes.with_words(makers, words), words


def _teams(mine: list[Seat]) -> list[tuple[str, str]]:
    return [(seat.team.id, _named(seat.team)) for seat in mine]


def _named(team: TeamCard) -> str:
    return f"{team.organisation}: {team.name}"


def _home(safe: bool | None) -> str:
    return {False: "yes", True: "no"}.get(safe, "") if safe is not None else ""


def _go(here: Here, page: str, **agreed: Any) -> None:
    """On to another page, with what was agreed on this one."""

    def move(data: Data) -> None:
        data[WAITING] = {**data.get(WAITING, {}), **agreed, "page": page}

    visit_of(here.request).change(move)
