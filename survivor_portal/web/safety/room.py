"""Turn away at once whoever comes to open something while every place is taken, so that all others go on.

A thousand at the door in the same moment would else each go through the whole of a page before they are told,
and whoever is inside already would wait behind them. What was typed stands in the page, and one button sends
it again. Nothing was tried and nothing counted. No query, no session and no template is needed for it.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.template import loader
from django.urls import ResolverMatch, resolve
from django.utils.translation import get_language

from survivor_portal import links
from survivor_portal.counts.pool import SLOW_KEYS, Busy
from survivor_portal.web.safety import crisis, left

SIGN_IN = "/desk/sign-in/"
# By address: the steps that try or make something with a slow key and are open to whoever comes by. "": a
# form without steps. Whoever is inside already takes a place only where the key is made.
STEPS: Mapping[str, frozenset[str]] = {
    settings.CASE_PATH: frozenset({"open", "recover"}),
    settings.FLOW_PATH: frozenset({"keep_confirm", "take_read"}),
    SIGN_IN: frozenset({""}),
}
# Without one of these in the form nothing is tried: a button only asks for the page.
SECRETS = ("phrase", "recovery", "code", "password")
# These change how the page looks.
QUIET = frozenset({"show", "hide"})
# What comes along. A password is never sent back to a page.
CARRIED = (
    "csrfmiddlewaretoken", "step", "code", "phrase", "recovery", "watched", "shown", "since", "subject",
    "asked", "answer", "email",
)  # fmt: skip
# Whatever is longer is neither a code nor a phrase, and is asked for again.
LONGEST = 1000
# A picture has more signs than this.
SHORT = 40
SECONDS = 60
_HERE = "[what was typed]"


class Room:
    """Middleware: a place for each request that tries a secret; 503, and when to come again, without one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not _tries(request):
            return self.get_response(request)
        try:
            with SLOW_KEYS.place():
                return self.get_response(request)
        except Busy:
            # Only the place itself says so: what a page raises has become an answer before it comes here.
            return full(request)


def full(request: HttpRequest) -> HttpResponse:
    """The page, with help as everywhere, and a form that sends the same once more."""
    page = prepared(request.path, get_language() or "")
    fields = "".join(
        f'<input type="hidden" name="{name}" value="{escape(_shown(value))}">'
        for name in CARRIED
        if 0 < len(value := request.POST.get(name, "")) <= LONGEST
    )
    response = HttpResponse(page.before + fields + page.after, status=HTTPStatus.SERVICE_UNAVAILABLE)
    response.headers["Retry-After"] = str(SECONDS)
    # For the log, which names no address.
    request.resolver_match = page.match
    return response


@dataclass(frozen=True, slots=True)
class Prepared:
    """The page before and after what was typed, and which page of the site it stands for."""

    before: str
    after: str
    match: ResolverMatch


@cache
def prepared(path: str, language: str) -> Prepared:
    """The page for one of the addresses in STEPS. Made once in each language."""
    context = crisis.everywhere() | {"path": path, "typed": _HERE, "at_desk": path == SIGN_IN}
    before, _, after = loader.render_to_string("errors/full.html", context).partition(_HERE)
    return Prepared(before, after, resolve(path))


def _shown(typed: str) -> str:
    """What was typed, without picture data. In so little there is none."""
    return typed if len(typed) <= SHORT else links.cut_image_data(typed)[0]


def _tries(request: HttpRequest) -> bool:
    """Whether this form of ours tries a secret. Where that is not sure it goes on as ever."""
    steps = STEPS.get(request.path)
    if steps is None or request.method != "POST":
        return False
    if request.content_type != "application/x-www-form-urlencoded":
        return False
    try:
        sent = request.POST
    except UnreadablePostError:
        return False
    if sent.get("step", "") not in steps or not QUIET.isdisjoint(sent):
        return False
    # A form of another browser, or of one that has left since, is refused further inside and shown to nobody.
    own = request.COOKIES.get(settings.CSRF_COOKIE_NAME, "")
    key = left.form_key(request)
    return any(map(sent.get, SECRETS)) and bool(key) and hmac.compare_digest(key.encode(), own.encode())
