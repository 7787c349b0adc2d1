"""What pages say about a helpline beyond its record: languages by name, and if it is due a new check."""

from datetime import date
from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _

from survivor_portal import directory
from survivor_portal.directory import Resource

register = template.Library()

# Languages of the directory whose code the framework does not know.
_NAMES = {
    "as": "Assamese",
    "gu": "Gujarati",
    "ha": "Hausa",
    "ku": "Kurdish",
    "ms": "Malay",
    "mt": "Maltese",
    "no": "Norwegian",
    "pa": "Punjabi",
    "si": "Sinhala",
    "tl": "Filipino",
    "zh": "Chinese",
    "zu": "Zulu",
}


@register.simple_tag
def whole_resource(resource: Resource) -> SafeString:
    """All that is known about a helpline. Made once a day: a long list would cost a page most of its time."""
    return _rendered(resource.key, True, timezone.now().date(), get_language() or "")


@register.simple_tag
def short_resource(resource: Resource) -> SafeString:
    """A helpline within a step of a plan. Made once a day, as above."""
    return _rendered(resource.key, False, timezone.now().date(), get_language() or "")


@lru_cache(maxsize=2048)
def _rendered(key: str, full: bool, _today: date, _language: str) -> SafeString:
    return render_to_string("components/resource.html", {"resource": directory.resource(key), "full": full})


@register.filter
def language_names(resource: Resource) -> str:
    """The languages spoken there, by name. What is no code, such as "interpreters", stays as it is."""
    return ", ".join(_language(code) for code in resource.languages) or _("not known")


@register.filter
def is_stale_today(resource: Resource) -> bool:
    """Was the record checked too long ago to be relied on?"""
    return directory.is_stale(resource, timezone.now().date())


def _language(code: str) -> str:
    if code == "many":
        return _("many languages")
    if code in _NAMES:
        return _NAMES[code]
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code
