"""Never more slow keys at once than the machine has processors, and never a long queue for them."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

QUEUE = 20


class Busy(Exception):
    """Too many people are opening cases in this moment. Nothing was tried; a minute later it may work."""


class Pool:
    """Takes turns: `size` at once, `queue` waiting, and a refusal for whoever comes after them."""

    def __init__(self, size: int, queue: int = QUEUE) -> None:
        self._places = size + queue
        self._working = threading.Semaphore(size)
        self._guard = threading.Lock()
        self._here = 0
        self._mine = threading.local()

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place for all turns that this thread takes meanwhile. Raises Busy at once when there is none.

        Whoever has one is not refused halfway, between two turns.
        """
        if getattr(self._mine, "has_place", False):
            yield
            return
        with self._guard:
            if self._here >= self._places:
                raise Busy
            self._here += 1
        self._mine.has_place = True
        try:
            yield
        finally:
            self._mine.has_place = False
            with self._guard:
                self._here -= 1

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One turn. Raises Busy at once when the queue is full and this thread has no place in it."""
        with self.place(), self._working:
            yield


def shared_by(processes: int) -> Pool:
    """The part of the machine that one of so many web processes has: at least one place to work in."""
    return Pool(max(1, (os.cpu_count() or 1) // processes), max(1, QUEUE // processes))


SLOW_KEYS = shared_by(settings.WEB_PROCESSES_HERE)
