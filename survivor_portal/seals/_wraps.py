"""Put a key under a phrase and a shred key together: without both it never comes back.

An envelope is: version (1) | commitment (16) | nonce (12) | ciphertext and tag.
The commitment stops an envelope that opens under many phrases at once, and says nothing before the slow
key of the phrase has been made.
"""

import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from survivor_portal.seals._keys import KEY_BYTES, derive
from survivor_portal.seals._locks import NONCE_BYTES, TAG_BYTES, WrongKey

VERSION = b"\x01"
COMMITMENT_BYTES = 16
_NONCE_FROM = len(VERSION) + COMMITMENT_BYTES
_SEALED_FROM = _NONCE_FROM + NONCE_BYTES
WRAP_BYTES = _SEALED_FROM + KEY_BYTES + TAG_BYTES


def wrap(secret: bytes, *, phrase_key: bytes, shred: bytes, context: bytes) -> bytes:
    """An envelope with a 32-byte secret in it, which opens with these two keys in this context only."""
    if len(secret) != KEY_BYTES:
        raise ValueError(f"A key has {KEY_BYTES} bytes.")
    key, commitment = _keys(phrase_key, shred, context)
    nonce = secrets.token_bytes(NONCE_BYTES)
    return VERSION + commitment + nonce + ChaCha20Poly1305(key).encrypt(nonce, secret, VERSION + context)


def blank_wrap() -> bytes:
    """An envelope that opens with nothing, and looks like any other."""
    return VERSION + secrets.token_bytes(WRAP_BYTES - len(VERSION))


def unwrap(envelope: bytes, *, phrase_key: bytes, shred: bytes, context: bytes) -> bytes:
    """The secret. Raises WrongKey for every envelope that does not open."""
    key, commitment = _keys(phrase_key, shred, context)
    kept = envelope[len(VERSION) : _NONCE_FROM]
    if envelope[:1] != VERSION or len(envelope) != WRAP_BYTES or not hmac.compare_digest(kept, commitment):
        raise WrongKey
    try:
        return ChaCha20Poly1305(key).decrypt(
            envelope[_NONCE_FROM:_SEALED_FROM], envelope[_SEALED_FROM:], VERSION + context
        )
    except InvalidTag:
        raise WrongKey from None


def _keys(phrase_key: bytes, shred: bytes, context: bytes) -> tuple[bytes, bytes]:
    if len(phrase_key) != KEY_BYTES or len(shred) != KEY_BYTES:
        raise ValueError(f"A key has {KEY_BYTES} bytes.")
    both = derive(phrase_key, salt=shred, info=b"wrap1|" + context, length=KEY_BYTES + COMMITMENT_BYTES)
    return both[:KEY_BYTES], both[KEY_BYTES:]
