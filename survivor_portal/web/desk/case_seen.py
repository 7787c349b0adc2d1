"""For leads: who opened which granted case, as the book of each case tells."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_http_methods

from survivor_portal.advocates.who import Role
from survivor_portal.cases import grant_pages, grants
from survivor_portal.cases.book import Tampered
from survivor_portal.cases.grants import Access
from survivor_portal.web.desk import case_words
from survivor_portal.web.desk.frame import Here
from survivor_portal.web.desk.lock import at_desk
from survivor_portal.web.forms import Words

# Each case's whole book is read for this, so a page has few of them.
PAGE = 10
LINES = 10


@dataclass(frozen=True, slots=True)
class Seen:
    """One case and who was in it last. `damaged`: its book is not as it was written."""

    label: Words
    team: str
    lines: tuple[Access, ...]
    more: int
    damaged: bool


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk
def seen(here: Here) -> HttpResponse:
    """The cases of the teams this person leads, the release that ends first on top."""
    led = {
        seat.team.id: seat.team.name for seat in here.session.seats if seat.secret and seat.role is Role.lead
    }
    if not led:
        raise Http404
    after = grant_pages.place(here.request.POST.get("after", ""))
    found = grant_pages.lines(list(led), here.now, after=after, count=PAGE + 1)
    more, found = len(found) > PAGE, found[:PAGE]
    granted = grants.keys_of(here.session, [line.grant_id for line in found], here.now)
    cases = [_seen(granted[line.grant_id], led[line.team_id]) for line in found if line.grant_id in granted]
    context = {
        "cases": cases,
        "last": found[-1].place if found else None,
        "more": more,
        "later": after is not None,
    }
    return here.page("desk/seen.html", context)


def _seen(granted: grants.Granted, team: str) -> Seen:
    label = granted.label or case_words.NO_LABEL
    try:
        lines = grants.accesses(granted.case)
    except Tampered:
        return Seen(label, team, (), 0, True)
    return Seen(label, team, lines[:LINES], max(len(lines) - LINES, 0), False)
