"""Show and read all times of a page by the person's own clock while their case is open here."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from survivor_portal import seals
from survivor_portal.cases import records
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
    session = opened_of(request).open()
    if session is None:
        return zone_of(None)
    try:
        found = records.read(session.case, PLAN)
    except seals.WrongKey:  # a damaged record stops neither closing nor deleting
        return zone_of(None)
    return zone_of(found[0].document if found else None)
