"""The codes of a case: how long each kind is, drawn and read back as `spoken` does it."""

from survivor_portal.spoken import ALPHABET, LONGEST_TYPED, Mistyped, drawn, read, shown

CODE_SIGNS = 12
RECOVERY_SIGNS = 24
# What a desk gives somebody by phone or chat, good once and for half an hour.
LET_IN_SIGNS = 10
TAKE_OVER_SIGNS = 20


def new_code() -> str:
    """A new case code of twelve signs, 55 bits of them random."""
    return drawn(CODE_SIGNS)


def new_recovery_code() -> str:
    """A new recovery code of 24 signs, 115 bits of them random."""
    return drawn(RECOVERY_SIGNS)


def read_code(typed: str) -> str:
    """The code somebody typed, as it was drawn. Raises Mistyped."""
    return read(typed, CODE_SIGNS)


def read_recovery_code(typed: str) -> str:
    """The recovery code somebody typed, as it was drawn. Raises Mistyped."""
    return read(typed, RECOVERY_SIGNS)


def new_one_time_code(signs: int) -> str:
    """A code that is good once, of LET_IN_SIGNS (45 bits of them random) or TAKE_OVER_SIGNS (95 bits)."""
    return drawn(signs)


def read_one_time_code(typed: str) -> str:
    """The one-time code somebody typed, of either length, as it was drawn. Raises Mistyped."""
    try:
        return read(typed, LET_IN_SIGNS)
    except Mistyped:
        return read(typed, TAKE_OVER_SIGNS)


__all__ = ["ALPHABET", "LONGEST_TYPED", "Mistyped", "shown"]
