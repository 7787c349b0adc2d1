"""Fold a text for matching: small letters, no accents, one sentence a line, and the way back."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from survivor_portal.replies._records import Mark

_LONGEST_SENTENCE = 600
_TOKEN = re.compile(
    r"[a-z0-9]{1,200}"
    r"|<[^<>]{1,300}>"
    r"|&(?:\#[0-9]{1,6}|\#x[0-9a-fA-F]{1,5}|[a-zA-Z]{2,8});"
    r"|[\s\u200b\ufeff]{1,2000}"
    r"|.",
    re.DOTALL,
)
_BLOCK_TAG = re.compile(r"</?(?:p|div|li|ul|ol|tr|td|table|h[1-6]|blockquote)\b", re.IGNORECASE)
_BULLET = re.compile(r"(?:[-*\u2022\u2013\u25cf]|\d{1,2}[.)])\s")
_SIGNS = {"\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u00b4": "'", "`": "'", "\u201c": '"', "\u201d": '"',
          "\u201e": '"', "\u00ab": '"', "\u00bb": '"', "\u2010": "-", "\u2011": "-", "\u2013": "-",
          "\u2014": "-", "\u2212": "-", "\u2026": ".", "\u00ad": "", "\u0131": "i"}  # fmt: skip


@dataclass(frozen=True)
class Folded:
    """The folded text, its sentences divided by line breaks, and for each sign where it came from."""

    text: str
    places: tuple[tuple[int, int], ...]

    def mark(self, start: int, end: int) -> Mark:
        """Where that part stands in the text as given."""
        return Mark(self.places[start][0], self.places[end - 1][1])

    def sentence(self, at: int) -> tuple[int, int]:
        """Start and end of the sentence around that place."""
        end = self.text.find("\n", at)
        return self.text.rfind("\n", 0, at) + 1, len(self.text) if end < 0 else end


@lru_cache(maxsize=4096)
def _plain(sign: str) -> str:
    if sign in _SIGNS:
        return _SIGNS[sign]
    lowered = unicodedata.normalize("NFKD", sign).casefold()
    return "".join(part for part in lowered if not unicodedata.combining(part) and not part.isspace())


def fold(text: str, hidden: tuple[tuple[int, int], ...] = ()) -> Folded:
    """Fold `text`; the hidden spans (quoted words of the asker) become ends of sentences."""
    signs: list[str] = []
    places: list[tuple[int, int]] = []
    length = 0  # of the sentence so far

    def put(piece: str, start: int, end: int) -> None:
        nonlocal length
        for offset, sign in enumerate(piece):
            if sign == "\n" and (not signs or signs[-1] == "\n"):
                continue
            if sign == " " and (not signs or signs[-1] in " \n"):
                continue
            length = 0 if sign == "\n" else length + 1
            signs.append(sign)
            places.append((start + offset, start + offset + 1) if end - start == len(piece) else (start, end))

    position = 0
    for span in (*hidden, (len(text), len(text))):
        for token in _TOKEN.finditer(text, position, max(position, span[0])):
            piece = token[0]
            if piece.isspace() or piece[0] in "\u200b\ufeff":
                ends = (
                    piece.count("\n") > 1
                    or (bool(signs) and _ends_sentence(signs))
                    or ("\n" in piece and _BULLET.match(text, token.end()) is not None)
                    or length > _LONGEST_SENTENCE
                )
                put("\n" if ends else " ", token.start(), token.end())
            elif piece[0] == "<" and len(piece) > 1:
                put("\n" if _BLOCK_TAG.match(piece) else " ", token.start(), token.end())
            elif piece[0] == "&" and len(piece) > 1:
                put(_plain(html.unescape(piece)[:1]) or " ", token.start(), token.end())
            elif piece.isascii() and piece.isalnum():
                put(piece.lower(), token.start(), token.end())
                if length > _LONGEST_SENTENCE:
                    put("\n", token.end(), token.end())
            else:
                put(_plain(piece), token.start(), token.end())
        put("\n", span[0], span[1])
        position = span[1]
    return Folded("".join(signs), tuple(places))


def _ends_sentence(signs: list[str]) -> bool:
    last = signs[-1]
    if last in "\"')]" and len(signs) > 1:
        last = signs[-2]
    return last in ".!?"


def folded_words(text: str) -> str:
    """A short text folded for comparing, on one line."""
    return fold(text).text.replace("\n", " ").strip()
