"""Sign in and out at the desk."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from survivor_portal.web.desk.forms import PasswordAgain
from survivor_portal.web.desk.frame import to
from survivor_portal.web.safety.desk import desk_of


def sign_in(request: HttpRequest) -> HttpResponse:
    """The first step: work address and password."""
    _only_where_there_are_desks()
    return render(request, "desk/sign_in.html", {"form": PasswordAgain()})


def set_up(request: HttpRequest) -> HttpResponse:
    """Set up the second step."""
    _only_where_there_are_desks()
    if not request.user.is_authenticated:
        return to("account_login")
    return render(request, "desk/sign_in.html", {"form": PasswordAgain()})


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Close the desk, and every case that was opened from it."""
    _only_where_there_are_desks()
    desk_of(request).end()
    logout(request)
    return to("account_login")


def _only_where_there_are_desks() -> None:
    if not settings.DESK_OPEN:
        raise Http404
