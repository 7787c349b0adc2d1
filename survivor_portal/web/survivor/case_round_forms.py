"""The forms of a checking round: one line for each place, what somebody was told, names of one's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from survivor_portal.takedowns.operations import Place
from survivor_portal.takedowns.process import Fact
from survivor_portal.web.forms import Question, any_of, one_of

GONE, BACK, NOT_LOOKED = "gone", "back", "not_looked"
YES, NO = "yes", "no"
LONGEST_NAME = 40
_ITEM, _NAME = "item_", "name_"
_FACTS = {GONE: Fact.STILL_GONE, BACK: Fact.BACK_AGAIN, NOT_LOOKED: Fact.NO_NEWS}
Answers = dict[Fact, tuple[int, ...]]


def place_name(place: Place) -> str:
    """A neutral name: the person's own words for it, or its number. Never a part of a link."""
    return place.own_name or gettext("Place %(number)s") % {"number": place.number}


def _grouped(pairs: Iterable[tuple[Fact, int]]) -> Answers:
    found: dict[Fact, list[int]] = {}
    for fact, number in pairs:
        found.setdefault(fact, []).append(number)
    return {fact: tuple(numbers) for fact, numbers in found.items()}


class Looked(Question):
    """For a grown person's pictures: is each of these places still gone? Not looked is the default."""

    step: ClassVar[str] = "looked"
    button = _("Keep these answers")

    def __init__(self, data: Mapping[str, Any] | None = None, *, places: Iterable[Place]) -> None:
        super().__init__(data)
        for place in places:
            name = f"{_ITEM}{place.number}"
            if data is not None and name not in data:
                continue  # it was not on the page that was sent
            self.fields[name] = one_of(
                place_name(place),
                [(GONE, _("Gone")), (BACK, _("There or back")), (NOT_LOOKED, _("Not looked"))],
                initial=NOT_LOOKED,
                help_text=place.masked or place.label,
            )

    def answers(self) -> Answers:
        """What was said, the items of each kind together."""
        return _grouped(
            (_FACTS[said or NOT_LOOKED], int(name.removeprefix(_ITEM)))
            for name, said in self.cleaned_data.items()
        )


class Told(Question):
    """For a picture of someone under 18, or not sure: only what somebody was told. Nobody looks."""

    step: ClassVar[str] = "told"
    button = _("Keep this")
    gone = one_of(
        _("Has the platform or the hotline told you it is gone?"),
        [(YES, _("Yes")), (NO, _("No, or no news"))],
    )
    back = one_of(_("Did someone tell you it is back?"), [(YES, _("Yes")), (NO, _("No"))])
    named = any_of(_("Which places did they name?"), [], help_text=_("Leave this empty if they named none."))

    def __init__(self, data: Mapping[str, Any] | None = None, *, places: Iterable[Place]) -> None:
        super().__init__(data)
        self.numbers = tuple(place.number for place in places)
        field = self.fields["named"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(str(place.number), place_name(place)) for place in places]
        if len(self.numbers) < 2:
            del self.fields["named"]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        both = self.cleaned_data.get("gone") == YES and self.cleaned_data.get("back") == YES
        if both and not self.cleaned_data.get("named"):
            message = _("You said both. Please choose the places that are back.")
            self.add_error("named" if "named" in self.fields else "back", message)
        return cleaned

    def answers(self, asked: Iterable[int]) -> Answers:
        """What was said about these places (`asked`: those whose round it is; back may be said of all)."""
        asked = tuple(asked)
        named = tuple(int(number) for number in self.cleaned_data.get("named", ()))
        is_back, is_gone = (self.cleaned_data.get(name) == YES for name in ("back", "gone"))
        back = (named or self.numbers) if is_back else ()
        gone = tuple(number for number in asked if number not in back)
        if is_gone and named and not is_back:
            gone = named
        pairs = [(Fact.BACK_AGAIN, number) for number in back]
        if is_gone:
            pairs += [(Fact.STILL_GONE, number) for number in gone]
        told = {number for _fact, number in pairs}
        return _grouped([*pairs, *((Fact.NO_NEWS, number) for number in asked if number not in told)])


class Names(Question):
    """Names of one's own for places, a page of them at a time."""

    step: ClassVar[str] = "names_keep"
    button = _("Keep the names")

    def __init__(self, data: Mapping[str, Any] | None = None, *, places: Iterable[Place]) -> None:
        super().__init__(data)
        for place in places:
            name = f"{_NAME}{place.number}"
            if data is not None and name not in data:
                continue
            self.fields[name] = forms.CharField(
                label=gettext("Place %(number)s") % {"number": place.number},
                help_text=place.masked or place.label,
                required=False,
                max_length=LONGEST_NAME,
                initial=place.own_name,
                widget=forms.TextInput({"autocomplete": "off"}),
            )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        for name, text in list(self.cleaned_data.items()):
            if "/" in text or "www." in text.casefold():
                self.add_error(name, _("Please use plain words here, not a link."))
        return cleaned

    def names(self) -> dict[int, str]:
        """The names by number of the place."""
        return {
            int(name.removeprefix(_NAME)): " ".join(text.split()) for name, text in self.cleaned_data.items()
        }
