"""Guess the language of an answer, and of each sentence in it, by its small words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection

from survivor_portal.replies._rules import languages

UNKNOWN = "und"
_SMALL_WORD = re.compile(r"(?<![a-z0-9])[a-z]{1,8}(?![a-z0-9])")
_FEW = 2  # small words; on so few no sentence is laid to one language
_SHARE = 0.15  # a language with fewer of the small words than this share is a name or a footer's crumb


def guess(text: str) -> tuple[str, tuple[str, ...]]:
    """The main language of a folded text (`und` if nothing speaks for one), and all worth reading it in."""
    scores = _scores(text, languages())
    best = max(scores.values(), default=0)
    if best <= _FEW:
        return scores.most_common(1)[0][0] if best else UNKNOWN, tuple(languages())
    kept = [code for code, score in scores.most_common() if score >= max(1, _SHARE * best)]
    return kept[0], tuple(kept)


def of_sentence(sentence: str, among: tuple[str, ...]) -> tuple[str, ...]:
    """The languages to read one sentence in: those of `among` with the most small words in it."""
    if len(among) == 1:
        return among
    scores = _scores(sentence, among)
    best = max(scores.values(), default=0)
    return tuple(code for code in among if scores[code] == best or best <= _FEW)


def _scores(text: str, among: Collection[str]) -> Counter[str]:
    known = languages()
    words = Counter(_SMALL_WORD.findall(text))
    return Counter(
        {code: sum(n for word, n in words.items() if word in known[code].stop_words) for code in among}
    )
