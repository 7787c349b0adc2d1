"""Forms that programs like to send: a box that stays empty, a least time, and in a flood two words to copy.

Whoever is stopped here sees the same page again with all they typed. Nothing was tried or counted.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from survivor_portal.cases import flood
from survivor_portal.web.forms import Question
from survivor_portal.web.safety import machines

NOT_EMPTY = _("A box that must stay empty was filled in. It is empty now. Please press the button once more.")
QUICK = _("That was very quick. Nothing is lost. Please wait a moment and press the button once more.")
ONCE_MORE = _("This page was open for long. Nothing is lost. Please press the button once more in a moment.")
COPY = _("Please type the two words. They are new each time.")


class Spare(forms.HiddenInput):
    """A box nobody sees, and its label for those whose browser shows it all the same. Never filled again."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        return format_html(
            '<div class="sp-spare"><label for="{0}">{1}</label>'
            '<input type="text" name="{2}" id="{0}" autocomplete="off" tabindex="-1"></div>',
            (attrs or {}).get("id", name), _("Leave this box empty"), name,
        )  # fmt: skip


class Guarded(Question):
    """A form with the empty box and the least time."""

    subject = forms.CharField(widget=Spare, required=False)
    since = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *args: Any, **more: Any) -> None:
        super().__init__(data, *args, **more)
        self.now = timezone.now()
        given = self._given("since")
        self._is_new = not machines.is_mark(given, self.now)
        if not settings.FILL_SECONDS:
            del self.fields["since"]
        elif self._is_new:
            self._put(since=machines.mark(self.now))
        else:
            # Still the first moment: who corrects one sign need not wait again.
            self._put(since=given)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self._given("subject"):
            self.add_error(None, NOT_EMPTY)
        elif "since" in self.fields and self._is_new:
            self.add_error(None, ONCE_MORE)
        elif "since" in self.fields and machines.is_too_quick(self._given("since"), self.now):
            self.add_error(None, QUICK)
        return cleaned

    def renew(self) -> None:
        """The form is shown again after a try: what was good for one try only is made anew."""

    def _given(self, name: str) -> str:
        return str((self.data if self.is_bound else self.initial).get(name, ""))

    def _put(self, **values: str) -> None:
        """Carry this in the form, whatever was sent."""
        if not self.is_bound:
            self.initial.update(values)
            return
        again = self.data.copy() if isinstance(self.data, QueryDict) else dict(self.data)
        for name, text in values.items():
            again[name] = text
        self.data = again


class AskedInAFlood(Guarded):
    """A guarded form that asks for two words more while very many try in vain."""

    asked = forms.CharField(widget=forms.HiddenInput, required=False)
    answer = forms.CharField(
        label="", required=False, max_length=100, widget=forms.TextInput({"autocapitalize": "none"}),
        help_text=_("Very many tries come in just now, so we ask this for a while. You can copy the words."),
    )  # fmt: skip

    def __init__(self, data: Any = None, *args: Any, **more: Any) -> None:
        super().__init__(data, *args, **more)
        self.question: machines.Asked | None = None
        if not flood.is_on(self.now):
            del self.fields["asked"], self.fields["answer"]
            return
        # Last before the button: code and phrase come first, as always.
        self.fields["answer"] = self.fields.pop("answer")
        self.question = machines.asked(self._given("asked"), self.now)
        self._is_answered = self.question is not None and self.question.is_answered(self._given("answer"))
        if self.question is None:
            self.renew()
        self._label()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.question is None:
            return cleaned
        if not self._is_answered:
            self.add_error("answer", COPY)
        elif not self.errors and not machines.use(self.question, self.now):
            self.renew()
            self.add_error("answer", COPY)
        return cleaned

    def renew(self) -> None:
        if "answer" in self.fields:
            self.question = machines.ask(self.now)
            self._put(asked=self.question.mark, answer="")
            self._label()

    def _label(self) -> None:
        if self.question:
            self.fields["answer"].label = _("Type these two words: %s") % self.question.words
