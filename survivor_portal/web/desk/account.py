"""One's own account at the desk: the ways to do the second step, recovery codes, the password."""

from __future__ import annotations

from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from survivor_portal.advocates import people
from survivor_portal.advocates.passwords import PasswordRefused
from survivor_portal.web.desk import forms, second, tries
from survivor_portal.web.desk.forms import ChangePassword, Code, PasskeyName
from survivor_portal.web.desk.frame import Here, to
from survivor_portal.web.desk.lock import at_desk, sensitive, setting_up
from survivor_portal.web.desk.qr import square
from survivor_portal.web.forms import Words


@setting_up
def set_up(here: Here) -> HttpResponse:
    """Make a passkey, or go on to an app instead. A second one asks for the password again."""
    if second.is_done(here.request):
        return _add_passkey_again(here)
    return _add_passkey(here)


@setting_up
def set_up_app(here: Here) -> HttpResponse:
    """An app that shows codes: the secret, and a code of it typed back."""
    if second.is_done(here.request):
        return _add_app_again(here)
    return _add_app(here)


@at_desk
def account(here: Here) -> HttpResponse:
    """What there is."""
    ways = second.ways_of(here.session.who.id)
    return here.page("desk/account.html", {"has": ways})


@require_POST
@at_desk
@sensitive
def remove_way(here: Here) -> HttpResponse:
    """One passkey, or the app, goes. Never the last of them."""
    number = here.request.POST.get("passkey", "")
    try:
        second.remove(here.session.who.id, passkey=int(number) if number.isdecimal() else None)
    except second.LastWay:
        ways = second.ways_of(here.session.who.id)
        return here.page("desk/account.html", {"has": ways, "trouble": forms.LAST_WAY}, status=422)
    return to("desk:account")


@require_POST
@at_desk
@sensitive
def new_codes(here: Here) -> HttpResponse:
    """Ten recovery codes, shown once."""
    return _codes(here)


@at_desk
def password(here: Here) -> HttpResponse:
    """A new password. The person's key stays the same; only what locks it changes."""
    form = ChangePassword(here.request.POST or None)
    if here.request.method == "POST" and form.is_valid() and _changed(here, form):
        here.user.refresh_from_db()
        update_session_auth_hash(here.request, here.user)
        return to("desk:account")
    return here.page("desk/password.html", {"form": form})


def _changed(here: Here, form: ChangePassword) -> bool:
    who, old, new = here.session.who, form.cleaned_data["old"], form.cleaned_data["password"]
    try:
        with tries.of(here.request, who.email, here.now) as tried:
            try:
                people.change_password(who.id, old, new, here.now, keep=here.session.row_id)
            except (PasswordRefused, people.Busy, people.NotNow):
                tried.worked()
                raise
            tried.worked()
    except people.WrongPassword:
        form.add_error("old", forms.WRONG_PASSWORD)
    except PasswordRefused as refused:
        form.add_error("password", forms.REFUSED[refused.why])
    except tries.TooMany:
        form.add_error(None, tries.TOO_MANY)
    except people.Busy:
        form.add_error(None, forms.BUSY)
    return form.is_valid()


def _add_passkey(here: Here) -> HttpResponse:
    user, request = here.user, here.request
    form = PasskeyName(request.POST or None)
    trouble: Words = ""
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"].strip() or here.now.strftime("%Y-%m-%d")
        try:
            second.add_passkey(user, name, request.POST.get("credential", ""))
            return _added(here)
        except second.NotRight:
            trouble = forms.WRONG_PASSKEY
    ways = second.ways_of(user.pk)
    given = {"form": form, "has": ways, "options": second.new_passkey(user), "trouble": trouble}
    return here.page("desk/set_up.html", given, status=422 if trouble else 200)


def _add_app(here: Here) -> HttpResponse:
    user, request = here.user, here.request
    form = Code(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with tries.of(request, user.email, here.now, "second") as tried:
                second.add_app(request, user, form.cleaned_data["code"])
                tried.worked()
            return _added(here)
        except second.NotRight:
            form.add_error("code", forms.WRONG_CODE)
        except tries.TooMany:
            form.add_error(None, tries.TOO_MANY)
    secret = second.new_app_secret(request)
    grouped = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    picture = square(second.app_address(user, secret))
    ways = second.ways_of(user.pk)
    return here.page("desk/set_up_app.html", {"form": form, "has": ways, "grouped": grouped, "qr": picture})


_add_passkey_again = sensitive(_add_passkey)
_add_app_again = sensitive(_add_app)


def _added(here: Here) -> HttpResponse:
    """The first one opens the desk, and recovery codes come with it."""
    if second.is_done(here.request):
        return to("desk:account")
    second.done(here.request)
    response = _codes(here, is_first=True)
    tries.know(here.request, response, here.session.who.email)
    return response


def _codes(here: Here, *, is_first: bool = False) -> HttpResponse:
    codes = [f"{code[:5]} {code[5:]}" for code in second.new_codes(here.user)]
    return here.page("desk/codes.html", {"codes": codes, "is_first": is_first})
