"""The keys, held by this process: it reaches the second database and the folder of the keys of the days.

So does every process of a small site. On a larger one only the key process does (`serving`), and all others
ask it (`far`), by the same names.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from survivor_portal import seals
from survivor_portal.keystore import epochs, locks, rotation
from survivor_portal.keystore.models import CapsuleKey, Shred
from survivor_portal.keystore.rotation import Rotated
from survivor_portal.keystore.router import ALIAS
from survivor_portal.keystore.standing import Standing

AT_ONCE = 5000


def get_shreds(case_ids: Iterable[str]) -> dict[str, bytes]:
    """The shred keys of these cases. A case without one, or whose day's key is destroyed, is left out."""
    with epochs.reading():
        known = epochs.known()
        keys: dict[int, bytes] = {}
        found: dict[str, bytes] = {}
        for row in Shred.objects.filter(pk__in=list(case_ids)):
            try:
                if row.epoch not in keys:
                    keys[row.epoch] = known[row.epoch].key()
                found[row.pk] = locks.unlock_shred(keys[row.epoch], row.pk, row.epoch, bytes(row.wrapped))
            except (KeyError, epochs.NoEpoch, seals.WrongKey):
                continue
    return found


def create_shreds(case_ids: Iterable[str]) -> dict[str, bytes]:
    """Make a shred key for each of these cases, on the disk before this returns. Raises NoEpoch."""
    with epochs.reading():
        epoch = epochs.current()
        day_key = epoch.key()
        made = {case_id: seals.new_key() for case_id in case_ids}
        with transaction.atomic(using=ALIAS, durable=True):
            Shred.objects.bulk_create(
                Shred(
                    id=case_id,
                    epoch=epoch.number,
                    wrapped=locks.lock_shred(day_key, case_id, epoch.number, key),
                )
                for case_id, key in made.items()
            )
    return made


def delete_shreds(case_ids: Iterable[str]) -> int:
    """Destroy the shred keys of these cases, done when this returns; how many there were."""
    with transaction.atomic(using=ALIAS, durable=True):
        return Shred.objects.filter(pk__in=list(case_ids)).delete()[0]


def existing_shreds(case_ids: Iterable[str]) -> set[str]:
    """Which of these cases still have a shred key. Opens none."""
    return set(Shred.objects.filter(pk__in=list(case_ids)).values_list("pk", flat=True))


def put_capsule_key(capsule_id: str, key: bytes, expires_at: datetime) -> None:
    """Keep the key of a new capsule, on the disk before this returns. Raises NoEpoch."""
    with epochs.reading():
        epoch = epochs.current()
        wrapped = locks.lock_capsule_key(epoch.key(), capsule_id, epoch.number, key)
        with transaction.atomic(using=ALIAS, durable=True):
            CapsuleKey.objects.create(
                id=capsule_id, epoch=epoch.number, wrapped=wrapped, expires_at=expires_at
            )


def get_capsule_key(capsule_id: str) -> bytes | None:
    """The key of a capsule; None where it is gone, or the key of its day is."""
    with epochs.reading():
        row = CapsuleKey.objects.filter(pk=capsule_id).first()
        epoch = epochs.known().get(row.epoch) if row else None
        if row is None or epoch is None:
            return None
        try:
            return locks.unlock_capsule_key(epoch.key(), row.pk, row.epoch, bytes(row.wrapped))
        except (epochs.NoEpoch, seals.WrongKey):
            return None


def delete_capsule_keys(capsule_ids: Iterable[str]) -> int:
    """Destroy the keys of these capsules, done when this returns; how many there were."""
    with transaction.atomic(using=ALIAS, durable=True):
        return CapsuleKey.objects.filter(pk__in=list(capsule_ids)).delete()[0]


def expired_capsule_keys(now: datetime) -> set[str]:
    """Capsules whose time is over at `now`, at most 5,000 of them."""
    over = CapsuleKey.objects.filter(expires_at__lte=now).values_list("pk", flat=True)
    return set(over[:AT_ONCE])


def turn(now: datetime, *, force: bool = False) -> Rotated | None:
    """As `rotation.rotate`."""
    return rotation.rotate(now, force=force)


def standing() -> Standing:
    """How the keys of the days stand. Nothing is counted or refused here."""
    keys = epochs.known()
    newest = keys[max(keys)].made_at if keys else None
    return Standing(made_at=newest, days=len(keys), lost=len(rotation.used() - set(keys)))
