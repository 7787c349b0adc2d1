"""Give, make and destroy the shred keys of cases. The only way to them."""

from collections.abc import Iterable

from survivor_portal.keystore.holder import keys


def get(case_ids: Iterable[str]) -> dict[str, bytes]:
    """The shred keys of these cases. A case without one, or whose day's key is destroyed, is left out.

    Raises `away.NotNow`, as all of these.
    """
    return keys().get_shreds(case_ids)


def create(case_ids: Iterable[str]) -> dict[str, bytes]:
    """Make a shred key for each of these cases, on the disk before this returns. Raises NoEpoch.

    After NotNow it may or may not be there: delete it, or leave the case to the sweep.
    """
    return keys().create_shreds(case_ids)


def delete(case_ids: Iterable[str]) -> int:
    """Destroy the shred keys of these cases, done when this returns; how many there were.

    Older backups hold them for two more days at most, until the key of their day is destroyed as well.
    """
    return keys().delete_shreds(case_ids)


def existing(case_ids: Iterable[str]) -> set[str]:
    """Which of these cases still have a shred key. Opens none."""
    return keys().existing_shreds(case_ids)
