"""The agency's plan for danger to life, and help of the country, one click from each case."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from survivor_portal import directory
from survivor_portal.advocates import agency_words
from survivor_portal.advocates.who import Role
from survivor_portal.web.desk import case_open
from survivor_portal.web.desk.frame import Here
from survivor_portal.web.desk.lock import at_desk
from survivor_portal.web.safety.session import visit_of


@require_safe
@at_desk
def plan(here: Here) -> HttpResponse:
    """The plans of this person's agencies; of an open case the one of its agency only, with its country."""
    session = case_open.current(here)
    seats = here.session.seats
    if session is not None and session.actor is not None:
        seats = tuple(seat for seat in seats if seat.team.id == session.actor.team_id)
    found = agency_words.of(seat.team.organisation_id for seat in seats)
    visit = visit_of(here.request).open() if session is not None else None
    country = str(visit.data.get("country", "")) if visit else ""
    country = country or next((words.country for words in found.values() if words.country), "")
    context = {
        "agencies": list(found.values()),
        "leads": any(seat.role is Role.lead for seat in seats),
        "crisis": directory.crisis_help(country) if country else None,
        "case_is_open": session is not None,
    }
    return here.page("desk/plan.html", context)
