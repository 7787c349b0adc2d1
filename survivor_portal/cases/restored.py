"""Brings the cases that came out of a backup in line with what happened since it was made."""

from collections.abc import Collection, Iterator
from datetime import date, datetime

from django.db.models import QuerySet

from survivor_portal.cases import ending, entrusted, ledger, opening, slot
from survivor_portal.cases.book import CaseGone
from survivor_portal.cases.ledger import Ended, Ledger
from survivor_portal.cases.models import Case, Owner, Unlocked
from survivor_portal.keystore import backed, shred

AT_ONCE = 5000
# What each case is told through its slot.
KIND = "restored"


def without_key(ledger_: Ledger) -> int:
    """How many cases have no key and are in no ledger: nobody will ever open them again."""
    return sum(ledger.blind(Ended.case, case_id) not in ledger_ for case_id in _keyless())


def index_key_fits() -> bool:
    """Were the blind names in the tables made with our index key? Seen by the case that stands in."""
    stand_in = Case.objects.filter(owner=Owner.nobody).values_list("code_index", flat=True).first()
    return stand_in is None or stand_in == opening.code_index(opening.STAND_IN)


def hold_against(ledger_: Ledger, now: datetime) -> int:
    """Delete again what the ledger knows as deleted: cases, and keys of cases. Gives how many came back."""
    back = {case_id for case_id in _all() if ledger.blind(Ended.case, case_id) in ledger_}
    for case_id in sorted(back):
        ending.erase_case(case_id, now)
    keys = {name for name in backed.cases_with_a_key() if ledger.blind(Ended.case, name) in ledger_}
    if keys:
        shred.delete(keys)
    return len(back | keys)


def keep_the_living(now: datetime) -> int:
    """Let no case end because the backup knows of an older day; how many got a later one.

    Whoever has a key and is in no ledger was there when the backup was needed. A day of expiry that is past
    was moved since: by an opening before that day, so its span is added once. A case that waited for its
    phrase to be typed back either did not run out, or was confirmed.
    """
    longer = 0
    for row in _real().filter(expires_on__lt=now.date()).exclude(wrap=b""):
        later = min(row.expires_on + (row.expires_on - row.last_active_on), date.max)
        longer += _real().filter(pk=row.pk).update(expires_on=later)
    _real().exclude(wrap=b"").filter(confirm_by__isnull=False).update(confirm_by=None)
    return longer


def count() -> int:
    """How many cases are kept. By columns that whoever only counts may read."""
    return _real().exclude(expires_on=ending.LONG_AGO).count()


def close_all() -> int:
    """Close every case in every browser; how many were open."""
    return Unlocked.objects.all().delete()[0]


def take_back(capsule_ids: Collection[str]) -> None:
    """Delete what workers hold, whoever's it is."""
    entrusted.take_back(capsule_ids)


def tell_all(as_of: datetime, now: datetime) -> int:
    """Leave a word in each case: it is as it was then. Gives how many got it."""
    told = 0
    for case_id in list(_all()):
        try:
            slot.drop(case_id, KIND, {"as_of": as_of.isoformat()}, now)
        except (CaseGone, slot.SlotFull):
            continue
        told += 1
    return told


def due(now: datetime) -> set[str]:
    """Cases that are over and still there: what the sweep would delete now."""
    return ending.due(now)


def _real() -> QuerySet[Case]:
    """All but the one that stands in for unknown codes."""
    return Case.objects.exclude(owner=Owner.nobody)


def _all() -> Iterator[str]:
    yield from _real().values_list("pk", flat=True).iterator(AT_ONCE)


def _keyless() -> Iterator[str]:
    names = list(_real().exclude(wrap=b"").values_list("pk", flat=True))
    for start in range(0, len(names), AT_ONCE):
        batch = names[start : start + AT_ONCE]
        with_key = shred.existing(batch)
        yield from (name for name in batch if name not in with_key)
