"""Phrases a person can keep: drawn for them, read back however typed, or their own if it is long enough."""

import hmac
import secrets
import unicodedata
from enum import StrEnum
from functools import cache
from pathlib import Path

from survivor_portal.spoken import bare as _bare
from survivor_portal.spoken import easily_guessed

DATA = Path(__file__).parent / "data"
WORDS = 6
DIGIT_GROUPS = 6
SHORTEST_OWN = 15
MOST_BYTES = 256
# More than that is not looked at, so that a try costs the same whatever is sent.
LONGEST_TYPED = 1024


class Style(StrEnum):
    """What kind of phrase is drawn."""

    words = "words"
    digits = "digits"


class Refused(StrEnum):
    """Why an own phrase will not do."""

    too_short = "too_short"
    too_long = "too_long"
    common = "common"
    holds_code = "holds_code"


def new_phrase(style: Style = Style.words) -> str:
    """Six words of the long list (77 bits), or six groups of four digits (80 bits)."""
    if style is Style.digits:
        return " ".join(f"{secrets.randbelow(10_000):04}" for _ in range(DIGIT_GROUPS))
    words = sorted(_words().values())
    return " ".join(secrets.choice(words) for _ in range(WORDS))


def canonical(typed: str) -> str:
    """The phrase in the one form its key is made from.

    A drawn phrase may be typed with any spaces, dashes and capitals, and digits in any script. Of an own
    phrase only the spaces around it are dropped.
    """
    text = unicodedata.normalize("NFKC", typed[:LONGEST_TYPED]).strip()
    bare = _bare(text)
    if (bare.isdecimal() and len(bare) == DIGIT_GROUPS * 4) or _is_drawn(bare):
        return bare
    return text


def same(typed: str, kept: str) -> bool:
    """Are these the same phrase, however they were typed?"""
    one, other = (canonical(text).encode("utf-8", "surrogatepass") for text in (typed, kept))
    return hmac.compare_digest(one, other)


def refused(own: str, code: str = "") -> Refused | None:
    """Why this own phrase will not do, or None. There are no rules about which signs it must hold."""
    text = canonical(own)
    bare = _bare(text)
    if len(own) > LONGEST_TYPED or len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        return Refused.too_long
    if len(text) < SHORTEST_OWN:
        return Refused.too_short
    if easily_guessed(bare):
        return Refused.common
    if code and code.casefold() in bare:
        return Refused.holds_code
    return None


def _is_drawn(bare: str) -> bool:
    """Is this six words of the list, one after the other?"""
    words, longest = _words(), _longest()
    ends = {0}
    if len(bare) > WORDS * longest:
        return False
    for _ in range(WORDS):
        ends = {
            start + length
            for start in ends
            for length in range(1, longest + 1)
            if bare[start : start + length] in words and start + length <= len(bare)
        }
    return len(bare) in ends


@cache
def _words() -> dict[str, str]:
    """Each word of the list by its letters alone."""
    lines = (DATA / "eff-long.txt").read_text("utf-8").split()
    return {_bare(word): word for word in lines}


@cache
def _longest() -> int:
    return max(map(len, _words()))
