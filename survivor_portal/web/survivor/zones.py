"""Whose clock a case is told by: the one the person chose, else the one of their country, else UTC."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from survivor_portal import calendars

CHOSEN = "zone"  # the key in the sealed plan record


def zone_key(data: Mapping[str, Any] | None) -> str:
    """The name of the zone of a plan record, "" where nobody can know it. A name of an old record that no
    longer means anything counts as not chosen."""
    data = data or {}
    chosen, answers = data.get(CHOSEN), data.get("answers") or {}
    if isinstance(chosen, str) and calendars.zone(chosen):
        return chosen
    return calendars.likely_zone(str(answers.get("country") or ""), str(answers.get("region") or ""))


def zone_of(data: Mapping[str, Any] | None) -> ZoneInfo:
    """The zone in which times are shown and days are counted."""
    found = calendars.zone(zone_key(data) or calendars.UTC_KEY)
    assert found is not None
    return found
