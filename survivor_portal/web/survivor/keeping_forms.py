"""The forms that keep a case, open it, and change what opens it; and one way to try a secret."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from http import HTTPStatus
from math import ceil
from typing import Any, ClassVar, TypeVar

from crispy_forms.helper import FormHelper
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from survivor_portal.cases import access, codes, phrases
from survivor_portal.cases.phrases import Refused
from survivor_portal.web.forms import Button, Question, Words, one_of
from survivor_portal.web.survivor.keeping_guard import AskedInAFlood, Guarded
from survivor_portal.web.times import clock
from survivor_portal.web.zone_list import choices

T = TypeVar("T")
OWN = "own"
BUSY_SECONDS = 60

MISTYPED = _("This code has a typing error. A code has 12 letters and numbers. Check each one.")
RECOVERY_MISTYPED = _("This recovery code has a typing error. It has 24 letters and numbers. Check each one.")
NOT_OPENED = _("These two do not open anything together. Please check both of them.")
WRONG_PHRASE = _("This is not the phrase. Please check it.")
BUSY = _("Very many people are here right now. Nothing is lost. Please press the button again in a minute.")
NOT_NOW = _(
    "It does not open right now. It is not you. Nothing is lost. Please press the button again in a minute."
)
CODE_TAKEN = _("This code is in use. Please go back and take a new one.")
NOT_THE_SAME = _("This is not the same phrase as on the card. Please check it.")

REFUSED: dict[Refused, Words] = {
    Refused.too_short: _("This phrase is too short. Use 15 letters or more. A whole sentence is good."),
    Refused.too_long: _("This phrase is too long. Please use a shorter one."),
    Refused.common: _("Many people use this phrase, so it is easy to guess. Please use another one."),
    Refused.holds_code: _("Please leave the code out of the phrase."),
}
KEEP: list[tuple[str, Words]] = [
    ("30", _("30 days")),
    ("90", _("90 days")),
    ("180", _("180 days")),
    ("365", _("One year")),
]


def phrase_field(label: Words, *, shown: bool = False, missing: Words = "", **more: Any) -> forms.CharField:
    """A box for a phrase. Nothing in it is offered to the next person at this device."""
    attrs = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
    # What was typed stands there again after a "no": six words are long, and often one sign is wrong.
    widget = forms.TextInput(attrs) if shown else forms.PasswordInput(attrs, render_value=True)
    return forms.CharField(
        label=label,
        widget=widget,
        max_length=phrases.LONGEST_TYPED,
        error_messages={"required": missing or _("Type your phrase here.")},
        **more,
    )


def code_field(label: Words, missing: Words, **more: Any) -> forms.CharField:
    """A box for a code."""
    attrs = {"autocapitalize": "characters", "class": "sp-fixed"}
    return forms.CharField(
        label=label,
        widget=forms.TextInput(attrs),
        max_length=codes.LONGEST_TYPED,
        error_messages={"required": missing},
        **more,
    )


class Making(Guarded):
    """What kind of phrase, and for how long."""

    step: ClassVar[str] = "keep_make"
    button = _("Make my code")
    kind = one_of(
        _("What kind of phrase do you want?"),
        [
            (phrases.Style.words, _("Six words")),
            (phrases.Style.digits, _("Six groups of numbers")),
            (OWN, _("My own")),
        ],
        hints={
            phrases.Style.words: _("We draw them for you. They are in English."),
            phrases.Style.digits: _("We draw them for you."),
            OWN: _("A long sentence that nobody else knows."),
        },
        initial=phrases.Style.words,
    )
    own = phrase_field(
        _("Your own phrase"),
        shown=True,
        required=False,
        help_text=_("Only if you chose “My own”. Use 15 letters or more."),
    )
    days = one_of(_("How long do we keep it after your last visit?"), KEEP, initial=str(access.KEEP_DAYS))
    recovery = forms.BooleanField(
        label=_("Also give me a recovery code, in case I lose the phrase."), required=False
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("kind") == OWN and "own" not in self.errors:
            if not cleaned.get("own"):
                self.add_error("own", _("Type your own phrase here."))
            elif why := phrases.refused(cleaned["own"]):
                self.add_error("own", REFUSED[why])
        return cleaned

    def phrase(self) -> str:
        """The phrase that was chosen, or a drawn one."""
        if self.cleaned_data["kind"] == OWN:
            return str(self.cleaned_data["own"])
        return phrases.new_phrase(phrases.Style(self.cleaned_data["kind"] or phrases.Style.words))

    def days_chosen(self) -> int:
        return int(self.cleaned_data["days"] or access.KEEP_DAYS)


class AskedBack(Guarded):
    """The phrase, typed once from the card."""

    step: ClassVar[str] = "keep_confirm"
    button = _("Keep it")
    phrase = phrase_field(_("Your phrase"), shown=True)

    def __init__(self, *args: Any, kept: str, own: bool, **more: Any) -> None:
        self.kept = kept
        super().__init__(*args, **more)
        self.fields["phrase"].help_text = (
            _("Type it just as you chose it.") if own else _("Spaces and capital letters do not matter.")
        )

    def clean_phrase(self) -> str:
        typed = str(self.cleaned_data["phrase"])
        if not phrases.same(typed, self.kept):
            raise forms.ValidationError(NOT_THE_SAME)
        return typed


class AtTheDoor(AskedInAFlood):
    """The code, and in `box` what opens with it. `shown`: what is typed can be read; a button changes that,
    without script too."""

    box: ClassVar[str]
    button = _("Open")
    code = code_field(
        _("Your code"),
        _("Type your code here."),
        help_text=_("12 letters and numbers. Spaces and small letters do not matter."),
    )
    watched = forms.BooleanField(
        label=_("Someone else may look at this device. Close it sooner."), required=False
    )
    shown = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, shown: bool = False, **more: Any) -> None:
        super().__init__(*args, **more)
        self.is_shown = shown
        if shown:
            attrs = self.fields[self.box].widget.attrs
            self.fields[self.box].widget = forms.TextInput(attrs)
        self.initial["shown"] = "1" if shown else ""

    def clean_code(self) -> str:
        return _read(codes.read_code, self.cleaned_data["code"], MISTYPED)

    @property
    def helper(self) -> FormHelper:
        helper = super().helper
        # This page may also be the answer to a form of the flow that was sent too late.
        helper.form_action = settings.CASE_PATH
        name, words = ("hide", _("Hide what I type")) if self.is_shown else ("show", _("Show what I type"))
        helper.add_input(Button(name, words, css_class="sp-button--quiet"))
        return helper


class Opening(AtTheDoor):
    """Code and phrase."""

    step: ClassVar[str] = "open"
    box: ClassVar[str] = "phrase"
    phrase = phrase_field(_("Your phrase"))
    field_order = ("code", "phrase", "watched")


class Recovering(AtTheDoor):
    """Code and recovery code."""

    step: ClassVar[str] = "recover"
    box: ClassVar[str] = "recovery"
    recovery = phrase_field(
        _("Your recovery code"),
        missing=_("Type your recovery code here."),
        help_text=_("24 letters and numbers."),
    )
    field_order = ("code", "recovery", "watched")

    def clean_recovery(self) -> str:
        return _read(codes.read_recovery_code, self.cleaned_data["recovery"], RECOVERY_MISTYPED)


class WithPhrase(Question):
    """Something that asks for the phrase again."""

    phrase = phrase_field(_("Your phrase now"))


class NewPhrase(WithPhrase):
    step: ClassVar[str] = "keep_phrase"
    button = _("Use the new phrase")
    new = phrase_field(
        _("The new phrase"),
        shown=True,
        missing=_("Type the new phrase here."),
        help_text=_("One of the two above, or your own with 15 letters or more."),
    )
    again = phrase_field(_("The new phrase once more"), shown=True, missing=_("Type the new phrase again."))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        new, again = cleaned.get("new"), cleaned.get("again")
        if new and (why := phrases.refused(new)):
            self.add_error("new", REFUSED[why])
        elif new and again and not phrases.same(new, again):
            self.add_error("again", _("The two are not the same. Please check both."))
        return cleaned


class PhraseByRecovery(NewPhrase):
    """As above, for somebody who has the recovery code and not the phrase."""

    step: ClassVar[str] = "keep_phrase_lost"
    phrase = phrase_field(_("Your recovery code"), missing=_("Type your recovery code here."))

    def clean_phrase(self) -> str:
        return _read(codes.read_recovery_code, self.cleaned_data["phrase"], RECOVERY_MISTYPED)


class NewCode(WithPhrase):
    step: ClassVar[str] = "keep_code"
    button = _("Use the new code")
    code = forms.CharField(widget=forms.HiddenInput, max_length=codes.LONGEST_TYPED)

    def clean_code(self) -> str:
        return _read(codes.read_code, self.cleaned_data["code"], MISTYPED)


class NewRecovery(WithPhrase):
    step: ClassVar[str] = "keep_recovery"
    button = _("Make a recovery code")


class MoreTime(WithPhrase):
    step: ClassVar[str] = "keep_more"
    button = _("Give me more time")


class Days(Question):
    step: ClassVar[str] = "keep_days"
    button = _("Change")
    days = one_of(_("How long do we keep it after your last visit?"), KEEP)


class OwnTime(Question):
    """Whose clock all times are told by."""

    step: ClassVar[str] = "keep_time"
    button = _("Use this clock")
    zone = forms.ChoiceField(
        label=_("Which place has the same time as you?"),
        choices=partial(choices, ""),
        help_text=_("Look for the one that shows what your clock shows now."),
        error_messages={"required": _("Choose a place.")},
    )

    def offer(self, country: str) -> None:
        """Put the zones of this country first."""
        field = self.fields["zone"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices(country)


class Deleting(WithPhrase):
    step: ClassVar[str] = "keep_delete"
    button = _("Delete everything now")
    sure = forms.BooleanField(
        label=_("Yes, delete all of it. I know that nobody can bring it back."),
        error_messages={"required": _("Tick this if you want to delete everything.")},
    )


def _read(read: Callable[[str], str], typed: str, wrong: Words) -> str:
    """A code as it was drawn. One with a typing error is told before anything is looked up."""
    try:
        return read(typed)
    except codes.Mistyped:
        raise forms.ValidationError(wrong) from None


@dataclass(frozen=True, slots=True)
class No:
    """A try did not go through. The form says why; this says the status, and when to try again."""

    status: int
    retry_after: int = 0


def attempt(form: Question, do: Callable[[], T]) -> T | No:
    """Try something that asks for a secret. What went wrong is put into the form.

    Beside a code it is never said which of the two is wrong; inside an open case there is only one.
    """
    try:
        return do()
    except access.NotOpened:
        if isinstance(form, AtTheDoor):
            form.add_error(None, NOT_OPENED)
        else:
            form.add_error("phrase", WRONG_PHRASE)
    except access.PhraseRefused as refused:
        form.add_error("new", REFUSED[refused.why])
    except access.CodeTaken:
        form.add_error(None, CODE_TAKEN)
    except access.WaitUntil as wait:
        form.add_error(None, wait_words(wait.at))
        return No(HTTPStatus.TOO_MANY_REQUESTS, max(1, ceil((wait.at - timezone.now()).total_seconds())))
    except access.Busy:
        form.add_error(None, BUSY)
        return No(HTTPStatus.SERVICE_UNAVAILABLE, BUSY_SECONDS)
    except access.NotNow as later:
        form.add_error(None, NOT_NOW)
        return No(HTTPStatus.SERVICE_UNAVAILABLE, later.seconds)
    return No(HTTPStatus.UNPROCESSABLE_ENTITY)


def answered(
    request: HttpRequest, template: str, context: dict[str, Any], no: No | None = None
) -> HttpResponse:
    """The page with this form; with a status and a time to try again where a try did not go through."""
    form = context.get("form")
    status = no.status if no else HTTPStatus.OK
    if no is None and isinstance(form, forms.Form) and form.is_bound and form.errors:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    response = render(request, template, context, status=status)
    if no and no.retry_after:
        response.headers["Retry-After"] = str(no.retry_after)
    return response


def to_case() -> HttpResponse:
    """To the case's one address with GET, so that a reload sends nothing twice."""
    return HttpResponseRedirect(reverse("survivor:case"), status=303)


def wait_words(at: datetime) -> str:
    """When the next try counts, in words."""
    minutes = max(1, ceil((at - timezone.now()).total_seconds() / 60))
    words = ngettext(
        "There were too many tries. Please wait about %(n)d minute. The next try counts from %(at)s on.",
        "There were too many tries. Please wait about %(n)d minutes. The next try counts from %(at)s on.",
        minutes,
    )
    return words % {"n": minutes, "at": clock(at)}
