"""The forms of work on many requests: how they went out, who agreed, which numbers came back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from survivor_portal.takedowns.releases import LONGEST, Data, PlatformRelease, Way
from survivor_portal.takedowns.standing import How
from survivor_portal.web.desk.forms import DeskForm
from survivor_portal.web.forms import Words, any_of, one_of
from survivor_portal.web.times import MomentField, zone_words

MOST_SIGNS = 20_000
DAYS = 90
_MINUTE = timedelta(seconds=59, microseconds=999_999)

HOW: dict[How, Words] = {
    How.FORM: _("With their form"),
    How.IN_APP: _("In the app"),
    How.MAIL: _("By e-mail"),
    How.POST: _("By post"),
    How.PHONE: _("By phone"),
}
WAYS: dict[Way, Words] = {
    Way.writing: _("In writing"),
    Way.phone: _("By phone"),
    Way.chat: _("In a chat"),
    Way.in_person: _("Face to face"),
}
DATA: dict[Data, Words] = {
    Data.links: _("The links, or where it is"),
    Data.name: _("The person’s name"),
    Data.contact: _("A way to reach the person"),
    Data.agency: _("That your organisation helps"),
    Data.facts: _("What happened, as the letter says it"),
}


class DayField(forms.DateField):
    """A day, as a browser's calendar gives it or typed as 2026-05-03."""

    def __init__(self, **more: Any) -> None:
        more.setdefault("input_formats", ["%Y-%m-%d"])
        more.setdefault("widget", forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
        more.setdefault(
            "error_messages",
            {
                "invalid": _("Please write the day like 2026-05-03."),
                "required": _("Please say on which day."),
            },
        )
        super().__init__(**more)


class Agreed(DeskForm):
    """Who agreed that this is sent, asked once for all requests of the page, with those nobody agreed to."""

    agreed_by = forms.CharField(
        label=_("Who agreed that you send this?"),
        max_length=120,
        initial=_("The person themselves"),
        error_messages={"required": _("Please say who agreed.")},
    )
    agreed_how = one_of(_("How did they say so?"), WAYS.items(), required=True)
    agreed_on = DayField(label=_("On which day?"))
    agreed_until = DayField(label=_("Until which day may it be sent?"))
    learns = any_of(
        _("What does the platform learn?"),
        DATA.items(),
        initial=[Data.links],
        required=True,
        help_text=_("What the platform has cannot be called back."),
    )
    purpose = forms.CharField(
        label=_("What for?"),
        max_length=200,
        initial=_("To have the pictures taken down"),
        error_messages={"required": _("Please say what for.")},
    )
    without = any_of(
        _("For which of them did nobody agree?"),
        [],
        help_text=_("These are left out."),
    )

    def __init__(self, *args: Any, requests: Iterable[tuple[str, Words]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["agreed_how"].error_messages["required"] = _("Please say how they agreed.")
        self.fields["learns"].error_messages["required"] = _("Please say what the platform learns.")
        self.fields["agreed_until"].initial = timezone.localdate() + timedelta(days=DAYS)
        field = self.fields["without"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = list(requests)

    def clean_agreed_on(self) -> date:
        day: date = self.cleaned_data["agreed_on"]
        if day > timezone.localdate() + timedelta(days=1):
            raise forms.ValidationError(_("This day is still to come. Please check it."))
        return day

    def clean_agreed_until(self) -> date:
        day: date = self.cleaned_data["agreed_until"]
        if not timezone.localdate() <= day <= timezone.localdate() + LONGEST - timedelta(days=1):
            raise forms.ValidationError(_("Please choose a day from today on, within a year."))
        return day

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        on, until = self.cleaned_data.get("agreed_on"), self.cleaned_data.get("agreed_until")
        if on and until and until < on:
            self.add_error("agreed_until", _("This is before the day they agreed."))
        return cleaned

    @property
    def release(self) -> PlatformRelease:
        """The yes as it was given for all; each request gets its own."""
        given = self.cleaned_data
        return PlatformRelease(
            to="",
            data=tuple(Data(one) for one in given["learns"]),
            purpose=given["purpose"],
            agreed_by=given["agreed_by"],
            way=Way(given["agreed_how"]),
            day=given["agreed_on"],
            until=given["agreed_until"],
        )


class Went(Agreed):
    """How the requests went out."""

    how = one_of(
        _("How did you send them?"),
        [(how.value, words) for how, words in HOW.items()],
        initial=How.FORM.value,
    )
    at = MomentField(required=False, help_text=_("Leave it as it is if it was just now."))
    field_order: tuple[str, ...] = ("how", "at", "numbers")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["at"].label = gettext("When? (day and time, %(zone)s)") % {"zone": zone_words()}
        self.fields["at"].initial = timezone.now()

    def clean_how(self) -> How:
        return How(self.cleaned_data["how"] or How.FORM)

    def clean_at(self) -> datetime:
        at, now = self.cleaned_data["at"] or timezone.now(), timezone.now()
        if at - now > timedelta(hours=1):
            raise forms.ValidationError(_("This is in the future. Please check the day."))
        # A form knows minutes only: what was just sent comes after what was noted in that minute.
        if now - at < timedelta(minutes=20) and not (at.second or at.microsecond):
            at += _MINUTE
        return min(at, now)


class SentMany(Went):
    """Many requests went out, and numbers came back for some."""

    step = "preview"
    button = _("Show what belongs to what")
    numbers = forms.CharField(
        label=_("Numbers they gave you"),
        widget=forms.Textarea({"rows": 8}),
        required=False,
        max_length=MOST_SIGNS,
        strip=False,
        help_text=_(
            "One on a line, in the order of the list above. Leave a line empty where you got none. "
            "Or paste two columns from a table: the name of the case, then the number."
        ),
    )
