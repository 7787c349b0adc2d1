"""Turn a phrase a person remembers into a key, slowly, so that guessing is slow too."""

import secrets
import unicodedata
from dataclasses import dataclass

from nacl.pwhash import argon2id

from survivor_portal.seals._keys import KEY_BYTES

SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Cost:
    """What one try costs: memory in KiB and passes over it. One lane always.

    More lanes are never used: the other implementation at hand hung with two threads.
    """

    kib: int
    passes: int


STRONG = Cost(kib=64 * 1024, passes=3)


def new_salt() -> bytes:
    """Sixteen fresh random bytes."""
    return secrets.token_bytes(SALT_BYTES)


def phrase_key(phrase: str, salt: bytes, cost: Cost = STRONG) -> bytes:
    """Argon2id (RFC 9106) of the phrase in Unicode's form NFKC: 32 bytes.

    NFKC, so that the same phrase typed on another keyboard is the same phrase.
    """
    if len(salt) != SALT_BYTES:
        raise ValueError(f"A salt has {SALT_BYTES} bytes.")
    # A lone surrogate cannot be typed, but can be sent; it must not raise.
    text = unicodedata.normalize("NFKC", phrase).encode("utf-8", "surrogatepass")
    return argon2id.kdf(KEY_BYTES, text, salt, opslimit=cost.passes, memlimit=cost.kib * 1024)
