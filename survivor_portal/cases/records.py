"""Keep and read the sealed documents of a case. Every write stands in the book, in the same transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import IntegrityError, transaction

from survivor_portal import seals
from survivor_portal.cases import book, keys
from survivor_portal.cases.book import Note, Tampered
from survivor_portal.cases.keys import Document, OpenCase
from survivor_portal.cases.models import Record as Row

TABLE = "cases_record"
# The record that holds what the case itself needs: its secret key and how long it is kept.
OWN = "own"
# The one with answers, places and signer.
PLAN = "plan"
AT_ONCE = 200


class ChangedMeanwhile(Exception):
    """Another tab wrote this record first. Read it again."""


@dataclass(frozen=True, slots=True)
class Record:
    """A document of a case, as it was read."""

    id: str
    kind: str
    revision: int
    document: Document = field(repr=False)


def add(case: OpenCase, kind: str, document: Document, note: Note, now: datetime) -> Record:
    """Keep a new document, and write the note in the book."""
    record = Record(keys.new_id(), kind, 1, document)
    with transaction.atomic():
        book.add(case, [_told(note, record)], now)
        Row.objects.create(
            id=record.id, case_id=case.id, kind=kind, revision=1, envelope=_envelope(case, record)
        )
    return record


def add_only(
    case: OpenCase, kind: str, document: Document, note: Note, now: datetime, *, of: str = ""
) -> Record | None:
    """As `add`, for a kind of which a case has one (or one of each thing `of`). None, and nothing written,
    where it is there already.

    The row's name is made from case and kind, so two at once cannot both write it, whatever each has read.
    """
    record = Record(_only(case, kind, of), kind, 1, document)
    envelope = _envelope(case, record)
    try:
        with transaction.atomic():
            book.add(case, [_told(note, record)], now)
            Row(id=record.id, case_id=case.id, kind=kind, revision=1, envelope=envelope).save(
                force_insert=True
            )
    except IntegrityError:
        return None
    return record


def change(case: OpenCase, record: Record, document: Document, note: Note, now: datetime) -> Record:
    """Replace what a record holds, and write the note in the book. Raises ChangedMeanwhile."""
    changed = replace(record, revision=record.revision + 1, document=document)
    with transaction.atomic():
        book.add(case, [_told(note, changed)], now)
        rows = Row.objects.filter(pk=record.id, case_id=case.id, revision=record.revision)
        if not rows.update(revision=changed.revision, envelope=_envelope(case, changed)):
            raise ChangedMeanwhile
    return changed


def only(case: OpenCase, kind: str, *, of: str = "") -> Record | None:
    """What `add_only` wrote, if it did. Raises seals.WrongKey where it was tampered with."""
    row = Row.objects.filter(pk=_only(case, kind, of), case_id=case.id, kind=kind).first()
    return _opened(case, row) if row else None


def read(case: OpenCase, kind: str) -> tuple[Record, ...]:
    """All documents of one kind, in no promised order. Raises seals.WrongKey where one was tampered with."""
    rows = Row.objects.filter(case_id=case.id, kind=kind).order_by("pk")
    return tuple(_opened(case, row) for row in rows)


def read_each(cases: Sequence[OpenCase], kind: str) -> dict[str, tuple[Record, ...]]:
    """As `read`, for many cases by their ids. One query; a case with a record that was tampered with is left
    out."""
    by_id = {case.id: case for case in cases}
    found: dict[str, list[Record]] = {case_id: [] for case_id in by_id}
    for row in Row.objects.filter(case_id__in=by_id, kind=kind).order_by("pk"):
        try:
            if row.case_id in found:
                found[row.case_id].append(_opened(by_id[row.case_id], row))
        except seals.WrongKey:
            del found[row.case_id]
    return {case_id: tuple(opened) for case_id, opened in found.items()}


def check(case: OpenCase, last: Mapping[str, int]) -> None:
    """See that every record has the revision the book tells of (`book.revisions`). Raises Tampered."""
    here = {
        f"{TABLE}|{pk}": revision
        for pk, revision in Row.objects.filter(case_id=case.id).values_list("pk", "revision")
    }
    told = {name: revision for name, revision in last.items() if name.startswith(f"{TABLE}|")}
    if here != told:
        raise Tampered(0)


def rewrite(old: OpenCase, new: OpenCase) -> None:
    """Put every document under the new key of its case, as it is. Raises seals.WrongKey."""
    rows = list(Row.objects.select_for_update().filter(case_id=old.id))
    for row in rows:
        place = f"{TABLE}.{row.kind}"
        row.envelope = keys.reseal(old, new, place, row.pk, row.revision, bytes(row.envelope))
    Row.objects.bulk_update(rows, ["envelope"], batch_size=AT_ONCE)


def _opened(case: OpenCase, row: Row) -> Record:
    place = f"{TABLE}.{row.kind}"
    return Record(
        row.pk, row.kind, row.revision, keys.unseal(case, place, row.pk, row.revision, bytes(row.envelope))
    )


def _only(case: OpenCase, kind: str, of: str) -> str:
    return keys.index("only1", f"{case.id}|{kind}|{of}" if of else f"{case.id}|{kind}")


def _envelope(case: OpenCase, record: Record) -> bytes:
    # The kind is part of the place: a document cannot be passed off as one of another kind.
    return keys.seal(case, f"{TABLE}.{record.kind}", record.id, record.revision, record.document)


def _told(note: Note, record: Record) -> Note:
    return replace(note, touched={**note.touched, f"{TABLE}|{record.id}": record.revision})
