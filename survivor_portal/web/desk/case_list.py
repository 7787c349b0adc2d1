"""The list of cases a desk was let into: by label, the release that ends first on top, 50 a page.

Labels are opened for this page only, and that they were shown stands in the book of each case.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from survivor_portal.advocates.who import Role
from survivor_portal.cases import grant_pages, grants
from survivor_portal.cases.grant_pages import Line, Place
from survivor_portal.cases.grants import Granted
from survivor_portal.takedowns import unbegun
from survivor_portal.web.desk import case_words
from survivor_portal.web.desk.forms import DeskForm
from survivor_portal.web.desk.frame import Here
from survivor_portal.web.desk.lock import at_desk
from survivor_portal.web.forms import Words

PAGE = grant_pages.PAGE
# Cases that colleagues may not see leave gaps, which are filled up; so often, then the page stays short.
FILLED_UP = 4
# A search opens labels in such steps, and so many of them before it says how far it came.
STEP = 200
MOST_SEARCHED = 1000


@dataclass(frozen=True, slots=True)
class Row:
    """One case of the list. `team` only where the person sits in several."""

    grant_id: str
    label: Words
    team: str
    until: datetime
    ends_soon: bool
    scopes: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page of the list shows. `looked_at`: how many labels were opened for a search."""

    rows: tuple[Row, ...]
    first: Place | None
    last: Place | None
    more: bool
    looked_at: int


class Find(DeskForm):
    """What to look for among the granted cases."""

    step: ClassVar[str] = "find"
    flows = True
    button = _("Show")
    words = forms.CharField(label=_("Find by label"), required=False, max_length=80)
    soon = forms.BooleanField(label=_("Only releases that end within 14 days"), required=False)
    bare = forms.BooleanField(label=_("Only cases without a request yet"), required=False)
    team = forms.ChoiceField(label=_("Team"), required=False)

    def __init__(self, here: Here, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        seats = [seat for seat in here.session.seats if seat.secret]
        field = self.fields["team"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("All your teams")), *((seat.team.id, seat.team.name) for seat in seats)]
        if len(seats) < 2:
            del self.fields["team"]
        self.teams = {seat.team.id: seat.team.name for seat in seats}

    def said(self) -> list[Words]:
        """What is looked for, in words. Nothing where the form does not hold."""
        given = self.cleaned_data if self.is_bound and self.is_valid() else {}
        found: list[Words] = [f"“{words}”"] if (words := str(given.get("words", "")).strip()) else []
        found += [str(self.fields[name].label) for name in ("soon", "bare") if given.get(name)]
        return [*found, *(name for key, name in self.teams.items() if key == given.get("team"))]


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk
def cases(here: Here) -> HttpResponse:
    """The list; what is looked for comes by POST, so that no label stands in an address."""
    post = here.request.POST
    form = Find(here, post if here.request.method == "POST" else None)
    wanted = form.cleaned_data if form.is_bound and form.is_valid() else {}
    teams = [seat.team.id for seat in here.session.seats if seat.secret]
    if wanted.get("team"):
        teams = [wanted["team"]]
    ends_by = here.now + case_words.ENDS_SOON if wanted.get("soon") else None
    only = unbegun.of_grants() if wanted.get("bare") else None
    after, before = grant_pages.place(post.get("after", "")), grant_pages.place(post.get("before", ""))

    def lines(place: Place | None, count: int) -> tuple[Line, ...]:
        return grant_pages.lines(teams, here.now, after=place, ends_by=ends_by, only=only, count=count)

    if words := str(wanted.get("words", "")).strip():
        shown = _found(here, words, after, lines)
    else:
        if before is not None:
            back = grant_pages.lines(
                teams, here.now, before=before, ends_by=ends_by, only=only, count=PAGE + 1
            )
            # The page begins after the first of them; with fewer lines than that it is the first page.
            after = back[0].place if len(back) > PAGE else None
        shown = _shown(here, after, lines)
    context = {
        "form": form,
        "said": form.said(),
        "shown": shown,
        "searched": bool(words),
        "is_first": after is None,
        "leads": any(seat.secret and seat.role is Role.lead for seat in here.session.seats),
        "may_write": bool(here.session.working_seats),
        "waits": [seat.team.name for seat in here.session.seats if not seat.secret],
        "kept": {name: form[name].value() for name in form.fields if form.is_bound and form[name].value()},
    }
    return here.page("desk/cases.html", context)


Lines = Callable[[Place | None, int], tuple[Line, ...]]


def _shown(here: Here, start: Place | None, lines: Lines) -> Shown:
    """A page from this place on."""
    rows: list[Row] = []
    last, more = start, True
    for _round in range(FILLED_UP):
        found = lines(last, PAGE - len(rows) + 1)
        more = len(found) > PAGE - len(rows)
        found = found[: PAGE - len(rows)]
        rows += _rows(here, found)
        last = found[-1].place if found else last
        if not more or len(rows) >= PAGE:
            break
    first = grant_pages.Place(rows[0].until, rows[0].grant_id) if rows else None
    return Shown(tuple(rows), first, last, more, 0)


def _found(here: Here, words: str, start: Place | None, lines: Lines) -> Shown:
    """Those whose label holds these words, looked for from this place on until a page is full."""
    rows: list[Row] = []
    last, more, looked_at = start, True, 0
    while more and len(rows) < PAGE and looked_at < MOST_SEARCHED:
        found = lines(last, STEP)
        more = len(found) == STEP
        for row in _rows(here, found):
            if _folded(words) in _folded(str(row.label)):
                rows.append(row)
        looked_at += len(found)
        last = found[-1].place if found else last
    first = Place(rows[0].until, rows[0].grant_id) if rows else None
    return Shown(tuple(rows), first, last, more, looked_at)


def _rows(here: Here, found: tuple[Line, ...]) -> list[Row]:
    granted = grants.keys_of(here.session, [line.grant_id for line in found], here.now)
    several = len(here.session.seats) > 1
    return [_row(here, granted[line.grant_id], several) for line in found if line.grant_id in granted]


def _row(here: Here, granted: Granted, several: bool) -> Row:
    seat = here.session.seat(granted.team_id)
    return Row(
        granted.grant_id,
        granted.label or case_words.NO_LABEL,
        seat.team.name if several and seat else "",
        granted.until,
        case_words.ends_soon(granted.until, here.now),
        case_words.scopes(granted.scopes),
    )


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
