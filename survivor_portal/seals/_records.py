"""Lock one record of a case: its own key for each place and revision, so that nothing can be moved about.

An envelope is: version (1) | nonce (12) | ciphertext and tag.
"""

import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from survivor_portal.seals._keys import KEY_BYTES, derive
from survivor_portal.seals._locks import NONCE_BYTES, TAG_BYTES, WrongKey
from survivor_portal.seals._pads import STEP, padded, unpadded

VERSION = b"\x01"
_SEALED_FROM = len(VERSION) + NONCE_BYTES


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands. A record that was moved or put back to an older state does not open."""

    table: str
    row: str
    case: str
    revision: int

    def __post_init__(self) -> None:
        # The parts are joined by "|": a part that holds one could pretend to be two.
        if any("|" in part or not part for part in (self.table, self.row, self.case)) or self.revision < 0:
            raise ValueError("Not a place.")

    @property
    def name(self) -> bytes:
        """All of it in one line; two places never have the same."""
        return f"{self.table}|{self.row}|{self.case}|{self.revision}".encode()


def lock_record(case_key: bytes, shred: bytes, plaintext: bytes, place: Place) -> bytes:
    """Seal a record under both keys of its case, for this place and revision only."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = _cipher(case_key, shred, place).encrypt(nonce, padded(plaintext), VERSION + place.name)
    return VERSION + nonce + sealed


def unlock_record(case_key: bytes, shred: bytes, envelope: bytes, place: Place) -> bytes:
    """The plaintext of a record. Raises WrongKey for every envelope that does not open here."""
    sealed = envelope[_SEALED_FROM:]
    if envelope[:1] != VERSION or len(sealed) < STEP + TAG_BYTES:
        raise WrongKey
    try:
        opened = _cipher(case_key, shred, place).decrypt(
            envelope[len(VERSION) : _SEALED_FROM], sealed, VERSION + place.name
        )
    except InvalidTag:
        raise WrongKey from None
    plaintext = unpadded(opened)
    if plaintext is None:
        raise WrongKey
    return plaintext


def _cipher(case_key: bytes, shred: bytes, place: Place) -> ChaCha20Poly1305:
    if len(case_key) != KEY_BYTES or len(shred) != KEY_BYTES:
        raise ValueError(f"A key has {KEY_BYTES} bytes.")
    return ChaCha20Poly1305(derive(case_key, salt=shred, info=b"rec1|" + place.name))
