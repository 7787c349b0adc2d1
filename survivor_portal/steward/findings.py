"""What `doctor` has to say: one line a thing, how bad it is, and what to do about it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum


class Level(IntEnum):
    """How bad it is; the worst of all is the exit code."""

    fine = 0
    look = 1
    broken = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """One line. Holds counts, ages and the names of parts; never a word, a name or a number of anybody."""

    level: Level
    part: str
    says: str
    do: str = ""


# Looks at one part, at this moment. What it raises becomes a finding too.
Look = Callable[[datetime], Iterable[Finding]]


def fine(part: str, says: str) -> Finding:
    """All is well here."""
    return Finding(Level.fine, part, says)


def look(part: str, says: str, do: str) -> Finding:
    """Somebody should look at it in the next days."""
    return Finding(Level.look, part, says, do)


def broken(part: str, says: str, do: str) -> Finding:
    """Something does not work now, or a promise is not kept."""
    return Finding(Level.broken, part, says, do)


def graded(
    part: str, age: timedelta, says: str, do: str, *, look_from: timedelta, broken_from: timedelta
) -> Finding:
    """The older the worse."""
    if age >= broken_from:
        return broken(part, says, do)
    return look(part, says, do) if age >= look_from else fine(part, says)


def in_words(age: timedelta) -> str:
    """An age as people say it: "3 hours", "2 days"."""
    seconds = max(0, int(age.total_seconds()))
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        if seconds >= 2 * size or (size == 1):
            count = seconds // size
            return f"{count} {name}{'' if count == 1 else 's'}"
    raise AssertionError
