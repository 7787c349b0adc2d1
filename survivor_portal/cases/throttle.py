"""Make guessing wait: counted for each code, known or not, and for nobody's address.

Real and invented codes are counted in one table by the same steps: what is kept elsewhere for the one kind
would take another time, or be gone at another moment, and tell them apart. So that a flood of invented codes
fills no disk, the table has an end (`MOST`): the counts whose wait ended longest ago start anew, for both
kinds alike. Between two sweeps it grows by no more than the slow keys of a minute (`pool`).
"""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from django.db import transaction

from survivor_portal.cases.models import Case, Throttle

FREE = 5
FIRST = timedelta(seconds=30)
LONGEST = timedelta(hours=1)
MANY = 100
# Four tries a day.
AFTER_MANY = timedelta(hours=6)
# After so long without a try the waiting begins anew, whether or not a case has this code.
FORGOTTEN = timedelta(days=30)
# So many codes are counted. To make one count start anew takes as many slow keys, with other codes.
MOST = 50_000
_AT_ONCE = 500
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Bucket(StrEnum):
    """Tries at the door, with either secret, and tries inside an open case are counted apart."""

    phrase = "phrase"
    recovery = "recovery"
    again = "again"


class WaitUntil(Exception):
    """Too many tries with this code. It says from when on the next one counts."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at


def delay(strikes: int) -> timedelta:
    """How long to wait after so many tries in vain."""
    if strikes < FREE:
        return timedelta(0)
    if strikes >= MANY:
        return AFTER_MANY
    return min(FIRST * 2 ** min(strikes - FREE, 10), LONGEST)


def charge(code_index: str, bucket: Bucket, now: datetime) -> None:
    """Count a try before it is made, so that many at once cannot slip through. Raises WaitUntil."""
    name = _name(code_index, bucket)
    with transaction.atomic():
        row = Throttle.objects.select_for_update().filter(pk=name).first()
        strikes, unseen = (row.strikes, row.unseen) if row else (0, 0)
        if row and now < row.next_try_at:
            raise WaitUntil(row.next_try_at)
        if row and now - row.next_try_at > FORGOTTEN:
            strikes = 0
        Throttle.objects.bulk_create(
            [Throttle(id=name, strikes=strikes + 1, unseen=unseen + 1, next_try_at=now + delay(strikes + 1))],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["strikes", "unseen", "next_try_at"],
        )


def give_back(code_index: str, bucket: Bucket) -> None:
    """What was charged just now was never tried: uncount it. The next try need not wait."""
    name = _name(code_index, bucket)
    with transaction.atomic():
        row = Throttle.objects.select_for_update().filter(pk=name).first()
        if row is None:
            return
        row.strikes, row.unseen = max(row.strikes - 1, 0), max(row.unseen - 1, 0)
        row.next_try_at = _LONG_AGO
        if row.strikes or row.unseen:
            row.save(force_update=True)
        else:
            row.delete()


def forgive(code_index: str, bucket: Bucket) -> int:
    """A try was right. Give back how many before it, of any kind, were not."""
    rows = Throttle.objects.select_for_update().filter(pk__in=[_name(code_index, b) for b in Bucket])
    failed = sum(row.unseen for row in rows)
    Throttle.objects.filter(pk=_name(code_index, bucket)).delete()
    Throttle.objects.filter(pk__in=[_name(code_index, b) for b in Bucket]).update(unseen=0)
    return max(failed - 1, 0)


def forget(code_index: str) -> None:
    """Drop the counts of a code that is no longer used."""
    Throttle.objects.filter(pk__in=[_name(code_index, bucket) for bucket in Bucket]).delete()


def sweep(now: datetime) -> int:
    """Drop what is old and what is too much, and say how many. What an owner was not told of yet stays."""
    counted = Throttle.objects.filter(strikes__gt=0)
    old = counted.filter(next_try_at__lt=now - FORGOTTEN).values_list("pk", flat=True)
    gone = _drop(list(old))
    # A code that has to wait has its moment ahead, so it goes after all whose wait is over.
    too_many = counted.order_by("-next_try_at", "pk").values_list("pk", flat=True)[MOST:]
    return gone + _drop(list(too_many))


def _drop(names: list[str]) -> int:
    """Forget these counts. Where a case has the code its row goes on from nought, with what is to be told."""
    gone = 0
    for start in range(0, len(names), _AT_ONCE):
        by_code: dict[str, list[str]] = {}
        for name in names[start : start + _AT_ONCE]:
            by_code.setdefault(name.partition(":")[2], []).append(name)
        kept = set(Case.objects.filter(code_index__in=by_code).values_list("code_index", flat=True))
        ours = [name for code_index in kept for name in by_code[code_index]]
        others = [name for code_index in by_code.keys() - kept for name in by_code[code_index]]
        Throttle.objects.filter(pk__in=ours).update(strikes=0, next_try_at=_LONG_AGO)
        gone += Throttle.objects.filter(pk__in=others).delete()[0]
    return gone


def _name(code_index: str, bucket: Bucket) -> str:
    return f"{bucket}:{code_index}"
