"""The forms by which a case is opened in one room with the person. They are filled in together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from survivor_portal.advocates.who import Who
from survivor_portal.cases import phrases
from survivor_portal.cases.access import KEEP_DAYS, Owner
from survivor_portal.cases.actors import Scope
from survivor_portal.cases.consents import who_may_agree
from survivor_portal.cases.grants import LONGEST_LABEL
from survivor_portal.cases.phrases import Style
from survivor_portal.cases.releases import Consent
from survivor_portal.directory import Age
from survivor_portal.web.desk import case_words
from survivor_portal.web.desk.case_codes import LONGEST_PURPOSE
from survivor_portal.web.desk.forms import DeskForm
from survivor_portal.web.forms import Words, any_of, one_of

LONGEST_NAME = 120
YES, NO = "yes", "no"
ANSWER = _("Please choose one.")


class Private(DeskForm):
    """A form with the person's own words: nothing of it is offered to the next one at this device."""

    @property
    def helper(self) -> Any:
        helper = super().helper
        helper.attrs = {"novalidate": True, "autocomplete": "off"}
        return helper


class Notice(Private):
    """That the agency's words were read together."""

    step: ClassVar[str] = "together_notice"
    button = _("Go on")
    team = one_of(_("Which team?"), [], required=True, error_messages={"required": ANSWER})
    read = forms.BooleanField(
        label=_("We read this together. The person wants to go on."),
        error_messages={"required": _("Please read it together and tick this, or stop here.")},
    )

    def __init__(self, teams: Sequence[tuple[str, str]], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["team"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(teams)
        if len(teams) == 1:
            field.widget = forms.HiddenInput()
            field.initial = teams[0][0]


@dataclass(frozen=True, slots=True)
class About:
    """Whose case it will be."""

    owner: Owner
    age: Age
    home_is_safe: bool | None

    @property
    def ways(self) -> tuple[Consent, ...]:
        """In which ways somebody here can agree."""
        by_guardian = self.owner is Owner.guardian
        return who_may_agree(self.age, by_guardian=by_guardian, home_is_safe=self.home_is_safe)


class Whose(Private):
    """Who will hold the case, how old the person is, and whether a parent may be asked."""

    step: ClassVar[str] = "together_whose"
    owner = one_of(
        _("Who will hold the code and the phrase?"),
        [
            (Owner.person.value, _("The person themselves")),
            (Owner.guardian.value, _("A parent or guardian, for a child")),
        ],
        required=True,
        error_messages={"required": ANSWER},
    )
    age = one_of(
        _("How old is the person it is about, today?"),
        [
            (Age.ADULT.value, _("18 or older")),
            (Age.FROM_16.value, _("16 or 17")),
            (Age.FROM_13.value, _("13 to 15")),
            (Age.UNDER_13.value, _("Under 13")),
            (Age.NOT_SURE.value, _("Not sure")),
        ],
        required=True,
        error_messages={"required": ANSWER},
    )
    home = one_of(
        _("If under 18: did someone at home do this, or would telling them make it worse?"),
        [(YES, _("Yes")), (NO, _("No"))],
        help_text=_("With “yes” no parent is asked for anything."),
    )

    def about(self) -> About:
        """What was answered."""
        given = self.cleaned_data
        age = Age(given["age"])
        home = {YES: False, NO: True}.get(given["home"]) if age.counts_as_minor else None
        return About(Owner(given["owner"]), age, home)


class Release(Private):
    """The written release: what for, what the team may do, until when, and who agrees with their name."""

    step: ClassVar[str] = "together_release"
    purpose = forms.CharField(
        label=_("What is this for? In the person’s own words."),
        max_length=LONGEST_PURPOSE,
        error_messages={"required": _("Please write a few words.")},
    )
    scopes = any_of(
        _("The team can read the case. What else may it do?"),
        case_words.CHOSEN,
        hints=case_words.HINTS,
        initial=case_words.PROPOSED_SCOPES,
    )
    days = one_of(
        _("For how long?"),
        case_words.DAYS,
        initial=case_words.PROPOSED_DAYS,
        required=True,
        error_messages={"required": ANSWER},
    )
    not_for = any_of(
        _("Should somebody of the team not see it?"), [], help_text=_("Leave it open if nobody.")
    )
    consent = one_of(_("Who agrees?"), [], required=True, error_messages={"required": ANSWER})
    typed_name = forms.CharField(
        label=_("The person types their name"),
        max_length=LONGEST_NAME,
        help_text=_("This is the signature. It can be the name they go by."),
        error_messages={"required": _("Please let the person type their name.")},
    )
    typed_parent = forms.CharField(
        label=_("The parent or guardian types their name"), max_length=LONGEST_NAME, required=False
    )
    no_harm = forms.BooleanField(
        label=_("Nobody who agrees here did this, or protects who did."),
        error_messages={
            "required": _("Somebody who did harm can never agree. Please stop here if that is so.")
        },
    )
    label = forms.CharField(
        label=_("Label in your lists"),
        max_length=LONGEST_LABEL,
        required=False,
        help_text=_("A pseudonym, such as “Blue heron”. No real name, no date of birth, no platform."),
    )

    def __init__(self, ways: Sequence[Consent], colleagues: Sequence[Who], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.ways = tuple(ways)
        scopes, consent, not_for = self.fields["scopes"], self.fields["consent"], self.fields["not_for"]
        assert isinstance(scopes, forms.MultipleChoiceField)
        assert isinstance(consent, forms.ChoiceField)
        assert isinstance(not_for, forms.MultipleChoiceField)
        if Consent.adult not in self.ways:
            # A list of many people is for grown people only: nobody else is asked about it.
            scopes.choices = [one for one in case_words.CHOSEN if one[0] != Scope.joint]
        consent.choices = [(way.value, case_words.CONSENTS[way]) for way in self.ways]
        not_for.choices = [(who.id, who.name) for who in colleagues]
        if len(self.ways) == 1:
            consent.widget = forms.HiddenInput()
            consent.initial = self.ways[0].value
        if not colleagues:
            del self.fields["not_for"]
        if Consent.minor_and_parent not in self.ways:
            # Where home is not safe no parent is even mentioned.
            del self.fields["typed_parent"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("consent") == Consent.minor_and_parent and not cleaned.get("typed_parent"):
            self.add_error("typed_parent", _("Please let the parent or guardian type their name."))
        return cleaned

    def scopes_chosen(self) -> frozenset[Scope]:
        """What may be done. To be let in at all is to read."""
        return frozenset({Scope.read, *(Scope(value) for value in self.cleaned_data["scopes"])})


class Making(Private):
    """What kind of phrase is drawn, and how long the case is kept."""

    step: ClassVar[str] = "together_make"
    button = _("Make code and phrase")
    kind = one_of(
        _("What kind of phrase does the person want?"),
        [(Style.words.value, _("Six words, in English")), (Style.digits.value, _("Six groups of numbers"))],
        initial=Style.words.value,
    )
    keep = one_of(
        _("How long do we keep it after the person’s last visit?"), case_words.DAYS, initial=str(KEEP_DAYS)
    )

    def phrase(self) -> str:
        """A drawn phrase of the kind that was chosen."""
        return phrases.new_phrase(Style(self.cleaned_data["kind"] or Style.words))

    def days(self) -> int:
        return int(self.cleaned_data["keep"] or KEEP_DAYS)


class TypedBack(Private):
    """The phrase, typed by the person from the card. With it they sign."""

    step: ClassVar[str] = "together_sign"
    button = _("Sign and open the case")
    phrase = forms.CharField(
        label=_("The person types the phrase from the card"),
        max_length=phrases.LONGEST_TYPED,
        widget=forms.TextInput({"autocapitalize": "none"}),
        help_text=_("Spaces and capital letters do not matter."),
        error_messages={"required": _("Please let the person type the phrase.")},
    )

    def __init__(self, kept: str, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.kept = kept

    def clean_phrase(self) -> str:
        typed = str(self.cleaned_data["phrase"])
        if not phrases.same(typed, self.kept):
            raise forms.ValidationError(
                _("This is not the same phrase as on the card. Please check it together.")
            )
        return typed


NOBODY_MAY_AGREE: Words = _(
    "With these answers nobody here can agree, so no case is opened. A child under 13 needs a parent or "
    "guardian who is safe. Where home is not safe, no parent can agree. Your agency’s plan says who can help."
)
