"""What is secret of a second step, encrypted for the database: the seed of codes, and recovery codes.

Under a key made from the site's secret key. Each envelope names the key it is under, so that a new secret key
may come in front of the older ones and what is there still opens.
"""

import base64
import binascii

from allauth.mfa.models import Authenticator
from django.conf import settings

from survivor_portal import seals

PURPOSE = "second factor"
_CONTEXT = b"mfa1"
# What is encrypted of a row: of an app that shows codes, and of recovery codes.
_SECRET = frozenset({"secret", "seed"})


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


def renew() -> tuple[int, int]:
    """Put what is under an older secret key under the current one; may be done any time, and again.

    Gives how many were changed, and how many nobody can read any more.
    """
    current, changed, lost = _keys()[0][0], 0, 0
    for row in Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN).order_by("pk"):
        for name in _SECRET & row.data.keys():
            envelope = str(row.data[name])
            if envelope.split(".")[1:2] == [current]:
                continue
            try:
                data = {**row.data, name: encrypt(decrypt(envelope))}
            except Unreadable:
                lost += 1
                continue
            # Not over what a sign-in changed in this moment: the next run finds it.
            changed += Authenticator.objects.filter(pk=row.pk, data=row.data).update(data=data)
    return changed, lost


def _keys() -> list[tuple[str, bytes]]:
    """Name and key for each secret key of the site, the current one first."""
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return [seals.named_key(str(secret), PURPOSE) for secret in secrets]
