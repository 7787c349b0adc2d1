"""The words of the queue: where a request stands, and until when somebody has to look at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from survivor_portal import directory
from survivor_portal.takedowns.clocks import Kind
from survivor_portal.takedowns.lines import End
from survivor_portal.takedowns.models import OTHER
from survivor_portal.takedowns.next_action import OURS, OVER, next_hour
from survivor_portal.takedowns.process import State
from survivor_portal.takedowns.queue import Item
from survivor_portal.takedowns.queue_filters import Due, Holder
from survivor_portal.web import times
from survivor_portal.web.forms import Choices, Words

STATES: dict[State, Words] = {
    State.TO_CONFIRM: _("They want something confirmed first"),
    State.BOUNCED: _("It did not arrive"),
    State.REAPPEARED: _("It is back"),
    State.MORE_ASKED: _("They asked for more"),
    State.REFUSED: _("They said no"),
    State.REDIRECTED: _("They sent it elsewhere"),
    State.PARTLY_REMOVED: _("Part of it is gone"),
    State.DRAFTED: _("Written, not sent"),
    State.SENT: _("Sent"),
    State.ACKNOWLEDGED: _("They have it"),
    State.HANDED_ON: _("They passed it on"),
    State.CONTESTED: _("Their no was answered"),
    State.ESCALATED: _("An office was told"),
    State.REMOVED: _("Gone, as far as they said"),
    State.CARRIED_ON: _("It goes on in a new request"),
    State.CLOSED: _("Closed"),
}
OPEN, DONE = "open", "done"
STATE_CHOICES: Choices = [
    ("", _("All that is open")),
    *((state.value, words) for state, words in STATES.items() if state not in OVER),
    (DONE, _("Gone or closed")),
]
DUE_CHOICES: Choices = [
    ("", _("Any time")),
    (Due.late.value, _("Time is up")),
    (Due.today.value, _("Today, or late")),
    (Due.week.value, _("In the next 7 days, or late")),
]
HOLDER_CHOICES: Choices = [
    ("", _("Anybody or nobody")),
    (Holder.me.value, _("I have it")),
    (Holder.nobody.value, _("Nobody has it")),
    (Holder.somebody.value, _("Somebody has it")),
]
OTHER_SITES: Words = _("Other sites")


@dataclass(frozen=True, slots=True)
class DueWords:
    """Until when, in words. `at`: the moment they speak of, None for none; `is_late`: a sure time is up."""

    words: str
    at: datetime | None = None
    is_late: bool = False


def platform(key: str) -> str:
    """The name of a platform; of a site outside the directory only that it is another one."""
    if key in ("", OTHER):
        return str(OTHER_SITES)
    try:
        return directory.platform(key).name
    except directory.UnknownRecord:
        return key


@cache
def platforms() -> Choices:
    """The platforms of the directory by name, to choose from."""
    named = sorted(((one.key, one.name) for one in directory.platforms()), key=lambda one: one[1].casefold())
    return [("", _("All platforms")), *named, (OTHER, OTHER_SITES)]


def due(item: Item, now: datetime) -> DueWords:
    """Until when this has to be looked at. A number that is not sure is never called a duty, nor late."""
    line = item.line
    if line.state in OVER:
        return DueWords("")
    late = next((end for end in line.ends if _is_late(end, now, line.told_at)), None)
    if late is not None:
        return DueWords(_ago(now - late.at, late=True), late.at, True)
    if line.state in OURS:
        return DueWords(_ago(now - line.changed_at, late=False), line.changed_at)
    end = next((end for end in line.ends if next_hour(end.at) == item.next_action_at), None)
    if end is None:
        return DueWords(gettext("Look again: %(when)s") % {"when": _when(item.next_action_at, now)})
    said = {"when": _when(end.at, now)}
    if end.kind is Kind.REMINDER:
        past = end.at <= now
        words = gettext("Remind them, since %(when)s") if past else gettext("Remind them: %(when)s")
        return DueWords(words % said, end.at)
    words = gettext("By %(when)s") if end.is_sure else gettext("Usually by %(when)s")
    return DueWords(words % said, end.at)


def _is_late(end: End, now: datetime, told_at: datetime | None) -> bool:
    is_told = told_at is not None and end.at <= told_at
    return end.kind is Kind.DUTY and end.is_sure and end.at <= now and not is_told


def _ago(span: timedelta, *, late: bool) -> str:
    days, hours = span.days, int(span.total_seconds() // 3600)
    if late:
        if days:
            return ngettext("%(n)d day late", "%(n)d days late", days) % {"n": days}
        if hours:
            return ngettext("%(n)d hour late", "%(n)d hours late", hours) % {"n": hours}
        return gettext("Time is up")
    if days:
        return ngettext("To do for %(n)d day", "To do for %(n)d days", days) % {"n": days}
    return gettext("To do now")


def _when(at: datetime, now: datetime) -> str:
    """ "3 pm today", "3 pm tomorrow" or "Wed 25 Nov, 3 pm", by the current clock, with its name."""
    here, today = timezone.localtime(at), timezone.localtime(now).date()
    clock = f"{date_format(here, 'P')} {times.zone_words()}"
    day = (here.date() - today).days
    if day == 0:
        return gettext("%(clock)s today") % {"clock": clock}
    if day == 1:
        return gettext("%(clock)s tomorrow") % {"clock": clock}
    return f"{date_format(here, 'D j M')}, {clock}"
