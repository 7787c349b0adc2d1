"""What forms of an open case carry along, and which of them are there at all."""

from django import forms, template
from django.conf import settings
from django.http import HttpRequest
from django.utils.safestring import SafeString

from survivor_portal.web.safety.opened import opened_of
from survivor_portal.web.survivor import case_actor
from survivor_portal.web.survivor.keeping_drafts import draft_field

register = template.Library()


@register.simple_tag(takes_context=True)
def draft_mark(context: template.Context) -> SafeString:
    """The mark with which a form that is sent too late still finds its case; nothing on other pages."""
    request = context.get("request")
    boxes = _boxes(context.get("form")) or context.get("draft_boxes") or []
    return draft_field(request, boxes) if request else SafeString("")


@register.filter
def allowed(step: object, request: HttpRequest) -> bool:
    """May whoever is here take this step? Else it is not offered: the server asks the same table.

    True for the owner, where no case is open, and on pages that are not of a case.
    """
    if request.path not in (settings.CASE_PATH, settings.FLOW_PATH):
        return True
    return case_actor.may_see(opened_of(request).loaded, str(step))


def _boxes(form: object) -> list[str]:
    """The boxes for words on this form, those it made by itself too."""
    fields = form.fields.items() if isinstance(form, forms.Form) else ()
    return [name for name, box in fields if isinstance(box, forms.CharField) and not box.widget.is_hidden]
