"""Who signs a letter that somebody at a desk has open: the person, or the advocate by a name of their own.

An advocate never types the person's name, and ticks nothing that the person states. Where the case says that
an advocate acts with the person's written yes, the advocate signs for themself under the laws that let them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from django.http import HttpRequest

from survivor_portal import directory
from survivor_portal.cases.actors import Actor
from survivor_portal.directory import Asker
from survivor_portal.web.safety.opened import opened_of
from survivor_portal.web.survivor.drafting import Draft
from survivor_portal.web.survivor.flow import Stand

# Where somebody can be answered; everything else on that form is a statement of whoever signs.
CONTACT = frozenset({"email", "phone", "post"})


def actor_of(request: HttpRequest) -> Actor | None:
    """Who works from a desk in the case that is open here; None where it is its owner, or none is."""
    session = opened_of(request).open()
    return session.actor if session else None


def may_sign(actor: Actor | None, stand: Stand, grounds: Iterable[str]) -> bool:
    """May whoever has the case open put a name and statements into a letter on these grounds?"""
    if actor is None:
        return True
    return stand.answers.asker is Asker.ADVOCATE and all(
        directory.law(key).advocate_may_sign for key in grounds
    )


def offered(request: HttpRequest, stand: Stand, made: Draft) -> Draft:
    """The letter with only those boxes to fill that whoever is here may fill."""
    if may_sign(actor_of(request), stand, made.step.grounds):
        return made
    return replace(made, declarations=(), wanted=made.wanted & CONTACT)


def needs_the_person(request: HttpRequest, stand: Stand, made: Draft) -> bool:
    """Does this letter wait for a name or a statement that only the person can give?"""
    here = offered(request, stand, made)
    return bool(made.declarations and not here.declarations) or ("name" in made.wanted - here.wanted)
