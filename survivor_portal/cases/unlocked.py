"""An opened case from page to page: half in the cookie, half in a row; neither opens anything alone."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db.models import Q

from survivor_portal import seals
from survivor_portal.cases import flood, keys
from survivor_portal.cases.keys import OpenCase
from survivor_portal.cases.models import Case
from survivor_portal.cases.models import Unlocked as Row
from survivor_portal.keystore import shred

PURPOSE = "unlock"
IDLE = timedelta(minutes=20)
IDLE_WATCHED = timedelta(minutes=15)
IN_ALL = timedelta(hours=2)
# For what was opened in a flood of tries. A case that was open before keeps the time its pages named.
IDLE_SHORT = timedelta(minutes=10)
IN_ALL_SHORT = timedelta(hours=1)
# Reading alone moves the last-seen time at most this often.
SEEN_STEP = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Session:
    """A case that is open in one browser, until `closes_at`."""

    token: bytes = field(repr=False)
    case: OpenCase
    watched: bool
    created_at: datetime
    seen_at: datetime
    short: bool = False

    @property
    def closes_at(self) -> datetime:
        """The moment at which the case closes if nothing more happens."""
        if self.short:
            return min(self.created_at + IN_ALL_SHORT, self.seen_at + IDLE_SHORT)
        return min(self.created_at + IN_ALL, self.seen_at + (IDLE_WATCHED if self.watched else IDLE))


def begin(case: OpenCase, now: datetime, *, watched: bool = False) -> Session:
    """Keep a case open under a new token. `watched` where somebody else may look at this device."""
    token = seals.new_token()
    short = flood.is_on(now)
    kept = keys.packed(
        {
            "case": case.id,
            "key": case.case_key.hex(),
            "key_number": case.key_number,
            "short": short,
            "watched": watched,
        }
    )
    Row.objects.create(
        id=_row_id(token),
        tag=tag(case.id),
        sealed=seals.lock(_key(token), kept, context=_row_id(token).encode()),
        created_at=now,
        seen_at=now,
    )
    return Session(token, case, watched, now, now, short)


def resume(token: bytes, now: datetime) -> Session | None:
    """The open case of this token; None when it closed, was deleted, or never was."""
    row = Row.objects.filter(pk=_row_id(token)).first()
    if row is None:
        return None
    try:
        kept = keys.unpacked(seals.unlock(_key(token), bytes(row.sealed), context=row.pk.encode()))
    except seals.WrongKey:
        return None
    # The shred key is asked for each time: what was deleted closes in every browser at once.
    half = shred.get([kept["case"]])
    found = Case.objects.filter(pk=kept["case"]).only("expires_on", "key_number").first()
    if found is None or found.pk not in half or found.key_number != kept["key_number"]:
        return None
    key = bytes.fromhex(kept["key"])
    case = OpenCase(found.pk, key, half[found.pk], found.expires_on, found.key_number)
    short = bool(kept.get("short"))
    session = Session(token, case, bool(kept["watched"]), row.created_at, row.seen_at, short)
    if now >= session.closes_at:
        end(token)
        return None
    return session if now - session.seen_at < SEEN_STEP else stay(session, now)


def stay(session: Session, now: datetime) -> Session:
    """Note that somebody is still here."""
    Row.objects.filter(pk=_row_id(session.token), seen_at__lt=now).update(seen_at=now)
    seen_at = max(session.seen_at, now)
    return replace(session, seen_at=seen_at)


def end(token: bytes) -> None:
    """Close the case in this browser. To close it twice does no harm."""
    Row.objects.filter(pk=_row_id(token)).delete()


def end_all(case_id: str) -> int:
    """Close a case in every browser, and say in how many."""
    return Row.objects.filter(tag=tag(case_id)).delete()[0]


def sweep(now: datetime) -> int:
    """Delete what nobody can resume any more, and say how many."""
    return Row.objects.filter(Q(seen_at__lte=now - IDLE) | Q(created_at__lte=now - IN_ALL)).delete()[0]


def count() -> int:
    """In how many browsers a case is open, those included that ran out a moment ago."""
    return Row.objects.count()


def tag(case_id: str) -> str:
    """Which case an open row belongs to, readable with the index key only."""
    return keys.index("unlocked1", case_id)


def _key(token: bytes) -> bytes:
    return seals.token_key(token, PURPOSE)


def _row_id(token: bytes) -> str:
    return seals.token_id(token).hex()
