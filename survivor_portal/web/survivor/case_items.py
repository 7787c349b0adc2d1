"""Which places something is about: all that wait, or some of them, by number or ticked; made for hundreds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from typing import Any, ClassVar

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from survivor_portal import directory, links
from survivor_portal.replies import LONGEST
from survivor_portal.takedowns.operations import Place, Takedown
from survivor_portal.web.forms import Question, one_of

FEW = 10  # up to here the boxes stand open, and nobody has to write numbers
FOLD = 50
ALL, SOME = "all", "some"
LONGEST_NUMBERS = 2000
_NUMBERS = re.compile(r"(\d{1,6})\s*(?:-|\b(?:to|bis|a|à|até)\b)\s*#?(\d{1,6})|(\d{1,6})")
_BETWEEN = re.compile(r"(?:[\s,;.+&#]|\b(?:and|und|y|et|e|no|nr)\b)*", re.IGNORECASE)
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—−"), "-")
_WORD = re.compile(r"[\w-]+")
_SHORTEST_ID = 6  # shorter ones are words and years too


class BadNumbers(ValueError):
    """Numbers nobody can read, or of no place here. `piece`: what was not understood."""

    def __init__(self, piece: str, *, is_unknown: bool = False) -> None:
        super().__init__(piece)
        self.piece = piece
        self.is_unknown = is_unknown


def read_numbers(text: str, known: Collection[int]) -> tuple[int, ...]:
    """The numbers in "1-20, 25", each once and in order. Of a range, those that are known.

    Raises BadNumbers for what is no number, a number that is not known, and a range with nothing in it.
    """
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES)
    found: set[int] = set()
    done = 0
    for one in _NUMBERS.finditer(plain):
        _refuse_words(plain[done : one.start()])
        done = one.end()
        found |= _numbers_of(one, known)
    _refuse_words(plain[done:])
    return tuple(sorted(found))


def _numbers_of(one: re.Match[str], known: Collection[int]) -> set[int]:
    if one[3]:
        if int(one[3]) not in known:
            raise BadNumbers(str(int(one[3])), is_unknown=True)
        return {int(one[3])}
    low, high = sorted((int(one[1]), int(one[2])))
    if high > max(known, default=0) or low < 1:
        raise BadNumbers(str(high if low else 0), is_unknown=True)
    some = {number for number in known if low <= number <= high}
    if not some:
        raise BadNumbers(f"{low}-{high}", is_unknown=True)
    return some


def _refuse_words(between: str) -> None:
    if not _BETWEEN.fullmatch(between):
        raise BadNumbers(" ".join(between.split())[:20])


def span(numbers: Iterable[int]) -> str:
    """The numbers as somebody would write them: "1-3, 7"."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in runs)


def named(text: str, places: Iterable[Place]) -> tuple[int, ...]:
    """The places that a text names itself: by link, or by what the site calls the item."""
    found = links.parse_many(text[:LONGEST]).links
    reached = [link for one in found for link in (one, one.target) if link is not None]
    keys = {directory.recognise(link).key for link in reached} | {link.identity for link in reached}
    words = set(_WORD.findall(text[:LONGEST]))
    numbers = []
    for place in places:
        link = links.parse(place.url) if place.url else None
        if link is None or not link.url:
            continue
        there = directory.recognise(link)
        is_called = len(there.item_id) >= _SHORTEST_ID and there.item_id in words
        if is_called or there.key in keys or link.identity in keys:
            numbers.append(place.number)
    return tuple(numbers)


class FoldedBoxes(forms.SelectMultiple):
    """Boxes to tick, folded by fifty where they are many."""

    use_fieldset = True

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        ticked = {str(one) for one in value or ()}
        start = str((attrs or {}).get("id", f"id_{name}"))
        # "1: label" of each choice; the number is the value.
        boxes = [
            (str(number), f"{start}_{place}", SafeString(" checked") if str(number) in ticked else "", words)
            for place, (number, words) in enumerate(self.choices)
        ]
        if len(boxes) <= FEW:
            return self._boxes(name, boxes)
        folds = [boxes[place : place + FOLD] for place in range(0, len(boxes), FOLD)]
        return format_html_join(
            "",
            '<details class="sp-details"><summary>{}</summary>{}</details>',
            ((self._summary(fold), self._boxes(name, fold)) for fold in folds),
        )

    @staticmethod
    def _boxes(name: str, boxes: list[tuple[str, str, str, Any]]) -> SafeString:
        lines = format_html_join(
            "",
            '<div class="sp-choice"><input type="checkbox" name="{}" value="{}" id="{}"{}>'
            '<div><label for="{}">{}</label></div></div>',
            ((name, number, box, ticked, box, words) for number, box, ticked, words in boxes),
        )
        return format_html('<div class="sp-choices">{}</div>', lines)

    @staticmethod
    def _summary(fold: list[tuple[str, str, str, Any]]) -> str:
        reach = gettext("Places %(low)s to %(high)s") % {"low": fold[0][0], "high": fold[-1][0]}
        count = sum(bool(ticked) for _number, _box, ticked, _words in fold)
        picked = ngettext("%(n)d picked", "%(n)d picked", count) % {"n": count}
        return f"{reach} ({picked})" if count else reach


class AboutItems(Question):
    """A form that asks which places it is about. With one place it does not ask.

    `preset`: numbers that are filled in beforehand; the person may change them.
    """

    first: ClassVar[str] = ALL  # which of the two stands chosen beforehand
    which = one_of(_("Which places is it about?"), [(ALL, ""), (SOME, _("Only some"))])
    numbers = forms.CharField(
        label=_("Their numbers"),
        required=False,
        max_length=LONGEST_NUMBERS,
        help_text=_("Like 1-20, 25. The list below shows which is which."),
    )
    items = forms.MultipleChoiceField(label=_("Or tick them here"), required=False, widget=FoldedBoxes)
    given = forms.CharField(widget=forms.HiddenInput, required=False, max_length=LONGEST_NUMBERS)

    def __init__(self, *args: Any, takedown: Takedown, preset: Collection[int] = (), **more: Any) -> None:
        self.takedown = takedown
        self.chosen: tuple[int, ...] = ()
        offered = self.offered()
        is_few = len(offered) <= FEW
        if preset:
            written: dict[str, Any] = {"numbers": span(preset)}
            if is_few:
                written = {"items": [str(number) for number in preset]}
            more["initial"] = {**more.get("initial", {}), **written, "which": SOME, "given": span(preset)}
        super().__init__(*args, **more)
        if len(offered) < 2:
            for name in ("which", "numbers", "items", "given"):
                del self.fields[name]
            return
        which, items = self.fields["which"], self.fields["items"]
        assert isinstance(which, forms.ChoiceField)
        assert isinstance(items, forms.MultipleChoiceField)
        which.choices = [(ALL, self.all_words()), (SOME, self.some_words())]
        which.initial = self.first
        places = {place.number: place.label for place in takedown.places}
        items.choices = [(str(n), f"{n}: {places.get(n, '')}") for n in offered]
        if is_few:
            del self.fields["numbers"]
            items.label = _("Which ones?")

    def offered(self) -> tuple[int, ...]:
        """The numbers that may be chosen."""
        return tuple(place.number for place in self.takedown.places)

    def whole(self) -> tuple[int, ...]:
        """The numbers that "all" stands for: those that wait, or all where none does."""
        return self.takedown.standing.still_up or self.offered()

    def all_words(self) -> str:
        """How "all" is called."""
        count = len(self.whole())
        if count == len(self.offered()):
            return ngettext("All %(n)d place", "All %(n)d places", count) % {"n": count}
        return ngettext("All %(n)d that is still waiting", "All %(n)d that are still waiting", count) % {
            "n": count
        }

    def some_words(self) -> str:
        return gettext("Only some")

    def clean_numbers(self) -> tuple[int, ...]:
        try:
            return read_numbers(self.cleaned_data["numbers"], self.offered())
        except BadNumbers as bad:
            text = (
                gettext("Place %(piece)s is not in this list. Please check the numbers.")
                if bad.is_unknown
                else gettext("We could not read “%(piece)s”. Please write numbers, like 1-20, 25.")
            )
            raise forms.ValidationError(text % {"piece": bad.piece}) from None

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        if "which" not in self.fields:
            self.chosen = self.whole()
            return cleaned
        picked = {*cleaned.get("numbers", ()), *(int(number) for number in cleaned.get("items", ()))}
        which = cleaned.get("which") or (SOME if picked else ALL)
        given = cleaned.get("given")
        if which == ALL and picked and not given:
            # "All" stood there before anybody picked. To take all would say of a place what nobody said.
            which = SOME
        if which == ALL:
            # Filled in were some: who chose "all" and changed the list too has to say which it is.
            if picked and span(picked) != given:
                self.add_error(
                    "which", _("You picked some places too. Choose “only some”, or empty the list.")
                )
            self.chosen = self.whole()
        elif picked:
            self.chosen = tuple(sorted(picked))
        elif not {"numbers", "items"} & self.errors.keys():
            where = "numbers" if "numbers" in self.fields else "items"
            self.add_error(where, _("Write their numbers here, or tick them in the list."))
        return cleaned
