"""Give each request its visit: nothing is asked of the database, and no cookie set, until a page wants it.

request.visit.open()          the visit, or None: one query at the first call, none after
request.visit.loaded          the visit if it was opened already, without a query
request.visit.begin()         a new visit under a new token; the old one, if any, ends
request.visit.change(alter)   read, alter and write in one transaction; None when it is over
request.visit.stay()          the visitor is still here: the idle time begins again
request.visit.end()           the row goes, and the cookie with it
"""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from survivor_portal.visits import visit as visits
from survivor_portal.visits.visit import Data, OpenVisit

TOKEN = re.compile(r"[0-9a-f]{64}", re.ASCII)
BEGINNING_OF_TIME = "Thu, 01 Jan 1970 00:00:00 GMT"


class CurrentVisit:
    """The visit of one request, as far as anybody asked for it."""

    def __init__(self, cookie: str) -> None:
        self._token = bytes.fromhex(cookie) if TOKEN.fullmatch(cookie) else None
        self._visit: OpenVisit | None = None
        self._asked = False
        self._fresh = False
        # A cookie that can open nothing is taken back when a page finds out.
        self._useless = bool(cookie) and self._token is None

    @property
    def loaded(self) -> OpenVisit | None:
        """The visit if a page opened it already. Never a query."""
        return self._visit

    def open(self) -> OpenVisit | None:
        """The visit that belongs to the cookie, or None."""
        if not self._asked and self._token is not None:
            self._keep(visits.read(self._token, timezone.now()))
        self._asked = True
        return self._visit

    def begin(self) -> OpenVisit:
        """A new, empty visit under a new token. Whatever the browser brought is ended."""
        if self._token is not None:
            visits.end(self._token)
        self._token, self._visit = visits.begin(timezone.now())
        self._asked = self._fresh = True
        self._useless = False
        return self._visit

    def change(self, alter: Callable[[Data], None]) -> OpenVisit | None:
        """Alter the visit's data in place, safe against other tabs. None when the visit is over."""
        if self._token is None:
            return None
        self._keep(visits.change(self._token, timezone.now(), alter))
        return self._visit

    def stay(self) -> OpenVisit | None:
        """Begin the idle time again. None when the visit is over."""
        visit = self.open()
        if visit is not None:
            self._visit = visits.stay(visit, timezone.now())
        return self._visit

    def end(self) -> None:
        """Delete the row and take the cookie back."""
        token, self._token, self._visit = self._token, None, None
        self._asked = self._useless = True
        self._fresh = False
        if token is not None:
            visits.end(token)

    def put_cookie(self, response: HttpResponse) -> None:
        """Set, take back, or leave alone the cookie, as what happened to the visit asks."""
        if self._fresh and self._token is not None:
            set_cookie(response, self._token.hex(), settings.VISIT_COOKIE)
        elif self._useless:
            expire_cookie(response, settings.VISIT_COOKIE)

    def _keep(self, visit: OpenVisit | None) -> None:
        self._asked = True
        self._visit = visit
        if visit is None:
            self._token, self._fresh, self._useless = None, False, True


class Visits:
    """Middleware: `request.visit` on the way in, its cookie on the way out."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        current = CurrentVisit(request.COOKIES.get(settings.VISIT_COOKIE, ""))
        vars(request)["visit"] = current  # read by `visit_of`
        response = self.get_response(request)
        current.put_cookie(response)
        return response


def visit_of(request: HttpRequest) -> CurrentVisit:
    """The visit of this request, typed. A request that never met the middleware has an empty one."""
    current = getattr(request, "visit", None)
    return current if isinstance(current, CurrentVisit) else CurrentVisit("")


def stay(request: HttpRequest) -> OpenVisit | None:
    """What the "Stay" button does: begin the idle time again. None when the visit is over."""
    return visit_of(request).stay()


def set_cookie(response: HttpResponse, value: str, name: str) -> None:
    """A cookie of ours: no age, so that it goes when the browser closes."""
    response.set_cookie(name, value, path="/", secure=_secure(), httponly=True, samesite="Strict")


def expire_cookie(response: HttpResponse, name: str) -> None:
    """Take a cookie back, with the same marks it was set with: browsers heed nothing else for `__Host-`."""
    response.set_cookie(
        name,
        "",
        max_age=0,
        expires=BEGINNING_OF_TIME,
        path="/",
        secure=_secure(),
        httponly=True,
        samesite="Strict",
    )


def _secure() -> bool:
    return bool(getattr(settings, "COOKIES_SECURE", True))
