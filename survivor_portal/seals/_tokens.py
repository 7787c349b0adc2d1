"""The token a browser holds: its name in the database, and the keys that hang on it."""

import base64
import binascii
import hashlib
import secrets

from survivor_portal.seals._keys import derive

TOKEN_BYTES = 32


def new_token() -> bytes:
    """Thirty-two fresh random bytes."""
    return secrets.token_bytes(TOKEN_BYTES)


def token_id(token: bytes) -> bytes:
    """The name under which a token's row is kept. The token cannot be found from it."""
    return hashlib.sha256(b"sid" + _checked(token)).digest()


def written(token: bytes) -> str:
    """A token as text for a link: 43 signs that need no quoting (RFC 4648 section 5, without padding)."""
    return base64.urlsafe_b64encode(_checked(token)).rstrip(b"=").decode("ascii")


def read_token(text: str) -> bytes | None:
    """The token again; None for whatever is none. There is exactly one way to write each."""
    try:
        token = base64.b64decode(text.strip().encode("ascii") + b"=", altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return None
    return token if len(token) == TOKEN_BYTES and written(token) == text.strip() else None


def token_key(token: bytes, purpose: str, *, bound_to: bytes | None = None) -> bytes:
    """A key for one purpose. Two purposes of one token give keys that say nothing of each other.

    `bound_to`: 32 more bytes, kept elsewhere, without which the token gives another key.
    """
    if not purpose:
        raise ValueError("A key needs a purpose.")
    salt = None if bound_to is None else _checked(bound_to)
    return derive(_checked(token), salt=salt, info=b"token1|" + purpose.encode())


def _checked(token: bytes) -> bytes:
    # A short token would be guessable, and a longer one is not one of ours.
    if len(token) != TOKEN_BYTES:
        raise ValueError(f"A token has {TOKEN_BYTES} bytes.")
    return token
