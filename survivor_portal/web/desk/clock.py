"""By whose clock times are told at the desk: each person's own, else their organisation's, else UTC."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.utils.translation import gettext, gettext_lazy

from survivor_portal import calendars
from survivor_portal.advocates import agency_words, organisations, people, rules
from survivor_portal.advocates.rules import Act
from survivor_portal.advocates.who import Seat
from survivor_portal.web.desk.forms import Clock
from survivor_portal.web.desk.frame import Here, to
from survivor_portal.web.desk.lock import at_desk
from survivor_portal.web.desk.team import in_team
from survivor_portal.web.forms import Words

BY_UTC = gettext_lazy("UTC, the same in the whole world")


@at_desk
def own(here: Here) -> HttpResponse:
    """The clock of whoever is here."""
    session = here.session
    theirs = next((seat.team for seat in session.seats if seat.team.zone), None)
    form = Clock(here.request.POST or None, initial={"zone": session.own_zone})
    first = session.seats[0].team.organisation_id if session.seats else ""
    form.offer(
        _country(theirs.organisation_id if theirs else first),
        gettext("As your organisation: %(place)s") % {"place": name_of(theirs.zone if theirs else "")},
    )
    if here.request.method == "POST" and form.is_valid():
        people.set_zone(session, form.cleaned_data["zone"])
        return to("desk:account")
    return here.page("desk/clock.html", {"form": form})


@at_desk
@in_team
def of_organisation(here: Here, seat: Seat) -> HttpResponse:
    """The clock of everybody there who chose none."""
    if seat.secret is None or not rules.may(seat.role, Act.set_words):
        raise Http404
    form = Clock(here.request.POST or None, initial={"zone": seat.team.zone})
    form.offer(_country(seat.team.organisation_id), BY_UTC)
    if here.request.method == "POST" and form.is_valid():
        organisations.set_zone(here.session, seat.team.id, form.cleaned_data["zone"], here.now)
        return to("desk:one_team", team=seat.team.id)
    return here.page("desk/clock.html", {"form": form, "seat": seat})


def name_of(zone: str) -> Words:
    """A clock in words: "Berlin time", or "UTC"."""
    if zone in ("", calendars.UTC_KEY):
        return calendars.UTC_KEY
    return gettext("%(place)s time") % {"place": calendars.place(zone)}


def _country(organisation_id: str) -> str:
    found = agency_words.of([organisation_id]).get(organisation_id)
    return found.country if found else ""
