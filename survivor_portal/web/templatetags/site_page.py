"""What every page shows: numbers one can press, the clock, help in all countries."""

import re
from datetime import date, datetime
from typing import Any

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from survivor_portal.web import times

register = template.Library()

# A run of digits as people write numbers, an area code in brackets before it; other brackets end it.
_NUMBER = re.compile(r"(?:\(\d{1,5}\)\s?(?=\d))?\+?\d[\d\s.\-–]*")


@register.filter
def phone_links(text: str) -> SafeString:
    """The text with each phone number in it as a `tel:` link; everything else stays words."""
    return _numbers(text, "tel", shortest=2)


@register.filter
def text_links(text: str) -> SafeString:
    """The text with each number in it as an `sms:` link ("Text HOME to 741741"); a bare one gets its verb."""
    links = _numbers(text, "sms", shortest=3)
    return format_html("{} {}", gettext("Text"), links) if text[:1].isdigit() else links


def _numbers(text: str, scheme: str, *, shortest: int) -> SafeString:
    pieces: list[tuple[str | SafeString]] = []
    end = 0
    for found in _NUMBER.finditer(text):
        shown = found.group().rstrip(" .-–\n\t")
        digits = re.sub(r"[^\d+]", "", shown)
        following = text[found.end() : found.end() + 1]
        # "1-800-THE-LOST", "24h": half a number is worse than none.
        half = following.isalpha() and not found.group()[-1].isspace()
        if half or len(digits) < shortest:
            continue
        pieces.append((text[end : found.start()],))
        pieces.append((format_html('<a href="{}:{}">{}</a>', scheme, digits, shown),))
        end = found.start() + len(shown)
    pieces.append((text[end:],))
    return format_html_join("", "{}", pieces)


@register.filter
def is_web_address(text: str) -> bool:
    return bool(re.match(r"https://\S+$", text or ""))


@register.filter
def clock(at: datetime) -> str:
    """The time of day with its zone: the person's own in an open case; else script shows the local time."""
    return times.clock(at)


@register.filter
def moment(at: datetime) -> str:
    """The same moment for machines."""
    return times.for_machines(at)


@register.filter
def when(at: datetime) -> SafeString:
    """Day and time with the zone, and the same for machines."""
    return times.when(at)


@register.simple_tag
def zone_words() -> str:
    """The name of the clock that times are told by."""
    return times.zone_words()


@register.filter
def last_whole_day(day: date) -> date:
    """The last day here that is over before a day of UTC is."""
    return times.last_whole_day(day)


@register.filter
def day_until(at: datetime) -> date:
    """The last day of what ends at that moment."""
    return times.day_until(at)


@register.filter
def seconds_left(at: datetime) -> int:
    """Seconds until then, so that script need not trust the device's clock."""
    return max(0, int((at - timezone.now()).total_seconds()))


# What is the same for everybody is made once a language and kept: the frame then costs a page almost nothing.
_kept: dict[tuple[str, ...], tuple[tuple[object, ...], SafeString]] = {}


@register.simple_tag
def kept(template_name: str) -> SafeString:
    """A component that needs no context."""
    return _keep(template_name, "", (), {})


@register.simple_tag(takes_context=True)
def crisis_box(context: template.Context) -> SafeString:
    """Help right now, by the country already known; one kept box a country."""
    crisis, everywhere = context.get("crisis"), context.get("crisis_everywhere")
    return _keep(
        "components/crisis.html",
        getattr(crisis, "country", ""),
        (crisis, everywhere),
        {"crisis": crisis, "crisis_everywhere": everywhere or ()},
    )


def _keep(name: str, variant: str, made_of: tuple[object, ...], context: dict[str, Any]) -> SafeString:
    """The rendered template; made anew when one of the objects it was made of is another one."""
    key = (name, variant, get_language() or "")
    found = _kept.get(key)
    if found is None or any(old is not new for old, new in zip(found[0], made_of, strict=True)):
        found = (made_of, render_to_string(name, context))
        if not settings.DEBUG:
            _kept[key] = found
    return found[1]
