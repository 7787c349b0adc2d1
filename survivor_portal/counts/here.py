"""Counts in the memory of this process, under names that nobody can turn back."""

import secrets
import threading
from collections import OrderedDict
from datetime import datetime

from survivor_portal.counts.kinds import Kind, hidden, span


class Here:
    """A place that only this process knows. Each span of a count has a key of its own, drawn in memory, that
    goes with it."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._counts: dict[str, _Span] = {}
        self._notes: dict[str, OrderedDict[bytes, datetime]] = {}
        self._key = secrets.token_bytes(32)

    def up(self, kind: Kind, name: str, now: datetime, limit: int) -> bool:
        with self._guard:
            counts, own = self._find(kind, name, now)
            count = counts.get(own, 0)
            counts[own] = count if count >= limit else count + 1
            counts.move_to_end(own)
            while len(counts) > kind.most:
                counts.popitem(last=False)
            return count < limit

    def down(self, kind: Kind, name: str, now: datetime) -> None:
        with self._guard:
            counts, own = self._find(kind, name, now)
            if counts.get(own):
                counts[own] -= 1

    def note(self, kind: Kind, name: str, now: datetime) -> bool:
        own = hidden(self._key, kind, name)
        with self._guard:
            notes = self._notes.setdefault(kind.key, OrderedDict())
            is_new = not (own in notes and now < notes[own])
            notes[own] = now + kind.lasts
            notes.move_to_end(own)
            while len(notes) > kind.most:
                notes.popitem(last=False)
            return is_new

    def knows(self, kind: Kind, name: str, now: datetime) -> bool:
        own = hidden(self._key, kind, name)
        with self._guard:
            notes = self._notes.get(kind.key)
            return notes is not None and own in notes and now < notes[own]

    def size(self, kind: Kind) -> int:
        """How many names of this kind are in memory."""
        with self._guard:
            counted = self._counts.get(kind.key)
            return (len(counted.counts) if counted else 0) + len(self._notes.get(kind.key, {}))

    def _find(self, kind: Kind, name: str, now: datetime) -> tuple[OrderedDict[bytes, int], bytes]:
        number = span(now, kind.lasts)
        current = self._counts.get(kind.key)
        if current is None or current.number != number:
            current = self._counts[kind.key] = _Span(number)
        return current.counts, hidden(current.key, kind, name)


class _Span:
    def __init__(self, number: int) -> None:
        self.number = number
        self.key = secrets.token_bytes(32)
        self.counts: OrderedDict[bytes, int] = OrderedDict()
