"""An opened case from page to page: half in the cookie, half in a row; neither opens anything alone."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from survivor_portal import seals
from survivor_portal.advocates import opened as desks
from survivor_portal.advocates import teams
from survivor_portal.cases import flood, grant_rows, keys
from survivor_portal.cases.actors import Actor, Scope
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
    """A case that is open in one browser, until `closes_at`. `actor`: who has it open, where it is somebody
    at a desk; None for the owner."""

    token: bytes = field(repr=False)
    case: OpenCase
    watched: bool
    created_at: datetime
    seen_at: datetime
    short: bool = False
    actor: Actor | None = None

    @property
    def closes_at(self) -> datetime:
        """The moment at which the case closes if nothing more happens."""
        if self.actor is not None:
            at_desk = min(self.actor.desk_since + desks.IN_ALL, self.seen_at + desks.IDLE)
            return min(at_desk, self.actor.until)
        if self.short:
            return min(self.created_at + IN_ALL_SHORT, self.seen_at + IDLE_SHORT)
        return min(self.created_at + IN_ALL, self.seen_at + (IDLE_WATCHED if self.watched else IDLE))


def begin(case: OpenCase, now: datetime, *, watched: bool = False, actor: Actor | None = None) -> Session:
    """Keep a case open under a new token. `watched` where somebody else may look at this device.

    `actor`: who at a desk has it open; it closes with that desk and with what let them in.
    """
    token = seals.new_token()
    short = flood.is_on(now)
    kept = {
        "case": case.id,
        "key": case.case_key.hex(),
        "key_number": case.key_number,
        "short": short,
        "watched": watched,
    }
    if actor is not None:
        kept["actor"] = _plain(actor)
        case = replace(case, by=actor.by, may_write=actor.may_write)
    Row.objects.create(
        id=_row_id(token),
        tag=tag(case.id),
        sealed=seals.lock(_key(token), keys.packed(kept), context=_row_id(token).encode()),
        at_desk=actor.at_desk if actor else "",
        created_at=now,
        seen_at=now,
    )
    return Session(token, case, watched, now, now, short, actor)


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
    actor = None
    if "actor" in kept:
        actor = _still_let_in(kept["actor"], found.pk, now)
        if actor is None:
            end(token)
            return None
        case = replace(case, by=actor.by, may_write=actor.may_write)
    session = Session(token, case, bool(kept["watched"]), row.created_at, row.seen_at, short, actor)
    if now >= session.closes_at:
        end(token)
        return None
    return session if now - session.seen_at < SEEN_STEP else stay(session, now)


def stay(session: Session, now: datetime) -> Session:
    """Note that somebody is still here."""
    Row.objects.filter(pk=_row_id(session.token), seen_at__lt=now).update(seen_at=now)
    if session.actor is not None:
        desks.touch(session.actor.at_desk, now)
    seen_at = max(session.seen_at, now)
    return replace(session, seen_at=seen_at)


def end(token: bytes) -> None:
    """Close the case in this browser. To close it twice does no harm."""
    Row.objects.filter(pk=_row_id(token)).delete()


def end_all(case_id: str) -> int:
    """Close a case in every browser, and say in how many."""
    return Row.objects.filter(tag=tag(case_id)).delete()[0]


def end_of_desk(row_id: str) -> int:
    """Close every case that was opened from this desk, and say how many. They close without this too, the
    next time somebody looks."""
    return Row.objects.filter(at_desk=row_id).delete()[0] if row_id else 0


def end_at_desks(case_id: str) -> int:
    """Close a case at every desk and leave it open for its owner: what a release says has changed."""
    return Row.objects.filter(tag=tag(case_id)).exclude(at_desk="").delete()[0]


def sweep(now: datetime) -> int:
    """Delete what nobody can resume any more, and say how many."""
    over = Q(seen_at__lte=now - IDLE) | Q(created_at__lte=now - IN_ALL)
    over_at_desk = Q(seen_at__lte=now - desks.IDLE) | Q(created_at__lte=now - desks.IN_ALL)
    return Row.objects.filter(Q(at_desk="") & over | ~Q(at_desk="") & over_at_desk).delete()[0]


def count() -> int:
    """In how many browsers a case is open, those included that ran out a moment ago."""
    return Row.objects.count()


def tag(case_id: str) -> str:
    """Which case an open row belongs to, readable with the index key only."""
    return keys.index("unlocked1", case_id)


def _still_let_in(plain: dict[str, Any], case_id: str, now: datetime) -> Actor | None:
    """Whoever opened this case from a desk, if the desk, the seat and the grant are all there still."""
    held = grant_rows.live(now).filter(pk=plain["grant_id"], case_id=case_id).only("expires_at").first()
    if held is None or not desks.is_open(plain["at_desk"], now):
        return None
    role = teams.role_of(plain["person_id"], plain["team_id"])
    if role is None:
        return None
    scopes = frozenset(map(Scope, plain["scopes"]))
    since = datetime.fromisoformat(plain["desk_since"])
    return Actor(**{**plain, "scopes": scopes, "role": role, "desk_since": since, "until": held.expires_at})


def _plain(actor: Actor) -> dict[str, Any]:
    names = ("person_id", "name", "team_id", "team_name", "grant_id", "at_desk")
    plain = {name: getattr(actor, name) for name in names}
    return plain | {"scopes": sorted(actor.scopes), "desk_since": actor.desk_since.isoformat()}


def _key(token: bytes) -> bytes:
    return seals.token_key(token, PURPOSE)


def _row_id(token: bytes) -> str:
    return seals.token_id(token).hex()
