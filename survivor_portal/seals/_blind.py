"""Find a row by a secret without keeping the secret: a keyed index that cannot be guessed from outside."""

import hashlib
import hmac

INDEX_BYTES = 16


def blind_index(key: bytes, purpose: str, value: str) -> bytes:
    """HMAC-SHA256, first 16 bytes. The purpose keeps two kinds of rows from being compared."""
    if len(key) < hashlib.sha256().digest_size or not purpose:
        raise ValueError("An index needs a key of 32 bytes and a purpose.")
    text = f"{purpose}|{value}".encode("utf-8", "surrogatepass")
    return hmac.digest(key, text, "sha256")[:INDEX_BYTES]
