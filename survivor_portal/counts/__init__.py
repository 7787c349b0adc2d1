"""Counts and notes for a while, of this process or of all web processes together. Nothing names anybody.

`COUNTS_URL` names the Redis they share. When that does not answer, each process goes on with its own counts,
so that nobody is locked out by it.
"""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from django.conf import settings

from survivor_portal.counts.here import Here
from survivor_portal.counts.kinds import HOUR, Kind, Place, end_of, span
from survivor_portal.counts.shared import Shared, Unreachable

__all__ = ["HOUR", "Counts", "Kind", "State", "down", "end_of", "knows", "note", "span", "state", "up"]

T = TypeVar("T")
# After the shared place did not answer nobody asks it for so long, seconds: pages are not to wait for it.
REST = 5.0

log = logging.getLogger("survivor_portal.counts")


class State(StrEnum):
    """Where counts are."""

    alone = "alone"  # in each process, as the settings say
    shared = "shared"
    on_disk = "on_disk"  # shared, in a Redis that writes down what it is told
    apart = "apart"  # to be shared, but that Redis does not answer


class Counts:
    """Counts in the shared place, or here while it does not answer. `url`: asked once, "" for only here."""

    def __init__(self, url: Callable[[], str]) -> None:
        self.here = Here()
        self._url = url
        self._guard = threading.Lock()
        self._found: Shared | None = None
        self._is_found = False
        self._again_at = 0.0
        self._is_apart = False

    def ask(self, how: Callable[[Place], T]) -> T:
        """What the place says that answers. Never raises because of the shared one."""
        shared = self._shared()
        if shared is None or time.monotonic() < self._again_at:
            return how(self.here)
        try:
            said = how(shared)
        except Unreachable:
            self._says(is_apart=True)
            return how(self.here)
        self._says(is_apart=False)
        return said

    def state(self) -> State:
        """Asks the shared place now, whatever happened before."""
        shared = self._shared()
        if shared is None:
            return State.alone
        try:
            return State.on_disk if shared.writes_to_disk() else State.shared
        except Unreachable:
            return State.apart

    def _shared(self) -> Shared | None:
        with self._guard:
            if not self._is_found:
                url = self._url()
                self._found, self._is_found = Shared(url) if url else None, True
            return self._found

    def _says(self, *, is_apart: bool) -> None:
        with self._guard:
            self._again_at = time.monotonic() + REST if is_apart else 0.0
            if is_apart == self._is_apart:
                return
            self._is_apart = is_apart
        if is_apart:
            log.warning("the shared counts do not answer; each process counts for itself")
        else:
            log.warning("the shared counts answer again")


COUNTS = Counts(lambda: settings.COUNTS_URL)


def up(kind: Kind, name: str, now: datetime, limit: int) -> bool:
    """One more in the span of `now` (aware). False, and nothing counted, where it is `limit` already."""
    return COUNTS.ask(lambda place: place.up(kind, name, now, limit))


def down(kind: Kind, name: str, now: datetime) -> None:
    """One less in the span of `now`, never below nought."""
    COUNTS.ask(lambda place: place.down(kind, name, now))


def note(kind: Kind, name: str, now: datetime) -> bool:
    """Remember the name from `now` on. False where it was remembered already; that lasts anew then."""
    return COUNTS.ask(lambda place: place.note(kind, name, now))


def knows(kind: Kind, name: str, now: datetime) -> bool:
    """Whether the name is remembered."""
    return COUNTS.ask(lambda place: place.knows(kind, name, now))


def state() -> State:
    """Where counts are just now, for whoever looks after the site."""
    return COUNTS.state()
