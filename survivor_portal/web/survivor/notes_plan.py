"""Plan the notes of an open case anew after whatever was done in it, and take in what was said of them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from survivor_portal.cases.book import CaseGone, Rekeyed, Tampered
from survivor_portal.cases.keys import OpenCase
from survivor_portal.cases.records import ChangedMeanwhile
from survivor_portal.cases.unlocked import Session
from survivor_portal.followups import reminders
from survivor_portal.followups.reminders import State
from survivor_portal.keystore.away import NotNow
from survivor_portal.keystore.capsules import NoAutoKey
from survivor_portal.keystore.epochs import NoEpoch
from survivor_portal.seals import WrongKey
from survivor_portal.takedowns import operations
from survivor_portal.takedowns.clocks import Kind
from survivor_portal.web.safety.opened import opened_of
from survivor_portal.web.survivor import zones
from survivor_portal.web.survivor.holder import holder_of
from survivor_portal.web.times import last_whole_day

View = Callable[[HttpRequest], HttpResponse]
# The person's own windows press nobody, and a note that seems to would.
_NOTED = (Kind.DUTY, Kind.REMINDER)

log = logging.getLogger(__name__)


def plans_notes(view: View) -> View:
    """The view; after a form of an open case its notes are planned anew, whatever was done.

    That is a transaction of its own: what a form does takes keys that are gone at once, and must stand
    whatever becomes of the notes. A process that ends in between leaves a mark, by which the next page of the
    case plans them. No worker could: it opens no case.
    """

    @wraps(view)
    def done(request: HttpRequest) -> HttpResponse:
        if not reminders.offered():
            return view(request)
        is_form = request.method == "POST"
        # Nothing may keep a person from closing, and there is nothing to plan after it.
        if is_form and request.POST.get("step") != "close":
            with suppress(NotNow):
                session = opened_of(request).open()
                if session is not None:
                    reminders.will_plan(session.case.id)
        response = view(request)
        # What was asked for is done. Were the keys gone just now, the next page plans anew.
        with suppress(NotNow):
            session = opened_of(request).open() if is_form else opened_of(request).loaded
            if session is not None and (is_form or _was_left(session)):
                _replan(request, session.case)
        return response

    return done


def _was_left(session: Session) -> bool:
    # Whoever was let in to look writes nothing by looking.
    return session.actor is None and reminders.waits_for_plan(session.case.id)


def link(request: HttpRequest, token: str) -> str:
    """The whole address of the page that stops notes."""
    path = reverse("public:note", args=[token])
    return settings.NOTES_SITE + path if settings.NOTES_SITE else request.build_absolute_uri(path)


def _replan(request: HttpRequest, case: OpenCase) -> None:
    try:
        if (state := reminders.read(case).state) is not State.on:
            if state is State.asked:
                reminders.nothing_to_plan(case.id)
            return
        # What was just done may have changed the clock the page began with.
        zone = zones.zone_of(holder_of(request).open())
        with timezone.override(zone):
            reminders.replan(
                case,
                lambda: _ends(case),
                last_whole_day,
                timezone.now(),
                zone=zone,
                link=lambda token: link(request, token),
            )
    except (NoAutoKey, NoEpoch, ChangedMeanwhile, CaseGone, Rekeyed, WrongKey, Tampered):
        # What was done stands, and the next form tries again. Of a row that was changed from outside the page
        # tells that shows it.
        log.warning("notes could not be planned")


def _ends(case: OpenCase) -> Iterable[datetime]:
    return (end.at for line in operations.board(case) for end in line.ends if end.kind in _NOTED)
