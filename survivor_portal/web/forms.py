"""The form every question page is made of."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from crispy_forms.helper import FormHelper
from crispy_forms.layout import BaseInput
from django import forms
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Words: TypeAlias = "str | _StrPromise"
Choices: TypeAlias = Iterable[tuple[str, Words]]


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

    `step` goes along as a hidden input; `h1_field` names the field whose label is the page's h1, "" when the
    page has its own; `button` is the way on; `skip` the words of the way round it, "" for none (sends
    `skip=1`).
    """

    step: ClassVar[str] = ""
    h1_field: ClassVar[str] = ""
    button: ClassVar[Words] = _("Continue")
    skip: ClassVar[Words] = ""
    use_required_attribute = False  # our own words at the field, not the browser's

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for field in self.fields.values():
            _keep_private(field.widget)

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_id = "question"  # the "Stay" button at the foot of the page belongs to it
        helper.attrs = {"novalidate": True, "data-flow": True}
        helper.add_input(Button("go", self.button))
        if self.skip:
            helper.add_input(Button("skip", self.skip, css_class="sp-button--quiet"))
        return helper


def _keep_private(widget: forms.Widget) -> None:
    """Nothing typed is offered to the next person at this device, nor sent to a spelling service."""
    if isinstance(widget, forms.EmailInput):
        widget.attrs.setdefault("autocomplete", "email")
    elif isinstance(widget, forms.TextInput | forms.Textarea):
        widget.attrs.setdefault("autocomplete", "off")
    if isinstance(widget, forms.TextInput | forms.Textarea):
        widget.attrs.setdefault("spellcheck", "false")
