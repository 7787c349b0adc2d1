"""The forms of a kept case: what was sent, what happened, what was answered."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from survivor_portal import directory, links
from survivor_portal.directory import Confidence, Method
from survivor_portal.replies import LONGEST, ReplyClass
from survivor_portal.takedowns.operations import Takedown
from survivor_portal.takedowns.process import Fact, State
from survivor_portal.takedowns.standing import Entry, How
from survivor_portal.web.forms import Question, Words, one_of
from survivor_portal.web.survivor.amounts import NoAmount, amount
from survivor_portal.web.survivor.case_items import SOME, AboutItems
from survivor_portal.web.survivor.case_words import ANSWERS, HOW
from survivor_portal.web.times import MomentField, zone_words

_JUST_NOW = timedelta(minutes=20)
_MINUTE = timedelta(seconds=59, microseconds=999_999)


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
        if now - at < _JUST_NOW and not (at.second or at.microsecond):
            # A form knows minutes only, and must not put an answer before what was noted in that minute.
            at += _MINUTE
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


class SentHere(AboutItems, Sent):
    """A request of the case went out: all that was not sent yet, or a part where the letter was split."""

    channel = one_of(_("Which address did you use?"), [])
    field_order = ("which", "numbers", "items", "how", "channel", "at", "ticket")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        addresses = _addresses(self.takedown)
        channel = self.fields["channel"]
        assert isinstance(channel, forms.ChoiceField)
        channel.choices = addresses
        channel.initial = self.takedown.channel
        if len(addresses) < 2:
            del self.fields["channel"]
        if "which" in self.fields:
            self.fields["which"].label = _("Which places did you send?")
        self.fields["how"].help_text = _(
            "After a mail or a letter, the clock starts when they say they have it."
        )

    def offered(self) -> tuple[int, ...]:
        items = self.takedown.standing.items
        return tuple(item.number for item in items if item.state is State.DRAFTED)

    def whole(self) -> tuple[int, ...]:
        return self.offered()

    def channels(self) -> tuple[str, ...]:
        """The address it went to, as a key of the directory; none where nobody knows."""
        key = self.cleaned_data.get("channel") or self.takedown.channel
        return (key,) if key else ()


_MOST_SHOWN = 60
_BY: dict[Method, Words] = {
    Method.WEB_FORM: _("Form: %(address)s"),
    Method.EMAIL: _("Mail: %(address)s"),
    Method.IN_APP: _("In the app: %(address)s"),
}


def _addresses(takedown: Takedown) -> list[tuple[str, str]]:
    """The platform's addresses for what this one was written to, its own first."""
    if not takedown.platform:
        return []
    every = directory.platform(takedown.platform).channels
    own = next((one for one in every if one.key == takedown.channel), None)
    alike = [one for one in every if own and one.purpose is own.purpose and one is not own]
    return [
        (one.key, str(_BY.get(one.method, _("Post: %(address)s"))) % {"address": _short(one.address)})
        for one in ([own] if own else []) + alike
        if one.confidence is not Confidence.LOW
    ]


def _short(address: str) -> str:
    """Enough of an address to know it again, on the smallest page."""
    bare = address.removeprefix("https://").removeprefix("www.")
    if bare != address and "/" in bare.rstrip("/"):
        host, _slash, path = bare.rstrip("/").partition("/")
        return f"{host}/…/{path.rpartition('/')[2][-24:]}"
    return bare if len(bare) <= _MOST_SHOWN else f"{bare[:_MOST_SHOWN]}…"


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
    about = forms.CharField(widget=forms.HiddenInput, required=False, max_length=30)

    def clean_text(self) -> str:
        return links.cut_image_data(self.cleaned_data["text"])[0]

    def clean_about(self) -> State | None:
        """The state of the places it is about, where somebody said so beforehand."""
        return _state(self.cleaned_data["about"])


def _state(text: str) -> State | None:
    return State(text) if text in list(State) else None


class Corrects(AboutItems):
    """A form that may put an earlier line right. `old`: that line; None: a new one is written."""

    entry = forms.CharField(widget=forms.HiddenInput, required=False, max_length=9)

    def __init__(self, *args: Any, old: Entry | None = None, takedown: Takedown, **more: Any) -> None:
        self.old = old
        if old is not None:
            more["initial"] = {
                "at": old.at,
                "ticket": old.ticket,
                "entry": old.seq,
                **more.get("initial", {}),
            }
            every = {place.number for place in takedown.places}
            if old.items and not more.get("preset") and set(old.items) < every:
                more["preset"] = old.items
        super().__init__(*args, takedown=takedown, **more)
        if old is None:
            del self.fields["entry"]

    def whole(self) -> tuple[int, ...]:
        return self.offered() if self.old else super().whole()

    def all_words(self) -> str:
        return gettext("All of them") if self.old else super().all_words()


class AnswerKept(Corrects, Whenever):
    """What the answer says, after we read it: the person has the last word."""

    step: ClassVar[str] = "answer_keep"
    button = _("Keep it")
    says = one_of(_("What does it say?"), [(kind.value, words) for kind, words in ANSWERS.items()])
    text = forms.CharField(widget=forms.HiddenInput, max_length=LONGEST)
    ticket = forms.CharField(label=_("Number they gave you"), required=False, max_length=80)
    field_order = ("says", "which", "numbers", "items", "at", "ticket", "text")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        if self.old is not None:
            del self.fields["text"]  # it is kept already, word for word

    def clean_says(self) -> ReplyClass:
        if not self.cleaned_data["says"]:
            raise forms.ValidationError(_("Choose what the answer says. “I cannot tell” is fine too."))
        return ReplyClass(self.cleaned_data["says"])


class WhichGone(AboutItems):
    """Part of it is gone: which? What was said on the page before goes along, hidden."""

    step: ClassVar[str] = "answer_gone"
    button = _("Keep it")
    CARRIED: ClassVar[tuple[str, ...]] = ("text", "at", "ticket", "entry")
    about = forms.CharField(widget=forms.HiddenInput, max_length=2000)
    text = forms.CharField(widget=forms.HiddenInput, required=False, max_length=LONGEST)
    at = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    ticket = forms.CharField(widget=forms.HiddenInput, required=False, max_length=80)
    entry = forms.CharField(widget=forms.HiddenInput, required=False, max_length=9)

    def __init__(self, *args: Any, among: tuple[int, ...], **more: Any) -> None:
        self.among = among
        super().__init__(*args, **more)
        if "which" in self.fields:
            self.fields["which"].label = _("Which places are gone?")

    def offered(self) -> tuple[int, ...]:
        return self.among

    def whole(self) -> tuple[int, ...]:
        return ()

    def all_words(self) -> str:
        return gettext("They do not say which")

    def some_words(self) -> str:
        return gettext("These are gone")


class Noted(AboutItems, Whenever):
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
    field_order = ("what", "which", "numbers", "items", "at", "ticket")

    def whole(self) -> tuple[int, ...]:
        if self.data.get("what") == Fact.BACK_AGAIN:
            items = self.takedown.standing.items
            gone = tuple(item.number for item in items if item.state is State.REMOVED)
            return gone or super().whole()
        return super().whole()

    def all_words(self) -> str:
        return gettext("All places it fits")


class Back(AboutItems):
    """What was gone is back: which of it goes into a new request."""

    step: ClassVar[str] = "again"
    button = _("Ask again")
    first: ClassVar[str] = SOME

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        if "which" in self.fields:
            self.fields["which"].label = _("Which places are back?")

    def offered(self) -> tuple[int, ...]:
        items = self.takedown.standing.items
        return tuple(item.number for item in items if item.state in (State.REMOVED, State.REAPPEARED))

    def whole(self) -> tuple[int, ...]:
        return self.offered()


class PutRight(Corrects, Whenever):
    """A line that was noted wrong: when, how, number and places may be changed."""

    step: ClassVar[str] = "put_right_keep"
    button = _("Change it")
    how = one_of(_("How did you send it?"), [(how.value, words) for how, words in HOW.items()])
    ticket = forms.CharField(label=_("Number they gave you"), required=False, max_length=80)
    field_order = ("at", "how", "ticket", "which", "numbers", "items")

    def __init__(self, *args: Any, old: Entry, **more: Any) -> None:
        initial = {"how": (old.how or How.FORM).value, **more.pop("initial", {})}
        super().__init__(*args, old=old, initial=initial, **more)
        if old.how is None:
            del self.fields["how"]


def amount_field(label: Words, hint: Words) -> forms.CharField:
    """A box for a number as people write it; `cleaned_amount` reads it."""
    return forms.CharField(
        label=label,
        required=False,
        max_length=40,
        help_text=hint,
        widget=forms.TextInput({"inputmode": "text"}),
    )


class SpreadTold(Corrects, Whenever):
    """How far it went, as far as the person knows already."""

    step: ClassVar[str] = "spread_keep"
    button = _("Note it")
    views = amount_field(
        _("How often was it seen?"), _("Like 167,000 or 1.2 million. Leave it empty if you do not know.")
    )
    shares = amount_field(_("How often was it shared?"), _("Shares, re-posts, copies."))
    field_order = ("views", "shares", "at", "which", "numbers", "items")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["at"].label = gettext("When was that? (%(zone)s)") % {"zone": zone_words()}
        self.fields["at"].help_text = _("Leave it empty if you do not know.")
        if "which" in self.fields:
            self.fields["which"].help_text = _("Each place you choose gets these numbers.")

    def whole(self) -> tuple[int, ...]:
        return self.offered()

    def clean_views(self) -> int | None:
        return _amount(self.cleaned_data["views"])

    def clean_shares(self) -> int | None:
        return _amount(self.cleaned_data["shares"])

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        nothing = cleaned.get("views") is None and cleaned.get("shares") is None
        if nothing and not {"views", "shares"} & self.errors.keys():
            self.add_error("views", _("Write at least one number, or go back."))
        return cleaned


def _amount(text: str) -> int | None:
    try:
        return amount(text)
    except NoAmount:
        raise forms.ValidationError(
            _("We could not read this number. Please write it like 167000.")
        ) from None
