"""Chain entries together, so that none can be changed, dropped, put in or moved unnoticed."""

import hashlib
import secrets

SALT_BYTES = 32


def new_leaf_salt() -> bytes:
    """Fresh random bytes for one leaf; without them nobody can guess an entry from its leaf."""
    return secrets.token_bytes(SALT_BYTES)


def leaf(salt: bytes, entry: bytes) -> bytes:
    """The mark of one entry. It may be shown without the entry."""
    return hashlib.sha256(b"leaf1" + salt + entry).digest()


def chain_start(case: str) -> bytes:
    """The head of a chain without entries; no two cases begin alike."""
    return hashlib.sha256(b"start1" + case.encode()).digest()


def chain_head(previous: bytes, number: int, of_leaf: bytes) -> bytes:
    """The head after entry `number` (from 1) was added to a chain with the head `previous`."""
    return hashlib.sha256(b"node1" + previous + number.to_bytes(8, "big") + of_leaf).digest()
