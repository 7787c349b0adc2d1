"""Make guessing a staff password or code wait: ten failures, then a quarter of an hour.

Counted by account and device, known or not, and never by an address. A device on which the account signed in
before has a count of its own, so that nobody can lock a person out of their own computer from elsewhere.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from survivor_portal import counts
from survivor_portal.web.forms import Words
from survivor_portal.web.safety.session import set_cookie

MOST = 10
WAIT = timedelta(minutes=15)
FAILED = counts.Kind("desk failed", WAIT, 20_000)
WAITS = counts.Kind("desk waits", WAIT, 20_000)
KNOWN_FOR = timedelta(days=180)
_SALT = "desk device"
_UNKNOWN = "unknown"

TOO_MANY: Words = _("Too many tries did not work. Please wait 15 minutes. Then try again.")


class TooMany(Exception):
    """Ten tries did not work on this device. The next one counts a quarter of an hour later."""


class Tried:
    """One try; it counts as failed until `worked` is called."""

    def __init__(self) -> None:
        self.failed = True

    def worked(self) -> None:
        self.failed = False


@contextmanager
def of(request: HttpRequest, email: str, now: datetime, what: str = "password") -> Iterator[Tried]:
    """One try with this work address, known or not. Charged before it is made. Raises TooMany."""
    name = f"{what}|{email.strip().casefold()}|{_device(request, email)}"
    if counts.knows(WAITS, name, now):
        raise TooMany
    if not counts.up(FAILED, name, now, MOST):
        counts.note(WAITS, name, now)
        raise TooMany
    tried = Tried()
    try:
        yield tried
    finally:
        if not tried.failed:
            counts.down(FAILED, name, now)


def know(request: HttpRequest, response: HttpResponse, email: str) -> None:
    """Let this browser be known as one on which the account signed in, both steps."""
    if _device(request, email) == _UNKNOWN:
        value = signing.dumps([_account(email), secrets.token_urlsafe(12)], salt=_SALT)
        set_cookie(response, value, settings.DEVICE_COOKIE)
        response.cookies[settings.DEVICE_COOKIE]["max-age"] = int(KNOWN_FOR.total_seconds())


def _device(request: HttpRequest, email: str) -> str:
    """The random name of this device for this account, "unknown" for all others together."""
    try:
        account, device = signing.loads(
            request.COOKIES.get(settings.DEVICE_COOKIE, ""), salt=_SALT, max_age=KNOWN_FOR
        )
    except (signing.BadSignature, ValueError, TypeError):
        return _UNKNOWN
    return str(device) if hmac.compare_digest(str(account), _account(email)) else _UNKNOWN


def _account(email: str) -> str:
    """The account as the cookie names it: readable with the site's key only."""
    return signing.Signer(salt=_SALT).signature(email.strip().casefold())[:22]
