"""Markers: words that occur nowhere else, and a search that finds them in any dress a store may give them."""

from __future__ import annotations

import base64
import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from typing import TypeAlias
from urllib.parse import quote, quote_plus

# In every marker, so that one search finds them all. Letters only: a name may hold no number.
STEM = "qzvkwxjm"
_TAIL, _LETTERS = 10, "abcdefghijklmnopqrstuvwxyz"
# How much is looked through at once, and how much of it the next piece begins with.
_PIECE, _OVER = 32_768, 1_024
Found: TypeAlias = tuple[str, str]  # where, and what in which dress


@dataclass
class Markers:
    """Markers that were planted, each with the field it went into."""

    dice: random.Random = field(default_factory=lambda: random.Random(20261122))
    fields: dict[str, str] = field(default_factory=dict)

    def new(self, where: str) -> str:
        """One more, for that field."""
        marker = STEM + "".join(self.dice.choices(_LETTERS, k=_TAIL))
        assert marker not in self.fields
        self.fields[marker] = where
        return marker


def dresses(text: str) -> dict[str, tuple[bytes, ...]]:
    """What to look for, by the name of the dress: in bytes as they are ("base64"), or in small letters (the
    rest)."""
    small = text.lower()
    return {
        "plain": (small.encode(), quote(small).encode(), quote_plus(small).encode()),
        "without spaces": tuple(
            small.replace(" ", between).replace("-", between).encode() for between in ("", "-", "_", "+")
        ),
        "UTF-16": (small.encode("utf-16-le"), small.encode("utf-16-be")),
        "JSON": tuple("".join(f"\\u{ord(sign):04x}" for sign in form).encode() for form in _cases(text)),
        "percent": tuple("".join(f"%{byte:02x}" for byte in form.encode()).encode() for form in _cases(text)),
        "hex": tuple(form.encode().hex().encode() for form in _cases(text)),
        "base64": tuple(needle for form in _cases(text) for needle in _base64(form.encode())),
    }


def _cases(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((text, text.lower(), text.upper())))


def _base64(text: bytes) -> Iterator[bytes]:
    """The letters that stand for the text wherever it begins, in both alphabets."""
    for before in range(3):
        coded = base64.b64encode(bytes(before) + text)
        # What the bytes beside it have a part in is left out.
        middle = coded[(0, 2, 3)[before] : len(coded) - (0, 3, 2)[(before + len(text)) % 3]]
        yield middle
        yield middle.translate(bytes.maketrans(b"+/", b"-_"))


@cache
def _needles(text: str) -> tuple[tuple[str, bytes], ...]:
    """Dress and what to look for, each once: a word without a space has one form plain and in an address."""
    found: dict[tuple[bool, bytes], str] = {}
    for dress, needles in dresses(text).items():
        for needle in needles:
            found.setdefault((dress == "base64", needle), dress)
    assert all(len(needle) >= 8 for _as_it_is, needle in found), "too short to be told from chance"
    assert all(len(needle) <= _OVER for _as_it_is, needle in found), "could lie across two pieces"
    return tuple((dress, needle) for (_as_it_is, needle), dress in found.items())


class Seen:
    """Pieces of what is kept in which something was looked for in vain: a file of a database is mostly the
    same from one search to the next, and is not read again for what it cannot hold."""

    def __init__(self) -> None:
        self._without: dict[bytes, set[str]] = {}

    def left(self, kept: bytes, texts: Iterable[str]) -> Iterator[tuple[bytes, list[str], set[str]]]:
        """Piece after piece with those texts not yet looked for in it, and the set to add them to. Pieces lie
        over each other by more than the longest thing that is looked for."""
        wanted = list(texts)
        for at in range(0, max(len(kept) - _OVER, 1), _PIECE):
            piece = kept[at : at + _PIECE + _OVER]
            without = self._without.setdefault(blake2b(piece).digest(), set())
            if new := [text for text in wanted if text not in without]:
                yield piece, new, without


def search(
    places: Iterable[tuple[str, bytes]],
    markers: Markers,
    secrets: Iterable[str] = (),
    *,
    ends: bool = False,
    seen: Seen | None = None,
) -> list[Found]:
    """Every place in which a marker or a secret stands in some dress; `ends`: or only the end of a marker.
    Where none was planted, none is looked for. `seen`: what was looked for before."""
    wanted = [(f"secret {n}", text) for n, text in enumerate(dict.fromkeys(secrets))]
    if markers.fields:
        wanted.insert(0, ("a marker", STEM))
    tails = {marker.removeprefix(STEM).encode(): whose for marker, whose in markers.fields.items()}
    found: list[Found] = []
    seen, called = seen or Seen(), {text: what for what, text in wanted}
    for where, kept in places:
        for piece, texts, without in seen.left(kept, called):
            small = piece.lower()
            for text in texts:
                held = [
                    (where, f"{called[text]}, {dress}: {_whose(small[at : at + 400], markers)}")
                    for dress, needle in _needles(text)
                    if (at := (piece if dress == "base64" else small).find(needle)) >= 0
                ]
                if held:
                    found += held
                else:
                    without.add(text)
        if ends:
            # What was cut off at the front.
            cut = tails.keys() & _windows(kept.lower())
            found += [
                (where, f"the end of a marker from {whose}") for tail, whose in tails.items() if tail in cut
            ]
    return found


_RUNS = re.compile(rb"[a-z]{%d,}" % _TAIL)


def _windows(small: bytes) -> set[bytes]:
    """Each piece of small letters as long as the end of a marker: one way through, however many there are."""
    runs = set(_RUNS.findall(small))
    return {run[at : at + _TAIL] for run in runs for at in range(len(run) - _TAIL + 1)}


def _whose(piece: bytes, markers: Markers) -> str:
    text = piece.decode("ascii", "ignore")
    return next((f"{marker} from {where}" for marker, where in markers.fields.items() if marker in text), "")
