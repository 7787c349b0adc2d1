"""What every page of an open case works with: the case, the moment, the request it is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone

from survivor_portal.cases.keys import OpenCase
from survivor_portal.takedowns import operations
from survivor_portal.takedowns.clocks import Running
from survivor_portal.takedowns.due import due_by, running
from survivor_portal.takedowns.ladder import Around, around
from survivor_portal.takedowns.operations import Takedown
from survivor_portal.web.safety.session import visit_of
from survivor_portal.web.survivor import flow, zones
from survivor_portal.web.survivor.flow import Stand
from survivor_portal.web.survivor.holder import holder_of

UNPROCESSABLE = 422
UTC_ZONE = zones.zone_of(None)
BOARD, REQUEST, TIMELINE = "board", "request", "timeline"


def here() -> HttpResponse:
    """Back to the case with GET, so that a reload sends nothing twice."""
    return HttpResponseRedirect(reverse("survivor:case"), status=303)


@dataclass(frozen=True, slots=True)
class Desk:
    """What the steps of this page work with."""

    request: HttpRequest
    case: OpenCase
    now: datetime

    @property
    def post(self) -> QueryDict:
        return self.request.POST

    @property
    def zone(self) -> tzinfo:
        """The person's, in which days and months are counted: the current one, see `own_time`."""
        return timezone.get_current_timezone()

    @property
    def zone_is_unknown(self) -> bool:
        """Does it say UTC only because nobody has said where the person is?"""
        return self.zone == UTC_ZONE and not zones.zone_key(holder_of(self.request).open())

    @property
    def stand(self) -> Stand:
        return flow.stand(holder_of(self.request).open())

    def around(self, stand: Stand) -> Around:
        return around(stand.answers, stand.items, zone=self.zone)

    def due(self, stand: Stand) -> operations.Due:
        return due_by(self.now, counts_as_minor=stand.answers.counts_as_minor, zone=self.zone)

    def takedown(self) -> Takedown:
        """The request this page is about. Raises NoSuchTakedown.

        A form names its own: another tab may show another one by now, or the visit may be a new one.
        """
        visit = visit_of(self.request).open()
        shown = str(visit.data.get("request", "")) if visit else ""
        name = self.post.get("request", "") or shown
        takedown = operations.read(self.case, name)
        if name != shown:
            self.go(REQUEST, name)
        return takedown

    def go(self, page: str, takedown_id: str = "") -> None:
        """Remember in the visit which page is shown."""
        current = visit_of(self.request)
        if current.open() is None:
            current.begin()

        def place(data: flow.Data) -> None:
            data["page"] = page
            if takedown_id:
                data["request"] = takedown_id

        current.change(place)

    def clocks(self, takedown: Takedown, stand: Stand) -> tuple[Running, ...]:
        """All clocks of this request, the first one due first."""
        minor = stand.answers.counts_as_minor
        return running(takedown, takedown.standing, self.now, counts_as_minor=minor, zone=self.zone)
