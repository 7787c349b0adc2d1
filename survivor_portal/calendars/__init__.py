"""Calendars: add a legal period to a moment."""

from survivor_portal.calendars._periods import Period, after

__all__ = ["Period", "after"]
