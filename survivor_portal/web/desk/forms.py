"""The forms with which people come to the desk: sign in, password again."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from survivor_portal.web.forms import Question

WRONG_PASSWORD = _("This is not your password. Please check it.")
NOTHING_TYPED = _("Please type your password.")


class Secret(forms.CharField):
    """A password: kept as typed, spaces included, and never sent back to the page."""

    def __init__(self, *, fills: str = "current-password", **more: Any) -> None:
        more.setdefault("strip", False)
        more.setdefault("max_length", 256)
        more.setdefault("error_messages", {"required": NOTHING_TYPED})
        widget = forms.PasswordInput(attrs={"autocomplete": fills, "spellcheck": "false"})
        super().__init__(widget=widget, **more)


class DeskForm(Question):
    """A form of the desk. It may be filled in by a program that keeps passwords."""

    @property
    def helper(self) -> FormHelper:
        helper = super().helper
        helper.attrs = {"novalidate": True}
        return helper


class PasswordAgain(DeskForm):
    """Asks for the password before something that matters."""

    button = _("Go on")

    password_again = Secret(label=_("Your password"))
