"""The certificate a door of ours shows, and until when one is good."""

import ssl
from datetime import datetime
from pathlib import Path

from cryptography import x509


class NoCertificate(Exception):
    """These files cannot be used. Nothing of what is in them is told."""


def door_context(cert: Path, key: Path) -> ssl.SSLContext:
    """What a door needs to speak TLS: 1.2 or newer, asks nobody who they are.

    `cert`: the certificate with those above it; `key`: the one that fits, not locked; both in PEM form.
    Raises NoCertificate.
    """
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.options |= ssl.OP_NO_RENEGOTIATION
    try:
        # Without a word for it, a locked key would be asked for at the terminal.
        made.load_cert_chain(cert, key, password="")
    except (OSError, ValueError):  # ssl.SSLError is an OSError
        raise NoCertificate from None
    return made


def certificate_ends(der: bytes) -> datetime:
    """When a certificate in DER form runs out, UTC. Raises NoCertificate."""
    try:
        return x509.load_der_x509_certificate(der).not_valid_after_utc
    except ValueError:
        raise NoCertificate from None
