"""Which pasted number belongs to which request: line by line in the order shown, or by name. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

LONGEST = 80
MOST_LINES = 500


class Why(StrEnum):
    """Why a line was not used."""

    NO_SUCH = "no_such"  # no request that was chosen has this name
    SEVERAL = "several"  # more than one has
    TWICE = "twice"  # the request has a number already
    TOO_MANY = "too_many"  # more lines than requests
    TOO_LONG = "too_long"
    NO_NUMBER = "no_number"  # a name and nothing behind it
    NO_NAME = "no_name"  # other lines have a name and this one has none


@dataclass(frozen=True, slots=True)
class Unused:
    """A line that belongs to nothing: its number as an editor counts, its words, and why."""

    line: int
    text: str
    why: Why


@dataclass(frozen=True, slots=True)
class Paired:
    """The number of each request that has one, by the request's name; and the lines that fit nothing."""

    numbers: dict[str, str] = field(default_factory=dict)
    unused: tuple[Unused, ...] = ()


def pair(text: str, requests: Sequence[tuple[str, Sequence[str]]]) -> Paired:
    """Pair pasted lines with requests: pairs of request and the names it goes by, in the order shown.

    With a tab in any line every line is "name, tab, number". The same with a comma or a semicolon, where one
    of them stands behind a name of the list. Else the first line is for the first request, and so on, an
    empty line for one without a number. Never raises.
    """
    lines = text.splitlines()[:MOST_LINES]
    while lines and not lines[-1].strip():
        lines.pop()
    known: dict[str, list[str]] = {}
    for request, names in requests:
        for name in dict.fromkeys(map(_alike, names)):
            known.setdefault(name, []).append(request)
    if any("\t" in line.strip() for line in lines):
        return _by_name(lines, known, "\t")
    for sign in ",;":
        if any(sign in line and _alike(line.rpartition(sign)[0]) in known for line in lines):
            return _by_name(lines, known, sign)
    return _in_order(lines, [request for request, _names in requests])


def _in_order(lines: Sequence[str], requests: Sequence[str]) -> Paired:
    numbers: dict[str, str] = {}
    unused = []
    for place, raw in enumerate(lines):
        line = _plain(raw)
        if not line:
            continue
        if place >= len(requests):
            unused.append(Unused(place + 1, line[:LONGEST], Why.TOO_MANY))
        elif len(line) > LONGEST:
            unused.append(Unused(place + 1, line[:LONGEST], Why.TOO_LONG))
        else:
            numbers[requests[place]] = line
    return Paired(numbers, tuple(unused))


def _by_name(lines: Sequence[str], known: Mapping[str, Sequence[str]], sign: str) -> Paired:
    numbers: dict[str, str] = {}
    unused = []
    for place, line in enumerate(lines, 1):
        if not line.strip():
            continue
        # A table's empty cell before or behind the only full one is cut off with the blanks: look with them.
        cut = line.strip() if sign in line.strip() else line
        name, _sign, number = (_plain(part) for part in cut.rpartition(sign))
        mine = known.get(_alike(name), [])
        why = (
            Why.NO_NAME
            if not name
            else Why.NO_NUMBER
            if not number
            else Why.NO_SUCH
            if not mine
            else Why.SEVERAL
            if len(mine) > 1
            else Why.TOO_LONG
            if len(number) > LONGEST
            else Why.TWICE
            if mine[0] in numbers
            else None
        )
        if why is None:
            numbers[mine[0]] = number
        else:
            unused.append(Unused(place, _plain(line)[:LONGEST], why))
    return Paired(numbers, tuple(unused))


def _plain(text: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _alike(name: str) -> str:
    return _plain(name).casefold()
