"""Codes that can be written down: drawn at random, read back however they were typed.

Crockford's base 32, so that no two signs look alike, and one check sign (Luhn, modulo 32) at the end.
"""

import re
import secrets
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUP = 4
# Nobody types more than this; what is longer is not looked at.
LONGEST_TYPED = 200

_VALUES = {sign: value for value, sign in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}
_BETWEEN = re.compile(r"[\s\-\u2010-\u2015_.]+")


class Mistyped(Exception):
    """This cannot be a code: a sign is wrong, missing or too many. Nothing was looked up."""


def drawn(signs: int) -> str:
    """A new code of so many signs: five random bits each but the last, which is the check."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(signs - 1))
    return body + ALPHABET[-_sum(body, doubled_first=True) % 32]


def read(typed: str, signs: int) -> str:
    """The code somebody typed, as it was drawn. Raises Mistyped."""
    text = _BETWEEN.sub("", unicodedata.normalize("NFKC", typed[:LONGEST_TYPED])).upper()
    if len(text) != signs or len(typed) > LONGEST_TYPED or any(sign not in _VALUES for sign in text):
        raise Mistyped
    code = "".join(ALPHABET[_VALUES[sign]] for sign in text)
    if _sum(code, doubled_first=False) % 32:
        raise Mistyped
    return code


def shown(code: str, group: int = GROUP) -> str:
    """A code in groups, for people: K7QM-2XRT-9PWD."""
    return "-".join(code[start : start + group] for start in range(0, len(code), group))


def _sum(text: str, *, doubled_first: bool) -> int:
    """Luhn's sum from the right: every other sign counts double, with its two digits added up."""
    total = 0
    for place, sign in enumerate(reversed(text)):
        value = _VALUES[sign]
        if (place % 2 == 0) == doubled_first:
            value = sum(divmod(value * 2, 32))
        total += value
    return total
