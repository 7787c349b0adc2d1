"""What pages say about a helpline beyond its record: its languages by name, and whether it is due a new check."""

from django import template
from django.utils import timezone
from django.utils.translation import get_language_info
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
