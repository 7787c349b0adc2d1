"""Put help for right now into every page, from the directory alone: no query, no visit opened for it."""

from functools import cache, lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from survivor_portal import directory
from survivor_portal.visits import visit as visits
from survivor_portal.web.safety.desk import desk_of
from survivor_portal.web.safety.opened import opened_of
from survivor_portal.web.safety.session import visit_of

NEUTRAL_NAME = "Next steps"


def safety(request: HttpRequest) -> dict[str, Any]:
    """Context for every page: the site's name, help by country, and when the page closes.

    The country is known, and a closing time named, only where the page opened visit or case. An open case
    closes by its own clock, and so does a desk.
    """
    opened, current = opened_of(request), visit_of(request)
    # A page of an open case has asked the databases anyway; the numbers of the right country are worth it.
    visit = current.open() if opened.loaded else current.loaded
    country = _country(visit.data) if visit else ""
    closes_at = visits.closes_at(visit) if visit else None
    at_desk = desk_of(request).loaded
    if opened.loaded:
        closes_at = opened.loaded.closes_at
    elif at_desk:
        closes_at = at_desk.closes_at
    return everywhere() | {"crisis": _help(country) if country else None, "closes_at": closes_at}


def everywhere() -> dict[str, Any]:
    """The part that is the same for everybody. Error pages have only this."""
    return {
        "site_name": getattr(settings, "SITE_NAME", NEUTRAL_NAME),
        "crisis": None,
        "crisis_everywhere": _help_everywhere(),
        "closes_at": None,
    }


def _country(data: visits.Data) -> str:
    answers = data.get("answers")
    country = answers.get("country") if isinstance(answers, dict) else data.get("country")
    return country if isinstance(country, str) else ""


@lru_cache(maxsize=300)
def _help(country: str) -> Any:
    return directory.crisis_help(country)


@cache
def _help_everywhere() -> Any:
    return directory.crisis_help_everywhere()
