"""The forms with which people come to the desk: sign in, password again, the second step."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from survivor_portal.advocates.passwords import Refused
from survivor_portal.advocates.who import Role
from survivor_portal.web.forms import Question, Words, one_of
from survivor_portal.web.zone_list import choices

WRONG_PASSWORD = _("This is not your password. Please check it.")
NOTHING_TYPED = _("Please type your password.")
NOT_IN = _("This address and this password do not open a desk together. Please check both.")
WRONG_CODE = _("This code did not work. It may be mistyped, used or too old. Wait for the next one.")
WRONG_PASSKEY = _("This passkey did not work. Please try once more, or use a code.")
BUSY = _("Very many people are here right now. Nothing is lost. Please press the button again in a minute.")
LAST_WAY = _("This is your only way to do the second step, so it stays. Add another one first.")
NOT_A_NAME = _("Please type your name on one line, with 120 letters or fewer.")
NOT_AN_ADDRESS = _("This is no e-mail address. Please check it.")
NOT_THE_SAME = _("The two passwords are not the same. Please type both again.")

ROLES: dict[str, Words] = {
    Role.lead.value: _("Lead"),
    Role.advocate.value: _("Advocate"),
    Role.read_only.value: _("Reads only"),
}
ROLE_HINTS: dict[str, Words] = {
    Role.lead.value: _("Works on cases, and decides who is in the team."),
    Role.advocate.value: _("Works on cases, and can let colleagues in."),
    Role.read_only.value: _("Reads cases and changes nothing."),
}
REFUSED: dict[Refused, Words] = {
    Refused.too_short: _("This password is too short. Use 15 letters or more."),
    Refused.too_long: _("This password is too long. Use 256 letters or fewer."),
    Refused.common: _("Many people use this password, so it is easy to guess. Please choose another one."),
    Refused.holds_email: _("This password is mostly your e-mail address. Please choose another one."),
}


class Secret(forms.CharField):
    """A password: kept as typed, spaces included, and never sent back to the page."""

    def __init__(self, *, fills: str = "current-password", **more: Any) -> None:
        more.setdefault("strip", False)
        more.setdefault("max_length", 1000)
        more.setdefault("error_messages", {"required": NOTHING_TYPED})
        widget = forms.PasswordInput(attrs={"autocomplete": fills, "spellcheck": "false"})
        super().__init__(widget=widget, **more)


class DeskForm(Question):
    """A form of the desk. It may be filled in by a program that keeps passwords.

    `flows`: with script its answer is put into the page, so that Back of the browser leads out of the page
    and not to a form that would be sent again.
    """

    flows: ClassVar[bool] = False

    @property
    def helper(self) -> FormHelper:
        helper = super().helper
        helper.attrs = {"novalidate": True} | ({"data-flow": True} if self.flows else {})
        return helper


class SignIn(DeskForm):
    """The first step."""

    button = _("Go on")

    email = forms.CharField(
        label=_("Your work e-mail"),
        max_length=254,
        error_messages={"required": _("Please type your work e-mail.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "inputmode": "email", "autocapitalize": "none"}
        ),
    )
    password = Secret(label=_("Your password"))


class PasswordAgain(DeskForm):
    """Asks for the password before something that matters."""

    button = _("Go on")

    password_again = Secret(label=_("Your password"))


class Code(DeskForm):
    """A code of an app, or a recovery code."""

    button = _("Go on")

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        error_messages={"required": _("Please type the code.")},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class NewPassword(DeskForm):
    """A password of one's own, typed twice."""

    button = _("Set this password")

    password = Secret(
        label=_("A new password"),
        help_text=_("15 letters or more. A few words in a row are good. Use it nowhere else."),
        fills="new-password",
        error_messages={"required": _("Please choose a password.")},
    )
    password2 = Secret(
        label=_("The same once more"),
        fills="new-password",
        error_messages={"required": _("Please type the same password once more.")},
    )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        first, second = self.cleaned_data.get("password"), self.cleaned_data.get("password2")
        if first and second and first != second:
            self.add_error("password2", NOT_THE_SAME)
        return cleaned


class ChangePassword(NewPassword):
    """A new password, by whoever knows the one there is."""

    field_order = ("old", "password", "password2")

    old = Secret(label=_("The password you have now"))


class Join(NewPassword):
    """Somebody who was asked to join a team: their name and a password."""

    button = _("Go on")
    field_order = ("name", "password", "password2")

    name = forms.CharField(
        label=_("Your name"),
        help_text=_("People you help see this name."),
        max_length=120,
        error_messages={"required": _("Please type your name.")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class PasskeyName(DeskForm):
    """What its owner calls a passkey."""

    button = _("Make a passkey")

    name = forms.CharField(
        label=_("A name for it"),
        help_text=_("For example: laptop at work."),
        max_length=60,
        required=False,
    )


class Invite(DeskForm):
    """Somebody who is to join the team."""

    step = "form"
    button = _("Make a link")

    email = forms.CharField(
        label=_("Their work e-mail"),
        max_length=254,
        error_messages={"required": _("Please type their work e-mail.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "email", "autocapitalize": "none"}),
    )
    role = one_of(
        _("What they do"), list(ROLES.items()), hints=ROLE_HINTS, initial=Role.advocate.value, required=True
    )


class OneRole(DeskForm):
    """What somebody does in the team from now on."""

    step = "form"
    role = one_of(_("What they do"), list(ROLES.items()), hints=ROLE_HINTS, required=True)
    button = _("Change it")


class TeamName(DeskForm):
    """The name of another team."""

    step = "form"
    button = _("Make this team")

    name = forms.CharField(
        label=_("Name of the new team"),
        max_length=120,
        error_messages={"required": _("Please type a name for the team.")},
    )


class AgencyWords(DeskForm):
    """What the agency says of its own duties and plans."""

    step = "form"
    button = _("Keep these words")

    notice = forms.CharField(
        label=_("What people here must report"),
        help_text=_("Shown before somebody lets your team in, and before they write to you."),
        max_length=8000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    danger_plan = forms.CharField(
        label=_("When a life is in danger"),
        help_text=_("Your own plan, for your staff. It is one click from each case."),
        max_length=8000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
    )


class Clock(DeskForm):
    """By whose clock times are told."""

    step = "form"
    button = _("Use this clock")

    zone = forms.ChoiceField(
        label=_("Which place has the same time as you?"),
        help_text=_("Choose the one that shows what your clock shows now."),
        choices=partial(choices, ""),
        required=False,
    )

    def offer(self, country: str, without: Words) -> None:
        """Put first what counts where none is chosen, and the clocks of this country."""
        field = self.fields["zone"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", without), *choices(country)]


class PrintedKey(DeskForm):
    """The letters of the printed recovery key."""

    button = _("Let me in")

    key = forms.CharField(
        label=_("The printed recovery key"),
        help_text=_("32 letters and numbers. Spaces and dashes do not matter."),
        max_length=100,
        error_messages={"required": _("Please type the key from the paper.")},
    )
