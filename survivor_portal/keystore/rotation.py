"""Each day a new key over all keys of cases and capsules, and an end to the old one.

A key that was deleted lives on in backups and in corners of the disk. It dies there with the key of
its day: two rotations later, and never more than two days after the program runs again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connections, transaction
from django.db.models import QuerySet

from survivor_portal.keystore import epochs, locks
from survivor_portal.keystore.epochs import Epoch
from survivor_portal.keystore.models import CapsuleKey, Shred
from survivor_portal.keystore.router import ALIAS

EVERY = timedelta(days=1)
# Backups of the key database are kept for two days, so an older key serves nobody but a thief.
OLDEST_KEPT = timedelta(days=2)
AT_ONCE = 2000

_Wrapping = Callable[[bytes, str, int, bytes], bytes]


@dataclass(frozen=True, slots=True)
class _Keys:
    """One table of keys under the key of a day: how each is opened and wrapped anew."""

    rows: QuerySet[Shred] | QuerySet[CapsuleKey]
    update: str
    opened: _Wrapping
    wrapped: _Wrapping


def _tables() -> tuple[_Keys, ...]:
    return (
        _Keys(
            Shred.objects.all(),
            "UPDATE keystore_shred SET epoch = %s, wrapped = %s WHERE id = %s",
            locks.unlock_shred,
            locks.lock_shred,
        ),
        _Keys(
            CapsuleKey.objects.all(),
            "UPDATE keystore_capsulekey SET epoch = %s, wrapped = %s WHERE id = %s",
            locks.unlock_capsule_key,
            locks.lock_capsule_key,
        ),
    )


class NotRotated(Exception):
    """Something does not add up; no row was changed and no key destroyed."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """What one rotation did."""

    current: int
    rewrapped: int
    destroyed: tuple[int, ...]


def rotate(now: datetime, *, force: bool = False) -> Rotated | None:
    """Bring every key under a new key of the day, then destroy the key before the previous one.

    None when the current key is less than a day old, unless forced. Ended at any point, the next run
    finishes what is left.
    """
    with epochs.changing():
        keys = epochs.known()
        _all_readable(keys)
        newest = keys[max(keys)] if keys else None
        if newest is None or force or is_due(newest, now):
            current = epochs.make(now)
        elif _left_over(keys, newest):
            current = keys.pop(newest.number)
        else:
            return None
        rewrapped = _rewrap(keys, current)
        return Rotated(current.number, rewrapped, _destroy_old(keys, now))


def is_due(newest: Epoch, now: datetime) -> bool:
    """Is the newest key a day old? One from the future was made by a wrong clock and is no reason to wait."""
    return not timedelta(hours=-1) < now - newest.made_at < EVERY


def used() -> set[int]:
    """The numbers of the keys of the days that rows are under."""
    return {number for table in _tables() for number in table.rows.values_list("epoch", flat=True).distinct()}


def _left_over(keys: dict[int, Epoch], newest: Epoch) -> bool:
    """Did a rotation end halfway? Then rows are under an older key, or an old key was not destroyed."""
    return len(keys) > 2 or any(table.rows.exclude(epoch=newest.number).exists() for table in _tables())


def _all_readable(keys: dict[int, Epoch]) -> None:
    """A row under a key that is not here means a wrong folder or database. Then nothing may be touched."""
    if lost := used() - set(keys):
        raise NotRotated(
            f"{len(lost)} keys of past days are not in the folder, and rows are still under them."
        )


def _rewrap(keys: dict[int, Epoch], current: Epoch) -> int:
    """Move every row under the current key, in one transaction; how many were moved."""
    with transaction.atomic(using=ALIAS):
        return sum(_rewrap_table(table, keys, current) for table in _tables())


def _rewrap_table(table: _Keys, keys: dict[int, Epoch], current: Epoch) -> int:
    day_key = current.key()
    total = table.rows.count()
    older = table.rows.exclude(epoch=current.number).order_by("pk")
    rows = list(older.select_for_update().values_list("pk", "epoch", "wrapped"))
    old_keys = {number: keys[number].key() for number in {epoch for _, epoch, _ in rows}}
    with connections[ALIAS].cursor() as cursor:
        for start in range(0, len(rows), AT_ONCE):
            cursor.executemany(
                table.update,
                [
                    (current.number, table.wrapped(day_key, row_id, current.number, key), row_id)
                    for row_id, key in (
                        (row_id, table.opened(old_keys[epoch], row_id, epoch, bytes(envelope)))
                        for row_id, epoch, envelope in rows[start : start + AT_ONCE]
                    )
                ],
            )
    under = table.rows.filter(epoch=current.number).count()
    if not under == total == table.rows.count():
        raise NotRotated(f"{total} rows before, {under} under the new key.")
    return len(rows)


def _destroy_old(keys: dict[int, Epoch], now: datetime) -> tuple[int, ...]:
    """Destroy all older keys but the previous one, and that too if it is older than any backup kept."""
    previous = max(keys, default=0)
    destroyed = []
    for number, epoch in keys.items():
        if number == previous and now - epoch.made_at <= OLDEST_KEPT:
            continue
        if any(table.rows.filter(epoch=number).exists() for table in _tables()):
            raise NotRotated(f"Rows are still under key {number}.")
        epochs.destroy(epoch)
        destroyed.append(number)
    return tuple(destroyed)
