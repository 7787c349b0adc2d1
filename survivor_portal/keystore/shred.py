"""Give, make and destroy the shred keys of cases. The only way to them."""

from collections.abc import Iterable

from django.db import transaction

from survivor_portal import seals
from survivor_portal.keystore import epochs
from survivor_portal.keystore.models import Shred
from survivor_portal.keystore.router import ALIAS


def get(case_ids: Iterable[str]) -> dict[str, bytes]:
    """The shred keys of these cases. A case without one, or whose day's key is destroyed, is left out."""
    with epochs.reading():
        known = epochs.known()
        keys: dict[int, bytes] = {}
        found: dict[str, bytes] = {}
        for row in Shred.objects.filter(pk__in=list(case_ids)):
            try:
                if row.epoch not in keys:
                    keys[row.epoch] = known[row.epoch].key()
                found[row.pk] = opened(keys[row.epoch], row.pk, row.epoch, bytes(row.wrapped))
            except (KeyError, epochs.NoEpoch, seals.WrongKey):
                continue
    return found


def create(case_ids: Iterable[str]) -> dict[str, bytes]:
    """Make a shred key for each of these cases, on the disk before this returns. Raises NoEpoch."""
    with epochs.reading():
        epoch = epochs.current()
        day_key = epoch.key()
        made = {case_id: seals.new_key() for case_id in case_ids}
        with transaction.atomic(using=ALIAS, durable=True):
            Shred.objects.bulk_create(
                Shred(id=case_id, epoch=epoch.number, wrapped=wrapped(day_key, case_id, epoch.number, key))
                for case_id, key in made.items()
            )
    return made


def delete(case_ids: Iterable[str]) -> int:
    """Destroy the shred keys of these cases, done when this returns; how many there were.

    Older backups hold them for two more days at most, until the key of their day is destroyed as well.
    """
    with transaction.atomic(using=ALIAS, durable=True):
        return Shred.objects.filter(pk__in=list(case_ids)).delete()[0]


def existing(case_ids: Iterable[str]) -> set[str]:
    """Which of these cases still have a shred key. Opens none."""
    return set(Shred.objects.filter(pk__in=list(case_ids)).values_list("pk", flat=True))


def wrapped(day_key: bytes, case_id: str, epoch: int, key: bytes) -> bytes:
    """A shred key under the key of a day, bound to its case and day."""
    return seals.lock(day_key, key, context=_context(case_id, epoch))


def opened(day_key: bytes, case_id: str, epoch: int, envelope: bytes) -> bytes:
    """The shred key again. Raises WrongKey."""
    return seals.unlock(day_key, envelope, context=_context(case_id, epoch))


def _context(case_id: str, epoch: int) -> bytes:
    return f"shred1|{case_id}|{epoch}".encode()
