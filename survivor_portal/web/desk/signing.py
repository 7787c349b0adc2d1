"""Sign in and out at the desk: the password first, then the second step.

The password unlocks the person's key at the first step. What it unlocked counts only when the second step was
done; a sign-in that stops half way is swept like a desk that was left alone.
"""

from __future__ import annotations

from functools import wraps
from http import HTTPStatus
from typing import Any

from allauth.account.internal.decorators import login_stage_required
from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from allauth.account.stages import LoginStage
from allauth.mfa.stages import AuthenticateStage
from django.conf import settings
from django.contrib.auth import get_user_model, logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from survivor_portal.advocates import people
from survivor_portal.advocates.opened import NotAtDesk
from survivor_portal.web.desk import forms, second, tries
from survivor_portal.web.desk.forms import Code, SignIn
from survivor_portal.web.desk.frame import to
from survivor_portal.web.forms import Words
from survivor_portal.web.safety.desk import desk_of


def where_there_are_desks(view: Any) -> Any:
    """The view; 404 on a site without desks."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **parts: Any) -> HttpResponse:
        if not settings.DESK_OPEN:
            raise Http404
        return view(request, *args, **parts)

    return page


@where_there_are_desks
def sign_in(request: HttpRequest) -> HttpResponse:
    """The first step: work address and password. An unknown address is answered like a wrong password."""
    if request.user.is_authenticated and second.is_done(request) and desk_of(request).open() is not None:
        return to("desk:queue")
    form = SignIn(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = _opened_by(request, form)
        if person is not None:
            response = begin(request, person.who.id, person.secret)
            if response is not None:
                return response
            form.add_error(None, forms.NOT_IN)
    closed = request.user.is_authenticated and not form.is_bound
    return shown(request, "desk/sign_in.html", {"form": form, "closed": closed})


def begin(request: HttpRequest, person_id: str, secret: bytes) -> HttpResponse | None:
    """The password was right: on to the second step, or to setting one up. None where there is no account."""
    # Whatever was open in this browser goes: another person's sign-in, or an older one of the same.
    desk_of(request).end()
    logout(request)
    user = get_user_model().objects.filter(pk=person_id).first()
    try:
        desk_of(request).begin(person_id, secret)
    except NotAtDesk:
        return None
    return perform_password_login(request, {}, Login(user=user))


@where_there_are_desks
@login_stage_required(stage=AuthenticateStage.key, redirect_urlname="account_login")
def second_step(request: HttpRequest) -> HttpResponse:
    """The second step: a passkey, or a code."""
    stage: LoginStage = vars(request)["_login_stage"]  # hung there by `login_stage_required`
    user = stage.login.user
    form = Code(request.POST if "code" in request.POST else None)
    trouble: Words = ""
    if request.method == "POST" and (not form.is_bound or form.is_valid()):
        try:
            with tries.of(request, user.email, timezone.now(), "second") as tried:
                if form.is_bound:
                    second.check_code(user, form.cleaned_data["code"])
                else:
                    second.check_passkey(user, request.POST.get("credential", ""))
                tried.worked()
            return _is_in(request, stage)
        except second.NotRight:
            trouble = forms.WRONG_CODE if form.is_bound else forms.WRONG_PASSKEY
        except tries.TooMany:
            trouble = tries.TOO_MANY
        if form.is_bound:
            form.add_error("code", trouble)
    ways = second.ways_of(user.pk)
    options = second.asked_passkey(user) if ways.passkeys else ""
    context = {"form": form, "options": options, "ways": (), "has": ways, "trouble": trouble}
    return shown(request, "desk/second_step.html", context)


def _is_in(request: HttpRequest, stage: LoginStage) -> HttpResponse:
    second.done(request)
    response: HttpResponse = stage.exit()
    tries.know(request, response, stage.login.user.email)
    return response


@require_POST
@where_there_are_desks
def sign_out(request: HttpRequest) -> HttpResponse:
    """Close the desk, and with it every case that was opened from it."""
    desk_of(request).end()
    logout(request)
    return to("account_login")


def shown(
    request: HttpRequest, template: str, context: dict[str, Any], status: int = HTTPStatus.OK
) -> HttpResponse:
    """A page outside the desk. 422 where its form does not hold."""
    form = context.get("form")
    if (form is not None and form.is_bound and form.errors) or context.get("trouble"):
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, template, context, status=status)


def _opened_by(request: HttpRequest, form: SignIn) -> people.Known | None:
    """Whose password this is, and what it unlocks. None, and the reason in the form, when it is nobody's."""
    email, password = form.cleaned_data["email"], form.cleaned_data["password"]
    try:
        with tries.of(request, email, timezone.now()) as tried:
            try:
                found = people.known(email, password)
            except (people.Busy, people.NotNow):
                # Nothing was tried.
                tried.worked()
                raise
            tried.worked()
    except people.WrongPassword:
        form.add_error(None, forms.NOT_IN)
    except tries.TooMany:
        form.add_error(None, tries.TOO_MANY)
    except people.Busy:
        form.add_error(None, forms.BUSY)
    else:
        return found
    return None
