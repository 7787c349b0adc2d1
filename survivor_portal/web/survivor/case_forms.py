"""The forms of a kept case: what was sent, what happened, what was answered."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from survivor_portal import links
from survivor_portal.replies import LONGEST, ReplyClass
from survivor_portal.takedowns.operations import Takedown
from survivor_portal.takedowns.standing import How
from survivor_portal.web.forms import Question, any_of, one_of
from survivor_portal.web.survivor.case_words import ANSWERS, HOW
from survivor_portal.web.times import MomentField, zone_words


class Whenever(Question):
    """A form that asks when something happened, by the clock that its label names. Gives UTC."""

    at = MomentField(required=False, help_text=_("Leave it as it is if it was just now."))

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["at"].label = gettext("When? (day and time, %(zone)s)") % {"zone": zone_words()}

    def clean_at(self) -> datetime:
        at, now = self.cleaned_data["at"] or timezone.now(), timezone.now()
        # To the minute: what the browser filled in may be seconds ahead.
        if at - now > timedelta(hours=1):
            raise forms.ValidationError(_("This is in the future. Please check the day."))
        return min(at, now)


class Sent(Whenever):
    step: ClassVar[str] = "sent"
    button = _("I sent it")
    how = one_of(
        _("How did you send it?"), [(how.value, words) for how, words in HOW.items()], initial=How.FORM
    )
    ticket = forms.CharField(
        label=_("Number they gave you"),
        required=False,
        max_length=80,
        help_text=_("If there is one. You can add it later."),
    )

    def clean_how(self) -> How:
        return How(self.cleaned_data["how"] or How.FORM)


class Answered(Question):
    step: ClassVar[str] = "answer"
    button = _("Read it")
    text = forms.CharField(
        label=_("Paste what they wrote"),
        widget=forms.Textarea({"rows": 8}),
        max_length=LONGEST,
        help_text=_("Word for word, with its greeting. We keep it as it is."),
        error_messages={"required": _("Paste their answer here first.")},
    )

    def clean_text(self) -> str:
        return links.cut_image_data(self.cleaned_data["text"])[0]


class AnswerKept(Whenever):
    """What the answer says, after we read it: the person has the last word."""

    step: ClassVar[str] = "answer_keep"
    button = _("Keep it")
    says = one_of(_("What does it say?"), [(kind.value, words) for kind, words in ANSWERS.items()])
    items = any_of(_("Which places is it about?"), [])
    text = forms.CharField(widget=forms.HiddenInput, max_length=LONGEST)
    ticket = forms.CharField(label=_("Number they gave you"), required=False, max_length=80)
    field_order = ("says", "items", "at", "ticket", "text")

    def __init__(self, *args: Any, takedown: Takedown, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["items"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(str(place.number), place.label) for place in takedown.places]
        if len(takedown.places) < 2:
            del self.fields["items"]

    def clean_says(self) -> ReplyClass:
        if not self.cleaned_data["says"]:
            raise forms.ValidationError(_("Choose what the answer says. “I cannot tell” is fine too."))
        return ReplyClass(self.cleaned_data["says"])

    def numbers(self) -> tuple[int, ...]:
        return tuple(int(number) for number in self.cleaned_data.get("items", ()))


class Noted(Whenever):
    """Something that happened without words to paste."""

    step: ClassVar[str] = "happened"
    button = _("Note it")
    what = one_of(
        _("What happened?"),
        [
            ("receipt", _("They said they got it")),
            ("removal", _("Someone told me it is gone")),
            ("back_again", _("Someone told me it is back")),
            ("bounce", _("It came back as not delivered")),
            ("threatened", _("The person threatens or asks for money")),
        ],
        required=True,
        error_messages={"required": _("Choose what happened.")},
    )
    ticket = forms.CharField(label=_("Number they gave you"), required=False, max_length=80)
    field_order = ("what", "at", "ticket")
