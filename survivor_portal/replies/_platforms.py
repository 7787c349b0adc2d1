"""A platform's own wording, kept in its directory record: a hint where the general rules find nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from survivor_portal import directory
from survivor_portal.replies._find import Hit
from survivor_portal.replies._fold import Folded, folded_words
from survivor_portal.replies._records import ReplyClass
from survivor_portal.replies._rules import languages

# The words of the directory, and what a wording of that word may decide. Never a removal: a receipt that
# quotes the platform's rules holds the same words.
_CLASSES = {
    "refused": ReplyClass.REFUSED,
    "ack": ReplyClass.ACKNOWLEDGED,
    "more_info": ReplyClass.MORE_ASKED,
    "redirected": ReplyClass.REDIRECTED,
}
_SURE = ("high", "medium")
_FEWEST_WORDS = 4
_PARTS = re.compile(r"\s*\.\.\.\s*|\s+/\s+")


@lru_cache(maxsize=256)
def wordings(key: str) -> tuple[tuple[str, ReplyClass, str], ...]:
    """Folded wording, class and rule id of every entry that is more than a memory. Unknown keys have none."""
    try:
        entries = directory.platform(key).extra.get("refusal_wordings", ())
    except directory.UnknownRecord:
        return ()
    found = []
    for number, entry in enumerate(entries, 1):
        wanted = _CLASSES.get(str(entry.get("class")))
        if wanted is None or entry.get("unverified"):
            continue
        if wanted is ReplyClass.REFUSED and entry.get("confidence") not in _SURE:
            continue
        for part in _PARTS.split(str(entry.get("text") or entry.get("phrase") or "")):
            words = folded_words(part)
            if len(words.split()) >= _FEWEST_WORDS:
                found.append((words, wanted, f"{key}:{number}"))
    return tuple(found)


def find_own(folded: Folded, key: str) -> tuple[Hit, ...]:
    """Where the platform's own wording stands outside questions and conditions."""
    return tuple(_hits(folded, key))


def _hits(folded: Folded, key: str) -> Iterator[Hit]:
    for words, wanted, rule in wordings(key):
        at = folded.text.find(words)
        if at < 0:
            continue
        start, end = folded.sentence(at)
        doubtful = any(
            language.conditional.search(folded.text, start, at + len(words))
            or language.question.search(folded.text, start, end)
            for language in languages().values()
        )
        if wanted is not ReplyClass.REFUSED or not doubtful:
            yield Hit(wanted, at, at + len(words), rule)
