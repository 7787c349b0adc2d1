"""Find the words that show a class or a remark, and leave out those that only look like it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from survivor_portal.replies._fold import Folded
from survivor_portal.replies._languages import of_sentence
from survivor_portal.replies._records import Kind
from survivor_portal.replies._rules import Rule, languages

_NEAR = 60  # signs: about eight words
_CLAUSE = re.compile(r"; | - |: ")
_MOST_FOUND = 200  # of one rule; a text that repeats a sentence more often says nothing new


@dataclass(frozen=True)
class Hit:
    """Where a rule found its words, as offsets into the folded text."""

    kind: Kind
    start: int
    end: int
    rule: str
    language: str = ""  # of the rule; a platform's own wording has none


def find(folded: Folded, codes: tuple[str, ...]) -> tuple[Hit, ...]:
    """All that the general rules of these languages find, in the order of the rules."""
    tongues: dict[int, tuple[str, ...]] = {}
    hits: list[Hit] = []
    for code in codes:
        for rule in languages()[code].rules:
            for found in _few(rule.any.finditer(folded.text)):
                start, end = folded.sentence(found.start())
                if start not in tongues:
                    tongues[start] = of_sentence(folded.text[start:end], codes)
                if found.end() > found.start() and code in tongues[start] and _stands(rule, folded, found):
                    hits.append(Hit(rule.kind, found.start(), found.end(), rule.id, code))
    return tuple(hits)


def _stands(rule: Rule, folded: Folded, found: re.Match[str]) -> bool:
    """Nothing in the sentence takes the words back."""
    start, end = folded.sentence(found.start())
    near = max(start, found.start() - _NEAR)
    for divider in _CLAUSE.finditer(folded.text, near, found.start()):
        near = divider.end()
    return not (
        (rule.unless and rule.unless.search(folded.text, start, end))
        or (rule.before and rule.before.search(folded.text, start, found.end()))
        or (rule.near and rule.near.search(folded.text, near, found.end()))
    )


def _few(found: Iterable[re.Match[str]]) -> Iterator[re.Match[str]]:
    for number, match in enumerate(found):
        if number >= _MOST_FOUND:
            return
        yield match
