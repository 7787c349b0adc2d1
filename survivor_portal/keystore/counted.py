"""Count how many keys are given out, and stop at the most that a minute may have."""

import threading
import time
from collections import deque
from collections.abc import Callable

MINUTE = 60.0


class Minute:
    """In no sixty seconds more than `most`; whoever asks for more gets nothing, and the alarm is due.

    `clock` gives seconds that only grow.
    """

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.most = most
        self._clock = clock
        self._guard = threading.Lock()
        self._given: deque[tuple[float, int]] = deque()
        self._sum = 0

    def take(self, number: int) -> bool:
        """So many more keys: may they be given out? If not, they do not count."""
        with self._guard:
            self._forget()
            if self._sum + number > self.most:
                return False
            self._given.append((self._clock(), number))
            self._sum += number
            return True

    def given(self) -> int:
        """How many were given out in the last minute."""
        with self._guard:
            self._forget()
            return self._sum

    def _forget(self) -> None:
        until = self._clock() - MINUTE
        while self._given and self._given[0][0] <= until:
            self._sum -= self._given.popleft()[1]
