"""What is counted or remembered for a while, and what each place that keeps it can do."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

HOUR = timedelta(hours=1)
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of count or note.

    `key`: its name among all kinds. `lasts`: a count begins anew at each full span of it (UTC), a note
    is forgotten after it. `most`: so many names at once; the one not met for longest goes.
    """

    key: str
    lasts: timedelta
    most: int


class Place(Protocol):
    """Where counts and notes are. Names are whatever the caller has; no place keeps one that can be read."""

    def up(self, kind: Kind, name: str, now: datetime, limit: int) -> bool:
        """One more in the span of `now`. False, and nothing counted, where it is `limit` already."""
        ...

    def down(self, kind: Kind, name: str, now: datetime) -> None:
        """One less in the span of `now`, never below nought."""
        ...

    def note(self, kind: Kind, name: str, now: datetime) -> bool:
        """Remember the name from `now` on. False where it was remembered already; that lasts anew then."""
        ...

    def knows(self, kind: Kind, name: str, now: datetime) -> bool:
        """Whether the name is remembered."""
        ...


def span(now: datetime, length: timedelta) -> int:
    """Which span of this length `now` lies in."""
    return (now - _BEGINNING) // length


def end_of(number: int, length: timedelta) -> datetime:
    """When that span is over."""
    return _BEGINNING + (number + 1) * length


def hidden(key: bytes, kind: Kind, name: str) -> bytes:
    """What stands for the name: 16 bytes that say nothing to whoever lacks the key (HMAC-SHA-256, cut)."""
    return hmac.digest(key, f"{kind.key}|{name}".encode(), hashlib.sha256)[:16]
