"""Delete a case so that nobody ever reads it again, and finish what was interrupted.

The shred key goes first, then the keys of what workers hold. Whatever stops the rest then leaves bytes that
nobody can read, and the sweep finds them. Before the case's own row goes it stands in the ledger, so that no
backup brings it back.
"""

import logging
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from survivor_portal.cases import access, entrusted, ledger, offers, opening, throttle, unlocked
from survivor_portal.cases.keys import OpenCase
from survivor_portal.cases.models import Case, Owner
from survivor_portal.keystore import shred

AT_ONCE = 5000
# The day of expiry of a case whose deletion has begun.
LONG_AGO = date(1970, 1, 1)

log = logging.getLogger("survivor_portal.cases")


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep deleted."""

    cases: int
    sessions: int
    counts: int


def erase(case: OpenCase, phrase: str, now: datetime) -> None:
    """Delete everything now; the phrase is asked for again. Raises as `access.open_with`."""
    access.ask_again(case, phrase, now)
    erase_case(case.id, now)


def erase_case(case_id: str, now: datetime) -> None:
    """Delete a case. To do it twice does no harm.

    Where the ledger cannot be written, on a full disk, an empty row stays, and each sweep tries again.
    """
    shred.delete([case_id])
    # From here on nobody can read it. Each step stands alone; the case's own row goes last.
    entrusted.take_back(entrusted.of(case_id))
    unlocked.end_all(case_id)
    row = Case.objects.filter(pk=case_id).only("code_index").first()
    if row is None:
        return
    Case.objects.filter(pk=case_id).update(
        wrap=b"", recovery_wrap=b"", sealed_key=b"", public_key=b"", expires_on=LONG_AGO
    )
    throttle.forget(row.code_index)
    try:
        with transaction.atomic():
            # Before its rows, as whoever writes to it: two who take them in another order wait for good.
            Case.objects.select_for_update(no_key=True).only("pk").filter(pk=case_id).first()
            ledger.write(ledger.Ended.case, [case_id], now)
            row.delete()
    except OSError:
        log.exception("the ledger of what was deleted cannot be written")


def sweep(now: datetime) -> Swept:
    """Delete cases that ran out or were not confirmed, finish deletions that stopped, close what is over."""
    over = due(now)
    for case_id in sorted(over):
        erase_case(case_id, now)
    entrusted.sweep(now)
    ledger.sweep(now)
    offers.sweep(now)
    return Swept(len(over), unlocked.sweep(now), throttle.sweep(now))


def due(now: datetime) -> set[str]:
    """Cases that ran out, were not confirmed in time, or whose deletion stopped halfway."""
    over = Q(expires_on__lt=now.date()) | Q(confirm_by__lte=now)
    found = set(Case.objects.exclude(owner=Owner.nobody).filter(over).values_list("pk", flat=True))
    return found | _without_shred()


def _without_shred() -> set[str]:
    """Cases whose shred key is gone: their deletion stopped halfway.

    The key of the case that stands in for unknown codes must be there. If it is not, this is another key
    database, or an empty one, and a missing key means nothing.
    """
    # Of a row a worker may read no more than what it asks for here.
    stand_in = Case.objects.only("pk").filter(code_index=opening.code_index(opening.STAND_IN)).first()
    if stand_in is None or not shred.existing([stand_in.pk]):
        return set()
    # A case still being made has no pair yet, and may be about to get its key.
    made = Case.objects.exclude(public_key=b"").order_by("pk").values_list("pk", flat=True)
    lost: set[str] = set()
    last = ""
    while batch := list(made.filter(pk__gt=last)[:AT_ONCE]):
        lost |= set(batch) - shred.existing(batch)
        last = batch[-1]
    return lost
