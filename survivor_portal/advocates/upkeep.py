"""Deletes what is over among people at a desk: closed desks, old links, old deeds, ended sign-ins."""

from datetime import datetime

from django.contrib.sessions.models import Session

from survivor_portal.advocates import deeds, opened, people, tickets
from survivor_portal.advocates.models import AtDesk, Remembered


def close_all() -> int:
    """Sign everybody out and close every desk; how many desks were open."""
    Session.objects.all().delete()
    return AtDesk.objects.all().delete()[0]


def sweep(now: datetime) -> None:
    """May be stopped halfway or done twice without harm. Raises `away.NotNow`."""
    opened.sweep(now)
    tickets.sweep(now)
    deeds.sweep(now)
    Session.objects.filter(expire_date__lte=now).delete()
    Remembered.objects.filter(expires__lte=now).delete()
    # Last: it asks the keys, which may be away.
    people.sweep()
