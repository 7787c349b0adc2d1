"""The address of one request: opened once, found by who writes to it, counted, closed.

Its local part is a token of 128 random bits and nothing else: no name, no number of a case, no `+` (some
forms refuse it). The database holds a keyed hash, so whoever reads it can write to nobody.
"""

import base64
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q

from survivor_portal.cases import keys
from survivor_portal.correspondence.models import Relay

OPEN_FOR = timedelta(days=180)  # from the last letter that went out from it
MOST_A_DAY = 30
MOST_IN_ALL = 200
TOKEN = re.compile("[a-z2-7]{26}")


class HasOne(Exception):
    """This request has an address by now. It stands in the case; here is only a hash of it."""


class Counted(StrEnum):
    """May one more mail come in? It was counted only where it may."""

    yes = "yes"
    not_today = "not_today"
    never = "never"  # closed, deleted, unknown, or as many came as may in all


@dataclass(frozen=True, slots=True)
class Route:
    """Where mail to an address goes. `id` names the row of the address and says nothing."""

    id: str
    case_id: str
    takedown_id: str


def draw() -> str:
    """A new address. Nothing knows of it until it is opened for a request."""
    token = base64.b32encode(secrets.token_bytes(16)).decode("ascii").rstrip("=").lower()
    return f"{token}@{settings.RELAY_DOMAIN}"


def open(case_id: str, takedown_id: str, now: datetime) -> str:
    """A new address for this request, open for 180 days; the only time it is told. Raises HasOne."""
    address = draw()
    _create(_index(address.partition("@")[0]), case_id, takedown_id, now)
    return address


def keep_open(address: str, case_id: str, takedown_id: str, now: datetime) -> str:
    """A letter leaves from this address: it is open for 180 days from now, also where it was new or had
    closed. Gives the id of its row. Raises HasOne where the request has another one."""
    index = _index(address.partition("@")[0])
    rows = Relay.objects.filter(pk=index, case_id=case_id, takedown_id=takedown_id)
    if not rows.update(closes_on=_closes(now)):
        _create(index, case_id, takedown_id, now)
    return index


def find(token: str, now: datetime) -> Route | None:
    """The request this local part belongs to; None for one that is unknown, closed or no token at all."""
    token = token.lower()
    if not TOKEN.fullmatch(token):
        return None
    found = Relay.objects.filter(pk=_index(token), closes_on__gte=_today(now))
    row = found.values_list("pk", "case_id", "takedown_id").first()
    return Route(*row) if row else None


def count(route: Route, now: datetime) -> Counted:
    """One more mail for this address: count it, if it may come in.

    Two statements that each check and write in one: however many ask at once, no more than the limits pass.
    """
    today = _today(now)
    rows = Relay.objects.filter(pk=route.id, closes_on__gte=today, in_all__lt=MOST_IN_ALL)
    first = rows.filter(Q(day__isnull=True) | Q(day__lt=today))
    if first.update(day=today, of_day=1, in_all=F("in_all") + 1):
        return Counted.yes
    if rows.filter(of_day__lt=MOST_A_DAY).update(of_day=F("of_day") + 1, in_all=F("in_all") + 1):
        return Counted.yes
    return Counted.not_today if rows.exists() else Counted.never


def close(case_id: str, takedown_ids: tuple[str, ...]) -> int:
    """These requests take no more answers by mail; mail to them is refused. How many there were."""
    return Relay.objects.filter(case_id=case_id, takedown_id__in=takedown_ids).delete()[0]


def sweep(now: datetime) -> int:
    """Delete those that are closed; how many."""
    return Relay.objects.filter(closes_on__lt=_today(now)).delete()[0]


def _create(index: str, case_id: str, takedown_id: str, now: datetime) -> None:
    row = Relay(id=index, case_id=case_id, takedown_id=takedown_id, closes_on=_closes(now))
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise HasOne from None


def _index(token: str) -> str:
    return keys.index("relay1", token)


def _today(now: datetime) -> date:
    return now.astimezone(UTC).date()


def _closes(now: datetime) -> date:
    return _today(now) + OPEN_FOR
