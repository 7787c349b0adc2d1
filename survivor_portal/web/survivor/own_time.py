"""Show and read all times of a page by the person's own clock while their case is open here."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from survivor_portal import seals
from survivor_portal.cases import records
from survivor_portal.keystore.away import NotNow
from survivor_portal.web.safety.opened import opened_of
from survivor_portal.web.survivor.holder import PLAN
from survivor_portal.web.survivor.zones import zone_of

View = Callable[[HttpRequest], HttpResponse]


def in_own_time(view: View) -> View:
    """The view, with the zone of the open case as the current one; UTC where no case is open."""

    @wraps(view)
    def shown(request: HttpRequest) -> HttpResponse:
        with timezone.override(_zone(request)):
            return view(request)

    return shown


def _zone(request: HttpRequest) -> ZoneInfo:
    try:
        session = opened_of(request).open()
    except NotNow:  # the page will say so, unless it can do without, as closing can
        return zone_of(None)
    if session is None:
        return zone_of(None)
    try:
        found = records.read(session.case, PLAN)
    except seals.WrongKey:  # a damaged record stops neither closing nor deleting
        return zone_of(None)
    return zone_of(found[0].document if found else None)
