"""Remember what is to be done, hand it out to one worker at a time, and cross it off once.

The rows are the truth. A message to a worker carries a slip's id and token and no more; if it is lost the
lease runs out and the slip is handed out again. Whoever holds an older token changes nothing.
"""

import hashlib
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet

from survivor_portal.slips.models import Slip, State

AT_ONCE = 200  # handed out in one go
MOST_OUT = 400  # handed out and not yet crossed off; more would only lie in the queue and age there
MOST_ATTEMPTS = 14  # together with the waits below: a little more than a day
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
_REGULAR = "regular"
DONE_KEPT = timedelta(days=7)  # so long the same key is not done twice

Effect = Callable[[], None]


class Stale(Exception):
    """Somebody else has the slip by now, or it is done. Nothing was written."""


class NotYet(Exception):
    """A handler raises it: nothing was done, nothing failed, and it is due again at `at`, an aware moment."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at


@dataclass(frozen=True, slots=True)
class Claim:
    """What a message to a worker carries."""

    id: str
    token: str


@dataclass(frozen=True, slots=True)
class Work:
    """A slip in a worker's hands. `attempt` counts from 1."""

    id: str
    token: str
    kind: str
    subject: str
    attempt: int


def put(kind: str, subject: str, due_at: datetime, key: str) -> bool:
    """Remember to do this from `due_at` on, inside the caller's transaction; False if it was known already.

    `subject` is the id of a row and never content. `key` names the effect: what has the same kind and key is
    done once, however often it is put. Only a hash of it is kept.
    """
    slip = Slip(
        id=secrets.token_hex(16),
        kind=kind,
        subject=subject,
        key=_hashed(kind, key),
        state=State.waiting,
        due_at=due_at,
    )
    if Slip.objects.filter(key=slip.key).exists():
        return False
    # Two that put it in the same moment: the database keeps one of them, and neither fails.
    Slip.objects.bulk_create([slip], ignore_conflicts=True)
    return Slip.objects.filter(pk=slip.pk).exists()


def keep_going(kinds: Iterable[str], now: datetime) -> None:
    """See to it that of each of these kinds there is one slip, without a subject, and that it is not dead."""
    keys = {_hashed(kind, _REGULAR): kind for kind in kinds}
    states = dict(Slip.objects.filter(key__in=list(keys)).values_list("key", "state"))
    for key, kind in keys.items():
        if key not in states:
            put(kind, "", now, _REGULAR)
        elif states[key] == State.dead:
            # It ended its workers. To be done no more would be worse.
            revive(kind, now)


def cancel(kind: str, key: str) -> bool:
    """Forget what was put under this key. Its worker, if it has one by now, then finds its token stale."""
    found = Slip.objects.filter(key=_hashed(kind, key)).exclude(state=State.done)
    return found.delete()[0] > 0


def cancel_each(put: Iterable[tuple[str, str]]) -> int:
    """As `cancel`, for many pairs of kind and key; how many there were."""
    keys = [_hashed(kind, key) for kind, key in put]
    return Slip.objects.filter(key__in=keys).exclude(state=State.done).delete()[0]


def withdraw(kind: str, key: str) -> bool:
    """Forget it if nobody has it in hands at this moment. False: somebody has, or it is done or unknown."""
    return Slip.objects.filter(key=_hashed(kind, key), state=State.waiting).delete()[0] > 0


def cancel_about(subjects: Iterable[str]) -> int:
    """Forget what is about these rows, however far it got; how many. For a restore: nobody works then."""
    names = list(subjects)
    found = 0
    for start in range(0, len(names), AT_ONCE):
        batch = names[start : start + AT_ONCE]
        found += Slip.objects.filter(subject__in=batch).exclude(state=State.done).delete()[0]
    return found


def claim(now: datetime, limit: int = AT_ONCE, kinds: Iterable[str] | None = None) -> list[Claim]:
    """Take what is due, and what others took and left, under a fresh token and a lease; oldest first.

    One transaction. Two that claim at once never get the same slip: PostgreSQL passes over rows that are
    locked, and SQLite lets the second wait until the first is through.
    """
    slips = Slip.objects.all() if kinds is None else Slip.objects.filter(kind__in=list(kinds))
    token = secrets.token_hex(16)
    with transaction.atomic():
        out = Slip.objects.filter(state=State.taken, lease_until__gt=now)[:MOST_OUT].count()
        limit = min(limit, MOST_OUT - out)
        if limit <= 0:
            return []
        left = slips.filter(state=State.taken, lease_until__lte=now).order_by("lease_until")
        found = list(_locked(left, limit))
        # It ended its worker again and again; one more time would end one more.
        spent = [pk for pk, attempts in found if attempts >= MOST_ATTEMPTS]
        Slip.objects.filter(pk__in=spent).update(state=State.dead, due_at=now, lease_until=None, token="")
        chosen = [pk for pk, attempts in found if attempts < MOST_ATTEMPTS]
        if room := limit - len(found):
            due = slips.filter(state=State.waiting, due_at__lte=now).order_by("due_at")
            chosen += [pk for pk, _ in _locked(due, room)]
        Slip.objects.filter(pk__in=chosen).update(state=State.taken, token=token, lease_until=now + _lease())
    return [Claim(pk, token) for pk in chosen]


def begin(slip_id: str, token: str, now: datetime) -> Work | None:
    """The slip, now in this worker's hands only; None if the token is stale, or was used before.

    The attempt counts from here, so that a slip that ends its worker each time is noticed.
    """
    own = secrets.token_hex(16)
    taken = Slip.objects.filter(pk=slip_id, token=token, state=State.taken).update(
        token=own, attempts=F("attempts") + 1, lease_until=now + _lease()
    )
    row = Slip.objects.filter(pk=slip_id, token=own).first() if taken else None
    return Work(row.pk, own, row.kind, row.subject, row.attempts) if row else None


def done(work: Work, now: datetime, effect: Effect | None = None, again_at: datetime | None = None) -> None:
    """Cross the slip off and do its effect on the default database, both or neither. Raises Stale.

    With `again_at` it is not crossed off but due again then.
    """
    with transaction.atomic():
        # First the row, then the effect: a second worker waits here and then finds its token stale.
        if again_at is None:
            _let_go(work, State.done, now)
        else:
            _let_go(work, State.waiting, again_at, attempts=0)
        if effect is not None:
            effect()


def failed(work: Work, now: datetime, again_at: datetime | None = None) -> datetime | None:
    """It did not work out. Gives when it is tried again, later each time, or None: it is dead. Raises Stale.

    With `again_at` it never dies, and is tried again then or sooner.
    """
    wait_until = now + min(FIRST_WAIT * 2 ** (min(work.attempt, 20) - 1), LONGEST_WAIT)
    if again_at is not None:
        wait_until = min(wait_until, again_at)
    elif work.attempt >= MOST_ATTEMPTS:
        _let_go(work, State.dead, now)
        return None
    _let_go(work, State.waiting, wait_until)
    return wait_until


def revive(kind: str, now: datetime) -> int:
    """Give the dead ones of a kind another round of attempts; how many they were."""
    dead = Slip.objects.filter(state=State.dead, kind=kind)
    return dead.update(state=State.waiting, due_at=now, attempts=0)


def sweep(now: datetime) -> int:
    """Delete what has been done for long; how many. What is dead stays until the operator looks."""
    return Slip.objects.filter(state=State.done, due_at__lte=now - DONE_KEPT).delete()[0]


def _let_go(work: Work, state: State, due_at: datetime, **more: int) -> None:
    held = Slip.objects.filter(pk=work.id, token=work.token, state=State.taken)
    if not held.update(state=state, due_at=due_at, lease_until=None, token="", **more):
        raise Stale


def _locked(slips: QuerySet[Slip], limit: int) -> Iterable[tuple[str, int]]:
    return slips.select_for_update(skip_locked=True).values_list("pk", "attempts")[:limit]


def _lease() -> timedelta:
    return timedelta(seconds=settings.SLIP_LEASE_SECONDS)


def _hashed(kind: str, key: str) -> str:
    return hashlib.sha256(f"slip1|{kind}|{key}".encode()).hexdigest()
