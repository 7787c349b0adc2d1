"""The book of a case: every event in order, sealed, added to and never changed.

Each entry has a salted hash (leaf) and is chained to the one before it (head); the end of the chain is sealed
in the case's own row, with the last revision of each row the book tells of. A changed, dropped, added or
moved entry is found when the book is read; a row put back to an older state when the case is opened.
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from django.db import transaction

from survivor_portal import seals
from survivor_portal.cases import keys
from survivor_portal.cases.keys import OWNER, OpenCase
from survivor_portal.cases.models import Case
from survivor_portal.cases.models import Entry as Row

TABLE = "cases_entry"
MARK = "cases_case"
AT_ONCE = 500


class Tampered(Exception):
    """The book is not as it was written, from entry `seq` on or at its end."""

    def __init__(self, seq: int) -> None:
        super().__init__(f"entry {seq}")
        self.seq = seq


class CaseGone(Exception):
    """The case was deleted meanwhile."""


class Rekeyed(Exception):
    """The case got a new key meanwhile. Nothing was written; it has to be opened again."""


class ReadOnly(Exception):
    """Whoever has this case open was let in to read it. Nothing was written."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something to write down: what happened, its facts, who did it, which records have which revision now.

    `by`: what the owner does is signed by whoever has the case open. `touched` maps "table|row" to the
    revision after this event.
    """

    kind: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    by: str = OWNER
    touched: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry that was read and found in its place."""

    seq: int
    at: datetime
    note: Note
    leaf: bytes = field(repr=False)
    head: bytes = field(repr=False)


def hold(case: OpenCase) -> None:
    """Nobody else writes to this case until the transaction around this ends. For who changes rows of it that
    are there before the book is written. Raises CaseGone, Rekeyed."""
    _row(case, for_update=True)


@dataclass(frozen=True, slots=True)
class Daily:
    """A line that stands in the book of a case at most once a day, under a name for what it tells."""

    case: OpenCase
    name: str
    note: Note


def add(case: OpenCase, notes: Sequence[Note], now: datetime) -> int:
    """Write notes at the end of the book; the number of the last. With whatever else happens, or not at all.

    Call it in the same transaction as the change it tells of, and before that: it holds the case, and who
    holds a row of a case and wants the case would wait for good for who changes its key. Raises Tampered,
    CaseGone, Rekeyed, ReadOnly.
    """
    with transaction.atomic():
        row = _row(case, for_update=True)
        made = _lines(case, row, notes, now)
        Row.objects.bulk_create(made)
        Case.objects.filter(pk=case.id).update(book_length=row.book_length, book_mark=row.book_mark)
    return row.book_length


def add_daily(lines: Sequence[Daily], now: datetime) -> frozenset[str]:
    """One line in the book of each of these cases, where it does not stand there today already.

    Three statements, however many cases. Gives the cases of which the book says it now, by id. One that is
    gone, has another key, or was tampered with is left out, and stops nobody else's.
    """
    wanted: dict[str, list[Daily]] = {}
    for line in lines:
        wanted.setdefault(line.case.id, []).append(line)
    today = now.astimezone(UTC).date().isoformat()
    said: set[str] = set()
    with transaction.atomic(savepoint=False):
        # In one order, so that two lists at once wait for each other and never for good.
        locked = Case.objects.select_for_update(no_key=True).filter(pk__in=wanted).order_by("pk")
        rows, made = [], []
        for row in locked.only("book_length", "book_mark", "key_number"):
            case = wanted[row.pk][0].case
            if row.key_number != case.key_number:
                continue
            try:
                daily = _mark(case, row).get("daily", {})
                new = [line for line in wanted[row.pk] if daily.get(line.name) != today]
                if new:
                    daily = daily | {line.name: today for line in new}
                    made += _lines(case, row, [line.note for line in new], now, daily)
                    rows.append(row)
            except Tampered:
                continue
            said.add(row.pk)
        if rows:
            Row.objects.bulk_create(made)
            Case.objects.bulk_update(rows, ["book_length", "book_mark"])
    return frozenset(said)


def _lines(
    case: OpenCase, row: Case, notes: Sequence[Note], now: datetime, daily: Mapping[str, str] | None = None
) -> list[Row]:
    """The rows of these notes, not yet kept; `row` gets the new end of the book. Raises as `add`.

    `daily`: what stands in the book once a day, by name, and when it last did.
    """
    seq, mark = row.book_length, _mark(case, row)
    head, rows = bytes.fromhex(mark["head"]), mark.get("rows", {})
    made = []
    for note in notes:
        if note.by == OWNER and not case.may_write:
            raise ReadOnly
        seq += 1
        salt, text = seals.new_leaf_salt(), keys.packed(_document(note, case, now))
        leaf = seals.leaf(salt, text)
        head = seals.chain_head(head, seq, leaf)
        rows |= note.touched
        sealed = {"salt": salt.hex(), "entry": text.decode("utf-8", "surrogatepass")}
        made.append(
            Row(
                case_id=case.id,
                seq=seq,
                day=now.astimezone(UTC).date(),
                leaf=leaf,
                head=head,
                envelope=keys.seal(case, TABLE, str(seq), 1, sealed),
            )
        )
    end = {**mark, "head": head.hex(), "rows": rows}
    if daily is not None:
        end["daily"] = dict(daily)
    row.book_length = seq
    row.book_mark = keys.seal(case, MARK, case.id, seq, end)
    return made


def timeline(case: OpenCase) -> tuple[Entry, ...]:
    """The whole book, oldest first, every entry checked. Raises Tampered."""
    return page(case, count=None)


def page(case: OpenCase, *, before: int | None = None, count: int | None = 50) -> tuple[Entry, ...]:
    """The last entries (before number `before`), oldest first, each checked against the one before it.

    Costs what it shows. The newest page is checked against the sealed end of the book as well. Raises
    Tampered, CaseGone, Rekeyed.
    """
    row = _row(case)
    end = bytes.fromhex(_mark(case, row)["head"])
    last = row.book_length if before is None else min(before - 1, row.book_length)
    first = 1 if count is None else max(last - count + 1, 1)
    rows = list(Row.objects.filter(case_id=case.id, seq__gte=first - 1, seq__lte=last).order_by("seq"))
    head = seals.chain_start(case.id)
    if first > 1:
        if not rows or rows[0].seq != first - 1:
            raise Tampered(first - 1)
        head = bytes(rows.pop(0).head)
    elif rows and rows[0].seq < 1:
        raise Tampered(rows[0].seq)
    entries = []
    for seq in range(first, last + 1):
        if not rows or rows[0].seq != seq:
            raise Tampered(seq)
        entry = _read(case, rows.pop(0), head)
        head = entry.head
        entries.append(entry)
    if last == row.book_length:
        if not hmac.compare_digest(head, end):
            raise Tampered(last)
        # Beyond the end nothing may stand: the end is sealed, so an entry there was put in from outside.
        if Row.objects.filter(case_id=case.id, seq__gt=last).exists():
            raise Tampered(last + 1)
    return tuple(entries)


def rewrite(old: OpenCase, new: OpenCase) -> bytes:
    """Put every entry under the new key of its case, as it is; gives the sealed end of the book under it.

    Leaves and heads stay: the chain is the same. Raises seals.WrongKey, Tampered.
    """
    row = _row(old, for_update=True)
    first = 1
    while rows := list(Row.objects.filter(case_id=old.id, seq__gte=first).order_by("seq")[:AT_ONCE]):
        for entry in rows:
            entry.envelope = keys.reseal(old, new, TABLE, str(entry.seq), 1, bytes(entry.envelope))
        Row.objects.bulk_update(rows, ["envelope"], batch_size=AT_ONCE)
        first = rows[-1].seq + 1
    return keys.seal(new, MARK, new.id, row.book_length, _mark(old, row))


def revisions(entries: Sequence[Entry]) -> dict[str, int]:
    """The last revision of each record the book tells of: "table|row" to revision.

    A row with another revision was put back to an older state.
    """
    last = {name: revision for entry in entries for name, revision in entry.note.touched.items()}
    return {name: revision for name, revision in last.items() if revision}


def not_as_told(case: OpenCase) -> dict[str, int]:
    """Rows of the case that are not as the book last told: put back, dropped or slipped in from outside.

    "table|row" to the revision it has now, 0 where it is gone. Costs one small document and a query a table.
    Raises Tampered, CaseGone, Rekeyed.
    """
    row = _row(case)
    told: dict[str, int] = {name: revision for name, revision in _mark(case, row)["rows"].items() if revision}
    here = _revisions_here(case)
    return {name: here.get(name, 0) for name in told.keys() | here.keys() if told.get(name) != here.get(name)}


def _revisions_here(case: OpenCase) -> dict[str, int]:
    """Every row of this case that has a revision, whichever room's table it stands in."""
    found: dict[str, int] = {}
    for relation in Case._meta.related_objects:
        model = relation.related_model
        if isinstance(model, type) and any(field.name == "revision" for field in model._meta.concrete_fields):
            rows = model._default_manager.filter(case_id=case.id).values_list("pk", "revision")
            found |= {f"{model._meta.db_table}|{pk}": revision for pk, revision in rows}
    return found


def _row(case: OpenCase, *, for_update: bool = False) -> Case:
    rows = Case.objects.select_for_update(no_key=True) if for_update else Case.objects.all()
    row = rows.filter(pk=case.id).only("book_length", "book_mark", "key_number").first()
    if row is None:
        raise CaseGone
    if row.key_number != case.key_number:
        raise Rekeyed
    return row


def _mark(case: OpenCase, row: Case) -> keys.Document:
    """The sealed end of the book: the head of the last entry, and the last revision of each row."""
    if row.book_length == 0 and not row.book_mark:
        return {"head": seals.chain_start(case.id).hex(), "rows": {}}
    try:
        return keys.unseal(case, MARK, case.id, row.book_length, bytes(row.book_mark))
    except seals.WrongKey:
        raise Tampered(row.book_length) from None


def _document(note: Note, case: OpenCase, now: datetime) -> keys.Document:
    return {
        "at": now.astimezone(UTC).isoformat(),
        "by": case.by if note.by == OWNER else note.by,
        "facts": dict(note.facts),
        "kind": note.kind,
        "touched": dict(note.touched),
    }


def _read(case: OpenCase, row: Row, previous: bytes) -> Entry:
    try:
        sealed = keys.unseal(case, TABLE, str(row.seq), 1, bytes(row.envelope))
    except seals.WrongKey:
        raise Tampered(row.seq) from None
    text = sealed["entry"].encode("utf-8", "surrogatepass")
    leaf = seals.leaf(bytes.fromhex(sealed["salt"]), text)
    head = seals.chain_head(previous, row.seq, leaf)
    document = keys.unpacked(text)
    at = datetime.fromisoformat(document["at"])
    if bytes(row.leaf) != leaf or bytes(row.head) != head or row.day != _day(at):
        raise Tampered(row.seq)
    note = Note(document["kind"], document["facts"], document["by"], document["touched"])
    return Entry(row.seq, at, note, leaf, head)


def _day(at: datetime) -> date:
    return at.astimezone(UTC).date()
