"""Reads whether there are desks, and says where what is remembered of a sign-in for minutes is kept.

Desks are off until DESK says yes. Then production wants to know who looked at them and when, and kept cases:
what is done at a desk is done in one.
"""

from collections.abc import Mapping
from typing import Any

from survivor_portal.config import mails

# Where all web processes remember the same, as that a code was used. A table, not the Redis of the counts:
# a site may do without that, and while it is away a code would count twice or nobody could sign in.
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        # That of `survivor_portal.advocates.models.Remembered`.
        "LOCATION": "advocates_remembered",
        "KEY_FUNCTION": "survivor_portal.advocates.remembered.name",
        # More is dropped, the oldest first; with so many, none that still counts.
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}
_YES, _NO = ("yes", "on", "true", "1"), ("", "no", "off", "false", "0")


def for_development(environ: Mapping[str, str]) -> bool:
    """On one's own machine there are desks unless DESK says no."""
    return environ.get("DESK", "").strip().lower() not in _NO[1:]


def for_production(environ: Mapping[str, str], *, keeps_cases: bool, problems: list[str]) -> bool:
    """Whether there are desks; what is missing or wrong is added to `problems`."""
    value = environ.get("DESK", "").strip().lower()
    reviewed = mails.reviewed(environ, "DESK", problems)
    if value in _NO:
        return False
    if value not in _YES:
        problems.append("DESK must be yes or no")
        return False
    problems.extend(
        f"DESK needs {name}"
        for name in ("DESK_REVIEWED_ON", "DESK_REVIEWED_BY")
        if not environ.get(name, "").strip()
    )
    if not keeps_cases:
        problems.append("DESK needs kept cases, and CASES_REVIEWED_ON or CASES_REVIEWED_BY is missing")
    return reviewed and keeps_cases
