"""What the form templates ask about a field: its kind, its first control, the hint of a choice."""

from django import forms, template
from django.forms.boundfield import BoundField, BoundWidget
from django.forms.utils import flatatt
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def kind(field: BoundField) -> str:
    """hidden | choices (radios, checkboxes) | check (one box) | parts (several controls) | long | short."""
    widget = field.field.widget
    if widget.is_hidden:
        return "hidden"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if widget.use_fieldset:
        return "parts"
    return "long" if isinstance(widget, forms.Textarea) else "short"


@register.filter
def first_control(field: BoundField) -> str:
    """The id an error links to: of a group of choices the first, `<id>_0`, since none has the id itself."""
    return f"{field.auto_id}_0" if kind(field) in {"choices", "parts"} else str(field.auto_id)


@register.filter
def choice_hint(field: BoundField, option: BoundWidget) -> str:
    """The line under a choice, "" when there is none. Hints live on the widget, see `web.forms`."""
    hints = getattr(field.field.widget, "hints", {})
    return hints.get(str(option.data["value"]), "")


@register.filter
def control(option: BoundWidget) -> SafeString:
    """The input of one choice. A template for each of them would be half of a question page's time."""
    data = option.data
    return format_html(
        '<input type="{}" name="{}" value="{}"{}>',
        data["type"],
        data["name"],
        data["value"],
        flatatt(data["attrs"]),
    )
