"""Calendars: add a legal period to a moment, and know whose clock a moment is told by."""

from survivor_portal.calendars._periods import Period, after
from survivor_portal.calendars._zones import (
    UTC_KEY,
    likely_zone,
    moment_meant,
    place,
    zone,
    zones,
    zones_of,
)

__all__ = [
    "UTC_KEY",
    "Period",
    "after",
    "likely_zone",
    "moment_meant",
    "place",
    "zone",
    "zones",
    "zones_of",
]
