"""Keys that sign mail in tests, made anew in each run; none stands in the repository."""

import base64
from functools import cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


@cache
def rsa_key(bits: int = 2048) -> str:
    """A private key in PEM form."""
    made = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    return made.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    ).decode("ascii")


def dns_line(key: str) -> bytes:
    """What the DNS says at selector._domainkey.domain for its signatures (RFC 6376 section 3.6.1)."""
    private = serialization.load_pem_private_key(key.encode(), None)
    public = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
