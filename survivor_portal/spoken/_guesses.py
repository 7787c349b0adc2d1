"""Tell whether anybody would guess a phrase: one of the common ones, or signs in a row."""

import unicodedata
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data"
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
)


def bare(text: str) -> str:
    """Letters and digits alone, small, digits of any script as 0 to 9: how two phrases are compared."""
    signs = (sign for sign in text.casefold() if sign.isalnum())
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in signs)


def easily_guessed(text: str) -> bool:
    """Is it on the list of common phrases, one short piece over and over, or a row of signs such as of the
    alphabet or of a keyboard?"""
    letters = bare(text)
    return letters in _common() or _is_pattern(letters)


def _is_pattern(letters: str) -> bool:
    sizes = range(1, min(9, len(letters) // 2 + 1))
    if any(letters == (letters[:size] * len(letters))[: len(letters)] for size in sizes):
        return True
    return any(letters in row * 2 or letters[::-1] in row * 2 for row in _ROWS)


@cache
def _common() -> frozenset[str]:
    lines = (DATA / "common.txt").read_text("utf-8").splitlines()
    return frozenset(bare(line) for line in lines if line and not line.startswith("#"))
