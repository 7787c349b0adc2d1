"""Show a calm page while the keys of cases cannot be had, and lose nothing of what was typed.

The process that holds the keys is being started anew, or gave out as many as it gives in a minute. What was
sent is put into the page itself, and one button sends it again.
"""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from survivor_portal.keystore.away import NotNow

# What opens a case is never written into a page.
SECRET = frozenset(
    {"phrase", "new", "again", "recovery", "code", "own"}
    | {"password", "password2", "password_again", "old", "credential"}
)
_OF_THE_CHECK = frozenset({"csrfmiddlewaretoken"})


class Away:
    """Middleware: answers NotNow. 503, and when to try again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return page(request, exception.seconds) if isinstance(exception, NotNow) else None


def page(request: HttpRequest, seconds: int = NotNow.seconds) -> HttpResponse:
    """The page, with help as everywhere. No case is closed and no cookie taken back."""
    sent = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in SECRET | _OF_THE_CHECK
    ]
    has_secret = not SECRET.isdisjoint(request.POST)
    response = render(
        request,
        "survivor/keep/away.html",
        {"sent": sent, "has_secret": has_secret, "path": request.path, "is_form": request.method == "POST"},
        status=HTTPStatus.SERVICE_UNAVAILABLE,
    )
    response.headers["Retry-After"] = str(seconds)
    return response
