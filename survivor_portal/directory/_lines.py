"""Find the line of a TOML text on which a value stands, so that an error can point at it.

The standard library's parser gives values without places. This walk is only made once something is wrong;
it reads the shapes our files use (headers, `key = value`, lists over several lines), not all of TOML."""

from __future__ import annotations

import re

from survivor_portal.directory._shapes import Place

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'')


def line_of(text: str, place: Place) -> int:
    """The line (from 1) of the value at `place`, or of the nearest thing around it that can be found."""
    lines = _places(text)
    for length in range(len(place), 0, -1):
        if place[:length] in lines:
            return lines[place[:length]]
    return 1


def _places(text: str) -> dict[Place, int]:
    found: dict[Place, int] = {}
    counts: dict[Place, int] = {}
    table: Place = ()
    key: Place = ()
    depth = element = 0
    closing = ""  # the quotes that end the text over several lines we are in
    for number, line in enumerate(text.splitlines(), start=1):
        if closing:
            closing = "" if closing in line else closing
            continue
        if depth:
            bare = _bare(line)
            if depth == 1 and bare.strip() and not bare.strip().startswith("]"):
                found.setdefault((*key, element), number)
                # one element a line is how our files are laid out; several are counted by their commas
                element += max(1, _commas(bare)) if bare.rstrip().endswith(",") else _commas(bare) + 1
            depth += _opened(bare)
            continue
        if header := _HEADER.match(line):
            parts = _parts(header[2])
            table = _inside(parts[:-1], counts)
            table = (*table, parts[-1])
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                found.setdefault(table, number)
                table = (*table, counts[table])
            found.setdefault(table, number)
        elif match := _KEY.match(line):
            key = (*table, *_parts(match[1]))
            found.setdefault(key, number)
            rest = line[match.end() :]
            closing = _unclosed(rest)
            depth, element = (0, 0) if closing else (max(0, _opened(_bare(rest))), 0)
    return found


def _inside(parts: tuple[str, ...], counts: dict[Place, int]) -> Place:
    place: Place = ()
    for part in parts:
        place = (*place, part)
        if place in counts:
            place = (*place, counts[place])
    return place


def _parts(name: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in re.findall(r"""[\w-]+|"[^"]*"|'[^']*'""", name))


def _bare(line: str) -> str:
    """The line without quoted texts and without its comment, so that only the brackets are left to count."""
    return _QUOTED.sub("_", line).split("#", 1)[0]


def _opened(bare: str) -> int:
    return bare.count("[") + bare.count("{") - bare.count("]") - bare.count("}")


def _commas(bare: str) -> int:
    """Commas between elements of the list itself, not inside an element."""
    depth = commas = 0
    for sign in bare:
        depth += (sign in "[{") - (sign in "]}")
        commas += sign == "," and depth == 0
    return commas


def _unclosed(rest: str) -> str:
    for quotes in ('"""', "'''"):
        if rest.strip().startswith(quotes) and rest.count(quotes) == 1:
            return quotes
    return ""
