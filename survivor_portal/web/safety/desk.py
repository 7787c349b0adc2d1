"""Give each request the open desk of whoever is signed in: nothing is asked until a page wants it.

request.desk.open()             the open desk, or None: only for somebody who has signed in with both steps
request.desk.loaded             the open desk if a page opened it already, without a query
request.desk.has_cookie         the browser brought something that may be an open desk
request.desk.begin(id, secret)  this desk is open in this browser from now on; another one closes
request.desk.stay()             somebody is still here: the idle time begins again
request.desk.end()              the desk closes in this browser, and the cookie goes

What opens it is in three places: a part in the cookie, a part in the sign-in's session, a part in a row.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from survivor_portal.advocates import opened
from survivor_portal.advocates.opened import Session
from survivor_portal.cases import unlocked
from survivor_portal.web.safety.session import TOKEN, expire_cookie, set_cookie

# Where the sign-in's session keeps its part. Goes with the session when somebody signs out.
BIND = "bind"


class CurrentDesk:
    """The open desk of one request, as far as anybody asked for it."""

    def __init__(self, request: HttpRequest, cookie: str) -> None:
        self._request = request
        self._token = bytes.fromhex(cookie) if TOKEN.fullmatch(cookie) else None
        self._session: Session | None = None
        self._asked = self._fresh = False
        self._useless = bool(cookie) and self._token is None
        self.has_cookie = bool(cookie)

    @property
    def loaded(self) -> Session | None:
        """The open desk if a page opened it already. Never a query."""
        return self._session

    def open(self) -> Session | None:
        """The desk that belongs to cookie and sign-in, or None.

        A password alone opens none: until the second step is done nobody is signed in.
        """
        if not self._asked and self._token is not None and self._request.user.is_authenticated:
            bind = self._request.session.get(BIND, "")
            found = opened.resume(self._token, bind, timezone.now()) if bind else None
            if found is None or found.who.id != self._request.user.pk:
                self._token, self._useless = None, True
            else:
                self._session = found
        self._asked = True
        return self._session

    def begin(self, person_id: str, secret: bytes) -> Session:
        """Open a desk, under a new token and a new part in the sign-in. Raises `opened.NotAtDesk`."""
        if self._token is not None:
            opened.end(self._token)
        bind = opened.new_bind()
        session = opened.begin(person_id, secret, bind, timezone.now())
        self._request.session[BIND] = bind
        self._token, self._session = session.token, session
        self._asked = self._fresh = True
        self._useless = False
        return session

    def stay(self) -> Session | None:
        """Begin the idle time again. None when the desk has closed."""
        session = self.open()
        if session is not None:
            self._session = opened.stay(session, timezone.now())
        return self._session

    def end(self) -> None:
        """Close the desk in this browser, and every case that was opened from it; take the cookie back."""
        token, self._token, self._session = self._token, None, None
        self._asked, self._useless, self._fresh = True, self.has_cookie, False
        if token is not None:
            opened.end(token)
            unlocked.end_of_desk(opened.row_id(token))

    def put_cookie(self, response: HttpResponse) -> None:
        """Set, take back, or leave alone the cookie, as what happened to the desk asks."""
        if self._fresh and self._token is not None:
            set_cookie(response, self._token.hex(), settings.DESK_COOKIE)
        elif self._useless:
            expire_cookie(response, settings.DESK_COOKIE)


class Desks:
    """Middleware: `request.desk` on the way in, its cookie on the way out."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        current = CurrentDesk(request, request.COOKIES.get(settings.DESK_COOKIE, ""))
        vars(request)["desk"] = current  # read by `desk_of`
        response = self.get_response(request)
        current.put_cookie(response)
        return response


def desk_of(request: HttpRequest) -> CurrentDesk:
    """The open desk of this request, typed. A request that never met the middleware has none."""
    current = getattr(request, "desk", None)
    return current if isinstance(current, CurrentDesk) else CurrentDesk(request, "")
