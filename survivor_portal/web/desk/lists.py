"""Bring a list: look it through, say what would come of it, and make it only after the yes to just that."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from survivor_portal import lists, seals
from survivor_portal.cases import actors, brought, brought_before, grants, slot
from survivor_portal.cases.access import StoreClosed
from survivor_portal.cases.records import ChangedMeanwhile
from survivor_portal.cases.unlocked import Session as OpenedCase
from survivor_portal.takedowns import bringing
from survivor_portal.web.desk import list_carried, list_words
from survivor_portal.web.desk.frame import Here
from survivor_portal.web.desk.list_carried import CASES, LINKS, Carried
from survivor_portal.web.desk.list_file import list_of, take_lists
from survivor_portal.web.desk.list_forms import (
    AddLinks,
    Known,
    MakeCases,
    ManyCases,
    MoreLinks,
    WithList,
)
from survivor_portal.web.desk.lock import at_desk
from survivor_portal.web.forms import TOO_LONG
from survivor_portal.web.safety.opened import opened_of

SHOWN = 200  # faults on one page; the page says how many more there are
NOT_OURS = _("We do not have this list any more. Please bring it again. Nothing was made.")
ANOTHER_CASE = _("Another case is open now than the one this was for. Nothing was added.")
UNDER_WAY = _(
    "This list is being made just now. Look at your cases in a minute. If they are not there, bring it again."
)
CLOSED = _("No cases are kept on this site.")
TEAM_CHANGED = _("Your team changed in this moment. Nothing was made. Please bring the list again.")
CHANGED = _(
    "Somebody changed this case in the same moment. Nothing was added. Please press the button again."
)
TOO_MANY = _("This case would have more than 500 places. Nothing was added.")
FOR_WHAT = _("Requests to get pictures taken down")


def many(request: HttpRequest) -> HttpResponse:
    """The page of lists. It takes a file, so what guards it is called by hand, in this order: who is here,
    then the form's own token, and only then what was sent."""
    take_lists(request)
    return _many(request)


@at_desk
def _many(here: Here) -> HttpResponse:
    def guarded(_request: HttpRequest) -> HttpResponse:
        step = here.request.POST.get("step", "") if here.request.method == "POST" else ""
        return _STEPS.get(step, _start)(here)

    return csrf_protect(guarded)(here.request)


page = csrf_exempt(require_http_methods(["GET", "HEAD", "POST"])(many))


def _start(here: Here, form: WithList | None = None, **more: object) -> HttpResponse:
    opened = _open_case(here)
    cases = form if isinstance(form, ManyCases) else ManyCases(session=here.session)
    links = _links_form(here, opened, form) if opened or isinstance(form, MoreLinks) else None
    if links is not None and form is not links:
        links.form_id = "links"
    elif links is not None:
        cases.form_id = "cases"
    context = {
        "cases": cases if cases.mine else None,
        "links": links,
        "label": _label(opened) if opened else "",
        "form": form,
        "closed": not settings.CASES_OPEN,
        **more,
    }
    return here.page("desk/lists.html", context, status=422 if more.get("faults") or more.get("why") else 200)


def _links_form(here: Here, opened: OpenedCase | None, form: WithList | None) -> MoreLinks:
    if isinstance(form, MoreLinks) or opened is None:
        assert isinstance(form, MoreLinks)
        return form
    return MoreLinks(auto_id="links_%s", initial={"handle": slot.handle(opened.case.id, here.now)})


def _cases_check(here: Here) -> HttpResponse:
    form = ManyCases(here.request.POST, session=here.session, upload=list_of(here.request))
    if not form.is_valid():
        return _start(here, form)
    run = seals.new_token().hex()
    return _cases_checked(here, Carried(CASES, form.cleaned_data["team"], run, form.list_text), form)


def _cases_checked(
    here: Here, carried: Carried, form: WithList | None = None, *, meanwhile: bool = False
) -> HttpResponse:
    """What would be made, and what is here already; or what is wrong, and the list again. `meanwhile`: it was
    seen and agreed to, but a colleague was quicker."""
    checked = _look_through(here, carried)
    if checked.faults:
        return _start(here, form, faults=_told(checked.faults), more=len(checked.faults) - SHOWN)
    try:
        sealed = list_carried.sealed(here.session, carried)
    except list_carried.TooLong:
        return _start(here, form, why=TOO_LONG)
    yes = MakeCases(initial={"carried": sealed}, asks=bool(checked.known))
    return _cases_yes(here, yes, carried, checked, meanwhile=meanwhile)


def _cases_yes(
    here: Here, form: MakeCases, carried: Carried, checked: bringing.Checked, *, meanwhile: bool = False
) -> HttpResponse:
    seat = here.session.seat(carried.target)
    context = {
        "form": form,
        "checked": checked,
        "more_labels": checked.counted.cases - len(checked.labels),
        "team": seat.team if seat else None,
        "known": checked.known[:SHOWN],
        "more_known": len(checked.known) - SHOWN,
        "last": (here.now + brought.LIVES).date(),
        "meanwhile": meanwhile,
    }
    return here.page("desk/list_cases.html", context, status=409 if meanwhile else 200)


def _look_through(here: Here, carried: Carried) -> bringing.Checked:
    return bringing.check(lists.read_cases(carried.text, _today(here)), _names(here, carried.target))


def _names(here: Here, team_id: str) -> frozenset[str]:
    """The names under which this team has cases, for whoever is here; empty without the team's key."""
    seat = here.session.seat(team_id)
    return brought_before.names(seat, here.session.who.id, lists.name_key, here.now) if seat else frozenset()


def _cases_make(here: Here) -> HttpResponse:
    form = MakeCases(here.request.POST)
    carried = list_carried.opened(here.session, here.request.POST.get("carried", ""))
    mine = here.session.working_seats
    seat = next((one for one in mine if carried and one.team.id == carried.target), None)
    if carried is None or carried.kind != CASES or seat is None:
        return _start(here, why=NOT_OURS)
    if not form.is_valid():
        checked = _look_through(here, carried)
        form = MakeCases(here.request.POST, asks=bool(checked.known))
        form.is_valid()
        return _cases_yes(here, form, carried, checked)
    who = here.session.who
    by = actors.staff(who.id, who.name, f"{seat.team.name}, {seat.team.organisation}")
    found = lists.read_cases(carried.text, _today(here))
    # Asked again: a colleague may have brought the same list since, or be about to in this moment.
    anew = form.cleaned_data["known"] == Known.ANEW
    seen = None if anew else brought.standing(carried.target)
    known = frozenset() if anew else _names(here, carried.target)
    try:
        made = bringing.make(
            seat.team, found, here.now, by=by, run=carried.run, purpose=str(FOR_WHAT), here=known, seen=seen
        )
    except (bringing.NotAsChecked, brought.PaperOver):
        # A day went by since it was checked.
        return _cases_checked(here, carried)
    except brought.BroughtMeanwhile:
        return _cases_checked(here, carried, meanwhile=True)
    except brought.AlreadyRun as run:
        if not run.whole:
            return _start(here, why=UNDER_WAY)
        return here.page("desk/list_made.html", {"again": True})
    except StoreClosed:
        return _start(here, why=CLOSED)
    except (brought.TeamChanged, grants.NobodyThere):
        return _start(here, why=TEAM_CHANGED)
    return here.page("desk/list_made.html", {"made": made, "last": (here.now + brought.LIVES).date()})


def _links_check(here: Here) -> HttpResponse:
    form = MoreLinks(here.request.POST, auto_id="links_%s", upload=list_of(here.request))
    opened = _open_case(here)
    if opened is None or slot.case_of(here.request.POST.get("handle", ""), here.now) != opened.case.id:
        return _start(here, form, why=ANOTHER_CASE)
    if not form.is_valid():
        return _start(here, form)
    found = lists.read_links(form.list_text)
    if found.faults:
        return _start(here, form, faults=_told(found.faults), more=len(found.faults) - SHOWN)
    carried = Carried(LINKS, opened.case.id, seals.new_token().hex(), form.list_text)
    try:
        new, count = bringing.would_add(opened.case, found.links, found.places)
        sealed = list_carried.sealed(here.session, carried)
    except bringing.TooManyPlaces:
        return _start(here, form, why=TOO_MANY)
    except list_carried.TooLong:
        return _start(here, form, why=TOO_LONG)
    context = {
        "form": AddLinks(initial={"carried": sealed}),
        "found": found,
        "new": new,
        "known": found.count - new,
        "count": count,
        "label": _label(opened),
    }
    return here.page("desk/list_links.html", context)


def _links_add(here: Here) -> HttpResponse:
    carried = list_carried.opened(here.session, here.request.POST.get("carried", ""))
    opened = _open_case(here)
    if carried is None or carried.kind != LINKS:
        return _start(here, why=NOT_OURS)
    if opened is None or opened.case.id != carried.target:
        return _start(here, why=ANOTHER_CASE)
    found = lists.read_links(carried.text)
    try:
        new, count = bringing.add_places(opened.case, found.links, found.places, here.now)
    except ChangedMeanwhile:
        return _start(here, why=CHANGED)
    except bringing.TooManyPlaces:
        return _start(here, why=TOO_MANY)
    return here.page("desk/list_made.html", {"new": new, "count": count, "case_path": settings.CASE_PATH})


_STEPS: dict[str, Callable[[Here], HttpResponse]] = {
    "cases_check": _cases_check,
    "cases_make": _cases_make,
    "links_check": _links_check,
    "links_add": _links_add,
}


@require_safe
@at_desk
def columns(here: Here) -> HttpResponse:
    """Which columns a list may have."""
    return here.page("desk/list_columns.html", {"columns": list_words.columns()})


@require_safe
@at_desk
def sample(here: Here) -> HttpResponse:
    """A list of cases to begin from."""
    return _csv(_sample(_today(here)))


@require_safe
@at_desk
def links_sample(here: Here) -> HttpResponse:
    """A list of links to begin from."""
    return _csv([["link", "place"], ["https://social.example/p/1", ""], ["", "An app, @name, June"]])


def _sample(today: date) -> list[list[str]]:
    signed, until = today - timedelta(days=7), today + timedelta(days=180)
    dates = [signed.isoformat(), until.isoformat(), "yes"]
    return [
        ["case", "link", "place", "age_then", "age_now", "country", "agreed_by", "release_signed",
         "release_until", "release_on_file", "parent_is_safe"],
        ["Blue 1", "https://social.example/p/1", "", "adult", "adult", "US", "adult", *dates, ""],
        ["Blue 1", "https://video.example/watch/2", "", "", "", "", "", "", "", "", ""],
        ["Blue 2", "", "An app, @name, June", "13_15", "16_17", "DE", "minor_and_parent", *dates, "yes"],
    ]  # fmt: skip


def _csv(rows: list[list[str]]) -> HttpResponse:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="sample.csv"'
    return response


def _open_case(here: Here) -> OpenedCase | None:
    """The case this person has open from this desk and may change; None for any other."""
    session = opened_of(here.request).open()
    if session is None or session.actor is None or session.actor.at_desk != here.session.row_id:
        return None
    return session if session.actor.may_write else None


def _label(opened: OpenedCase) -> str:
    assert opened.actor is not None
    found = (one.label for one in grants.releases(opened.case) if one.grant_id == opened.actor.grant_id)
    return next(found, "")


def _told(faults: tuple[lists.Fault, ...]) -> list[list_words.Told]:
    return [list_words.told(fault) for fault in faults[:SHOWN]]


def _today(here: Here) -> date:
    """The day by which dates count: that of UTC, as the days on which cases go."""
    return here.now.astimezone(UTC).date()
