"""The forms with which somebody lets a team into their case: whom, on which terms, and the signature."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from survivor_portal.cases import codes, releases
from survivor_portal.cases.actors import Scope
from survivor_portal.cases.consents import who_may_agree
from survivor_portal.cases.releases import Consent
from survivor_portal.directory import Age, Asker
from survivor_portal.intake import Answers
from survivor_portal.web.forms import Choices, Question, Words, any_of, one_of
from survivor_portal.web.survivor.keeping_forms import WithPhrase, code_field

MOST_PURPOSE, MOST_NAME = 200, 120
DAYS: list[tuple[str, Words]] = [
    ("30", _("30 days")),
    (str(releases.DAYS), _("90 days")),
    ("180", _("180 days")),
    ("365", _("One year")),
]
SCOPES: dict[Scope, tuple[Words, Words]] = {
    Scope.act: (_("Do things for you"), _("They can note what happened and send requests for you.")),
    Scope.mail: (
        _("Read and send mail"),
        _("They can read the answers that come here by mail, and write back."),
    ),
    Scope.export: (_("Take a copy"), _("They can save what is here, for a lawyer or the police.")),
    Scope.joint: (
        _("Put your links into one letter with those of other people"),
        _("The letter goes to one site. Your name is not in it."),
    ),
}
CONSENTS: dict[Consent, Words] = {
    Consent.adult: _("I am 18 or older. I decide this."),
    Consent.minor_and_parent: _("I am under 18. A parent or carer who is safe agrees too."),
    Consent.minor_alone: _("I am under 18. I decide this alone."),
}
# A parent who holds the case of a child.
OF_A_PARENT: dict[Consent, Words] = {
    Consent.minor_and_parent: _(
        "I am a parent or carer. I agree for the child, and I did not harm the child."
    )
}
OF_AN_ADVOCATE: dict[Consent, Words] = {
    Consent.on_file: _("I have the dated written yes of the person this is about.")
}
ALONE: Words = _("Some places and helplines allow this. Ask them first if you are not sure.")
NOT_BY: Words = _("Somebody who hurt you can never agree for you.")
NOT_BY_TO_A_PARENT: Words = _("Somebody who hurt the child can never agree for the child.")


def consents(answers: Answers) -> dict[Consent, Words]:
    """Who could agree in this case, each with its words. Empty: nobody who is here can.

    No parent is asked for where home is not safe, a child under 13 decides nothing alone, and a friend cannot
    agree for somebody else.
    """
    if answers.is_young_child_alone or answers.asker is Asker.FRIEND:
        return {}
    if answers.asker is Asker.ADVOCATE:
        return OF_AN_ADVOCATE
    by_guardian, age = answers.asker is Asker.PARENT, answers.age_now
    if not answers.is_minor_today:
        age = Age.ADULT
    found = who_may_agree(age or Age.NOT_SURE, by_guardian=by_guardian, home_is_safe=answers.home_safe)
    if by_guardian:
        return {one: OF_A_PARENT.get(one, CONSENTS[one]) for one in found}
    if age in (None, Age.NOT_SURE):
        found = (Consent.adult, *found)
    return {one: CONSENTS[one] for one in found}


class SoFar(Question):
    """What was typed already, where an earlier code ended on the way: it goes along until it is asked for."""

    parent_so_far = forms.CharField(widget=forms.HiddenInput, required=False, max_length=MOST_NAME)
    name_so_far = forms.CharField(widget=forms.HiddenInput, required=False, max_length=MOST_NAME)


class Finding(SoFar):
    """The short code of an organisation, or the one-time code a helper gave."""

    step: ClassVar[str] = "let_find"
    button = _("Show me who they are")
    code = code_field(
        _("The code they gave you"),
        _("Type the code here."),
        help_text=_("Their own code, or the one-time code from the phone or chat. Small letters are fine."),
    )
    purpose = forms.CharField(widget=forms.HiddenInput, required=False, max_length=MOST_PURPOSE)


class Agreeing(SoFar):
    """The terms: which team, their notice, what for, what they may do, until when, who agrees."""

    step: ClassVar[str] = "let_terms"
    button = _("Read it all once more")
    team = one_of(
        _("Which team?"), [], required=True, error_messages={"required": _("Choose one of the teams.")}
    )
    notice = forms.BooleanField(
        label=_("I read what they must report."),
        error_messages={"required": _("Read their words above. Then tick this.")},
    )
    scopes = any_of(
        _("They can read all of this. What else may they do?"),
        [(scope, label) for scope, (label, _hint) in SCOPES.items()],
        hints={scope: hint for scope, (_label, hint) in SCOPES.items()},
        initial=[Scope.act],
        help_text=_("“All of this” is your answers, links, letters and notes here."),
    )
    purpose = forms.CharField(
        label=_("What for?"),
        max_length=MOST_PURPOSE,
        initial=_("To help me get it taken down"),
        help_text=_("In your own words. A few are enough."),
        error_messages={"required": _("Say in a few words what they help you with.")},
    )
    days = one_of(_("For how long?"), DAYS, initial=str(releases.DAYS))
    not_for = any_of(
        _("Is there someone there who must not see this?"),
        [],
        help_text=_(
            "Leave this empty if it is fine for all of them. We do not tell them that you chose this."
        ),
    )
    consent = one_of(_("Who agrees?"), [], required=True, error_messages={"required": _("Say who agrees.")})
    # Which organisation, or the one-time code: hidden, so that two tabs never mix.
    whom = forms.CharField(widget=forms.HiddenInput, required=False, max_length=codes.LONGEST_TYPED)
    once = forms.CharField(widget=forms.HiddenInput, required=False, max_length=codes.LONGEST_TYPED)

    def __init__(
        self,
        data: Any = None,
        *args: Any,
        teams: Choices,
        people: Choices,
        consents: Mapping[Consent, Words],
        grown_up: bool,
        **more: Any,
    ) -> None:
        super().__init__(data, *args, **more)
        teams, people = list(teams), list(people)
        self._choose("team", teams, only=True)
        if not grown_up:
            # A list of many people is for grown people only: nobody else is asked about it.
            self._choose(
                "scopes", [(scope, SCOPES[scope][0]) for scope in SCOPES if scope is not Scope.joint]
            )
        self._choose("not_for", people)
        # Each is a statement: none is ticked before the person did it, not even where there is only one.
        self._choose("consent", [(consent.value, words) for consent, words in consents.items()])
        if not people:
            del self.fields["not_for"]
        hint = self.fields["consent"].widget
        hint.hints = {Consent.minor_alone.value: ALONE}

    def _choose(self, name: str, choices: Choices, *, only: bool = False) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(choices)
        if only and len(field.choices) == 1:
            # Nothing to choose: it stands on the page, and goes along.
            self.fields[name] = forms.ChoiceField(
                choices=field.choices, initial=field.choices[0][0], widget=forms.HiddenInput
            )

    @property
    def chosen(self) -> frozenset[Scope]:
        return frozenset({Scope.read, *(Scope(one) for one in self.cleaned_data["scopes"])})

    @property
    def days_chosen(self) -> int:
        return int(self.cleaned_data["days"] or releases.DAYS)


class Signing(Agreeing, WithPhrase):
    """The whole release stood on the page: a typed name and the phrase are the signature under it.

    The terms go along hidden, as they stood there.
    """

    step: ClassVar[str] = "let_give"
    button = _("Yes, let them in")
    typed_name = forms.CharField(
        label=_("Your name, as your signature"),
        max_length=MOST_NAME,
        help_text=_("The name they know you by. It stays in here, and they can read it."),
        error_messages={"required": _("Type your name here.")},
    )
    typed_parent = forms.CharField(
        label=_("The name of the parent or carer who agrees too"),
        max_length=MOST_NAME,
        help_text=_("They type it themselves. Only someone who is safe for you."),
        error_messages={"required": _("Let them type their name here, or go back and choose again.")},
    )
    field_order = ("typed_name", "typed_parent", "phrase")

    def __init__(self, data: Any = None, *args: Any, with_parent: bool, **more: Any) -> None:
        super().__init__(data, *args, **more)
        if not with_parent:
            del self.fields["typed_parent"]
        for name in Agreeing.base_fields.keys() & self.fields.keys():
            self.fields[name].widget = self.fields[name].hidden_widget()

    @property
    def terms_hold(self) -> bool:
        """Are the terms themselves as they must be? Else their own page comes again."""
        return not Agreeing.base_fields.keys() & self.errors.keys()


class Renewing(WithPhrase):
    """The same terms until another day."""

    step: ClassVar[str] = "let_renew"
    button = _("Let it go on")
    days = one_of(_("For how long from today?"), DAYS, initial=str(releases.DAYS))
    grant = forms.CharField(widget=forms.HiddenInput, max_length=64)
    field_order = ("days", "phrase")

    @property
    def days_chosen(self) -> int:
        return int(self.cleaned_data["days"] or releases.DAYS)


def scope_words(scopes: frozenset[Scope]) -> list[str]:
    """What a team may do, in words; reading comes first."""
    first = gettext("Read all of this")
    return [first, *(str(label) for scope, (label, _hint) in SCOPES.items() if scope in scopes)]


def consent_words(consent: Consent) -> str:
    """Who agreed, in words."""
    words = {
        Consent.adult: pgettext_lazy("who agreed", "an adult, for themself"),
        Consent.minor_and_parent: pgettext_lazy("who agreed", "a young person and a parent or carer"),
        Consent.minor_alone: pgettext_lazy("who agreed", "a young person alone"),
        Consent.on_file: pgettext_lazy("who agreed", "on paper, at the helpline"),
    }
    return str(words[consent])
