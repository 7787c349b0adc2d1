"""The second step of a sign-in: whether it was done in this one."""

from __future__ import annotations

from django.http import HttpRequest

# In the sign-in's session, which a password alone does not have.
DONE = "second"


def is_done(request: HttpRequest) -> bool:
    """Whether this sign-in went through a second step, or set one up. No query."""
    return request.session.get(DONE) is True


def done(request: HttpRequest) -> None:
    """Note that it did."""
    request.session[DONE] = True
