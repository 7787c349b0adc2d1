"""The forms with which somebody makes a case theirs that a helper has kept for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from survivor_portal.cases import codes, releases
from survivor_portal.cases.consents import who_may_agree
from survivor_portal.cases.releases import Consent
from survivor_portal.directory import Age, Asker
from survivor_portal.intake import Answers
from survivor_portal.spoken import Mistyped
from survivor_portal.web.forms import Question, Words, one_of
from survivor_portal.web.survivor.keeping_forms import code_field
from survivor_portal.web.survivor.keeping_guard import AskedInAFlood

YES, NO = "yes", "no"
MISTYPED: Words = _("This code has a typing error. Check each sign, or ask them for it again.")
WITH_AN_ADULT: Words = _("Please do this with an adult you trust. They can choose “a parent or carer”.")
DAYS: list[tuple[str, Words]] = [
    ("30", _("30 days")),
    (str(releases.DAYS), _("90 days")),
    ("180", _("180 days")),
    ("365", _("One year")),
]
CONSENTS: dict[Consent, Words] = {
    Consent.adult: _("I am 18 or older. I decide this."),
    Consent.minor_and_parent: _("A parent or carer who is safe agrees, for someone under 18."),
    Consent.minor_alone: _("I am under 18. I decide this alone."),
}
MOST_NAME = 120
NAMES = ("typed_name", "typed_parent")


class OneTimeCode(AskedInAFlood):
    """The code a helper gave."""

    step: ClassVar[str] = "take_read"
    button = _("Show me what it is")
    code = code_field(
        _("The one-time code they gave you"),
        _("Type the code here."),
        help_text=_("20 letters and numbers. Spaces and small letters do not matter."),
    )
    # What was typed on the next page already, where the visit was over before it was sent. No choice goes
    # along: each of them is a statement.
    typed_name = forms.CharField(widget=forms.HiddenInput, required=False, max_length=MOST_NAME)
    typed_parent = forms.CharField(widget=forms.HiddenInput, required=False, max_length=MOST_NAME)

    def clean_code(self) -> str:
        typed = str(self.cleaned_data["code"])
        try:
            codes.read_one_time_code(typed)
        except Mistyped:
            raise forms.ValidationError(MISTYPED) from None
        return typed


class WhoAndWhoStays(Question):
    """Who takes the case over, and whether the team that kept it goes on; then on which terms.

    `answers`: what the case says of the person; `may_stay`: False where the team has not said what it must
    report, so nobody can let it in.
    """

    step: ClassVar[str] = "take_terms"
    button = _("Go on")
    who = one_of(
        _("Who are you in this?"),
        [(Asker.SELF, _("It is about me")), (Asker.PARENT, _("I am a parent or carer"))],
        required=True,
        error_messages={"required": _("Choose one.")},
    )
    stays = one_of(
        _("May they go on seeing it?"),
        [(YES, _("Yes, on the terms below")), (NO, _("No"))],
        hints={NO: _("From then on they cannot open it. You can let them in again later.")},
        required=True,
        error_messages={"required": _("Choose yes or no. Both are fine.")},
    )
    notice = forms.BooleanField(label=_("If yes: I read what they must report."), required=False)
    consent = one_of(_("If yes: who agrees?"), [])
    days = one_of(_("If yes: for how long?"), DAYS, initial=str(releases.DAYS))
    typed_name = forms.CharField(
        label=_("If yes: your name, as your signature"), max_length=MOST_NAME, required=False
    )
    typed_parent = forms.CharField(
        label=_("If a parent or carer agrees too: their name"),
        max_length=MOST_NAME,
        required=False,
        help_text=_("They type it. Someone who hurt you can never agree for you."),
    )

    def __init__(self, *args: Any, answers: Answers, may_stay: bool, **more: Any) -> None:
        self.answers, self.may_stay = answers, may_stay
        super().__init__(*args, **more)
        ways = dict.fromkeys((*self._ways(Asker.SELF), *self._ways(Asker.PARENT)))
        field = self.fields["consent"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(way.value, CONSENTS[way]) for way in CONSENTS if way in ways]
        if not (may_stay and ways):
            for name in ("stays", "notice", "consent", "days", "typed_name", "typed_parent"):
                del self.fields[name]
        elif Consent.minor_and_parent not in ways:
            del self.fields["typed_parent"]

    def _ways(self, who: Asker) -> tuple[Consent, ...]:
        """In which ways somebody who is this could agree."""
        answers = replace(self.answers, asker=who)
        age = answers.age_now or Age.NOT_SURE
        return who_may_agree(age, by_guardian=who is Asker.PARENT, home_is_safe=answers.home_safe)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        who = cleaned.get("who")
        if who == Asker.SELF and self.answers.age_now is Age.UNDER_13:
            self.add_error("who", WITH_AN_ADULT)
        if cleaned.get("stays") != YES:
            return cleaned
        if not cleaned.get("notice"):
            self.add_error("notice", _("Read their words above. Then tick this."))
        if not cleaned.get("typed_name", "").strip():
            self.add_error("typed_name", _("Type your name here."))
        consent = cleaned.get("consent")
        if not consent:
            self.add_error("consent", _("Say who agrees."))
        elif who and Consent(consent) not in self._ways(Asker(who)):
            self.add_error("consent", _("This does not fit what you chose above. Please choose again."))
        elif self._needs_parent(cleaned) and not cleaned.get("typed_parent", "").strip():
            self.add_error("typed_parent", _("Let them type their name here, or choose again above."))
        return cleaned

    @staticmethod
    def _needs_parent(cleaned: Mapping[str, Any]) -> bool:
        """A parent who takes the case over has signed with their own name."""
        return cleaned.get("consent") == Consent.minor_and_parent and cleaned.get("who") == Asker.SELF
