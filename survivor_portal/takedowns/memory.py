"""What worked at one site: many requests in a few facts, put together by law and by channel.

Pure. Of fewer than three requests nothing is said: one answer is no rule, and two are soon taken for one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from survivor_portal.takedowns.process import Move
from survivor_portal.takedowns.summary import Summary

LEAST = 3


@dataclass(frozen=True, slots=True)
class Worked:
    """Requests of one kind: how many were sent, and what they came to. Days are medians, None where fewer
    than `LEAST` came to it. `law`: "" for those on none; `channel`: a key of the site's own, or ""."""

    sent: int
    answered: int
    removed: int
    refused: int
    days_to_answer: float | None
    days_to_removal: float | None
    law: str = ""
    channel: str = ""

    @property
    def is_enough(self) -> bool:
        return self.sent >= LEAST


@dataclass(frozen=True, slots=True)
class Wording:
    """Words by which a site refused: in how many requests they came, how many of those were removed later,
    and what was done last before that, the most frequent first."""

    words: str
    count: int
    removed: int
    steps: tuple[tuple[Move, int], ...]


@dataclass(frozen=True, slots=True)
class Memory:
    """What a team's cases tell of one site. `wordings_left_out`: those that came in too few requests."""

    all: Worked
    kinds: tuple[Worked, ...]
    wordings: tuple[Wording, ...]
    wordings_left_out: int
    refused_then_removed: int
    steps: tuple[tuple[Move, int], ...]


def memory(summaries: Iterable[Summary]) -> Memory:
    """Put together what was sent; what was never sent tells nothing of a site."""
    sent = [one for one in summaries if one.sent_at is not None]
    kinds: dict[tuple[str, str], list[Summary]] = {}
    worded: dict[str, list[Summary]] = {}
    shown: dict[str, Counter[str]] = {}
    for one in sent:
        for law in one.grounds or ("",):
            kinds.setdefault((law, one.channel), []).append(one)
        for key, words in {_alike(words): words for words in one.refusals}.items():
            worded.setdefault(key, []).append(one)
            shown.setdefault(key, Counter())[words] += 1
    wordings = [
        Wording(shown[key].most_common(1)[0][0], len(those), len(_turned(those)), _steps(_turned(those)))
        for key, those in worded.items()
        if len(those) >= LEAST
    ]
    turned = _turned(sent)
    return Memory(
        all=_worked(sent),
        kinds=tuple(
            sorted(
                (_worked(those, law, channel) for (law, channel), those in kinds.items()),
                key=lambda kind: (-kind.sent, kind.law, kind.channel),
            )
        ),
        wordings=tuple(sorted(wordings, key=lambda one: (-one.count, one.words))),
        wordings_left_out=len(worded) - len(wordings),
        refused_then_removed=len(turned),
        steps=_steps(turned) if len(turned) >= LEAST else (),
    )


def _worked(those: Sequence[Summary], law: str = "", channel: str = "") -> Worked:
    return Worked(
        sent=len(those),
        answered=sum(one.answered_at is not None for one in those),
        removed=sum(one.removed_at is not None for one in those),
        refused=sum(one.refused_at is not None for one in those),
        days_to_answer=_days((one.sent_at, one.answered_at) for one in those),
        days_to_removal=_days((one.sent_at, one.removed_at) for one in those),
        law=law,
        channel=channel,
    )


def _turned(those: Iterable[Summary]) -> list[Summary]:
    """Those that were refused first and removed later."""
    return [one for one in those if one.refused_at and one.removed_at and one.refused_at <= one.removed_at]


def _steps(those: Iterable[Summary]) -> tuple[tuple[Move, int], ...]:
    return tuple(Counter(one.last_step for one in those if one.last_step is not None).most_common())


def _days(pairs: Iterable[tuple[datetime | None, datetime | None]]) -> float | None:
    """The middle one of the days between; None of fewer than LEAST. What came before it was sent does not
    count: it was an answer to something else."""
    spans = [(end - start).total_seconds() / 86400 for start, end in pairs if start and end and end >= start]
    return median(spans) if len(spans) >= LEAST else None


def _alike(words: str) -> str:
    """The same sentence, whatever the mail program made of its signs."""
    return "".join(char for char in words.casefold() if char.isalnum() or char.isspace())
