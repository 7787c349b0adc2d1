"""Show a calm page where a part of a case is not as it was kept, instead of "something broke".

It is no fault of the person and none that trying again mends, so the page says what it means and what to do.
Nothing of the case stands on it.
"""

import logging
from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from survivor_portal import seals
from survivor_portal.cases.book import Tampered

log = logging.getLogger("survivor_portal.damaged")


class Damaged:
    """Middleware: answers the two exceptions that tell of a row changed from outside. 409."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return page(request) if isinstance(exception, Tampered | seals.WrongKey) else None


def page(request: HttpRequest) -> HttpResponse:
    """The page, with help as everywhere, and a way to close what is open."""
    # The operator has to know that a row was changed; which one only its owner may know.
    log.error("a part of a case is not as it was kept")
    return render(request, "survivor/keep/damaged.html", status=HTTPStatus.CONFLICT)
