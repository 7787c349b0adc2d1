"""The cells of a line that are text: links and places, and what no cell may hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from survivor_portal import links
from survivor_portal.lists import _columns as columns
from survivor_portal.lists._columns import Column, Heads
from survivor_portal.lists._lines import Line, control_in, lines, separator
from survivor_portal.lists._records import LONGEST_CELL, LONGEST_ECHO, MOST_LINKS, Fault, Links, Wrong

LONGEST_PLACE = 500


@dataclass(frozen=True, slots=True)
class Found:
    """The links and places of one line, as one would paste them."""

    links: tuple[str, ...]
    places: tuple[str, ...]
    faults: tuple[Fault, ...]


def refused_cells(heads: Heads, line: Line, known: Mapping[str, Column]) -> dict[str, Fault]:
    """The cells that are not read any further: too long, with signs of no text, with a picture."""
    refused: dict[str, Fault] = {}
    for name in known:
        cell = heads.cell(line, name)
        down = control_in(cell)
        if len(cell) > LONGEST_CELL:
            refused[name] = heads.fault(line.number, name, Wrong.TOO_LONG)
        elif down is not None:
            refused[name] = heads.fault(line.number + down, name, Wrong.CONTROL)
        elif len(cell) >= SHORTEST_PICTURE and links.cut_image_data(cell)[1]:
            refused[name] = heads.fault(line.number, name, Wrong.PICTURE)
    return refused


# A cell shorter than this holds no picture: `data:image/gif;base64,` alone has 22 signs.
SHORTEST_PICTURE = 20


def of_a_line(heads: Heads, line: Line, refused: Mapping[str, Fault]) -> Found:
    """Take the link and place cells of one line apart. Opens nothing."""
    urls: list[str] = []
    faults: list[Fault] = []
    cell = "" if columns.LINK in refused else heads.cell(line, columns.LINK)
    for down, piece in enumerate(cell.split("\n")):
        if not piece.strip():
            continue
        pasted = links.parse_many(piece)
        urls += [link.url for link in pasted.links]
        if pasted.refused:
            faults.append(heads.fault(line.number + down, columns.LINK, Wrong.NOT_A_SITE))
        elif not pasted.links:
            faults.append(heads.fault(line.number + down, columns.LINK, Wrong.NO_LINK, _short(piece)))
    cell = "" if columns.PLACE in refused else heads.cell(line, columns.PLACE)
    where: list[str] = []
    for down, piece in enumerate(cell.split("\n")):
        words = " ".join(piece.split())
        if len(words) > LONGEST_PLACE:
            faults.append(heads.fault(line.number + down, columns.PLACE, Wrong.TOO_LONG))
        elif words:
            where.append(words)
    return Found(tuple(urls), tuple(where), tuple(faults))


def read_links(text: str) -> Links:
    """Read a list of links for one case: with a line that names the columns, or any text with links in it.

    Never raises, opens nothing.
    """
    found = lines(text, separator(text))
    first = next(found, None)
    if first is None:
        return Links("", "", 0, (Fault(1, "", Wrong.EMPTY),))
    if isinstance(first, Fault) or not columns.names_in(first, columns.LINK_COLUMNS):
        return _any_text(text)
    heads, head_faults = columns.heads(first, columns.LINK_COLUMNS)
    faults = list(head_faults)
    known = {column.name: column for column in columns.LINK_COLUMNS}
    urls: list[str] = []
    where: list[str] = []
    for line in found if not faults else ():
        if isinstance(line, Fault):
            faults.append(line)
            continue
        if len(line.cells) > heads.width and any(line.cells[heads.width :]):
            faults.append(Fault(line.number, "", Wrong.CELLS))
        refused = refused_cells(heads, line, known)
        one = of_a_line(heads, line, refused)
        faults += [*refused.values(), *one.faults]
        urls += one.links
        where += one.places
    return _whole(urls, where, faults, heads.ignored)


def _any_text(text: str) -> Links:
    """Text without columns, as somebody would paste it; what is no link is left out."""
    faults = [
        Fault(number, "", Wrong.CONTROL)
        for number, piece in enumerate(text.splitlines(), 1)
        if control_in(piece) is not None
    ]
    text, cut = links.cut_image_data(text)
    if cut:
        faults.append(Fault(1, "", Wrong.PICTURE))
    return _whole([link.url for link in links.parse_many(text).links], [], faults, ())


def _whole(urls: list[str], where: list[str], faults: list[Fault], ignored: tuple[str, ...]) -> Links:
    count = len(urls) + len(where)
    if count > MOST_LINKS:
        faults.append(Fault(1, "", Wrong.TOO_MANY_LINKS))
    elif not count and not faults:
        faults.append(Fault(1, "", Wrong.NOTHING))
    faults.sort(key=lambda fault: fault.line)
    return Links("\n".join(urls), "\n".join(where), count, tuple(faults), ignored)


def _short(piece: str) -> str:
    """What stood there, where it is short enough to be told apart at a glance."""
    words = " ".join(piece.split())
    return words if len(words) <= LONGEST_ECHO else ""
