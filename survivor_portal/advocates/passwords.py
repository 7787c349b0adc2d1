"""Which passwords of staff will do. There are no rules about which signs one must hold."""

import unicodedata
from enum import StrEnum

from survivor_portal.spoken import bare, easily_guessed

SHORTEST = 15
# More is not looked at, so that a try costs the same whatever is sent.
LONGEST = 256
# A part of the address that is shorter says nothing.
_TELLING = 5


class Refused(StrEnum):
    """Why a password will not do."""

    too_short = "too_short"
    too_long = "too_long"
    common = "common"
    holds_email = "holds_email"


class PasswordRefused(Exception):
    """This password will not do."""

    def __init__(self, why: Refused) -> None:
        super().__init__(why.value)
        self.why = why


def refused(password: str, email: str) -> Refused | None:
    """Why this password will not do for the account with this work address, or None."""
    text = unicodedata.normalize("NFKC", password[: LONGEST + 1])
    if len(password) > LONGEST:
        return Refused.too_long
    if len(text.strip()) < SHORTEST:
        return Refused.too_short
    if easily_guessed(text):
        return Refused.common
    letters, (name, _, domain) = bare(text), email.partition("@")
    rest = letters
    for part in sorted({bare(email), bare(name), bare(domain)}, key=len, reverse=True):
        rest = rest.replace(part, "") if len(part) >= _TELLING else rest
    # An address and little else: what is left over would be too short by itself.
    return Refused.holds_email if rest != letters and len(rest) < SHORTEST else None


def check(password: str, email: str) -> None:
    """Raises PasswordRefused."""
    if why := refused(password, email):
        raise PasswordRefused(why)
