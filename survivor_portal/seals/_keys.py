"""Derive one key from another, so that no key ever does two jobs."""

import secrets

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32


def new_key() -> bytes:
    """Thirty-two fresh random bytes."""
    return secrets.token_bytes(KEY_BYTES)


def derive(key: bytes, *, salt: bytes | None, info: bytes, length: int = KEY_BYTES) -> bytes:
    """HKDF-SHA256 (RFC 5869): a key, a salt and a purpose go in, a key for that purpose comes out."""
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(key)
