"""Know for a while which form keys were left behind by the exit, so that a form sent anew shows nothing.

A form that did not hold is an entry of its own in the browser's history, and the browser keeps what was typed
with it. Back and "send again" would bring it here without a cookie, just as when a cookie gets lost midway;
the form's own token tells the two apart. Only a hash of that random key is kept (`survivor_portal.counts`).
"""

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import CSRF_ALLOWED_CHARS, CSRF_SECRET_LENGTH, CSRF_TOKEN_LENGTH
from django.utils import timezone

from survivor_portal import counts
from survivor_portal.visits.limits import ORDINARY

LEFT = counts.Kind("left", ORDINARY.in_all, 10_000)


def remember(request: HttpRequest) -> None:
    """Note the form key of the browser that leaves, if it has one. The oldest go when there are many."""
    secret = request.COOKIES.get(settings.CSRF_COOKIE_NAME, "")
    if len(secret) != CSRF_SECRET_LENGTH:
        return
    counts.note(LEFT, secret, timezone.now())


def was_left(request: HttpRequest) -> bool:
    """Whether this form was made for a browser that has left since."""
    secret = form_key(request)
    return bool(secret) and counts.knows(LEFT, secret, timezone.now())


def form_key(request: HttpRequest) -> str:
    """The key of the browser this form was made for, "" where the form holds none.

    Pages carry it masked anew each time: a mask, then the key shifted by it.
    """
    token = request.POST.get("csrfmiddlewaretoken", "")
    if len(token) != CSRF_TOKEN_LENGTH or not set(token) <= set(CSRF_ALLOWED_CHARS):
        return ""
    at = CSRF_ALLOWED_CHARS.index
    masks, shifted = token[:CSRF_SECRET_LENGTH], token[CSRF_SECRET_LENGTH:]
    return "".join(CSRF_ALLOWED_CHARS[at(c) - at(mask)] for mask, c in zip(masks, shifted, strict=True))
