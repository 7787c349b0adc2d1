"""Read a number as people write it: "167,000", "167.000", "1,2 Mio", "12k"."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

MOST = 10**12
_THOUSAND, _MILLION, _BILLION = 10**3, 10**6, 10**9
_NAMES = {
    **dict.fromkeys(("k", "tsd", "tausend", "thousand", "mil", "mille"), _THOUSAND),
    **dict.fromkeys(("lakh", "lakhs"), 10**5),
    **dict.fromkeys(("m", "mio", "mill", "mln", "million", "millions", "millionen"), _MILLION),
    **dict.fromkeys(("millón", "millon", "millones", "milhão", "milhao", "milhões", "milhoes"), _MILLION),
    **dict.fromkeys(("crore", "crores"), 10**7),
    **dict.fromkeys(("b", "bn", "mrd", "billion", "billions", "milliarden", "milliard"), _BILLION),
}
_SHAPE = re.compile(r"(\d[\d.,'’ ]{0,30})(?<![.,'’ ]) ?([^\W\d_]{0,12})\.?")
_GROUPED = re.compile(r"\d{1,3}(?:([.,'’ ])\d{3})(?:\1\d{3})*")
_INDIAN = re.compile(r"\d{1,3}(?:,\d{2})+,\d{3}")
_BROKEN = re.compile(r"(\d{1,9})[.,](\d{1,3})")


class NoAmount(ValueError):
    """This is not one number."""


def amount(text: str) -> int | None:
    """The number, None for an empty text. Raises NoAmount for anything else, and for more than MOST.

    A point or comma before three digits parts thousands; before one or two it is a fraction, which only a
    word such as "k" or "million" can follow.
    """
    plain = " ".join(unicodedata.normalize("NFKC", text).split()).casefold()
    if not plain:
        return None
    found = _SHAPE.fullmatch(plain)
    if found is None or (found[2] and found[2] not in _NAMES):
        raise NoAmount(text)
    number = _number(found[1], has_name=bool(found[2])) * _NAMES.get(found[2], 1)
    if number != int(number) or number > MOST:
        raise NoAmount(text)
    return int(number)


def _number(digits: str, *, has_name: bool) -> Decimal:
    if digits.isdecimal():
        return Decimal(int(digits))
    # "1.234 million" is a fraction; "1.234" is not.
    if has_name and (broken := _BROKEN.fullmatch(digits)):
        return Decimal(f"{int(broken[1])}.{broken[2]}")
    if _GROUPED.fullmatch(digits) or _INDIAN.fullmatch(digits):
        return Decimal(int("".join(sign for sign in digits if sign.isdecimal())))
    raise NoAmount(digits)
