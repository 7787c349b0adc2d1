"""Codes that can be written down: drawn at random, read back however they were typed.

Crockford's base 32, so that no two signs look alike, and one check sign (Luhn, modulo 32) at the end.
"""

import re
import secrets
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_SIGNS = 12
RECOVERY_SIGNS = 24
# What a desk gives somebody by phone or chat, good once and for half an hour.
LET_IN_SIGNS = 10
TAKE_OVER_SIGNS = 20
GROUP = 4
# Nobody types more than this; what is longer is not looked at.
LONGEST_TYPED = 200

_VALUES = {sign: value for value, sign in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}
_BETWEEN = re.compile(r"[\s\-\u2010-\u2015_.]+")


class Mistyped(Exception):
    """This cannot be a code: a sign is wrong, missing or too many. Nothing was looked up."""


def new_code() -> str:
    """A new case code of twelve signs, 55 bits of them random."""
    return _drawn(CODE_SIGNS)


def new_recovery_code() -> str:
    """A new recovery code of 24 signs, 115 bits of them random."""
    return _drawn(RECOVERY_SIGNS)


def read_code(typed: str) -> str:
    """The code somebody typed, as it was drawn. Raises Mistyped."""
    return _read(typed, CODE_SIGNS)


def read_recovery_code(typed: str) -> str:
    """The recovery code somebody typed, as it was drawn. Raises Mistyped."""
    return _read(typed, RECOVERY_SIGNS)


def new_one_time_code(signs: int) -> str:
    """A code that is good once, of LET_IN_SIGNS (45 bits of them random) or TAKE_OVER_SIGNS (95 bits)."""
    return _drawn(signs)


def read_one_time_code(typed: str) -> str:
    """The one-time code somebody typed, of either length, as it was drawn. Raises Mistyped."""
    try:
        return _read(typed, LET_IN_SIGNS)
    except Mistyped:
        return _read(typed, TAKE_OVER_SIGNS)


def shown(code: str, group: int = GROUP) -> str:
    """A code in groups of four, for people: K7QM-2XRT-9PWD."""
    return "-".join(code[start : start + group] for start in range(0, len(code), group))


def _drawn(signs: int) -> str:
    body = "".join(secrets.choice(ALPHABET) for _ in range(signs - 1))
    return body + ALPHABET[-_sum(body, doubled_first=True) % 32]


def _read(typed: str, signs: int) -> str:
    text = _BETWEEN.sub("", unicodedata.normalize("NFKC", typed[:LONGEST_TYPED])).upper()
    if len(text) != signs or len(typed) > LONGEST_TYPED or any(sign not in _VALUES for sign in text):
        raise Mistyped
    code = "".join(ALPHABET[_VALUES[sign]] for sign in text)
    if _sum(code, doubled_first=False) % 32:
        raise Mistyped
    return code


def _sum(text: str, *, doubled_first: bool) -> int:
    """Luhn's sum from the right: every other sign counts double, with its two digits added up."""
    total = 0
    for place, sign in enumerate(reversed(text)):
        value = _VALUES[sign]
        if (place % 2 == 0) == doubled_first:
            value = sum(divmod(value * 2, 32))
        total += value
    return total
