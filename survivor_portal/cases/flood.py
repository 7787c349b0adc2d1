"""Notice when tries in vain come in a flood: one count for the whole site, by the minute.

While it lasts the door asks one thing more and cases close sooner. It ends by itself. The count is in memory.

Every try at the door that opened nothing counts, whether the code was unknown or the phrase wrong. Were only
unknown codes counted, somebody could bring the count to just below the bar, try one more code, and see from
the door whether a case has it.
"""

import logging
import threading
from datetime import UTC, datetime, timedelta

from django.conf import settings

LASTS = timedelta(minutes=10)  # after the last minute that was above the bar
_BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)

log = logging.getLogger("survivor_portal.flood")


class Watch:
    """One count, and until when a flood lasts."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._minute = self._until = _BEFORE_ALL
        self._count = 0

    def note(self, now: datetime) -> None:
        """One try in vain. Sounds the alarm once when a flood begins."""
        minute = now.replace(second=0, microsecond=0)
        with self._guard:
            self._count = self._count + 1 if minute == self._minute else 1
            self._minute = minute
            if self._count <= settings.FLOOD_FROM:
                return
            begins, self._until, count = now >= self._until, now + LASTS, self._count
        if begins:
            # Within the message: values beside it are never written to a log. It is a count and no more.
            log.warning(f"more than {count - 1} tries in vain in a minute")

    def is_on(self, now: datetime) -> bool:
        """Whether it is a flood, or was one a moment ago."""
        with self._guard:
            return now < self._until


WATCH = Watch()


def note(now: datetime) -> None:
    """One try at the door opened nothing."""
    WATCH.note(now)


def is_on(now: datetime) -> bool:
    """Whether far more people than ever, or a program, are trying codes just now."""
    return WATCH.is_on(now)
