"""What every page of the desk shows around its own words: the ways, who is here, when it closes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from survivor_portal.advocates.opened import Session
from survivor_portal.web.desk import second
from survivor_portal.web.forms import Words
from survivor_portal.web.safety import policy

# Name of the address, words. What has no address (yet) is left out.
WAYS: tuple[tuple[str, Words], ...] = (
    ("desk:queue", _("Queue")),
    ("desk:cases", _("Cases")),
    ("desk:lists", _("Bring a list")),
    ("desk:figures", _("Figures")),
    ("desk:team", _("Your team")),
    ("desk:account", _("Your account")),
)
# Where somebody who may only read could do nothing.
FOR_WRITERS = frozenset({"desk:lists"})


@dataclass(frozen=True, slots=True)
class Way:
    """One entry of the desk's navigation."""

    path: str
    words: Words
    is_here: bool


@dataclass(frozen=True, slots=True)
class Here:
    """Who asks for a page of the desk: the request, the open desk, and the moment (aware)."""

    request: HttpRequest
    session: Session
    now: datetime

    @property
    def user(self) -> Any:
        """The account, as the accounts' library wants it."""
        return self.request.user

    def page(
        self,
        template: str,
        context: Mapping[str, Any] | None = None,
        status: int = HTTPStatus.OK,
    ) -> HttpResponse:
        """The page inside the desk's frame. A form that does not hold makes it 422 by itself."""
        given = dict(context or {})
        form = given.get("form")
        if status == HTTPStatus.OK and form is not None and form.is_bound and form.errors:
            status = HTTPStatus.UNPROCESSABLE_ENTITY
        return render(self.request, template, given | {"here": self, "ways": self.ways()}, status=status)

    def ways(self) -> list[Way]:
        """The navigation; where one is in it is marked. Nothing of it before the second step is set up."""
        found: list[Way] = []
        if not second.is_done(self.request):
            return found
        for name, words in WAYS:
            if name in FOR_WRITERS and not self.session.working_seats:
                continue
            try:
                path = reverse(name)
            except NoReverseMatch:
                continue
            found.append(Way(path, words, self._is_in(path)))
        return found

    def _is_in(self, path: str) -> bool:
        # All pages of the desk begin with the address of its first.
        is_first = path == policy.DESK
        return self.request.path == path if is_first else self.request.path.startswith(path)


def to(name: str, **parts: str) -> HttpResponse:
    """On to the page of this name, with GET, whatever was sent."""
    return HttpResponseRedirect(reverse(name, kwargs=parts or None), status=HTTPStatus.SEE_OTHER)
