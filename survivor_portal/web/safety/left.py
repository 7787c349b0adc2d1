"""Know for a while which form keys were left behind by the exit, so that a form sent anew shows nothing.

A form that did not hold is an entry of its own in the browser's history, and the browser keeps what was typed
with it. Back and "send again" would bring it here without a cookie, just as when a cookie gets lost midway;
the form's own token tells the two apart. Only a hash of that random key is kept, in memory.
"""

import hashlib
import threading
import time
from collections import OrderedDict

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import CSRF_ALLOWED_CHARS, CSRF_SECRET_LENGTH, CSRF_TOKEN_LENGTH

from survivor_portal.visits.limits import ORDINARY

MOST = 10_000
KEEP_SECONDS = ORDINARY.in_all.total_seconds()

_left: OrderedDict[bytes, float] = OrderedDict()
_lock = threading.Lock()


def remember(request: HttpRequest) -> None:
    """Note the form key of the browser that leaves, if it has one. The oldest go when there are many."""
    secret = request.COOKIES.get(settings.CSRF_COOKIE_NAME, "")
    if len(secret) != CSRF_SECRET_LENGTH:
        return
    with _lock:
        _left[_hashed(secret)] = time.monotonic() + KEEP_SECONDS
        while len(_left) > MOST:
            _left.popitem(last=False)


def was_left(request: HttpRequest) -> bool:
    """Whether this form was made for a browser that has left since."""
    token = request.POST.get("csrfmiddlewaretoken", "")
    if len(token) != CSRF_TOKEN_LENGTH or not set(token) <= set(CSRF_ALLOWED_CHARS):
        return False
    with _lock:
        until = _left.get(_hashed(_secret_in(token)))
    return until is not None and time.monotonic() < until


def _secret_in(token: str) -> str:
    """Pages carry the key masked anew each time: a mask, then the key shifted by it."""
    at = CSRF_ALLOWED_CHARS.index
    masks, shifted = token[:CSRF_SECRET_LENGTH], token[CSRF_SECRET_LENGTH:]
    return "".join(CSRF_ALLOWED_CHARS[at(c) - at(mask)] for mask, c in zip(masks, shifted, strict=True))


def _hashed(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
