"""Whose clock a case is told by: the one the person chose, else the one of their country, else UTC."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _

from survivor_portal import calendars, directory
from survivor_portal.web.forms import Words

CHOSEN = "zone"  # the key in the sealed plan record
Group = tuple[Words, list[tuple[str, Words]]]


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


def choices(country: str) -> list[Group]:
    """All zones, those of the country first, then by part of the world; each with the time there."""
    groups: list[Group] = []
    if mine := calendars.zones_of(country):
        name = next((one.name for one in directory.countries() if one.code == country), country)
        groups.append((name, [(key, _label(key, short=True)) for key in mine]))
    parts: dict[str, list[tuple[str, Words]]] = {}
    for key in calendars.zones():
        parts.setdefault(key.split("/")[0], []).append((key, _label(key)))
    groups += [(_part(part), sorted(found, key=lambda pair: str(pair[1]))) for part, found in parts.items()]
    groups.append((_("The same in the whole world"), [(calendars.UTC_KEY, _label(calendars.UTC_KEY))]))
    return groups


def _label(key: str, *, short: bool = False) -> str:
    zone = calendars.zone(key)
    place = calendars.place(key)
    middle = key.split("/")[1:-1]
    if middle and not short:
        place = f"{place}, {middle[0].replace('_', ' ')}"
    now = time_format(timezone.localtime(timezone.now(), zone), "H:i")
    return _("%(place)s: %(time)s now") % {"place": place, "time": now}


def _part(part: str) -> str:
    """A part of the world, as the data names it, in words."""
    return {
        "Africa": _("Africa"),
        "America": _("America"),
        "Antarctica": _("Antarctica"),
        "Arctic": _("The far north"),
        "Asia": _("Asia"),
        "Atlantic": _("Islands in the Atlantic"),
        "Australia": _("Australia"),
        "Europe": _("Europe"),
        "Indian": _("Islands in the Indian Ocean"),
        "Pacific": _("Islands in the Pacific"),
    }.get(part, part)
