"""The clocks of the world for a person to choose from, each with the time it shows now."""

from __future__ import annotations

from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _

from survivor_portal import calendars, directory
from survivor_portal.web.forms import Words

Group = tuple[Words, list[tuple[str, Words]]]


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
