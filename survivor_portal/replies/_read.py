"""Read an answer: fold it, hide what it quotes, find the deciding words, weigh them."""

from __future__ import annotations

from collections.abc import Sequence

from survivor_portal.replies._find import Hit, find
from survivor_portal.replies._fold import Folded, fold
from survivor_portal.replies._languages import guess
from survivor_portal.replies._platforms import find_own
from survivor_portal.replies._quoted import quoted
from survivor_portal.replies._records import DECISIONS, Kind, Mark, Reading, Remark, ReplyClass, Verdict
from survivor_portal.replies._rules import languages
from survivor_portal.replies._settle import settle

LONGEST = 100_000  # signs; what stands behind them is not read
_MOST_MARKS = 6


def read_reply(text: str, platform: str | None = None, language: str | None = None) -> Reading:
    """What a platform's answer says, with the words that say it. Never raises on any text.

    `platform`: key of a directory record whose own wordings help; an unknown one is as none.
    `language`: a code we have rules for; otherwise it is guessed.
    """
    text = text[:LONGEST]
    folded = fold(text, quoted(text))
    if language is not None and language in languages():
        code: str = language
        codes: tuple[str, ...] = (language,)
    else:
        code, codes = guess(folded.text)
    hits = find(folded, codes)
    if platform:
        hits += _helping(hits, find_own(folded, platform))
    contrast = any(languages()[each].contrast.search(folded.text) for each in codes)
    held = settle(hits, contrast)
    deciding = [hit.language for kind in ReplyClass for hit in held.get(kind, ()) if hit.language]
    return Reading(
        classes=tuple(_verdict(kind, held[kind], folded) for kind in ReplyClass if kind in held),
        remarks=tuple(_verdict(kind, held[kind], folded) for kind in Remark if kind in held),
        language=deciding[0] if deciding else code,
    )


def _helping(general: Sequence[Hit], own: Sequence[Hit]) -> tuple[Hit, ...]:
    """A platform's wording adds a class that fits beside what is known; it never overrules a decision."""
    if any(hit.kind in DECISIONS for hit in general):
        return ()
    return tuple(own)


def _verdict(kind: Kind, hits: Sequence[Hit], folded: Folded) -> Verdict:
    marks: list[Mark] = []
    for hit in sorted(hits, key=lambda hit: hit.start):
        mark = folded.mark(hit.start, hit.end)
        if marks and mark.start <= marks[-1].end:
            marks[-1] = Mark(marks[-1].start, max(marks[-1].end, mark.end))
        else:
            marks.append(mark)
    return Verdict(kind, tuple(marks[:_MOST_MARKS]), hits[0].rule if hits else "")
