"""The fold: many items in one request, corrections, late notes, returns; and a machine that tries all."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from survivor_portal.takedowns.process import Fact, Happening, Move, NotNow, State, after, is_open, over
from survivor_portal.takedowns.standing import (
    Entry,
    How,
    NoSuchEntry,
    Spread,
    Standing,
    add,
    ask_again,
    fold,
    open_moves,
)
from tests.conftest import size

START = datetime(2026, 11, 22, 9, tzinfo=UTC)


def hours(count: float) -> datetime:
    return START + timedelta(hours=count)


def a_book(*happened: tuple[Any, ...], items: int = 2) -> tuple[Entry, ...]:
    """Entries by way of `add`: (happening, hours, items, further fields)."""
    book: tuple[Entry, ...] = ()
    for happening, at, *rest in (
        *(((Move.DRAFT, 0, tuple(range(1, items + 1))),) if items else ()),
        *happened,
    ):
        numbers = rest[0] if rest else ()
        more = rest[1] if len(rest) > 1 else {}
        book = add(book, Entry(len(book) + 1, happening, hours(at), numbers, **more))
    return book


def states(standing: Standing) -> dict[int, State]:
    return {item.number: item.state for item in standing.items}


def test_nothing_noted_is_a_draft_without_items() -> None:
    assert fold(()) == Standing()


def test_each_item_has_its_own_state_and_the_request_shows_what_asks_most() -> None:
    book = a_book((Move.SEND, 1), (Fact.REMOVAL, 2, (1,)), (Fact.REFUSAL, 3, (3,)), items=3)

    standing = fold(book)

    assert states(standing) == {1: State.REMOVED, 2: State.SENT, 3: State.REFUSED}
    assert standing.state is State.REFUSED
    assert standing.still_up == (2, 3)


def test_an_answer_without_item_numbers_is_about_what_may_still_be_up() -> None:
    book = a_book((Move.SEND, 1), (Fact.REMOVAL, 2, (1,)), (Fact.REFUSAL, 3))

    assert states(fold(book)) == {1: State.REMOVED, 2: State.REFUSED}


def test_only_what_is_gone_can_be_back_when_nobody_says_which() -> None:
    book = a_book((Move.SEND, 1), (Fact.REMOVAL, 2, (1,)), (Fact.BACK_AGAIN, 3))

    assert states(fold(book)) == {1: State.REAPPEARED, 2: State.SENT}


def test_a_fact_about_an_item_nobody_listed_is_taken_in() -> None:
    standing = fold(a_book((Move.SEND, 1), (Fact.REFUSAL, 2, (9,))))

    assert states(standing) == {1: State.SENT, 2: State.SENT, 9: State.REFUSED}


def test_a_move_for_an_item_nobody_listed_is_refused() -> None:
    with pytest.raises(NotNow, match="an item nobody listed"):
        a_book((Move.SEND, 1, (9,)))


def test_a_move_that_is_not_open_is_refused_and_changes_nothing() -> None:
    book = a_book((Move.SEND, 1))

    with pytest.raises(NotNow):
        add(book, Entry(3, Move.SEND, hours(2)))
    with pytest.raises(NotNow):
        add(book, Entry(3, Move.CLOSE, hours(2), (1, 9)))

    assert states(fold(book)) == {1: State.SENT, 2: State.SENT}


def test_what_was_sent_takes_no_more_items() -> None:
    book = a_book((Move.SEND, 1))

    with pytest.raises(NotNow, match="a new request does"):
        add(book, Entry(3, Move.DRAFT, hours(2), (3,)))


def test_a_draft_takes_items_until_it_is_sent() -> None:
    book = a_book((Move.DRAFT, 1, (3,)), (Move.SEND, 2))

    assert states(fold(book)) == dict.fromkeys((1, 2, 3), State.SENT)


def test_a_correction_stands_in_the_place_of_what_it_corrects() -> None:
    book = a_book((Move.SEND, 1), (Fact.REFUSAL, 2))

    book = add(book, Entry(4, Fact.REMOVAL, hours(2), corrects=3))

    standing = fold(book)
    assert standing.state is State.REMOVED
    assert [entry.seq for entry in standing.happenings] == [1, 2, 4]
    assert len(book) == 4  # the book keeps what was noted first


def test_a_correction_can_be_corrected_and_taken_back() -> None:
    book = a_book((Move.SEND, 1), (Fact.REFUSAL, 2))
    book = add(book, Entry(4, Fact.REMOVAL, hours(2), corrects=3))
    book = add(book, Entry(5, Fact.PARTLY, hours(2), corrects=4))
    assert fold(book).state is State.PARTLY_REMOVED

    book = add(book, Entry(6, None, hours(3), corrects=5))

    assert fold(book).state is State.SENT


@pytest.mark.parametrize(
    "wrong",
    [
        Entry(5, Fact.RECEIPT, START),
        Entry(2, Fact.RECEIPT, START),
        Entry(4, Fact.RECEIPT, datetime(2026, 11, 22, 9)),  # noqa: DTZ001
        Entry(4, Fact.RECEIPT, START, corrects=9),
        Entry(4, Fact.RECEIPT, START, corrects=2),
        Entry(4, None, START),
    ],
    ids=(
        "a number too high",
        "a number taken",
        "no zone",
        "nothing there",
        "corrected already",
        "says nothing",
    ),
)
def test_an_entry_that_does_not_fit_the_book_is_not_taken(wrong: Entry) -> None:
    book = add(a_book((Move.SEND, 1)), Entry(3, Move.SEND, hours(1.5), corrects=2))

    with pytest.raises(NoSuchEntry):
        add(book, wrong)


def test_a_move_that_a_correction_makes_odd_is_kept_and_named() -> None:
    book = a_book((Move.SEND, 1), (Fact.REFUSAL, 2), (Move.APPEAL, 3))

    book = add(book, Entry(5, Fact.RECEIPT, hours(2), corrects=3))

    standing = fold(book)
    assert standing.state is State.ACKNOWLEDGED
    assert standing.odd == (4,)
    assert standing.happenings[-1].happening is Move.APPEAL


def test_what_is_noted_late_takes_its_place_in_time() -> None:
    book = a_book((Move.SEND, 1), (Fact.REMOVAL, 30))

    book = add(book, Entry(4, Fact.REFUSAL, hours(20)))

    assert fold(book).state is State.REMOVED


def test_a_request_sent_before_the_list_was_drawn_up_can_be_noted() -> None:
    book = a_book((Move.SEND, -72), (Fact.REFUSAL, -48))

    standing = fold(book)

    assert standing.state is State.REFUSED
    assert standing.sent_at == hours(-72)


def test_closing_is_undone_into_the_state_before() -> None:
    book = a_book((Move.SEND, 1), (Fact.REFUSAL, 2), (Move.CLOSE, 3))
    assert fold(book).state is State.CLOSED

    book = add(book, Entry(5, Move.REOPEN, hours(4)))

    assert fold(book).state is State.REFUSED


def test_an_answer_after_closing_is_taken_in() -> None:
    assert fold(a_book((Move.SEND, 1), (Move.CLOSE, 2), (Fact.REFUSAL, 3))).state is State.REFUSED


def test_the_spread_is_kept_and_changes_no_state() -> None:
    seen = (Spread(1, views=167_000, shares=2_223),)
    standing = fold(a_book((Move.SEND, 1), (Fact.SPREAD, 2, (1,), {"spread": seen})))

    assert standing.state is State.SENT
    assert standing.happenings[-1].spread == seen


def test_tickets_are_the_platforms_own_latest_first() -> None:
    standing = fold(
        a_book(
            (Move.SEND, 1, (), {"ticket": "A-1"}),
            (Fact.RECEIPT, 2, (), {"ticket": "A-2"}),
            (Move.ESCALATE, 3, (), {"ticket": "FTC-9", "to": "ftc-tida"}),
        )
    )

    assert standing.tickets == ("A-2", "A-1")


def test_what_came_back_is_one_step_and_quotes_the_old_ticket() -> None:
    book = a_book((Move.SEND, 1, (), {"ticket": "A-1", "how": How.FORM}), (Fact.REMOVAL, 20, (2,)))

    old, first_of_new = ask_again("old", fold(book), 2, at=hours(90), seq=4)

    for entry in old:
        book = add(book, entry)
    assert states(fold(book)) == {1: State.SENT, 2: State.CARRIED_ON}
    new = add((), first_of_new)
    quoted = new[0].came_back[0]
    assert (quoted.request, quoted.old_item, quoted.item) == ("old", 2, 1)
    assert (quoted.ticket, quoted.sent_at, quoted.removed_at) == ("A-1", hours(1), hours(20))
    assert fold(new).state is State.DRAFTED


@pytest.mark.parametrize("happened", [(), ((Move.SEND, 1), (Fact.BACK_AGAIN, 2), (Move.ASK_AGAIN, 3))])
def test_what_never_went_out_or_is_carried_on_cannot_be_back(happened: Iterable[tuple[object, ...]]) -> None:
    with pytest.raises(NotNow, match="cannot have come back"):
        ask_again("old", fold(a_book(*happened)), 1, at=hours(9), seq=5)


def test_when_it_was_removed_holds_only_while_it_is_thought_gone() -> None:
    gone = a_book((Move.SEND, 1), (Fact.REMOVAL, 2), items=1)
    closed = add(gone, Entry(4, Move.CLOSE, hours(3)))
    refused = add(gone, Entry(4, Fact.REFUSAL, hours(3)))

    assert [fold(book).items[0].removed_at for book in (gone, closed, refused)] == [hours(2), hours(2), None]


def test_open_moves_name_the_items_they_are_open_for() -> None:
    moves = open_moves(fold(a_book((Move.SEND, 1), (Fact.REFUSAL, 2, (1,)))))

    assert moves[Move.APPEAL] == (1,)
    assert moves[Move.REMIND] == (2,)
    assert moves[Move.CLOSE] == (1, 2)
    assert Move.SEND not in moves


def test_three_hundred_items_and_two_thousand_entries_are_folded_at_once() -> None:
    book = list(a_book((Move.SEND, 1), items=300))
    book += [Entry(n + 3, Fact.SPREAD, hours(2 + n / 100), (n % 300 + 1,)) for n in range(2000)]

    standing = fold(book)

    assert len(standing.items) == 300
    assert sum(len(item.history) for item in standing.items) == 2 * 300 + 2000


class TheBook(RuleBasedStateMachine):
    """Notes anything at any time, and compares the fold with a second, slower reading."""

    def __init__(self) -> None:
        super().__init__()
        self.book: tuple[Entry, ...] = ()

    def note(
        self, happening: Happening | None, at: int, items: tuple[int, ...], corrects: int | None
    ) -> None:
        before = fold(self.book)
        zone = timezone(timedelta(hours=at % 5))
        entry = Entry(len(self.book) + 1, happening, hours(at).astimezone(zone), items, corrects=corrects)
        try:
            self.book = add(self.book, entry)
        except (NotNow, NoSuchEntry):
            assert not isinstance(happening, Fact) or corrects is not None  # a fact is never refused
            assert fold(self.book) == before

    @rule(count=st.integers(1, 4))
    def drafts(self, count: int) -> None:
        self.note(Move.DRAFT, 0, tuple(range(1, count + 1)), None)

    @rule(
        happening=st.sampled_from([*Move, *Fact]),
        at=st.integers(0, 400),
        items=st.lists(st.integers(1, 5), max_size=3).map(tuple),
    )
    def notes(self, happening: Happening, at: int, items: tuple[int, ...]) -> None:
        self.note(happening, at, items, None)

    @rule(move=st.sampled_from(Move), at=st.integers(0, 400))
    def moves_all(self, move: Move, at: int) -> None:
        self.note(move, at, (), None)

    @precondition(lambda self: self.book)
    @rule(data=st.data(), happening=st.sampled_from([None, *Move, *Fact]), at=st.integers(0, 400))
    def corrects(self, data: st.DataObject, happening: Happening | None, at: int) -> None:
        self.note(happening, at, (), data.draw(st.integers(1, len(self.book))))

    @invariant()
    def the_fold_is_what_walking_the_table_gives(self) -> None:
        standing = fold(self.book)
        for item in standing.items:
            state = before_closing = State.DRAFTED
            for entry in item.history:
                assert entry.happening is not None
                reached = after(state, entry.happening, before_closing=before_closing)
                if reached is State.CLOSED and state is not State.CLOSED:
                    before_closing = state
                state = reached
            assert item.state is state
        assert standing.state is over(item.state for item in standing.items)

    @invariant()
    def nothing_that_was_noted_is_lost(self) -> None:
        superseded = {entry.corrects for entry in self.book}
        held = {entry.seq for entry in fold(self.book).happenings}
        assert held == {e.seq for e in self.book if e.seq not in superseded and e.happening is not None}

    @invariant()
    def every_move_said_to_be_open_is_taken(self) -> None:
        for move, numbers in open_moves(fold(self.book)).items():
            if move is Move.DRAFT:
                continue
            latest = max((entry.at for entry in self.book), default=START)
            wider = add(self.book, Entry(len(self.book) + 1, move, latest, numbers))
            touched = {item.number for item in fold(wider).items if item.history[-1] is wider[-1]}
            assert touched == set(numbers)

    @invariant()
    def no_order_of_reading_matters(self) -> None:
        assert fold(iter(self.book)) == fold(list(self.book))
        assert all(is_open(item.state, Move.INFORM) for item in fold(self.book).items)


TestTheBook = TheBook.TestCase
TestTheBook.settings = settings(max_examples=size("property_examples"), stateful_step_count=12, deadline=None)
