"""Derive one key from another, so that no key ever does two jobs."""

import secrets

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NAME_BYTES = 4


def new_key() -> bytes:
    """Thirty-two fresh random bytes."""
    return secrets.token_bytes(KEY_BYTES)


def derive(key: bytes, *, salt: bytes | None, info: bytes, length: int = KEY_BYTES) -> bytes:
    """HKDF-SHA256 (RFC 5869): a key, a salt and a purpose go in, a key for that purpose comes out."""
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(key)


def named_key(secret: str, purpose: str) -> tuple[str, bytes]:
    """A key for one purpose, made from a long random secret of the site, and a name that says which it is.

    The name is 8 hex digits, made apart from the key: it says nothing of it.
    """
    if not secret or not purpose:
        raise ValueError("A key needs a secret and a purpose.")
    both = derive(
        secret.encode(), salt=None, info=b"named1|" + purpose.encode(), length=KEY_BYTES + NAME_BYTES
    )
    return both[KEY_BYTES:].hex(), both[:KEY_BYTES]
