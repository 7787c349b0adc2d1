"""Make the key that signs our mail. What it signs, and how, is not done here."""

import base64

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

# RFC 8301 section 3.2: signers should use at least 2048 bits. More does not fit into one line of the DNS.
BITS = 2048


def new_mail_key() -> tuple[str, str]:
    """A fresh RSA key in PEM form, and its public half as the DNS wants it (RFC 6376 section 3.6.1: `p=`)."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return secret.decode("ascii"), base64.b64encode(public).decode("ascii")
