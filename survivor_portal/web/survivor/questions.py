"""The words and fields of each question. Which are asked, and when, is `intake`'s business."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from survivor_portal import directory, intake
from survivor_portal.directory import Age, Answer, Asker, Consent, Happened, Maker, Picture, Reported
from survivor_portal.web.forms import Question, Words, one_of

YES, NO = "yes", "no"
SKIP = _("Skip this question")
MOST_PASTED = 200_000  # characters; about 2,000 long links


class OneQuestion(Question):
    """A question of the flow. `answers` are those given so far; they set the voice of the words."""

    skip: ClassVar[Words] = SKIP
    intro: ClassVar[tuple[Words, ...]] = ()
    why: ClassVar[Words] = ""
    notes: ClassVar[tuple[Words, ...]] = ()

    def __init__(self, *args: Any, answers: intake.Answers, **more: Any) -> None:
        self.answers = answers
        super().__init__(*args, **more)
        self.reword(answers.asker)

    def reword(self, asker: Asker | None) -> None:
        """Let the words fit who asks."""

    def plain(self) -> dict[str, Any]:
        """What goes into the visit: answers as plain values; a key with None was left open."""
        return {name: self.cleaned_data.get(name) or None for name in self.fields}


def _yes_no(value: str | None) -> bool | None:
    return {YES: True, NO: False}.get(value or "")


class Safety(OneQuestion):
    step = "safety"
    button = _("Start")
    skip: ClassVar[Words] = ""
    danger = one_of(_("Are you in danger right now?"), [(YES, _("Yes")), (NO, _("No"))])
    device_watched = one_of(
        _("Can someone else see what you do on this device?"),
        [(Answer.YES, _("Yes")), (Answer.UNKNOWN, _("Not sure")), (Answer.NO, _("No"))],
    )

    def plain(self) -> dict[str, Any]:
        return super().plain() | {"danger": _yes_no(self.cleaned_data.get("danger"))}


class Who(OneQuestion):
    step = "who"
    h1_field = "asker"
    asker = one_of(
        _("Who are you in this?"),
        [
            (Asker.SELF, _("I am the person in the picture")),
            (Asker.PARENT, _("I am a parent or guardian")),
            (Asker.ADVOCATE, _("I work for a helpline, as a lawyer or as an advocate")),
            (Asker.FRIEND, _("I am a friend, a teacher or someone else")),
        ],
        hints={
            Asker.SELF: _("Or the person someone threatens."),
            Asker.ADVOCATE: _("And I have their written yes."),
        },
        help_text=_("This tells us who can sign a letter. “Picture” here also means video."),
    )


AGES = [
    (Age.UNDER_13, _("Under 13")),
    (Age.FROM_13, _("13 to 15")),
    (Age.FROM_16, _("16 or 17")),
    (Age.ADULT, _("18 or over")),
    (Age.NOT_SURE, _("Not sure")),
]
_YOUNGER = [Age.UNDER_13, Age.FROM_13, Age.FROM_16, Age.ADULT]


class Ages(OneQuestion):
    step = "ages"
    heading = _("About age")
    age_then = one_of(_("How old were you in the picture?"), AGES)
    age_now = one_of(_("How old are you now?"), AGES)
    why = _("Age decides which helpers and laws come first. “Not sure” counts as under 18.")

    def reword(self, asker: Asker | None) -> None:
        if asker is Asker.PARENT:
            self.fields["age_then"].label = _("How old was your child in the picture?")
            self.fields["age_now"].label = _("How old is your child now?")
        elif asker in (Asker.ADVOCATE, Asker.FRIEND):
            self.fields["age_then"].label = _("How old was the person in the picture?")
            self.fields["age_now"].label = _("How old is the person now?")
        self.fields["age_then"].help_text = _("No picture yet, only a threat? Then choose the age now.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        then, now = cleaned.get("age_then"), cleaned.get("age_now")
        if then in _YOUNGER and now in _YOUNGER and _YOUNGER.index(Age(then)) > _YOUNGER.index(Age(now)):
            self.add_error(
                "age_now", _("The age now is lower than the age in the picture. Please check both.")
            )
        return cleaned


class Home(OneQuestion):
    step = "home"
    h1_field = "home_safe"
    home_safe = one_of(
        _("Did someone at home do this, or would telling them make it worse?"),
        [(NO, _("Yes, or I am not sure")), (YES, _("No"))],
        help_text=_("If yes, no step here asks you to tell them. We do not tell anyone."),
    )

    def plain(self) -> dict[str, Any]:
        return {"home_safe": _yes_no(self.cleaned_data.get("home_safe"))}


class What(OneQuestion):
    step = "happened"
    h1_field = "happened"
    happened = one_of(
        _("What happened?"),
        [
            (Happened.POSTED, _("It is online, or was sent to others")),
            (Happened.THREAT, _("Someone threatens to share it")),
            (Happened.BOTH, _("Both")),
        ],
        hints={
            Happened.POSTED: _("On a site, in an app, in a group or in messages."),
            Happened.THREAT: _("Nothing is out yet, as far as you know."),
        },
    )


class Kind(OneQuestion):
    step = "picture"
    h1_field = "picture"
    picture = one_of(
        _("What kind of picture is it?"),
        [
            (Picture.REAL, _("A real photo or video")),
            (Picture.EDITED, _("A real one that was changed")),
            (Picture.AI, _("Made with AI or other software, and it looks real")),
            (Picture.DRAWN, _("Drawn, or it is clear that it is not real")),
            (Picture.NOT_SURE, _("Not sure")),
        ],
        help_text=_("You do not need to look at it to answer. Do not tell us what it shows."),
    )


class Agreed(OneQuestion):
    step = "consent"
    h1_field = "consent"
    consent = one_of(
        _("Did you agree that others may see it?"),
        [
            (Consent.NEVER, _("No, never")),
            (Consent.WITHDRAWN, _("Yes at first, but not any more")),
            (Consent.NOT_SURE, _("Not sure")),
        ],
        help_text=_("To agree that a picture is taken is not to agree that it is shown to others."),
    )

    def reword(self, asker: Asker | None) -> None:
        if asker is not None and asker is not Asker.SELF:
            self.fields["consent"].label = _("Did the person agree that others may see it?")


class Taker(OneQuestion):
    step = "maker"
    h1_field = "maker"
    maker = one_of(
        _("Who took the picture, or sent it on first?"),
        [(Maker.SHOWN, _("I did")), (Maker.OTHER, _("Someone else")), (Maker.NOT_SURE, _("Not sure"))],
        help_text=_(
            "This is not your fault. The person who did this is responsible, even if you sent the picture yourself. "
            "We ask because it changes the order of the steps."
        ),
    )

    def reword(self, asker: Asker | None) -> None:
        if asker is Asker.PARENT:
            self._choose(_("My child did"))
            self.fields["maker"].help_text = _(
                "This is not your child’s fault. We ask because it changes the order of the steps."
            )
        elif asker in (Asker.ADVOCATE, Asker.FRIEND):
            self._choose(_("The person in the picture"))
            self.fields["maker"].help_text = _("We ask because it changes the order of the steps.")

    def _choose(self, words: Words) -> None:
        field = self.fields["maker"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (Maker.SHOWN, words),
            (Maker.OTHER, _("Someone else")),
            (Maker.NOT_SURE, _("Not sure")),
        ]


class Forced(OneQuestion):
    step = "forced"
    h1_field = "forced"
    forced = one_of(
        _("Did anyone force this, pay for it or trade it?"),
        [(Answer.YES, _("Yes")), (Answer.NO, _("No")), (Answer.UNKNOWN, _("Not sure"))],
        help_text=_("If yes, there is one more helpline for you. You do not need to say more."),
    )


REGIONS: list[tuple[str, Words]] = [
    ("", _("Not in these, or I would rather not say")),
    ("US-CA", _("California")),
    ("US-NY", _("New York")),
    ("US-TX", _("Texas")),
    ("CA-BC", _("British Columbia")),
]


def _countries() -> list[tuple[str, Words]]:
    return [("", _("Choose a country")), *((c.code, c.name) for c in directory.countries())]


class Place(OneQuestion):
    step = "place"
    heading = _("Where you live")
    country = forms.ChoiceField(label=_("Country"), required=False)
    region = forms.ChoiceField(
        label=_("State or province"),
        choices=REGIONS,
        required=False,
        help_text=_("Only these have a law of their own that helps here."),
    )
    why = _("Laws and helplines differ by country. We do not need a town or a street.")

    def reword(self, asker: Asker | None) -> None:
        country = self.fields["country"]
        assert isinstance(country, forms.ChoiceField)
        country.choices = _countries()
        if asker is Asker.PARENT:
            self.heading = _("Where your child lives")
        elif asker in (Asker.ADVOCATE, Asker.FRIEND):
            self.heading = _("Where the person lives")

    def plain(self) -> dict[str, Any]:
        country, region = self.cleaned_data.get("country") or "", self.cleaned_data.get("region") or ""
        return {"country": country, "region": region if region.startswith(f"{country}-") else ""}


class Links(OneQuestion):
    """Where text is typed: links, and places without a link."""

    step = "links"
    h1_field = "links"
    skip: ClassVar[Words] = _("I have no link and no name")
    links = forms.CharField(
        label=_("Paste the links you already have"),
        widget=forms.Textarea({"rows": 6}),
        required=False,
        max_length=MOST_PASTED,
        help_text=_(
            "One or many, in any form. Paste what you already have. Do not open the picture or go looking for more."
        ),
    )
    places = forms.CharField(
        label=_("No link? Write the app, the user name and about when"),
        widget=forms.Textarea({"rows": 3}),
        required=False,
        max_length=20_000,
        help_text=_("One place on each line. Do not write what the picture shows."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.cut:
            return cleaned
        found = intake.gather(cleaned.get("links", ""), cleaned.get("places", ""))
        if cleaned.get("links", "").strip() and not found.items:
            self.add_error(
                "links",
                _(
                    "We could not find a link in this. A link looks like x.com/name/status/123. No link? Use the next box."
                ),
            )
        if found.too_many:
            self.add_error(
                "links",
                _(
                    "That is more than %(most)d places. Please do the first %(most)d now and the rest after that."
                )
                % {"most": intake.MAX_ITEMS},
            )
        return cleaned

    def plain(self) -> dict[str, Any]:
        return {}


class Owner(OneQuestion):
    step = "owner"
    h1_field = "owner_safe"
    owner_safe = one_of(
        _("Is it safe to write to the owner of that site?"),
        [(NO, _("No, or I am not sure")), (YES, _("Yes, it looks like a normal site"))],
        help_text=_(
            "It is not safe if the site is made for such pictures, asks for money or prints names. "
            "Use only what you already know."
        ),
    )

    def plain(self) -> dict[str, Any]:
        return {"owner_safe": _yes_no(self.cleaned_data.get("owner_safe"))}


class Told(OneQuestion):
    step = "reported"
    h1_field = "reported"
    reported = one_of(
        _("Did you tell the site or app about it already?"),
        [
            (Reported.NOT_YET, _("Not yet")),
            (Reported.SILENT, _("Yes, but no answer came")),
            (Reported.REFUSED, _("Yes, and they said no")),
            (Reported.ASKED_MORE, _("Yes, and they asked for something more")),
            (Reported.PARTLY, _("Yes, and part of it is gone")),
        ],
        help_text=_("A “no” is not the end. It makes the next letter stronger."),
    )
    told_on = forms.CharField(
        label=_("About when did you tell them?"),
        required=False,
        max_length=60,
        help_text=_("Only if you did. A day is enough, such as 3 May."),
    )
    ticket = forms.CharField(
        label=_("Did they give you a number for it?"),
        required=False,
        max_length=80,
        help_text=_("It is often in their first e-mail. You can leave this empty."),
    )

    def plain(self) -> dict[str, Any]:
        return {"reported": self.cleaned_data.get("reported") or None}


FORMS: Mapping[str, type[OneQuestion]] = {
    form.step: form
    for form in (Safety, Who, Ages, Home, What, Kind, Agreed, Taker, Forced, Place, Links, Owner, Told)
}

_BACK: Mapping[type, Callable[[Any], str]] = {bool: lambda value: YES if value else NO}


def initial(answers: intake.Answers, kept: Mapping[str, str]) -> dict[str, Any]:
    """What the forms show again when somebody comes back: earlier answers and the pasted text."""
    plain = intake.to_plain(answers)
    again = {
        key: _BACK[type(value)](value) if type(value) in _BACK else value for key, value in plain.items()
    }
    return again | dict(kept)
