"""What workers were given of a case: which capsules are its own, so that none outlives it.

A capsule itself says nothing of a case. Without this list, to delete a case would leave behind an address to
write to, or a letter that still goes out.
"""

from collections.abc import Iterable
from datetime import datetime

from survivor_portal.cases.models import Entrusted
from survivor_portal.keystore import capsules

AT_ONCE = 5000


def put(case_id: str, purpose: str, payload: bytes, expires_at: datetime) -> str:
    """Seal this for the workers, in the name of a case; gives the capsule's id.

    The caller's transaction decides whether it stays. Raises NoAutoKey, NoEpoch.
    """
    capsule_id = capsules.put(purpose, payload, expires_at)
    Entrusted.objects.create(id=capsule_id, case_id=case_id, expires_at=expires_at)
    return capsule_id


def take_back(capsule_ids: Iterable[str]) -> None:
    """Delete these: done, or no longer wanted. From here on nobody opens them. Twice does no harm."""
    ids = list(capsule_ids)
    capsules.delete(ids)
    Entrusted.objects.filter(pk__in=ids).delete()


def of(case_id: str) -> tuple[str, ...]:
    """The capsules workers have of this case."""
    return tuple(Entrusted.objects.filter(case_id=case_id).values_list("pk", flat=True))


def sweep(now: datetime) -> int:
    """Delete those whose time is over; how many."""
    over = list(Entrusted.objects.filter(expires_at__lte=now).values_list("pk", flat=True)[:AT_ONCE])
    take_back(over)
    return len(over)
