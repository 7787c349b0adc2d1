"""Do what is counted by network: try to open at the door, and keep something new."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from math import ceil
from typing import TypeVar

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import ngettext

from survivor_portal.web.forms import Question
from survivor_portal.web.safety import networks
from survivor_portal.web.safety.networks import What
from survivor_portal.web.survivor.keeping_forms import No, attempt

T = TypeVar("T")


def within(request: HttpRequest, form: Question, what: What, do: Callable[[], T]) -> T | No:
    """As `attempt`, unless this network did enough of it in this hour; the form then says how long to wait.

    Only tries in vain stay counted at the door, and only what was made stays counted where something is kept:
    a shelter with one line may open as often as it likes. Where there was no room, nothing was tried.
    """
    now = timezone.now()
    try:
        networks.charge(request, what, now)
    except networks.Full as full:
        seconds = max(1, ceil((full.at - now).total_seconds()))
        form.add_error(None, _wait(ceil(seconds / 60)))
        return No(HTTPStatus.TOO_MANY_REQUESTS, seconds)
    done = attempt(form, do)
    was_in_vain = isinstance(done, No) and done.status != HTTPStatus.SERVICE_UNAVAILABLE
    counts = was_in_vain if what is What.opening else not isinstance(done, No)
    if not counts:
        networks.give_back(request, what, now)
    return done


def _wait(minutes: int) -> str:
    words = ngettext(
        "Very much came from your network in this hour, maybe from other people. Nothing is lost. "
        "Please wait about %(n)d minute and press the button again.",
        "Very much came from your network in this hour, maybe from other people. Nothing is lost. "
        "Please wait about %(n)d minutes and press the button again.",
        minutes,
    )
    return words % {"n": minutes}
