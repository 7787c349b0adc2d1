"""The text of a list as lines of cells, each cell with the line it begins on. One pass, one line in hand."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

from survivor_portal.lists._records import Fault, Wrong

SEPARATORS = (",", ";", "\t")
BOM = "\ufeff"
# What Excel writes in front of a list, to say what stands between two cells.
_SAYS = re.compile(r"sep=(.)", re.IGNORECASE)
# Signs of no text, and those that turn the direction of what stands beside them.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list: its cells, trimmed, and on which line of the text it begins."""

    number: int
    cells: tuple[str, ...]

    def cell(self, place: int) -> str:
        """The cell at this place, "" where the line is shorter."""
        return self.cells[place] if place < len(self.cells) else ""

    @property
    def is_empty(self) -> bool:
        return not any(self.cells)


def separator(text: str) -> str:
    """What stands between two cells: comma, semicolon or tab, whichever the first line has most of."""
    first = _first_line(text)
    says = _SAYS.fullmatch(first.strip())
    if says and says[1] in SEPARATORS:
        return says[1]
    return max(SEPARATORS, key=first.count)


def lines(text: str, between: str) -> Iterator[Line | Fault]:
    """Each line with something in it. A fault for what cannot be read: after an open quotation, all."""
    reader = csv.reader(_feed(text), delimiter=between, strict=True)
    while True:
        begins = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            # The limit of a field comes as the same exception as an open quotation; only the words differ.
            yield Fault(begins, "", Wrong.TOO_LONG if "limit" in str(error) else Wrong.QUOTES)
            return
        if begins == 1 and (_SAYS.fullmatch(_first_line(text).strip())):
            continue
        line = Line(begins, tuple(cell.strip() for cell in cells))
        if not line.is_empty:
            yield line


def control_in(cell: str) -> int | None:
    """How many lines into a cell the first sign stands that no text has; None without one."""
    found = _CONTROL.search(cell)
    return cell.count("\n", 0, found.start()) if found else None


def _first_line(text: str) -> str:
    return re.split(r"[\r\n]", text[:10_000].removeprefix(BOM), maxsplit=1)[0]


def _feed(text: str) -> Iterator[str]:
    """The text line by line, whichever way its lines end."""
    start = len(BOM) if text.startswith(BOM) else 0
    for end in _LINE_END.finditer(text, start):
        yield text[start : end.start()] + "\n"
        start = end.end()
    if start < len(text):
        yield text[start:]
