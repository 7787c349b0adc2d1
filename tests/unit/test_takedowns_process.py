"""The table of states: every pair has its answer, facts are never refused, the drawing is the table."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from survivor_portal.replies import Remark, ReplyClass
from survivor_portal.takedowns import process
from survivor_portal.takedowns.process import FACTS, MOVES, Fact, Move, NotNow, State, after, fact_of, over
from survivor_portal.web.management.commands.state_drawing import DOCS


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("move", Move)
def test_every_move_leads_where_the_table_says_or_is_refused(state: State, move: Move) -> None:
    if move not in MOVES[state]:
        with pytest.raises(NotNow, match=f"{move} is not open while {state}"):
            after(state, move)
        assert not process.is_open(state, move)
        return

    reached = after(state, move, before_closing=State.REFUSED)

    assert reached == (MOVES[state][move] or State.REFUSED)
    assert process.is_open(state, move)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("fact", Fact)
def test_no_fact_is_ever_refused(state: State, fact: Fact) -> None:
    leads_to, from_states = FACTS.get(fact, (state, frozenset()))

    assert after(state, fact) == (leads_to if state in from_states else state)


# What must hold whatever the table says: read from the law and the journeys, not from the code.
@pytest.mark.parametrize(
    ("state", "fact", "then"),
    [
        (State.SENT, Fact.RECEIPT, State.ACKNOWLEDGED),
        (State.REFUSED, Fact.RECEIPT, State.REFUSED),  # an automatic receipt wipes out no refusal
        (State.REMOVED, Fact.RECEIPT, State.REMOVED),
        (State.TO_CONFIRM, Fact.RECEIPT, State.TO_CONFIRM),  # nothing starts before it is confirmed
        (State.SENT, Fact.REFUSAL, State.REFUSED),
        (State.CLOSED, Fact.REFUSAL, State.REFUSED),  # an answer after closing is still an answer
        (State.REMOVED, Fact.REFUSAL, State.REFUSED),  # to think it gone while it is up is the worse mistake
        (State.ESCALATED, Fact.REMOVAL, State.REMOVED),
        (State.REMOVED, Fact.BACK_AGAIN, State.REAPPEARED),
        (State.CLOSED, Fact.BACK_AGAIN, State.REAPPEARED),
        (State.REAPPEARED, Fact.REFUSAL, State.REAPPEARED),
        (State.CARRIED_ON, Fact.REMOVAL, State.CARRIED_ON),
        (State.DRAFTED, Fact.REMOVAL, State.REMOVED),  # somebody else reported it
        (State.REFUSED, Fact.SPREAD, State.REFUSED),
        (State.SENT, Fact.UNCLEAR, State.SENT),
        (State.SENT, Fact.AUTHORITY_ACTED, State.SENT),  # an order is no removal
    ],
)
def test_a_fact_leads_where_it_should(state: State, fact: Fact, then: State) -> None:
    assert after(state, fact) is then


def test_nothing_is_sent_twice() -> None:
    assert [state for state in State if process.is_open(state, Move.SEND)] == [State.DRAFTED]


def test_a_hotline_can_be_told_in_every_state() -> None:
    assert all(after(state, Move.INFORM) is state for state in State)


def test_a_refusal_can_be_answered_appealed_and_taken_further_on_one_day() -> None:
    for order in ((Move.ANSWER, Move.APPEAL, Move.ESCALATE), (Move.ESCALATE, Move.APPEAL, Move.ANSWER)):
        state = State.REFUSED
        for move in order:
            state = after(state, move)

        assert state is State.ESCALATED


def test_only_a_fact_makes_something_gone_or_refused() -> None:
    reached = {state for moves in MOVES.values() for state in moves.values()}

    by_staying = {State.REMOVED, State.REFUSED, State.REAPPEARED, State.BOUNCED, State.TO_CONFIRM}
    led = {to for state, moves in MOVES.items() for to in moves.values() if to is not state}
    assert not by_staying & led
    assert reached >= {State.SENT, State.ESCALATED, State.CONTESTED, State.CLOSED}


def test_every_state_can_be_come_to() -> None:
    led = {to for moves in MOVES.values() for to in moves.values()} | {to for to, _ in FACTS.values()}

    assert set(State) - led == set()


def test_a_word_in_the_book_means_one_thing() -> None:
    assert not {move.value for move in Move} & {fact.value for fact in Fact}


@pytest.mark.parametrize(
    ("items", "request_state"),
    [
        ([], State.DRAFTED),
        ([State.SENT, State.SENT], State.SENT),
        ([State.REMOVED, State.SENT], State.PARTLY_REMOVED),
        ([State.REMOVED, State.ACKNOWLEDGED], State.PARTLY_REMOVED),
        ([State.REMOVED, State.REFUSED], State.REFUSED),
        ([State.REMOVED, State.ESCALATED], State.ESCALATED),
        ([State.REMOVED, State.REAPPEARED], State.REAPPEARED),
        ([State.REMOVED, State.CLOSED], State.REMOVED),
        ([State.REMOVED, State.CARRIED_ON], State.REMOVED),
        ([State.CLOSED, State.CLOSED], State.CLOSED),
        ([State.REFUSED, State.TO_CONFIRM], State.TO_CONFIRM),
    ],
)
def test_a_request_shows_what_asks_most_of_the_person(items: list[State], request_state: State) -> None:
    assert over(items) is request_state


@given(st.lists(st.sampled_from(State), max_size=8))
def test_the_order_of_items_does_not_matter(states: list[State]) -> None:
    assert over(states) is over(list(reversed(states)))
    assert not states or over(states) in {*states, State.PARTLY_REMOVED}


@given(st.lists(st.sampled_from(State), min_size=1, max_size=8))
def test_a_request_is_gone_only_when_no_item_may_be_up(states: list[State]) -> None:
    if over(states) is State.REMOVED:
        assert set(states) <= process.GONE_OR_LEFT


@pytest.mark.parametrize("said", ReplyClass)
def test_every_class_of_answer_becomes_a_fact(said: ReplyClass) -> None:
    assert fact_of(said) in Fact


@pytest.mark.parametrize(
    ("said", "remarks", "fact"),
    [
        (ReplyClass.REFUSED, {Remark.REDIRECTED_TO_COPYRIGHT}, Fact.REFUSAL),
        (ReplyClass.REMOVED, set(), Fact.REMOVAL),
        (ReplyClass.REMOVED, {Remark.ONLY_RESTRICTED}, Fact.PARTLY),
        (ReplyClass.ALREADY_GONE, {Remark.ONLY_RESTRICTED}, Fact.PARTLY),
        (ReplyClass.ACKNOWLEDGED, {Remark.AUTO_RECEIPT}, Fact.RECEIPT),
        (ReplyClass.DUPLICATE, set(), Fact.RECEIPT),
        (ReplyClass.UNCLEAR, {Remark.BOUNCED}, Fact.BOUNCE),
        (ReplyClass.REFUSED, {Remark.BOUNCED}, Fact.REFUSAL),
        (ReplyClass.UNCLEAR, set(), Fact.UNCLEAR),
    ],
)
def test_what_an_answer_is_noted_as(said: ReplyClass, remarks: set[Remark], fact: Fact) -> None:
    assert fact_of(said, remarks) is fact


def test_no_receipt_is_ever_noted_as_a_removal() -> None:
    receipts = {ReplyClass.ACKNOWLEDGED, ReplyClass.DUPLICATE, ReplyClass.FORWARDED, ReplyClass.UNCLEAR}

    assert all(fact_of(said, {remark}) is not Fact.REMOVAL for said in receipts for remark in Remark)


def test_the_drawing_in_the_docs_is_this_table() -> None:
    assert (DOCS / "takedown-states.md").read_text("utf-8") == process.drawing()


def test_a_drawing_that_differs_is_refused(tmp_path: Path) -> None:
    call_command("state_drawing", "--docs", str(tmp_path))
    call_command("state_drawing", "--check", "--docs", str(tmp_path))
    drawing = tmp_path / "takedown-states.md"
    drawing.write_text(drawing.read_text("utf-8").replace("refused", "denied", 1), encoding="utf-8")

    with pytest.raises(CommandError, match=r"takedown-states\.md is out of date"):
        call_command("state_drawing", "--check", "--docs", str(tmp_path))
