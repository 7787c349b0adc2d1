"""The forms of the queue: what to show of it, keep a way of looking at it, hand a request over."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any, ClassVar

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from survivor_portal.advocates import saved
from survivor_portal.advocates.who import Seat, Who
from survivor_portal.takedowns import queue
from survivor_portal.takedowns.assigning import LONGEST_NOTE
from survivor_portal.takedowns.next_action import OVER
from survivor_portal.takedowns.process import State
from survivor_portal.takedowns.queue_filters import Due, Filters, Holder
from survivor_portal.web.desk.forms import DeskForm
from survivor_portal.web.desk.queue_words import (
    DONE,
    DUE_CHOICES,
    HOLDER_CHOICES,
    STATE_CHOICES,
    platforms,
)
from survivor_portal.web.forms import Choices, Words

# What a form of the queue carries along, so that the next page shows the same part of it.
WANTED = ("state", "platform", "due", "holder", "team")
PLACES = ("after", "before")


def places(post: Mapping[str, Any]) -> dict[str, str]:
    """Which page of the queue a form came from."""
    return {name: str(post[name]) for name in PLACES if queue.cursor(str(post.get(name, "")))}


class ManyChoices(forms.Select):
    """A list to choose from, made in one go: a template for each of hundreds of names took half a page."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The list as the framework's own shows it."""
        here = str(value or "")
        shown = "".join(
            f'<option value="{escape(str(key))}"{" selected" if str(key) == here else ""}>'
            f"{escape(str(words))}</option>"
            for key, words in self.choices
        )
        found = self.build_attrs(self.attrs, {"name": name, **(attrs or {})})
        return format_html("<select{}>{}</select>", flatatt(found), SafeString(shown))


class _Carrying(DeskForm):
    """A form that carries along which part of the queue is shown."""

    carries: ClassVar[tuple[str, ...]] = WANTED

    def __init__(self, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        for name in self.carries:
            self.fields[name] = forms.CharField(required=False, max_length=80, widget=forms.HiddenInput)


class Show(DeskForm):
    """What to show. Nothing in it needs a key; what is sealed cannot be filtered by."""

    step: ClassVar[str] = "show"
    flows = True
    button = _("Show these")

    state = forms.ChoiceField(
        label=_("Where it stands"), choices=STATE_CHOICES, required=False, widget=ManyChoices
    )
    due = forms.ChoiceField(label=_("Until when"), choices=DUE_CHOICES, required=False, widget=ManyChoices)
    holder = forms.ChoiceField(
        label=_("Who has it"), choices=HOLDER_CHOICES, required=False, widget=ManyChoices
    )
    platform = forms.ChoiceField(label=_("Platform"), required=False, widget=ManyChoices)
    team = forms.ChoiceField(label=_("Team"), required=False, widget=ManyChoices)

    def __init__(self, seats: tuple[Seat, ...], data: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        self.seats = seats
        inside = [(seat.team.id, seat.team.name) for seat in seats if seat.secret is not None]
        for name, choices in (("platform", platforms()), ("team", [("", _("All your teams")), *inside])):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = list(choices)
        if len(inside) < 2:
            del self.fields["team"]

    @property
    def is_put_off(self) -> bool:
        """Never: it changes nothing, so the page with more time shows what this one did."""
        return False

    def filters(self) -> Filters:
        """What was asked for. A choice that does not exist asks for nothing."""
        given = self.cleaned_data if self.is_valid() else {}
        state = given.get("state", "")
        states = OVER if state == DONE else frozenset({State(state)}) if state else frozenset()
        return Filters(
            states=states,
            platform=given.get("platform", ""),
            due=Due(given["due"]) if given.get("due") else None,
            holder=Holder(given["holder"]) if given.get("holder") else None,
            team_id=given.get("team", ""),
        )

    def said(self, filters: Filters) -> list[Words]:
        """These filters in the words of their choices."""
        teams = [(seat.team.id, seat.team.name) for seat in self.seats]
        known: dict[str, Choices] = {
            "state": STATE_CHOICES,
            "platform": platforms(),
            "due": DUE_CHOICES,
            "holder": HOLDER_CHOICES,
            "team": teams,
        }
        asked = carried(filters).items()
        return [words for name, value in asked for key, words in known[name] if key == value]


def inputs(given: Mapping[str, str]) -> SafeString:
    """These names and values as hidden inputs, made once for all forms of a page."""
    pairs = given.items()
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', pairs)


def carried(filters: Filters) -> dict[str, str]:
    """The filters as a form carries them; what is not asked for is left out."""
    state = ""
    if filters.states:
        state = DONE if filters.states <= OVER else next(iter(sorted(filters.states)))
    found = {
        "state": state,
        "platform": filters.platform,
        "due": filters.due.value if filters.due else "",
        "holder": filters.holder.value if filters.holder else "",
        "team": filters.team_id,
    }
    return {name: value for name, value in found.items() if value}


class Keep(_Carrying):
    """A name for the way of looking at the queue that is shown."""

    step: ClassVar[str] = "keep"
    button = _("Keep this view")

    name = forms.CharField(
        label=_("A name for this view"),
        help_text=_("No names of people you help. Only you see it."),
        max_length=saved.LONGEST_NAME,
        error_messages={"required": _("Please type a name.")},
    )
    start = forms.BooleanField(label=_("Begin with it each time"), required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, **more: Any) -> None:
        # Its hidden fields are named like those of the form above it on the page.
        super().__init__(data, auto_id="keep_%s", **more)


class HandOver(_Carrying):
    """To whom, with which words, and whether all of the case goes over."""

    step: ClassVar[str] = "give"
    flows = True
    carries = (*WANTED, *PLACES, "request", "seen")
    button = _("Hand it over")

    to = forms.ChoiceField(label=_("To whom"), error_messages={"required": _("Please pick somebody.")})
    note = forms.CharField(
        label=_("A note"),
        help_text=_("It becomes part of the case. The person you help can read it."),
        max_length=LONGEST_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    whole = forms.BooleanField(
        label=_("Everything of this case that I have, or nobody has"),
        required=False,
    )

    def __init__(self, people: list[Who], data: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Choose a colleague")), *((who.id, who.name) for who in people)]
