"""The letter slot of a case: anyone of this house may put something in, only its owner takes it out.

A form that was sent after the case had closed goes in here, and later the answers of platforms.
"""

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction

from survivor_portal import seals
from survivor_portal.cases import book, keys, records
from survivor_portal.cases.book import CaseGone, Note
from survivor_portal.cases.keys import Document, OpenCase
from survivor_portal.cases.models import Arrival, Case

# Who signs in the book for what came in.
SLOT = "slot"
HANDLE_LASTS = timedelta(hours=2)
# Nothing takes out while the owner is away, so somebody who floods the slot is stopped here.
MOST_WAITING = 500


class SlotFull(Exception):
    """As much as a slot holds is waiting. Nothing was kept."""


def drop(case_id: str, kind: str, document: Document, now: datetime, most: int = MOST_WAITING) -> None:
    """Seal a document to a case and leave it there. Needs no key. Raises CaseGone, SlotFull.

    `most`: so many of its kind may wait, where others must find room beside them.
    """
    row = Case.objects.filter(pk=case_id).only("public_key").first()
    if row is None or not row.public_key:
        raise CaseGone
    waiting = Arrival.objects.filter(case_id=case_id)
    if waiting.count() >= MOST_WAITING or (most < MOST_WAITING and waiting.filter(kind=kind).count() >= most):
        raise SlotFull
    name = keys.new_id()
    text = keys.packed({"at": now.astimezone(UTC).isoformat(), "document": document})
    envelope = seals.seal_to(bytes(row.public_key), text, context=_context(case_id, name, kind))
    Arrival.objects.create(id=name, case_id=case_id, kind=kind, envelope=envelope)


Receiver = Callable[[Document], None]


def is_waiting(case: OpenCase) -> bool:
    """Does anything wait in the slot? One query."""
    return Arrival.objects.filter(case_id=case.id).exists()


def take_in(case: OpenCase, now: datetime, receive: Receiver | None = None) -> tuple[Document, ...]:
    """Empty the slot: each document becomes an entry `arrived` in the book, and is given back, oldest first.

    A document is {"at": ISO 8601 in UTC, "kind": ..., "document": what was dropped}. `receive` is called
    with each and does what follows from it, in the same transaction: all of it is kept, or it waits on in the
    slot. What does not open was put there by somebody else; the book says that something was thrown away.
    """
    if not is_waiting(case):
        return ()
    with transaction.atomic():
        book.hold(case)
        rows = list(Arrival.objects.select_for_update().filter(case_id=case.id))
        if not rows:
            return ()
        (own,) = records.read(case, records.OWN)
        secrets = secrets_of(own.document)
        found, unreadable = [], 0
        for row in rows:
            text = _opened(row, secrets)
            if text is None:
                unreadable += 1
                continue
            found.append({**keys.unpacked(text), "kind": row.kind})
        found.sort(key=lambda arrived: str(arrived["at"]))
        notes = [Note("arrived", arrived, by=SLOT) for arrived in found]
        if unreadable:
            notes.append(Note("arrived_unreadable", {"count": unreadable}, by=SLOT))
        book.add(case, notes, now)
        Arrival.objects.filter(pk__in=[row.pk for row in rows]).delete()
        if receive is not None:
            for arrived in found:
                receive(arrived)
    return tuple(found)


def secrets_of(own: Document) -> tuple[bytes, ...]:
    """The secret halves that open what is dropped: of the pair a case has, and of the one it had before."""
    return tuple(bytes.fromhex(own[name]) for name in ("secret", "former") if own.get(name))


def seal_anew(case_id: str, secrets: Sequence[bytes], public: bytes) -> None:
    """What waits in the slot, sealed to the new pair of its case. What does not open is left as it is."""
    rows = list(Arrival.objects.select_for_update().filter(case_id=case_id))
    for row in rows:
        text = _opened(row, secrets)
        if text is not None:
            context = _context(case_id, row.pk, row.kind)
            row.envelope = seals.seal_to(public, text, context=context)
    Arrival.objects.bulk_update(rows, ["envelope"])


def _opened(row: Arrival, secrets: Sequence[bytes]) -> bytes | None:
    context = _context(row.case_id, row.pk, row.kind)
    for secret in secrets:
        try:
            return seals.open_sealed(secret, bytes(row.envelope), context=context)
        except seals.WrongKey:
            continue
    return None


@dataclass(frozen=True, slots=True)
class Handle:
    """What a form's mark says: which case it is of, and whose hands it was in ("": the owner's)."""

    case_id: str
    hand: str = ""


def handle(case_id: str, now: datetime, hand: str = "") -> str:
    """A mark for a form, good for two hours: what is sent with it may be dropped into this case.

    `hand`: the id of who works in it from a desk.
    """
    until = int((now + HANDLE_LASTS).timestamp())
    mark = f"{case_id}.{until}.{_mac(case_id, until, hand)}"
    return f"{mark}.{hand}" if hand else mark


def read_handle(mark: str, now: datetime) -> Handle | None:
    """What a form's mark says; None for one that ran out or was not made here."""
    parts = mark.split(".") if len(mark) < 200 and mark.isascii() else []
    if len(parts) not in (3, 4) or not parts[1].isdecimal() or len(parts[1]) > 12:
        return None
    case_id, until, mac, hand = parts[0], int(parts[1]), parts[2], parts[3] if len(parts) == 4 else ""
    if not hmac.compare_digest(mac, _mac(case_id, until, hand)) or now.timestamp() >= until:
        return None
    return Handle(case_id, hand)


def case_of(mark: str, now: datetime) -> str | None:
    """The case a form's mark belongs to; None for one that ran out or was not made here."""
    found = read_handle(mark, now)
    return found.case_id if found else None


def _mac(case_id: str, until: int, hand: str) -> str:
    return keys.index("handle1", f"{case_id}|{until}|{hand}" if hand else f"{case_id}|{until}")


def _context(case_id: str, row: str, kind: str) -> bytes:
    return f"slot1|{case_id}|{row}|{kind}".encode()
