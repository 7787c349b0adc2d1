"""The form every question page is made of."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from crispy_forms.helper import FormHelper
from crispy_forms.layout import BaseInput
from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from survivor_portal import links

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Words: TypeAlias = "str | _StrPromise"
Choices: TypeAlias = Iterable[tuple[str, Words]]

# Marks a form that came along with the "Stay" button: shown again as it is, judged by nobody, not acted on.
PUT_OFF = "put_off"
INVALID_CHOICE = _("Please pick one of the answers.")
TOO_LONG = _("This is too long for this box. Please do a part of it now and the rest after that.")
PICTURE_PASTED = _(
    "You pasted a picture as text. We took it out and did not keep it. "
    "We never need the picture: a link, or the app and a name, is enough."
)


class _Hinted(forms.widgets.ChoiceWidget):
    """Choices that may carry a line of explanation each."""

    def __init__(self, hints: Mapping[str, Words] | None = None, **more: Any) -> None:
        super().__init__(**more)
        self.hints = dict(hints or {})

    def create_option(self, name: str, value: Any, *rest: Any, **more: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *rest, **more)
        if str(value) in self.hints and "id" in option["attrs"]:
            option["attrs"]["aria-describedby"] = f"{option['attrs']['id']}_hint"
        return option


class Radios(_Hinted, forms.RadioSelect):
    """One of several; `hints` maps a choice's value to the line under it."""


class Checkboxes(_Hinted, forms.CheckboxSelectMultiple):
    """Any number of several; `hints` maps a choice's value to the line under it."""


def one_of(
    label: Words, choices: Choices, *, hints: Mapping[str, Words] | None = None, **more: Any
) -> forms.ChoiceField:
    """A question with one answer, as radios. Not required unless said: every question can be skipped."""
    more.setdefault("required", False)
    return forms.ChoiceField(label=label, choices=list(choices), widget=Radios(hints), **more)


def any_of(
    label: Words, choices: Choices, *, hints: Mapping[str, Words] | None = None, **more: Any
) -> forms.MultipleChoiceField:
    """A question with any number of answers, shown as checkboxes."""
    more.setdefault("required", False)
    return forms.MultipleChoiceField(label=label, choices=list(choices), widget=Checkboxes(hints), **more)


class Button(BaseInput):
    """A button of a form: it sends its name with the value 1."""

    input_type = "submit"
    field_classes = "sp-button"


class Question(forms.Form):
    """One page of the flow.

    Picture data in what was sent is cut out before anything looks at it, so that no page can show it again.

    `step` goes along as a hidden input; `h1_field` names the field whose label is the page's h1, "" when the
    page has its own; `button` is the way on; `skip` the words of the way round it, "" for none (sends
    `skip=1`). `sealed` names the boxes with what this site sealed itself: one long run of signs as a picture
    would be, and typed by nobody.
    """

    step: ClassVar[str] = ""
    h1_field: ClassVar[str] = ""
    button: ClassVar[Words] = _("Continue")
    skip: ClassVar[Words] = ""
    sealed: ClassVar[frozenset[str]] = frozenset()
    use_required_attribute = False  # our own words at the field, not the browser's

    def __init__(self, data: Mapping[str, Any] | None = None, *args: Any, **more: Any) -> None:
        clean, cut = _without_pictures(data, self.sealed)
        super().__init__(clean, *args, **more)
        self.cut = cut & self.fields.keys()
        for field in self.fields.values():
            _keep_private(field.widget)
            if isinstance(field, forms.ChoiceField):
                # The framework's own words repeat what was sent.
                field.error_messages["invalid_choice"] = INVALID_CHOICE
            elif isinstance(field, forms.CharField):
                # A browser cuts a long paste at this length without a word. We say so, and keep all of it.
                field.widget.attrs.pop("maxlength", None)
                field.error_messages["max_length"] = TOO_LONG

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        for name in self.cut & self.fields.keys():
            self.add_error(name, PICTURE_PASTED)
        return cleaned

    @property
    def is_put_off(self) -> bool:
        return self.is_bound and PUT_OFF in self.data

    @property
    def errors(self) -> ErrorDict:
        return ErrorDict() if self.is_put_off else super().errors

    def is_valid(self) -> bool:
        return not self.is_put_off and super().is_valid()

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_id = "question"  # the "Stay" button at the foot of the page belongs to it
        # autocomplete: else Back makes the choices again on an empty page, after the visit is gone.
        helper.attrs = {"novalidate": True, "data-flow": True, "autocomplete": "off"}
        helper.add_input(Button("go", self.button))
        if self.skip:
            helper.add_input(Button("skip", self.skip, css_class="sp-button--quiet"))
        return helper


def _without_pictures(data: Mapping[str, Any] | None, sealed: frozenset[str]) -> tuple[Any, frozenset[str]]:
    """What was sent, without pasted picture data, and the names of the boxes it was in."""
    if data is None:
        return None, frozenset()
    typed = {name: value for name, value in data.items() if isinstance(value, str) and name not in sealed}
    found = {name: links.cut_image_data(value) for name, value in typed.items()}
    cut = {name: text for name, (text, count) in found.items() if count}
    if not cut:
        return data, frozenset()
    again = data.copy() if isinstance(data, QueryDict) else dict(data)
    for name, text in cut.items():
        again[name] = text  # of a name sent twice the last one counts, here as in the form
    return again, frozenset(cut)


def _keep_private(widget: forms.Widget) -> None:
    """Nothing typed is offered to the next person at this device, nor sent to a spelling service."""
    if isinstance(widget, forms.EmailInput):
        widget.attrs.setdefault("autocomplete", "email")
    elif isinstance(widget, forms.TextInput | forms.Textarea):
        widget.attrs.setdefault("autocomplete", "off")
    if isinstance(widget, forms.TextInput | forms.Textarea):
        widget.attrs.setdefault("spellcheck", "false")
