"""What is secret of a second step, encrypted for the database: the seed of codes, and recovery codes.

Under a key made from the site's secret key. Each envelope names the key it is under, so that a new secret key
may come in front of the older ones and what is there still opens.
"""

import base64
import binascii

from django.conf import settings

from survivor_portal import seals

PURPOSE = "second factor"
_CONTEXT = b"mfa1"


class Unreadable(Exception):
    """The site no longer has the key this is under, or it was changed."""


def encrypt(text: str) -> str:
    """An envelope of ASCII signs, under the site's current secret key."""
    name, key = _keys()[0]
    return f"1.{name}.{base64.urlsafe_b64encode(seals.lock(key, text.encode(), context=_CONTEXT)).decode()}"


def decrypt(envelope: str) -> str:
    """The text again. Raises Unreadable."""
    version, _, rest = envelope.partition(".")
    name, _, sealed = rest.partition(".")
    key = dict(reversed(_keys())).get(name)
    if version != "1" or key is None:
        raise Unreadable
    try:
        return seals.unlock(key, base64.urlsafe_b64decode(sealed), context=_CONTEXT).decode()
    except (seals.WrongKey, binascii.Error, ValueError):
        raise Unreadable from None


def _keys() -> list[tuple[str, bytes]]:
    """Name and key for each secret key of the site, the current one first."""
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return [seals.named_key(str(secret), PURPOSE) for secret in secrets]
