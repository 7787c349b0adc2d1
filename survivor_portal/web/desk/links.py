"""What a link for one person opens: a seat in a team, or a new password. It is good once."""

from __future__ import annotations

import contextlib
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from survivor_portal.advocates import people, tickets
from survivor_portal.advocates.passwords import PasswordRefused
from survivor_portal.advocates.tickets import Ticketed
from survivor_portal.web.desk import forms
from survivor_portal.web.desk.forms import Join, NewPassword
from survivor_portal.web.desk.frame import to
from survivor_portal.web.desk.signing import begin, shown, where_there_are_desks
from survivor_portal.web.safety.desk import desk_of


@where_there_are_desks
def link(request: HttpRequest, token: str) -> HttpResponse:
    """The page of the link. To look at it uses nothing up; what it is good for is done by a form."""
    now = timezone.now()
    try:
        ticket = tickets.look(token, now)
        if ticket.team and ticket.has_account:
            return _with_an_account(request, token, ticket)
        return _with_a_password(request, token, ticket)
    except tickets.NoTicket:
        return shown(request, "desk/no_link.html", {}, HTTPStatus.NOT_FOUND)


def _with_an_account(request: HttpRequest, token: str, ticket: Ticketed) -> HttpResponse:
    """Somebody who works here already takes a seat in another team."""
    session = desk_of(request).open()
    theirs = session is not None and session.who.email == ticket.email
    if request.method == "POST" and session is not None and theirs:
        # Pressed twice: the seat is theirs.
        with contextlib.suppress(tickets.AlreadyIn):
            tickets.join_as(session, token, timezone.now())
        return to("desk:team")
    return shown(request, "desk/link_join.html", {"ticket": ticket, "theirs": theirs, "session": session})


def _with_a_password(request: HttpRequest, token: str, ticket: Ticketed) -> HttpResponse:
    form = (Join if ticket.team else NewPassword)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            response = _done(request, token, ticket, form)
            if response is not None:
                return response
        except PasswordRefused as refused:
            form.add_error("password", forms.REFUSED[refused.why])
        except people.NotAName:
            form.add_error("name", forms.NOT_A_NAME)
        except people.Busy:
            form.add_error(None, forms.BUSY)
    return shown(request, "desk/link.html", {"ticket": ticket, "form": form})


def _done(request: HttpRequest, token: str, ticket: Ticketed, form: NewPassword) -> HttpResponse | None:
    password, now = form.cleaned_data["password"], timezone.now()
    try:
        if ticket.team:
            who = tickets.join(token, form.cleaned_data["name"], password, now)
        else:
            who = tickets.set_password(token, password, now)
    except people.Taken:
        # Somebody made the account in the meantime; the page says to sign in first.
        return to("desk:link", token=token)
    try:
        return begin(request, who.id, people.secret_of(who.id, password))
    except (people.Busy, people.NotNow):
        # It is done and the link used up: the way in is the sign-in.
        return to("account_login")
