"""Notice when tries in vain come in a flood: one count for the whole site, by the minute.

While it lasts the door asks one thing more and cases close sooner. It ends by itself.

Every try at the door that opened nothing counts, whether the code was unknown or the phrase wrong. Were only
unknown codes counted, somebody could bring the count to just below the bar, try one more code, and see from
the door whether a case has it.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings

from survivor_portal import counts

LASTS = timedelta(minutes=10)  # after the last try that was above the bar
VAIN = counts.Kind("vain", timedelta(minutes=1), 1)
FLOOD = counts.Kind("flood", LASTS, 1)

log = logging.getLogger("survivor_portal.flood")


def note(now: datetime) -> None:
    """One try at the door opened nothing. Sounds the alarm once when a flood begins."""
    if counts.up(VAIN, "", now, settings.FLOOD_FROM):
        return
    if counts.note(FLOOD, "", now):
        # Within the message: values beside it are never written to a log. It is a count and no more.
        log.warning(f"more than {settings.FLOOD_FROM} tries in vain in a minute")


def is_on(now: datetime) -> bool:
    """Whether far more people than ever, or a program, are trying codes just now, or were a moment ago."""
    return counts.knows(FLOOD, "", now)
