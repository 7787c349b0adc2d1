"""Lock bytes under a key, and open them again only where nothing was changed.

An envelope is: version (1) | salt (32) | nonce (12) | ciphertext and tag.
"""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from survivor_portal.seals._keys import KEY_BYTES, derive
from survivor_portal.seals._pads import STEP, padded, unpadded

VERSION = b"\x01"
SALT_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
HEAD_BYTES = len(VERSION) + SALT_BYTES + NONCE_BYTES


class WrongKey(Exception):
    """The envelope does not open: another key, another place, or something was changed in it.

    It carries no detail on purpose. Which of these it was helps nobody but an attacker.
    """


def lock(key: bytes, plaintext: bytes, *, context: bytes) -> bytes:
    """Seal a plaintext so that it opens only with this key and in this context.

    The length that can be seen from outside is rounded up to the next 256 bytes.
    """
    salt = secrets.token_bytes(SALT_BYTES)
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = _cipher(key, salt).encrypt(nonce, padded(plaintext), _bound(context))
    return VERSION + salt + nonce + sealed


def unlock(key: bytes, envelope: bytes, *, context: bytes) -> bytes:
    """Give back the plaintext. Raises WrongKey for every envelope that does not open."""
    sealed = envelope[HEAD_BYTES:]
    if envelope[:1] != VERSION or len(sealed) < STEP + TAG_BYTES:
        raise WrongKey
    salt = envelope[1 : 1 + SALT_BYTES]
    nonce = envelope[1 + SALT_BYTES : HEAD_BYTES]
    try:
        opened = _cipher(key, salt).decrypt(nonce, sealed, _bound(context))
    except InvalidTag:
        raise WrongKey from None
    plaintext = unpadded(opened)
    if plaintext is None:
        raise WrongKey
    return plaintext


def _cipher(key: bytes, salt: bytes) -> ChaCha20Poly1305:
    # A fresh key for each message: 96-bit nonces drawn at random are then never at risk of repeating.
    if len(key) != KEY_BYTES:
        raise ValueError(f"A key has {KEY_BYTES} bytes.")
    return ChaCha20Poly1305(derive(key, salt=salt, info=b"lock1"))


def _bound(context: bytes) -> bytes:
    return VERSION + context
