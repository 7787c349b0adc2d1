"""Seal to somebody who is not here: anyone may put in, only the holder of the pair may take out.

An envelope is: version (1) | encapsulated key (32) | ciphertext and tag. Version 2 is kept free for
MLKEM768_X25519.
"""

from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from survivor_portal.seals._keys import derive
from survivor_portal.seals._locks import WrongKey
from survivor_portal.seals._pads import padded, unpadded

VERSION = b"\x01"
# RFC 9180, base mode.
SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


@dataclass(frozen=True, slots=True)
class Pair:
    """A public key, to be stored in clear, and its secret one."""

    public: bytes
    secret: bytes = field(repr=False)


def new_pair() -> Pair:
    """A fresh X25519 pair."""
    key = X25519PrivateKey.generate()
    return Pair(key.public_key().public_bytes_raw(), key.private_bytes_raw())


def pair_from(secret: bytes, purpose: str) -> Pair:
    """The pair that belongs to a long random secret, the same each time: HKDF-SHA256, then X25519."""
    key = derive(secret, salt=None, info=b"pair1|" + purpose.encode())
    return Pair(public_of(key), key)


def public_of(secret: bytes) -> bytes:
    """The public half that belongs to this secret one."""
    return X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()


def seal_to(public: bytes, plaintext: bytes, *, context: bytes) -> bytes:
    """Seal a plaintext to the holder of this public key, for this context only."""
    key = X25519PublicKey.from_public_bytes(public)
    return VERSION + SUITE.encrypt(padded(plaintext), key, VERSION + context)


def open_sealed(secret: bytes, envelope: bytes, *, context: bytes) -> bytes:
    """What was sealed to this pair. Raises WrongKey for every envelope that does not open."""
    key = X25519PrivateKey.from_private_bytes(secret)
    if envelope[:1] != VERSION:
        raise WrongKey
    try:
        opened = SUITE.decrypt(envelope[1:], key, VERSION + context)
    except (InvalidTag, ValueError):
        raise WrongKey from None
    plaintext = unpadded(opened)
    if plaintext is None:
        raise WrongKey
    return plaintext
