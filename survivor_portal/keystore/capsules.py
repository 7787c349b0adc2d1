"""What a worker needs to know of a case, and no more: one address, one letter, one link, for a while.

A capsule is sealed to the workers' pair, and then locked under a key of its own, which lies in the second
database under the key of the day. So the first database and the workers' key open nothing, and a capsule that
was deleted dies in backups too, two turns of the key of the day later.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings

from survivor_portal import seals
from survivor_portal.keystore.holder import keys
from survivor_portal.keystore.models import Capsule

AT_ONCE = 5000


class NoAutoKey(Exception):
    """This process was not given the workers' key, or only a public half that is none."""


class NoCapsule(Exception):
    """It was deleted, its time is over, it is for something else, or it does not open. Which, is not said."""


def put(purpose: str, payload: bytes, expires_at: datetime) -> str:
    """Seal this for the workers; gives the capsule's id. The caller's transaction decides whether it stays.

    Opens for this purpose only, and until `expires_at`, rounded up to the hour. Raises NoAutoKey, NoEpoch,
    `away.NotNow`.
    """
    public = _public()
    capsule_id, key, until = secrets.token_hex(16), seals.new_key(), _hour(expires_at)
    context = _context(capsule_id, purpose, until)
    envelope = seals.lock(key, seals.seal_to(public, payload, context=context), context=context)
    # The key first: a key without its capsule opens nothing, and goes when its time is over.
    keys().put_capsule_key(capsule_id, key, until)
    Capsule.objects.create(id=capsule_id, purpose=purpose, expires_at=until, envelope=envelope)
    return capsule_id


def open(capsule_id: str, purpose: str, now: datetime) -> bytes:
    """What is in the capsule. Only a worker can do this. Raises NoAutoKey, NoCapsule, `away.NotNow`."""
    secret = _secret()
    row = Capsule.objects.filter(pk=capsule_id, purpose=purpose, expires_at__gt=now).first()
    if row is None:
        raise NoCapsule
    context = _context(row.pk, row.purpose, row.expires_at)
    key = keys().get_capsule_key(row.pk)
    if key is None:
        raise NoCapsule
    try:
        sealed = seals.unlock(key, bytes(row.envelope), context=context)
        return seals.open_sealed(secret, sealed, context=context)
    except seals.WrongKey:
        raise NoCapsule from None


def purposes(capsule_ids: Iterable[str]) -> dict[str, str]:
    """What those of these that are there are for, by id. One query; opens nothing."""
    return dict(Capsule.objects.filter(pk__in=list(capsule_ids)).values_list("pk", "purpose"))


def delete(capsule_ids: Iterable[str]) -> int:
    """Make these unreadable for everyone, done when this returns; how many there were. Twice does no harm.

    The keys go at once, whatever becomes of the caller's transaction; the rows with it.
    """
    ids = list(capsule_ids)
    gone = keys().delete_capsule_keys(ids)
    Capsule.objects.filter(pk__in=ids).delete()
    return gone


def sweep(now: datetime) -> int:
    """Delete those whose time is over, and keys that were left without a capsule; how many."""
    over = keys().expired_capsule_keys(now)
    over |= set(Capsule.objects.filter(expires_at__lte=now).values_list("pk", flat=True)[:AT_ONCE])
    delete(over)
    return len(over)


def _public() -> bytes:
    try:
        public = bytes.fromhex(settings.AUTO_PUBLIC_KEY)
    except ValueError:
        raise NoAutoKey from None
    if len(public) != len(seals.new_key()):
        raise NoAutoKey
    return public


def _secret() -> bytes:
    """Read anew each time: no process carries it along while it does other things."""
    if settings.AUTO_KEY_FILE is None:
        raise NoAutoKey
    try:
        return bytes.fromhex(
            settings.AUTO_KEY_FILE.read_text("ascii").strip().removeprefix(settings.EPOCH_MARK)
        )
    except (OSError, ValueError):
        raise NoAutoKey from None


def _hour(moment: datetime) -> datetime:
    full = moment.replace(minute=0, second=0, microsecond=0)
    return full if full == moment else full + timedelta(hours=1)


def _context(capsule_id: str, purpose: str, until: datetime) -> bytes:
    return f"capsule1|{capsule_id}|{purpose}|{until.timestamp():.0f}".encode()
