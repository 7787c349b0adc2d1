"""Sign, and check a signature (Ed25519, RFC 8032)."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from survivor_portal.seals._people import Pair


def new_signing_pair() -> Pair:
    """A fresh pair for signing."""
    key = Ed25519PrivateKey.generate()
    return Pair(key.public_key().public_bytes_raw(), key.private_bytes_raw())


def sign(secret: bytes, text: bytes) -> bytes:
    """The 64-byte signature of a text."""
    return Ed25519PrivateKey.from_private_bytes(secret).sign(text)


def signed_by(public: bytes, signature: bytes, text: bytes) -> bool:
    """Was this text signed with the secret key of this public one?"""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text)
    except (InvalidSignature, ValueError):
        return False
    return True
