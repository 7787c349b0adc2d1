"""Give each request its opened case: nothing is asked of the databases until a page wants it.

request.opened.open()           the open case, or None: asked for once
request.opened.loaded           the open case if a page opened it already, without a query
request.opened.begin(session)   this case is open in this browser from now on; another one closes
request.opened.stay()           somebody is still here: the idle time begins again
request.opened.end()            the case closes in this browser, and the cookie goes
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from survivor_portal.cases import unlocked
from survivor_portal.cases.unlocked import Session
from survivor_portal.web.safety.session import TOKEN, expire_cookie, set_cookie


class CurrentCase:
    """The opened case of one request, as far as anybody asked for it."""

    def __init__(self, cookie: str) -> None:
        self._token = bytes.fromhex(cookie) if TOKEN.fullmatch(cookie) else None
        self._session: Session | None = None
        self._asked = self._fresh = False
        # A cookie that can open nothing is taken back when a page finds out.
        self._useless = bool(cookie) and self._token is None

    @property
    def loaded(self) -> Session | None:
        """The open case if a page opened it already. Never a query."""
        return self._session

    def open(self) -> Session | None:
        """The open case that belongs to the cookie, or None."""
        if not self._asked and self._token is not None:
            self._session = unlocked.resume(self._token, timezone.now())
            if self._session is None:
                self._token, self._useless = None, True
        self._asked = True
        return self._session

    def begin(self, session: Session) -> None:
        """Hold this case open in this browser, under its own new token."""
        if self._token is not None and self._token != session.token:
            unlocked.end(self._token)
        self._token, self._session = session.token, session
        self._asked = self._fresh = True
        self._useless = False

    def stay(self) -> Session | None:
        """Begin the idle time again. None when the case has closed."""
        session = self.open()
        if session is not None:
            self._session = unlocked.stay(session, timezone.now())
        return self._session

    def end(self) -> None:
        """Close the case in this browser and take the cookie back."""
        token, self._token, self._session = self._token, None, None
        self._asked = self._useless = True
        self._fresh = False
        if token is not None:
            unlocked.end(token)

    def put_cookie(self, response: HttpResponse) -> None:
        """Set, take back, or leave alone the cookie, as what happened to the case asks."""
        if self._fresh and self._token is not None:
            set_cookie(response, self._token.hex(), settings.CASE_COOKIE)
        elif self._useless:
            expire_cookie(response, settings.CASE_COOKIE)


class Opened:
    """Middleware: `request.opened` on the way in, its cookie on the way out."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        current = CurrentCase(request.COOKIES.get(settings.CASE_COOKIE, ""))
        vars(request)["opened"] = current  # read by `opened_of`
        response = self.get_response(request)
        current.put_cookie(response)
        return response


def opened_of(request: HttpRequest) -> CurrentCase:
    """The opened case of this request, typed. A request that never met the middleware has none."""
    current = getattr(request, "opened", None)
    return current if isinstance(current, CurrentCase) else CurrentCase("")
