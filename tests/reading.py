"""Measures how hard a page is to read: Flesch-Kincaid grade and the longest sentence of its visible text."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from html.parser import HTMLParser

import textstat

_SILENT = {"script", "style", "title", "template", "noscript", "option", "pre", "code"}
_BLOCKS = {
    "p", "li", "dt", "dd", "h1", "h2", "h3", "h4", "div", "section", "td", "th", "label", "legend", "button",
    "summary", "caption", "figcaption", "blockquote", "main", "nav", "header", "footer", "form", "br", "tr",
}  # fmt: skip
_END = re.compile(r"(?<=[.!?])\s+")
_WORD = re.compile(r"[A-Za-z][A-Za-z'-]*")
_RUN = re.compile(r"\w+")
_ADDRESS = re.compile(r"\S*(?:://|@|www\.)\S*|\b[\w-]+(?:\.[\w-]+)+(?:/\S*)?\b")


@dataclass(frozen=True)
class Measured:
    """What was found: the grade, and every sentence over the limit of words."""

    grade: float
    sentences: int
    too_long: tuple[str, ...]


class _Visible(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.silent = 0
        self.blocks: list[str] = [""]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in _SILENT
        if tag in _BLOCKS:
            self.blocks.append("")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in _SILENT
        if tag in _BLOCKS:
            self.blocks.append("")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.blocks[-1] += data


@cache
def _any_of(names: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(names, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)" if names else r"(?!)")


def sentences(html: str, names: Iterable[str] = ()) -> list[str]:
    """The sentences a reader sees. Names from the directory become "it"; fragments are left out.

    A fragment is a block that does not end like a sentence: a button, a number, a single choice.
    """
    return list(_sentences(html, tuple(names)))


# A page is measured as a whole and then sentence by sentence.
@lru_cache(maxsize=4)
def _sentences(html: str, names: tuple[str, ...]) -> tuple[str, ...]:
    reader = _Visible()
    reader.feed(html)
    found: list[str] = []
    # Of a few thousand names a page holds a handful; a pattern of those alone is quick.
    named = _any_of(_in_page(html, names))
    for block in reader.blocks:
        text = _ADDRESS.sub("it", named.sub("it", " ".join(block.split())))
        found += [s for s in _END.split(text) if s.endswith((".", "!", "?")) and len(_WORD.findall(s)) >= 3]
    return tuple(found)


def _in_page(html: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Those that stand in the page: a name is there only if its first word is."""
    by_word = _by_first_word(names)
    words = {"", *_RUN.findall(html)} & by_word.keys()
    return tuple(sorted(name for word in words for name in by_word[word] if name in html))


@cache
def _by_first_word(names: tuple[str, ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in names:
        first = _RUN.search(name)
        found.setdefault(first[0] if first else "", []).append(name)
    return found


def measure(html: str, names: Iterable[str] = (), most_words: int = 25) -> Measured:
    """Grade and over-long sentences of a whole page."""
    read = sentences(html, names)
    grade = textstat.flesch_kincaid_grade(" ".join(read)) if read else 0.0
    return Measured(grade, len(read), tuple(s for s in read if len(_WORD.findall(s)) > most_words))
