"""The book is added to and never changed; whatever was done to it from outside is found (T17)."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from survivor_portal.cases import access, book, keys, slot, unlocked
from survivor_portal.cases.book import Note, Tampered
from survivor_portal.cases.models import Arrival, Case, Entry

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.database]
NOW = datetime(2026, 11, 22, 23, 59, tzinfo=UTC)


@pytest.fixture
def case() -> keys.OpenCase:
    return access.open_new(NOW).session.case


def fill(case: keys.OpenCase, count: int) -> int:
    """A book of so many entries; the first is the opening."""
    return book.add(case, [Note("seen", {"views": number}) for number in range(count - 1)], NOW)


def test_what_is_written_is_read_in_order(case: keys.OpenCase) -> None:
    late = NOW + timedelta(minutes=2)
    book.add(case, [Note("sent", {"ticket": "A-1", "words": "ñ \udfff \x00 😀"}, by="owner")], NOW)
    last = book.add(case, [Note("answered", by="platform", touched={"t|1": 2}), Note("seen")], late)

    entries = book.timeline(case)

    assert last == 4
    assert [entry.seq for entry in entries] == [1, 2, 3, 4]
    assert [entry.note.kind for entry in entries] == ["case_opened", "sent", "answered", "seen"]
    assert entries[1].note.facts == {"ticket": "A-1", "words": "ñ \udfff \x00 😀"}
    assert entries[2].note == Note("answered", {}, "platform", {"t|1": 2})
    assert [entry.at for entry in entries] == [NOW, NOW, late, late]
    assert Entry.objects.get(seq=3).day == date(2026, 11, 23)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    facts=st.dictionaries(
        st.text(max_size=20),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=50),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
            ),
            max_leaves=5,
        ),
        max_size=4,
    )
)
def test_any_facts_come_back_as_they_were(case: keys.OpenCase, facts: dict[str, object]) -> None:
    book.add(case, [Note("seen", facts)], NOW)

    assert book.page(case, count=1)[0].note.facts == facts


def test_nothing_of_an_entry_stands_in_clear(case: keys.OpenCase) -> None:
    book.add(case, [Note("sent", {"ticket": "MARKER-77"})], NOW)
    row = Entry.objects.get(seq=2)

    for column in (row.envelope, row.leaf, row.head):
        assert b"MARKER" not in bytes(column)
    assert len(row.envelope) % 256 == Entry.objects.get(seq=1).envelope.__len__() % 256


def test_the_same_event_leaves_another_leaf_each_time(case: keys.OpenCase) -> None:
    fill(case, 50)
    book.add(case, [Note("seen", {"views": 1})] * 20, NOW)

    assert len(set(map(bytes, Entry.objects.values_list("leaf", flat=True)))) == 70


# --- T17 ---


def change_envelope(seq: int) -> None:
    row = Entry.objects.get(seq=seq)
    text = bytearray(row.envelope)
    text[40] ^= 1
    Entry.objects.filter(seq=seq).update(envelope=bytes(text))


def change_leaf(seq: int) -> None:
    Entry.objects.filter(seq=seq).update(leaf=bytes(32))


def change_head(seq: int) -> None:
    Entry.objects.filter(seq=seq).update(head=bytes(32))


def change_day(seq: int) -> None:
    Entry.objects.filter(seq=seq).update(day=date(2020, 1, 1))


def drop(seq: int) -> None:
    Entry.objects.filter(seq=seq).delete()


def drop_and_close_the_gap(seq: int) -> None:
    Entry.objects.filter(seq=seq).delete()
    for later in Entry.objects.filter(seq__gt=seq).order_by("seq"):
        Entry.objects.filter(pk=later.pk).update(seq=later.seq - 1)
    Case.objects.filter(book_length__gt=1).update(book_length=Entry.objects.count())


def copy_in(seq: int) -> None:
    row = Entry.objects.get(seq=seq)
    for later in Entry.objects.filter(seq__gt=seq).order_by("-seq"):
        Entry.objects.filter(pk=later.pk).update(seq=later.seq + 1)
    row.pk = None
    row.seq = seq + 1
    row.save()
    Case.objects.filter(book_length__gt=1).update(book_length=Entry.objects.count())


def add_at_the_end(seq: int) -> None:
    row = Entry.objects.get(seq=seq)
    row.pk = None
    row.seq = Entry.objects.count() + 1
    row.save()


def swap(seq: int) -> None:
    other = seq - 1 if seq > 1 else seq + 1
    Entry.objects.filter(seq=seq).update(seq=99_999)
    Entry.objects.filter(seq=other).update(seq=seq)
    Entry.objects.filter(seq=99_999).update(seq=other)


def swap_what_is_in_them(seq: int) -> None:
    other = seq - 1 if seq > 1 else seq + 1
    one, two = Entry.objects.get(seq=seq), Entry.objects.get(seq=other)
    Entry.objects.filter(seq=seq).update(envelope=two.envelope, leaf=two.leaf, head=two.head)
    Entry.objects.filter(seq=other).update(envelope=one.envelope, leaf=one.leaf, head=one.head)


def break_the_mark(seq: int) -> None:
    Case.objects.filter(book_length__gt=1).update(book_mark=bytes(300))


HARM = [
    change_envelope, change_leaf, change_head, change_day, drop, drop_and_close_the_gap, copy_in,
    add_at_the_end, swap, swap_what_is_in_them, break_the_mark,
]  # fmt: skip


@pytest.mark.parametrize("harm", HARM)
@pytest.mark.parametrize("where", ["first", "middle", "last"])
def test_t17_harm_to_one_of_many_entries_is_found(
    harm: Callable[[int], None], where: str, case: keys.OpenCase, sizes: Callable[[str], int]
) -> None:
    count = fill(case, sizes("book_entries"))
    assert len(book.timeline(case)) == count

    harm({"first": 1, "middle": count // 2, "last": count}[where])

    with pytest.raises(Tampered):
        book.timeline(case)


def test_t17_a_dropped_end_is_found_also_when_the_count_is_put_back(case: keys.OpenCase) -> None:
    fill(case, 10)
    drop(10)
    Case.objects.filter(pk=case.id).update(book_length=9)

    with pytest.raises(Tampered):
        book.timeline(case)
    with pytest.raises(Tampered):
        book.add(case, [Note("seen")], NOW)


def test_t17_an_entry_of_a_state_that_was_put_back_is_found(case: keys.OpenCase) -> None:
    """Put back to nine entries and written on; then the old tenth is slipped in, and opens in its place."""
    fill(case, 9)
    nine = Case.objects.filter(pk=case.id).values("book_length", "book_mark").get()
    book.add(case, [Note("removed")], NOW)
    old = Entry.objects.get(seq=10)
    old.delete()
    Case.objects.filter(pk=case.id).update(**nine)
    book.add(case, [Note("refused")], NOW)
    Entry.objects.filter(seq=10).delete()
    old.save(force_insert=True)

    with pytest.raises(Tampered):
        book.timeline(case)


def test_t17_the_book_of_another_case_is_not_taken_for_this_one(case: keys.OpenCase) -> None:
    other = access.open_new(NOW).session.case
    Entry.objects.filter(case_id=case.id).delete()
    Entry.objects.filter(case_id=other.id).update(case_id=case.id)

    with pytest.raises(Tampered):
        book.timeline(case)


# --- pages ---


@pytest.mark.parametrize("count", [1, 7, 20, 25, 100])
def test_pages_together_are_the_book(case: keys.OpenCase, count: int) -> None:
    fill(case, 25)
    found: tuple[book.Entry, ...] = ()
    while not found or found[0].seq > 1:
        found = book.page(case, before=found[0].seq if found else None, count=count) + found

    assert found == book.timeline(case)


@pytest.mark.parametrize("harm", [change_envelope, change_leaf, change_head, drop, swap])
def test_harm_within_a_page_is_found_on_that_page(harm: Callable[[int], None], case: keys.OpenCase) -> None:
    fill(case, 30)
    harm(15)

    with pytest.raises(Tampered):
        book.page(case, before=21, count=10)


def test_a_page_costs_what_it_shows(case: keys.OpenCase) -> None:
    fill(case, 400)
    with CaptureQueriesContext(connection) as queries:
        entries = book.page(case, count=20)

    assert len(entries) == 20
    assert len(queries) <= 4
    assert any('"seq" >= 380' in query["sql"] for query in queries)


def test_the_last_revision_of_each_record_is_in_the_book(case: keys.OpenCase) -> None:
    start = book.revisions(book.timeline(case))
    book.add(case, [Note("a", touched={"t|1": 1}), Note("b", touched={"t|2": 1})], NOW)
    book.add(case, [Note("c", touched={"t|1": 2})], NOW)

    assert book.revisions(book.timeline(case)) == {**start, "t|1": 2, "t|2": 1}


def test_a_deleted_case_has_no_book(case: keys.OpenCase) -> None:
    Case.objects.filter(pk=case.id).delete()

    with pytest.raises(book.CaseGone):
        book.timeline(case)
    with pytest.raises(book.CaseGone):
        book.add(case, [Note("seen")], NOW)


# --- the letter slot ---


def test_what_is_dropped_while_nobody_is_there_comes_in_later(case: keys.OpenCase) -> None:
    slot.drop(case.id, "draft", {"text": "MARKER-88"}, NOW)
    slot.drop(case.id, "reply", {"text": "second"}, NOW + timedelta(minutes=1))
    stored = [bytes(row.envelope) for row in Arrival.objects.all()]

    taken = slot.take_in(case, NOW + timedelta(hours=5))

    assert not any(b"MARKER" in envelope for envelope in stored)
    assert [(arrived["kind"], arrived["document"]["text"]) for arrived in taken] == [
        ("draft", "MARKER-88"),
        ("reply", "second"),
    ]
    assert [entry.note.kind for entry in book.timeline(case)][-2:] == ["arrived", "arrived"]
    assert Arrival.objects.count() == 0
    assert slot.take_in(case, NOW) == ()


def test_what_was_moved_or_forged_in_the_slot_is_thrown_away_and_said(case: keys.OpenCase) -> None:
    other = access.open_new(NOW).session.case
    slot.drop(other.id, "draft", {"text": "of the other"}, NOW)
    Arrival.objects.update(case_id=case.id)
    slot.drop(case.id, "draft", {"text": "mine"}, NOW)

    taken = slot.take_in(case, NOW)

    assert [arrived["document"]["text"] for arrived in taken] == ["mine"]
    assert book.page(case, count=1)[0].note == Note("arrived_unreadable", {"count": 1}, "slot")


def test_a_full_slot_and_a_case_that_is_gone_take_nothing(
    case: keys.OpenCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slot, "MOST_WAITING", 2)
    for _ in range(2):
        slot.drop(case.id, "draft", {}, NOW)

    with pytest.raises(slot.SlotFull):
        slot.drop(case.id, "draft", {}, NOW)
    with pytest.raises(book.CaseGone):
        slot.drop(keys.new_id(), "draft", {}, NOW)


def test_a_form_sent_after_closing_finds_its_case_for_two_hours(case: keys.OpenCase) -> None:
    mark = slot.handle(case.id, NOW)
    other = access.open_new(NOW).session.case

    assert slot.case_of(mark, NOW + timedelta(minutes=119)) == case.id
    assert slot.case_of(mark, NOW + timedelta(minutes=121)) is None
    assert slot.case_of(mark.replace(case.id, other.id), NOW) is None
    assert slot.case_of(mark[:-1] + ("0" if mark[-1] != "0" else "1"), NOW) is None


@given(st.text(max_size=120))
def test_t35_any_mark_is_read_or_refused(text: str) -> None:
    assert slot.case_of(text, NOW) is None


def test_t12_what_was_typed_after_closing_is_there_at_the_next_opening() -> None:
    new = access.open_new(NOW)
    mark = slot.handle(new.session.case.id, NOW)
    late = NOW + timedelta(minutes=30)
    assert unlocked.resume(new.session.token, late) is None

    found = slot.case_of(mark, late)
    assert found is not None
    slot.drop(found, "draft", {"answer": "typed too late"}, late)
    opened = access.open_with(new.code, new.phrase, late + timedelta(days=1))

    assert slot.take_in(opened.session.case, late)[0]["document"] == {"answer": "typed too late"}


def test_what_follows_from_an_arrival_is_kept_together_with_it_or_it_waits_on(case: keys.OpenCase) -> None:
    slot.drop(case.id, "draft", {"text": "first"}, NOW)
    before = len(book.timeline(case))

    def fails(arrived: keys.Document) -> None:
        book.add(case, [Note("follows")], NOW)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        slot.take_in(case, NOW, fails)

    assert slot.is_waiting(case)
    assert len(book.timeline(case)) == before
    received: list[keys.Document] = []
    slot.take_in(case, NOW, received.append)
    assert [arrived["document"] for arrived in received] == [{"text": "first"}]
    assert not slot.is_waiting(case)
