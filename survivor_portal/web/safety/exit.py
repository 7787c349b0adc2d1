"""Leave: end visit, case and desk, take the cookies back, and send the browser where nothing is said.

Pages lead here by a plain link. A form would not do: `form-action 'self'` also covers where a form's answer
redirects to, so Chromium would stay on the page.
"""

import contextlib
from http import HTTPStatus

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from survivor_portal.web.safety import left
from survivor_portal.web.safety.desk import desk_of
from survivor_portal.web.safety.opened import opened_of
from survivor_portal.web.safety.session import expire_cookie, visit_of

NEUTRAL_PAGE = "https://www.bbc.com/weather"
CLEARED = '"cache", "cookies", "storage"'


class Leaving(HttpResponseRedirect):
    """See other: whatever the method was, the browser fetches the neutral page with GET."""

    status_code = HTTPStatus.SEE_OTHER


# No form token is asked for: somebody whose cookies are gone must be able to leave all the same.
@csrf_exempt
@require_http_methods(["GET", "POST"])
def leave(request: HttpRequest) -> HttpResponse:
    """End this visit and go to the neutral page. Works when the database is down."""
    if "prefetch" in request.headers.get("Sec-Purpose", request.headers.get("Purpose", "")):
        # The browser only looks ahead. Nobody has pressed anything yet.
        return HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE)
    left.remember(request)
    # The rows cannot be read without the cookies, which go now; the sweep deletes them later.
    for current in (visit_of(request), opened_of(request), desk_of(request)):
        with contextlib.suppress(DatabaseError):
            current.end()
    signed_in = settings.SESSION_COOKIE_NAME in request.COOKIES
    if signed_in:
        _forget(request)
    response = Leaving(getattr(settings, "EXIT_TARGET", NEUTRAL_PAGE))
    response.headers["Clear-Site-Data"] = CLEARED
    expire_cookie(response, settings.CSRF_COOKIE_NAME)
    if signed_in:
        expire_cookie(response, settings.SESSION_COOKIE_NAME)
    return response


def _forget(request: HttpRequest) -> None:
    """The sign-in of somebody at a desk ends. Without the database the cookie goes all the same."""
    try:
        request.session.flush()
    except DatabaseError:
        # Else what is left of it would be written on the way out.
        request.session = type(request.session)()
