"""Moments for people, by the clock that is current for this request, with its name; and a box to type one.

Kept is UTC. Which clock is current is decided where a page begins: in an open case the person's own, else
UTC.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format, time_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from survivor_portal import calendars

FIRST_YEAR = 1990  # before the web there was nothing to report
_SHAPE = "%Y-%m-%dT%H:%M"


def zone_words() -> str:
    """The name of the current clock: "Berlin time", or "UTC"."""
    key = timezone.get_current_timezone_name()
    if key == calendars.UTC_KEY:
        return key
    return gettext("%(place)s time") % {"place": calendars.place(key)}


def moment(at: datetime) -> str:
    """A moment with the name of its clock: "3 May 2026, 14:30 Berlin time"."""
    return f"{date_format(timezone.localtime(at), 'j F Y, H:i')} {zone_words()}"


def clock(at: datetime) -> str:
    """The time of day with the name of its clock: "14:30 Berlin time"."""
    return f"{time_format(timezone.localtime(at), 'H:i')} {zone_words()}"


def when(at: datetime) -> SafeString:
    """A moment for people and, in UTC, for machines."""
    return format_html('<time datetime="{}">{}</time>', for_machines(at), moment(at))


def for_machines(at: datetime) -> str:
    """A moment in UTC as ISO 8601 writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def last_whole_day(day: date) -> date:
    """The last day here that is over before that day of UTC is: nobody is told a day too many."""
    end = datetime.combine(day + timedelta(days=1), time(), UTC)
    return timezone.localtime(end).date() - timedelta(days=1)


def day_until(at: datetime) -> date:
    """The last day of something that ends at that moment: here or in UTC, whichever is earlier.

    What ends with a day of UTC ends in the night after that day further east: nobody is told a day too many.
    """
    return min(timezone.localtime(at).date(), at.astimezone(UTC).date())


class MomentField(forms.DateTimeField):
    """A day and time as the person's own clock shows it; gives UTC.

    Takes what a browser sends and what somebody types as 2026-05-03 14:30. A time that does not exist or
    exists twice is read as `calendars.moment_meant` says; it is never an error.
    """

    def __init__(self, **more: Any) -> None:
        more.setdefault("input_formats", [_SHAPE, "%Y-%m-%d %H:%M", "%Y-%m-%d"])
        more.setdefault("widget", forms.DateTimeInput({"type": "datetime-local"}, format=_SHAPE))
        more.setdefault("error_messages", {"invalid": _("Please write it like 2026-05-03 14:30.")})
        super().__init__(**more)

    def to_python(self, value: Any) -> datetime | None:
        text = str(value or "").strip()
        if not text:
            return None
        try:
            at = self._meant(text)
        except (ValueError, OverflowError):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None
        if at.year < FIRST_YEAR:
            raise forms.ValidationError(_("This is very long ago. Please check the year."), code="old")
        return at

    def _meant(self, text: str) -> datetime:
        # The framework's own reading refuses a time that exists twice or not at all.
        typed = parse_datetime(text) or forms.fields.BaseTemporalField.to_python(self, text)
        assert typed is not None
        if typed.tzinfo is not None:
            return typed.astimezone(UTC)
        return calendars.moment_meant(typed, timezone.get_current_timezone(), now=timezone.now())
