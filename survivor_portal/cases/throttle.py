"""Make guessing wait: counted for each code, known or not, and for nobody's address."""

from datetime import datetime, timedelta
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
    """Delete old counts of codes that no case has, and say how many."""
    old = Throttle.objects.filter(next_try_at__lt=now - FORGOTTEN)
    by_code = {name.partition(":")[2] for name in old.values_list("pk", flat=True)}
    kept = set(Case.objects.filter(code_index__in=by_code).values_list("code_index", flat=True))
    gone = [_name(code_index, bucket) for code_index in by_code - kept for bucket in Bucket]
    return old.filter(pk__in=gone).delete()[0]


def _name(code_index: str, bucket: Bucket) -> str:
    return f"{bucket}:{code_index}"
