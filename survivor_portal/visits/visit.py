"""Keep what a visitor answered while the visit lasts, sealed under the visitor's own cookie.

The token is what the cookie holds. It is never stored: the row is named by its hash and sealed under a key
made from it. Token alone or row alone opens nothing.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from survivor_portal import seals
from survivor_portal.visits.limits import MOST_BYTES, ORDINARY, SEEN_STEP, WATCHED, Limits
from survivor_portal.visits.models import Visit

PURPOSE = "unlock"
WATCHED_KEY = "watched"

Data = dict[str, Any]


class TooMuch(Exception):
    """More was given than one visit may hold. Nothing was written; what was there is still there."""


class ChangedMeanwhile(Exception):
    """Another tab wrote first. Read again and write again, or use `change`."""


class VisitOver(Exception):
    """The visit was ended or ran out before this could be written."""


@dataclass(frozen=True, slots=True)
class OpenVisit:
    """A visit that was opened with its token.

    `data` is a JSON object and may be changed in place; only `save` and `change` write it.
    """

    token: bytes = field(repr=False)
    data: Data = field(repr=False)
    created_at: datetime
    seen_at: datetime
    envelope: bytes = field(repr=False, compare=False)

    @property
    def watched(self) -> bool:
        """Whether somebody else may look at this device: the shorter limits hold then."""
        return bool(self.data.get(WATCHED_KEY))

    @property
    def limits(self) -> Limits:
        """The limits this visit lives under."""
        return WATCHED if self.watched else ORDINARY


def begin(now: datetime) -> tuple[bytes, OpenVisit]:
    """Begin an empty visit under a new token. Give back the token, for the cookie, and the visit."""
    token = seals.new_token()
    envelope = _sealed(token, {})
    Visit.objects.create(id=_row_id(token), sealed=envelope, created_at=now, seen_at=now)
    return token, OpenVisit(token, {}, now, now, envelope)


def read(token: bytes, now: datetime) -> OpenVisit | None:
    """Open the visit of this token. None when there is none, when it ran out, or does not open."""
    row = Visit.objects.filter(pk=_row_id(token)).first()
    visit = _opened(token, row, now)
    if visit is None or row is None:
        return None
    if now - visit.seen_at < SEEN_STEP:
        return visit
    return stay(visit, now)


def stay(visit: OpenVisit, now: datetime) -> OpenVisit:
    """Note that the visitor is still here. What was answered is not touched."""
    Visit.objects.filter(pk=_row_id(visit.token), seen_at__lt=now).update(seen_at=now)
    return OpenVisit(visit.token, visit.data, visit.created_at, max(visit.seen_at, now), visit.envelope)


def save(visit: OpenVisit, now: datetime) -> OpenVisit:
    """Write a visit's data. Raises ChangedMeanwhile rather than overwrite what another tab wrote."""
    envelope = _sealed(visit.token, visit.data)
    with transaction.atomic():
        row = Visit.objects.select_for_update().filter(pk=_row_id(visit.token)).first()
        if row is None or _opened(visit.token, row, now, drop=False) is None:
            raise VisitOver
        if bytes(row.sealed) != visit.envelope:
            raise ChangedMeanwhile
        return _written(visit.token, visit.data, envelope, row, now)


def change(token: bytes, now: datetime, alter: Callable[[Data], None]) -> OpenVisit | None:
    """Read, alter and write in one transaction, so that two tabs never lose each other's answers.

    `alter` changes the data in place. It may be called once only and should do nothing else. None when the
    visit is over; an error raised by `alter` leaves everything as it was.
    """
    with transaction.atomic():
        row = Visit.objects.select_for_update().filter(pk=_row_id(token)).first()
        visit = _opened(token, row, now, drop=False)
        if visit is None or row is None:
            return None
        alter(visit.data)
        return _written(token, visit.data, _sealed(token, visit.data), row, now)


def end(token: bytes) -> None:
    """Delete the visit of this token, if there is one. To end it twice does no harm."""
    Visit.objects.filter(pk=_row_id(token)).delete()


def sweep(now: datetime) -> int:
    """Delete the visits that nobody can open any more, and say how many.

    Whether a device is watched is sealed, so the outer limits count here; reading applies the stricter ones.
    """
    gone = Q(seen_at__lte=now - ORDINARY.idle) | Q(created_at__lte=now - ORDINARY.in_all)
    deleted, _ = Visit.objects.filter(gone).delete()
    return deleted


def count() -> int:
    """How many visits there are, those included that ran out a moment ago."""
    return Visit.objects.count()


def closes_at(visit: OpenVisit) -> datetime:
    """The moment at which this visit is over if nothing more happens."""
    return visit.limits.closes_at(visit.created_at, visit.seen_at)


def _opened(token: bytes, row: Visit | None, now: datetime, *, drop: bool = True) -> OpenVisit | None:
    """The visit in this row, or None. A visit that ran out is deleted when it is found (`drop`)."""
    if row is None:
        return None
    try:
        envelope = bytes(row.sealed)
        plaintext = seals.unlock(_key(token), envelope, context=row.pk.encode())
    except seals.WrongKey:
        return None
    visit = OpenVisit(token, json.loads(plaintext), row.created_at, row.seen_at, envelope)
    if now >= closes_at(visit):
        if drop:
            end(token)
        return None
    return visit


def _written(token: bytes, data: Data, envelope: bytes, row: Visit, now: datetime) -> OpenVisit:
    row.sealed = envelope
    row.seen_at = max(row.seen_at, now)
    row.save(update_fields=["sealed", "seen_at"])
    return OpenVisit(token, data, row.created_at, row.seen_at, envelope)


def _sealed(token: bytes, data: Data) -> bytes:
    plaintext = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    if len(plaintext) > MOST_BYTES:
        raise TooMuch
    # The row's name is bound in: a blob copied into another row does not open there.
    return seals.lock(_key(token), plaintext, context=_row_id(token).encode())


def _key(token: bytes) -> bytes:
    return seals.token_key(token, PURPOSE)


def _row_id(token: bytes) -> str:
    return seals.token_id(token).hex()
