"""Open a granted case from the desk, and come back from one that is no longer open to it."""

from __future__ import annotations

from http import HTTPStatus

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from survivor_portal.cases.grants import NotLetIn
from survivor_portal.cases.unlocked import Session
from survivor_portal.takedowns import rekey
from survivor_portal.web.desk.frame import Here, to
from survivor_portal.web.desk.lock import at_desk
from survivor_portal.web.safety import standing
from survivor_portal.web.safety.opened import opened_of

LONGEST_ID = 64
REQUEST = "request"  # the page of one request, as the pages of a case name it


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk
def open_case(here: Here) -> HttpResponse:
    """Open the case of a grant in this browser; another one that was open here closes.

    `grant`: which; `request`: at which of its requests to stand; `to` "release": to the page about the
    release instead. That it was opened stands in its book before anything of it is shown.
    """
    post = here.request.POST
    if "grant" not in post:
        # More time was asked for on the page that says no, or somebody came by the browser's history.
        return to("desk:cases")
    takedown_id = post.get("request", "")[:LONGEST_ID]
    opened = opened_as(here, post.get("grant", ""), takedown_id)
    if opened is None:
        return not_let_in(here)
    return to("desk:case") if post.get("to") == "release" else _to(settings.CASE_PATH)


def opened_as(here: Here, grant_id: str, takedown_id: str = "") -> Session | None:
    """The case of this grant, open in this browser from now on; None where this desk is not let in."""
    # Before anything else: a case that was open here is never left open beside a refusal.
    opened_of(here.request).end()
    if not grant_id or len(grant_id) > LONGEST_ID or "\x00" in grant_id:
        return None
    try:
        session = rekey.open_as(here.session, grant_id, here.now)
    except NotLetIn:
        return None
    opened_of(here.request).begin(session)
    standing.begin(here.request, session, page=REQUEST if takedown_id else "", takedown_id=takedown_id)
    return session


def current(here: Here) -> Session | None:
    """The case that is open in this browser from this very desk, or None."""
    session = opened_of(here.request).open()
    if session is None or session.actor is None or session.actor.at_desk != here.session.row_id:
        return None
    return session


def not_let_in(here: Here) -> HttpResponse:
    """The page for a case this desk may not open, or may not open any more. It says nothing of the case."""
    return here.page("desk/not_let_in.html", status=HTTPStatus.NOT_FOUND)


def _to(path: str) -> HttpResponse:
    return HttpResponseRedirect(path, status=HTTPStatus.SEE_OTHER)
