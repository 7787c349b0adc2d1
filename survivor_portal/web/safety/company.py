"""Who else can read the case that is open: said on each of its pages, to its owner and to who works in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from survivor_portal.cases import grants
from survivor_portal.cases.actors import Actor
from survivor_portal.cases.releases import Release
from survivor_portal.cases.unlocked import Session
from survivor_portal.web.safety.opened import opened_of


@dataclass(frozen=True, slots=True)
class Reader:
    """A team that can read the case. `until`: when its release ends."""

    team: str
    organisation: str
    until: datetime


def company(request: HttpRequest) -> dict[str, Any]:
    """Context for pages of an open case.

    `actor`: who has it open where it is not the owner. `readers`: the teams let in; one query, only where a
    page asks. `case_label`: under which name the actor's team lists it; `on_paper`: the team brought it
    along, with a release in its files, and nobody has a code for it.
    """
    session = opened_of(request).loaded
    if session is None:
        return {}
    actor = session.actor
    found: dict[str, Any] = {"actor": actor, "readers": SimpleLazyObject(lambda: readers(session))}
    if actor is not None:
        mine = cache(partial(_mine, session, actor))
        found["case_label"] = SimpleLazyObject(lambda: release.label if (release := mine()) else "")
        found["on_paper"] = SimpleLazyObject(lambda: _is_on_paper(mine()))
    return found


def readers(session: Session) -> tuple[Reader, ...]:
    """The teams that can read this case now."""
    return tuple(
        Reader(release.team, release.organisation, release.terms.until)
        for release in live_releases(session, timezone.now())
    )


def live_releases(session: Session, now: datetime) -> tuple[Release, ...]:
    """The releases of an open case that hold."""
    return tuple(release for release in grants.releases(session.case) if release.is_live(now))


def _mine(session: Session, actor: Actor) -> Release | None:
    found = (one for one in grants.releases(session.case) if one.grant_id == actor.grant_id)
    return next(found, None)


def _is_on_paper(release: Release | None) -> bool:
    return release is not None and release.terms.consent is grants.Consent.on_file
