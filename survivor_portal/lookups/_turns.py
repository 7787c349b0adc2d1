"""One question at a time to each server, with a pause between: registries count, and shut people out.

Kept in files of one machine, so workers that share it wait for each other. A file is named by a hash of the
server and holds a time; who was asked about is nowhere.
"""

from __future__ import annotations

import fcntl
import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from survivor_portal.lookups._wire import Deadline

# Brazil's registry takes about five questions a minute; nobody is known to want a longer pause.
PAUSE = 12.0
LONGEST_SHUT = 3600.0
_LOOK_AGAIN = 0.2


class Busy(Exception):
    """The server asked for a pause, or others wait for it already."""


@dataclass(frozen=True, slots=True)
class Turns:
    """Whose turn it is, in a folder that is made when it is needed."""

    folder: Path
    pause: float = PAUSE
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep

    @contextmanager
    def turn(self, server: str, deadline: Deadline) -> Iterator[None]:
        """Hold the turn at this server. Raises Busy when it does not come before the deadline."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._path(server).open("a+b") as file:
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    self._wait(_LOOK_AGAIN, deadline)
            self._wait(self._next(file.name) - self.clock(), deadline)
            try:
                yield
            finally:
                # At least this pause; `shut` inside the turn may have asked for a longer one.
                self._write(server, max(self._next(file.name), self.clock() + self.pause))

    def shut(self, server: str, seconds: float) -> None:
        """The server said that it is too much: ask nothing for so long. Call it inside the turn."""
        self._write(server, self.clock() + min(max(seconds, self.pause), LONGEST_SHUT))

    def _wait(self, seconds: float, deadline: Deadline) -> None:
        if seconds <= 0:
            return
        if seconds > deadline.at - time.monotonic():
            raise Busy
        self.sleep(seconds)

    def _path(self, server: str) -> Path:
        return self.folder / hashlib.sha256(f"turn1|{server}".encode()).hexdigest()[:32]

    def _write(self, server: str, until: float) -> None:
        self._path(server).write_text(f"{until:.3f}", "ascii")

    def _next(self, name: str) -> float:
        try:
            until = float(Path(name).read_text("ascii"))
        except (OSError, ValueError):
            return 0.0
        # A clock that was set back must not shut a server for years.
        return until if until <= self.clock() + LONGEST_SHUT else 0.0
