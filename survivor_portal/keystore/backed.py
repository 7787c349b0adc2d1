"""What a backup has to know of the keys, and what a restore has to put right among them. Opens none."""

from collections.abc import Iterator

from survivor_portal.keystore import epochs
from survivor_portal.keystore.models import Capsule, CapsuleKey, Shred

AT_ONCE = 5000


def epochs_in_use() -> list[int]:
    """The numbers of the keys of the days under which something lies."""
    return sorted(
        set(Shred.objects.values_list("epoch", flat=True).distinct())
        | set(CapsuleKey.objects.values_list("epoch", flat=True).distinct())
    )


def epochs_at_hand() -> set[int]:
    """The numbers of the keys of the days that are in the folder. Raises NoEpoch where there is no folder."""
    return set(epochs.known())


def cases_with_a_key() -> Iterator[str]:
    """The name of each case that has a shred key."""
    yield from Shred.objects.values_list("pk", flat=True).iterator(AT_ONCE)


def capsules() -> tuple[str, ...]:
    """All that workers hold."""
    return tuple(Capsule.objects.values_list("pk", flat=True))


def capsules_without_key() -> tuple[str, ...]:
    """What workers held and nobody can open any more: it was done, or taken back."""
    with_key = set(CapsuleKey.objects.values_list("pk", flat=True))
    return tuple(name for name in capsules() if name not in with_key)


def capsule_keys_without_capsule() -> tuple[str, ...]:
    """Keys to nothing: what they opened was done, or taken back, in the other database."""
    there = set(capsules())
    return tuple(name for name in CapsuleKey.objects.values_list("pk", flat=True) if name not in there)
