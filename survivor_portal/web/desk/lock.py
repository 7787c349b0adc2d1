"""Who may stand at a desk: signed in with the second step done, and with the desk still open.

@at_desk      gives the view a `Here`; everybody else is led to what is missing, and nobody sees a page
@sensitive    asks for the password again before what is sent is done; what was sent comes along
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, timedelta
from functools import wraps
from http import HTTPStatus
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from survivor_portal import calendars
from survivor_portal.advocates import people
from survivor_portal.web.desk import second, tries
from survivor_portal.web.desk.forms import BUSY, WRONG_PASSWORD, PasswordAgain
from survivor_portal.web.desk.frame import Here
from survivor_portal.web.forms import PUT_OFF
from survivor_portal.web.safety.away import SECRET
from survivor_portal.web.safety.desk import desk_of

__all__ = ["Here", "at_desk", "sensitive", "setting_up"]

P = ParamSpec("P")
View = Callable[Concatenate[Here, P], HttpResponse]
Page = Callable[Concatenate[HttpRequest, P], HttpResponse]

STAY = "stay"
PASSWORD_AGAIN = "password_again"  # noqa: S105  (the name of a field)
AGAIN_AT = "again_at"
AGAIN_LASTS = timedelta(minutes=5)
# Where a single word was typed by somebody too: a number, a link, a name. Elsewhere it is a choice or an id.
TYPED = frozenset({"agreed_by", "danger_plan", "email", "label", "name", "note", "notice", "numbers", "text"})


def at_desk(view: View[P]) -> Page[P]:
    """The view, for whoever is at an open desk.

    404 where there are no desks. Without a sign-in, or when the desk has closed: the sign-in. Without a
    second step: the page that sets one up. A POST of the "Stay" button only begins the idle time again.
    """

    @wraps(view)
    def page(request: HttpRequest, *args: P.args, **parts: P.kwargs) -> HttpResponse:
        if not settings.DESK_OPEN:
            raise Http404
        if not request.user.is_authenticated:
            return _to("account_login")
        if not second.is_done(request):
            return _to("desk:set_up")
        return _in(view, request, *args, **parts)

    return page


def setting_up(view: View[P]) -> Page[P]:
    """The view, for whoever is at a desk or has yet to set up a second step: nothing else is open then."""

    @wraps(view)
    def page(request: HttpRequest, *args: P.args, **parts: P.kwargs) -> HttpResponse:
        if not settings.DESK_OPEN:
            raise Http404
        if not request.user.is_authenticated:
            return _to("account_login")
        if not second.is_done(request) and second.ways_of(request.user.pk).has_one:
            # A sign-in that left out a step it has. None of ours does.
            desk_of(request).end()
            logout(request)
            return _to("account_login")
        return _in(view, request, *args, **parts)

    return page


def _in(view: View[P], request: HttpRequest, *args: P.args, **parts: P.kwargs) -> HttpResponse:
    session = desk_of(request).open()
    if session is None:
        return _closed(request)
    if request.method == "POST" and request.POST.get("step") == STAY:
        session = desk_of(request).stay() or session
        _put_off(request)
        if PUT_OFF not in request.POST:
            return HttpResponseRedirect(request.path, status=303)
    # Times are told, and read, by the clock of whoever is here.
    with timezone.override(calendars.zone(session.zone) or UTC):
        return view(Here(request, session, timezone.now()), *args, **parts)


def sensitive(view: View[P]) -> View[P]:
    """The view, whose POSTs are done only after the password was typed again, within five minutes.

    Stands below `at_desk`. What was sent is carried along in the form that asks.
    """

    @wraps(view)
    def page(here: Here, *args: P.args, **parts: P.kwargs) -> HttpResponse:
        request = here.request
        # "Stay" is no way past it: what a browser says of a form must not leave the question out.
        if request.method != "POST" or is_fresh(here):
            _without(request, PASSWORD_AGAIN)
            return view(here, *args, **parts)
        if PASSWORD_AGAIN not in request.POST or PUT_OFF in request.POST:
            return _ask(here, PasswordAgain())
        form = PasswordAgain(request.POST)
        if form.is_valid() and _is_theirs(here, form):
            request.session[AGAIN_AT] = here.now.timestamp()
            _without(request, PASSWORD_AGAIN)
            return view(here, *args, **parts)
        return _ask(here, form)

    return page


def _ask(here: Here, form: PasswordAgain) -> HttpResponse:
    """The page that asks for the password. All that was sent stands in it, hidden."""
    left_out = {"csrfmiddlewaretoken", PASSWORD_AGAIN, PUT_OFF, "go"}
    sent = [
        (name, value)
        for name, values in here.request.POST.lists()
        for value in values
        if name not in left_out
    ]
    return here.page("desk/again.html", {"form": form, "sent": sent})


def _is_theirs(here: Here, form: PasswordAgain) -> bool:
    who = here.session.who
    try:
        with tries.of(here.request, who.email, here.now) as tried:
            try:
                people.secret_of(who.id, form.cleaned_data[PASSWORD_AGAIN])
            except (people.Busy, people.NotNow):
                # Nothing was tried.
                tried.worked()
                raise
            tried.worked()
    except people.WrongPassword:
        form.add_error(PASSWORD_AGAIN, WRONG_PASSWORD)
    except people.Busy:
        form.add_error(None, BUSY)
    except tries.TooMany:
        form.add_error(None, tries.TOO_MANY)
    return form.is_valid()


def is_fresh(here: Here) -> bool:
    """Whether the password was typed again within the last five minutes."""
    at = here.request.session.get(AGAIN_AT)
    age = here.now.timestamp() - at if isinstance(at, float) else -1
    return 0 <= age < AGAIN_LASTS.total_seconds()


def _closed(request: HttpRequest) -> HttpResponse:
    """The desk was left alone for too long: the sign-in. Words that were just sent are shown, to be copied.

    Only where the account is signed in still; after signing out or leaving nothing is shown.
    """
    words = [
        value
        for name, values in request.POST.lists()
        for value in values
        if name not in SECRET and (len(value.split()) > 1 or (name in TYPED and value.strip()))
    ]
    if not words:
        return _to("account_login")
    return render(request, "desk/closed.html", {"words": words}, status=HTTPStatus.FORBIDDEN)


def _put_off(request: HttpRequest) -> None:
    """A form that came along with "Stay" is shown again as it is and not acted on."""
    sent = request.POST.copy()
    steps = sent.getlist("step")[:-1]
    sent.setlist("step", steps)
    if not steps:
        sent.pop("step")
    if set(sent) - {"csrfmiddlewaretoken"}:
        sent[PUT_OFF] = "1"
    _sent(request, sent)


def _without(request: HttpRequest, name: str) -> None:
    if name in request.POST:
        sent = request.POST.copy()
        sent.pop(name)
        _sent(request, sent)


def _sent(request: Any, sent: QueryDict) -> None:
    request.POST = sent


def _to(name: str) -> HttpResponse:
    return HttpResponseRedirect(reverse(name))
