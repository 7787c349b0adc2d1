"""What workers were given of a case: which capsules are its own, so that none outlives it.

A capsule itself says nothing of a case. Without this list, to delete a case would leave behind an address to
write to, or a letter that still goes out.

What is to be done with a capsule at a time is a slip: its kind is the capsule's purpose, its subject and its
key are the capsule's id. Put so, the slip goes together with the capsule.
"""

from collections.abc import Iterable
from datetime import datetime

from survivor_portal.cases.models import Entrusted
from survivor_portal.keystore import capsules
from survivor_portal.slips import due

AT_ONCE = 5000


def put(case_id: str, purpose: str, payload: bytes, expires_at: datetime) -> str:
    """Seal this for the workers, in the name of a case; gives the capsule's id.

    The caller's transaction decides whether it stays. Raises NoAutoKey, NoEpoch.
    """
    capsule_id = capsules.put(purpose, payload, expires_at)
    Entrusted.objects.create(id=capsule_id, case_id=case_id, expires_at=expires_at)
    return capsule_id


def put_due(case_id: str, purpose: str, payload: bytes, due_at: datetime, expires_at: datetime) -> str:
    """As `put`, and a worker is handed it from `due_at` on, in the same transaction."""
    capsule_id = put(case_id, purpose, payload, expires_at)
    due.put(purpose, capsule_id, due_at, capsule_id)
    return capsule_id


def take_back(capsule_ids: Iterable[str]) -> None:
    """Delete these, and the slips that name them: done, or no longer wanted. From here on nobody opens them.
    Twice does no harm."""
    ids = list(capsule_ids)
    slips = [(purpose, capsule_id) for capsule_id, purpose in capsules.purposes(ids).items()]
    capsules.delete(ids)
    due.cancel_each(slips)
    Entrusted.objects.filter(pk__in=ids).delete()


def of(case_id: str, purpose: str = "") -> tuple[str, ...]:
    """The capsules workers have of this case; those for one purpose only, where one is named."""
    ids = tuple(Entrusted.objects.filter(case_id=case_id).values_list("pk", flat=True))
    if not purpose:
        return ids
    return tuple(capsule_id for capsule_id, found in capsules.purposes(ids).items() if found == purpose)


def case_of(capsule_id: str) -> str | None:
    """The case a capsule is of; None for one that was taken back."""
    return Entrusted.objects.filter(pk=capsule_id).values_list("case_id", flat=True).first()


def sweep(now: datetime) -> int:
    """Delete those whose time is over; how many."""
    over = list(Entrusted.objects.filter(expires_at__lte=now).values_list("pk", flat=True)[:AT_ONCE])
    take_back(over)
    return len(over)
