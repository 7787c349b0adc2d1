"""Let this site ask a platform about places that were said to be gone: a yes for each place, each time.

Nobody opens anything. The answer proves nothing, moves nothing and closes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from survivor_portal.cases import slot
from survivor_portal.takedowns.operations import Place, Takedown
from survivor_portal.web.forms import Question, any_of
from survivor_portal.web.survivor import arrivals, asked, case_request
from survivor_portal.web.survivor.case_desk import REQUEST, UNPROCESSABLE, Desk, here
from survivor_portal.web.survivor.case_items import span
from survivor_portal.web.survivor.case_round_forms import place_name

ASK_SITE = "ask_site"


class Sites(Question):
    """Which places may be asked about. None is picked beforehand."""

    step: ClassVar[str] = "site_asked"
    button = _("Yes, ask about these")
    items = any_of(_("Which places?"), [])

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, places: Iterable[Place], with_links: bool
    ) -> None:
        super().__init__(data)
        field = self.fields["items"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [
            (
                str(place.number),
                f"{place_name(place)}, {place.masked or place.label}" if with_links else place_name(place),
            )
            for place in places
        ]

    def clean_items(self) -> tuple[int, ...]:
        picked = tuple(int(number) for number in self.cleaned_data["items"])
        if not picked:
            raise forms.ValidationError(_("Please pick at least one place, or go back."))
        return picked


def page(desk: Desk, takedown: Takedown, form: Sites | None = None) -> HttpResponse:
    """What is asked, what it tells and what not, and which places may be asked about now."""
    minor = desk.stand.answers.counts_as_minor
    if not asked.may_check(minor):
        desk.go(REQUEST, takedown.id)
        return case_request.page(desk, takedown)
    if slot.is_waiting(desk.case):
        # The answer may have come in meanwhile.
        arrivals.take_in(desk.case, desk.now)
        takedown = desk.takedown()
    waiting = asked.checks_waiting(desk.case, takedown, desk.now)
    places = _askable(takedown, waiting)
    shown = form
    if shown is None and places:
        shown = Sites(places=places, with_links=not minor)
    context = {
        "takedown": takedown,
        "form": shown,
        "waiting": span(waiting),
        "waiting_count": len(waiting),
        "minor": minor,
    }
    status = UNPROCESSABLE if form is not None else 200
    return render(desk.request, "survivor/case/ask_site.html", context, status=status)


def _askable(takedown: Takedown, waiting: frozenset[int]) -> list[Place]:
    return [place for place in asked.checkable(takedown) if place.number not in waiting][: asked.MOST_CHECKS]


def _to_page(desk: Desk) -> HttpResponse:
    desk.go(ASK_SITE, desk.takedown().id)
    return here()


def _asked(desk: Desk) -> HttpResponse:
    takedown, minor = desk.takedown(), desk.stand.answers.counts_as_minor
    waiting = asked.checks_waiting(desk.case, takedown, desk.now)
    places = _askable(takedown, waiting)
    if places and asked.may_check(minor):
        form = Sites(desk.post, places=places, with_links=not minor)
        if not form.is_valid():
            return page(desk, takedown, form)
        picked = form.cleaned_data["items"]
        asked.check(desk.case, takedown, picked, desk.now, counts_as_minor=minor)
    desk.go(ASK_SITE, takedown.id)
    return here()


ACTIONS: dict[str, Callable[[Desk], HttpResponse]] = {ASK_SITE: _to_page, "site_asked": _asked}
