"""T5: rows swapped, put back, dropped or slipped in are not read, or are noticed at the next opening."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from survivor_portal import seals
from survivor_portal.cases import (
    access,
    book,
    keys,
    opening,
    phrases,
    records,
    slot,
    throttle,
    unlocked,
)  # fmt: skip
from survivor_portal.cases.book import Note
from survivor_portal.cases.models import Arrival, Case, Entry, Record, Unlocked
from survivor_portal.keystore import shred
from survivor_portal.keystore.models import Shred
from survivor_portal.takedowns import operations
from survivor_portal.takedowns.due import due_by
from survivor_portal.takedowns.models import Takedown
from survivor_portal.takedowns.process import Fact, Move
from survivor_portal.takedowns.standing import Entry as Happened
from survivor_portal.takedowns.standing import How

pytestmark = pytest.mark.django_db(databases=["default", "keys"])
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
DUE = due_by(NOW, counts_as_minor=False, zone=UTC)
PHRASE = "a blue bicycle by the lake"


@pytest.fixture
def new() -> access.NewCase:
    access.prepare()
    return access.open_new(NOW, phrase=PHRASE)


def a_request(case: keys.OpenCase) -> operations.Takedown:
    made = operations.begin(
        case, platform="x", kind="request", label="One", to="X", grounds=(),
        places=[operations.Place(1, "A place")], now=NOW,
    )  # fmt: skip
    sent = Happened(made.next_seq, Move.SEND, NOW, (1,), how=How.FORM)
    return operations.note(case, made, sent, NOW, due=DUE)


def told(new: access.NewCase) -> list[dict[str, Any]]:
    """What the next openings say of rows that are not as they were kept."""
    for hours in (1, 2):
        opened = access.open_with(new.code, PHRASE, NOW + timedelta(hours=hours))
    entries = book.timeline(opened.session.case)
    return [dict(entry.note.touched) for entry in entries if entry.note.kind == "not_as_kept"]


def test_t05_an_untouched_case_opens_without_a_word(new: access.NewCase) -> None:
    case = new.session.case
    kept = records.add(case, "plan", {"a": 1}, Note("kept"), NOW)
    records.change(case, kept, {"a": 2}, Note("changed"), NOW)
    a_request(case)
    access.keep_for(case, 30, NOW)

    assert told(new) == []


def test_t05_a_record_put_back_with_its_number_is_said_once_at_the_next_opening(new: access.NewCase) -> None:
    case = new.session.case
    kept = records.add(case, "plan", {"a": 1}, Note("kept"), NOW)
    old = Record.objects.filter(pk=kept.id).values("envelope", "revision").get()
    records.change(case, kept, {"a": 2}, Note("changed"), NOW)
    Record.objects.filter(pk=kept.id).update(**old)

    assert told(new) == [{f"cases_record|{kept.id}": 1}]


def test_t05_a_request_put_back_as_a_whole_is_said_too(new: access.NewCase) -> None:
    case = new.session.case
    sent = a_request(case)
    old = Takedown.objects.filter(pk=sent.id).values().get()
    gone = Happened(sent.next_seq, Fact.REMOVAL, LATER, (1,))
    operations.note(case, sent, gone, LATER, due=DUE)
    Takedown.objects.filter(pk=sent.id).update(**old)

    assert told(new) == [{f"takedowns_takedown|{sent.id}": 2}]


def test_t05_what_was_dropped_or_slipped_in_is_said(new: access.NewCase) -> None:
    case = new.session.case
    dropped = records.add(case, "plan", {"a": 1}, Note("kept"), NOW)
    Record.objects.filter(pk=dropped.id).delete()
    Record.objects.create(id="ab" * 16, case_id=case.id, kind="plan", revision=1, envelope=b"x" * 300)

    assert told(new) == [{f"cases_record|{dropped.id}": 0, f"cases_record|{'ab' * 16}": 1}]


def test_t05_what_another_case_holds_is_no_matter_of_this_one(new: access.NewCase) -> None:
    other = access.open_new(NOW)
    kept = records.add(other.session.case, "plan", {"a": 1}, Note("kept"), NOW)
    Record.objects.filter(pk=kept.id).delete()

    assert told(new) == []


# Every column with an envelope in it.
COLUMNS: list[tuple[Any, tuple[str, ...]]] = [
    (Record, ("envelope",)), (Entry, ("envelope",)), (Takedown, ("overview", "details")),
    (Case, ("wrap", "recovery_wrap", "book_mark")), (Shred, ("wrapped",)), (Unlocked, ("sealed",)),
    (Arrival, ("envelope",)),
]  # fmt: skip


def seen(new: access.NewCase) -> list[object]:
    """All that can be read of a case, in each way there is; "no" for what does not open."""
    case = new.session.case
    names = list(Takedown.objects.filter(case_id=case.id).order_by("pk").values_list("pk", flat=True))
    ways: list[Callable[[], object]] = [
        lambda: records.read(case, "own"),
        lambda: records.read(case, "plan"),
        lambda: book.timeline(case),
        lambda: operations.board(case),
        lambda: shred.get([case.id]),
        lambda: unlocked.resume(new.session.token, NOW),
        lambda: _opens(new),
        lambda: _waiting(case),
        *(partial(operations.read, case, name) for name in names),
    ]
    found: list[object] = []
    for way in ways:
        try:
            found.append(way() or "no")
        except (seals.WrongKey, book.Tampered, access.NotOpened):
            found.append("no")
    return found


def _opens(new: access.NewCase) -> str:
    throttle.Throttle.objects.all().delete()
    index = opening.code_index(new.code)
    tried = opening.try_secret(index, throttle.Bucket.phrase, phrases.canonical(PHRASE), NOW)
    return tried.case.case_key.hex()


def _waiting(case: keys.OpenCase) -> list[bytes]:
    (own,) = records.read(case, records.OWN)
    secret = bytes.fromhex(own.document["secret"])
    return [
        seals.open_sealed(
            secret, bytes(row.envelope), context=f"slot1|{case.id}|{row.pk}|{row.kind}".encode()
        )
        for row in Arrival.objects.filter(case_id=case.id).order_by("pk")
    ]


def test_t05_no_envelope_put_into_another_row_is_read_there(
    new: access.NewCase, sizes: Callable[[str], int]
) -> None:
    """Two cases, every table. What is read after the move is what was read before it, or nothing."""
    dice = random.Random(20261123)
    both = (new, access.open_new(NOW, phrase=PHRASE))
    for each in both:
        case = each.session.case
        for number in range(2):
            kept = records.add(case, "plan", {"of": case.id, "n": number}, Note("kept"), NOW)
            records.change(case, kept, {"of": case.id, "n": number + 10}, Note("changed"), NOW)
            a_request(case)
            slot.drop(case.id, "draft", {"of": case.id, "n": number}, NOW)
    before = [seen(each) for each in both]
    moved, read, unseen = 0, [], []

    for turn in range(sizes("moved_envelopes")):
        model, columns = dice.choice(COLUMNS)
        to, of = dice.choice(columns), dice.choice(columns)
        rows = [row for row in model._default_manager.order_by("pk") if row.pk != opening.stand_in().pk]
        here, there = dice.sample(rows, 2)
        if dice.random() < 0.3:
            there = here
        own, other = bytes(getattr(here, to)), bytes(getattr(there, of))
        if own == other:
            continue
        model._default_manager.filter(pk=here.pk).update(**{to: other})
        after = [seen(each) for each in both]
        model._default_manager.filter(pk=here.pk).update(**{to: own})
        moved += 1
        pairs = [pair for case in zip(before, after, strict=True) for pair in zip(*case, strict=True)]
        read += [(turn, model.__name__, to, of) for was, now in pairs if now not in (was, "no")]
        # Only the recovery code opens its wrap, and it was never made here.
        if to != "recovery_wrap" and all(was == now for was, now in pairs):
            unseen.append((turn, model.__name__, to, of))

    assert moved >= sizes("moved_envelopes") // 2
    assert (read, unseen) == ([], [])
    assert "no" not in [each for case in before for each in case]
