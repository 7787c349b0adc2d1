"""What forms of an open case carry along."""

from django import template
from django.utils.safestring import SafeString

from survivor_portal.web.survivor.keeping_drafts import draft_field

register = template.Library()


@register.simple_tag(takes_context=True)
def draft_mark(context: template.Context) -> SafeString:
    """The mark with which a form that is sent too late still finds its case; nothing on other pages."""
    request = context.get("request")
    return draft_field(request) if request else SafeString("")
