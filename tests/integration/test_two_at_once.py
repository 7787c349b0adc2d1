"""Two people act on one request in the same second: both facts are kept, and whoever was second is told."""
# ruff: noqa: F811

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.conf import settings as site
from django.db import connections, transaction
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from survivor_portal.cases import access, book
from survivor_portal.cases.actors import staff
from survivor_portal.cases.keys import OpenCase
from survivor_portal.cases.unlocked import Session
from survivor_portal.takedowns import operations, together
from survivor_portal.takedowns.due import due_by
from survivor_portal.takedowns.operations import ChangedMeanwhile, Place, Takedown
from survivor_portal.takedowns.process import Fact, Happening, Move, NotNow
from survivor_portal.takedowns.standing import Entry, How
from tests.conftest import size
from tests.integration.test_case_page import THEIR_WORDS, browser, post, session, words  # noqa: F401
from tests.integration.test_case_places import begun as with_places

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.database]
CASE = site.CASE_PATH
SECOND = "Someone else wrote something down here a moment before you. Both are kept."
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DUE = due_by(NOW, counts_as_minor=False, zone=UTC)
ANA = staff("a" * 32, "Ana Li", "Helpline North")
BEN = staff("b" * 32, "Ben Ode", "Helpline North")
BEFORE: st.SearchStrategy[list[Happening]] = st.lists(
    st.sampled_from([Move.SEND, Fact.RECEIPT, Fact.REFUSAL, Fact.REMOVAL, Move.ANSWER]), max_size=3
)
WHAT: st.SearchStrategy[Happening] = st.sampled_from([*Fact, *Move])
ITEMS = st.lists(st.integers(1, 3), max_size=3, unique=True).map(tuple)
ACTS = st.lists(
    st.builds(lambda what, items: Entry(0, what, NOW, items), WHAT, ITEMS), min_size=1, max_size=2
)


def begun(case: OpenCase) -> Takedown:
    return operations.begin(
        case, platform="x", kind="request_48h", label="X, 48 hours", to="X", grounds=["us-tida"],
        places=tuple(Place(n, f"Place {n}") for n in (1, 2)), now=NOW,
    )  # fmt: skip


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside did not happen afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def signed(case: OpenCase, request: str) -> dict[int, str]:
    """Who wrote each entry of a request, by its number."""
    return {
        entry.note.facts["entry"]["seq"]: entry.note.by
        for entry in book.timeline(case)
        if entry.note.kind == operations.NOTED and entry.note.facts["request"] == request
    }


@pytest.fixture
def case() -> OpenCase:
    access.prepare()
    return access.open_new(NOW).session.case


def noted(case: OpenCase, takedown: Takedown, entries: list[Entry]) -> Takedown:
    """As it is after that; as it was where it is not open."""
    try:
        return together.note_beside(case, takedown, entries, NOW, due=DUE).takedown
    except NotNow:
        return takedown


def test_whatever_two_people_do_at_once_facts_are_kept_and_the_second_is_told(case: OpenCase) -> None:
    @settings(max_examples=size("two_at_once"), deadline=None)
    @given(before=BEFORE, first=ACTS, between=st.integers(1, 2), second=ACTS)
    def holds(before: list[Happening], first: list[Entry], between: int, second: list[Entry]) -> None:
        with undone():
            both_saw = begun(case)
            for what in before:
                how = How.FORM if what is Move.SEND else None
                both_saw = noted(case, both_saw, [Entry(0, what, NOW, how=how)])
            second_is_told(case, both_saw, first * between, second)

    holds()


def second_is_told(case: OpenCase, both_saw: Takedown, first: list[Entry], second: list[Entry]) -> None:
    ana, ben = replace(case, by=ANA), replace(case, by=BEN)
    by_ana = noted(ana, both_saw, first)
    was_first = by_ana.last_seq > both_saw.last_seq

    by_ben = None
    with suppress(ChangedMeanwhile, NotNow):
        by_ben = together.note_beside(ben, both_saw, second, NOW, due=DUE)

    now = operations.read(case, both_saw.id)
    new = now.entries[by_ana.last_seq :]
    assert now.entries[: by_ana.last_seq] == by_ana.entries
    assert [(e.happening, e.items) for e in new] == [(e.happening, e.items) for e in second if by_ben]
    if together.is_kept_beside(second):
        assert by_ben is not None
    if by_ben is not None:
        # Whoever was not told anything was alone.
        assert by_ben.was_second == was_first
        assert together.is_kept_beside(second) or not was_first
    whose = signed(case, both_saw.id)
    assert [whose[entry.seq] for entry in now.entries[both_saw.last_seq :]] == (
        [ANA] * (by_ana.last_seq - both_saw.last_seq) + [BEN] * len(new)
    )
    assert operations.folded(book.timeline(case))[now.id] == now.standing
    assert together.others_since(ben, now, both_saw.last_seq) == ({ANA} if was_first else set())


@pytest.mark.django_db(databases=["default", "keys"], transaction=True)
def test_two_people_in_two_processes_keep_both_facts(case: OpenCase) -> None:
    made = operations.note(case, begun(case), Entry(2, Move.SEND, NOW, how=How.FORM), NOW, due=DUE)
    ready = threading.Barrier(2)
    told: dict[str, bool] = {}

    def act(by: str, fact: Fact) -> None:
        try:
            mine = replace(case, by=by)
            seen = operations.read(mine, made.id)
            ready.wait()
            entries = [Entry(0, fact, NOW, (1, 2))]
            told[by] = together.note_beside(mine, seen, entries, NOW, due=DUE).was_second
        finally:
            connections.close_all()

    people = [threading.Thread(target=act, args=acts) for acts in ((ANA, Fact.RECEIPT), (BEN, Fact.REFUSAL))]
    for person in people:
        person.start()
    for person in people:
        person.join()

    now = operations.read(case, made.id)
    assert {entry.happening for entry in now.entries[2:]} == {Fact.RECEIPT, Fact.REFUSAL}
    assert sorted(told.values()) == [False, True]
    assert set(signed(case, made.id).values()) == {"owner", ANA, BEN}
    assert operations.folded(book.timeline(case))[made.id] == now.standing


def by_ana(session: Session, made: Takedown, happening: Happening) -> None:
    """Somebody at a desk notes something while the form is on the owner's screen."""
    at_desk = replace(session.case, by=ANA)
    now = datetime.now(UTC)
    due = due_by(now, counts_as_minor=True, zone=UTC)
    operations.note(at_desk, made, Entry(made.next_seq, happening, now), now, due=due)


def test_the_page_keeps_a_fact_beside_another_persons_and_says_so_once(
    browser: Client, session: Session
) -> None:
    made = with_places(session, 2)
    by_ana(session, made, Fact.RECEIPT)

    form = {"what": "bounce", "which": "all", "ticket": "T-77", "seen": str(made.last_seq)}
    said = post(browser, "happened", request=made.id, **form)
    once_more = browser.get(CASE)

    now = operations.read(session.case, made.id)
    assert [entry.happening for entry in now.entries[-2:]] == [Fact.RECEIPT, Fact.BOUNCE]
    assert now.entries[-1].ticket == "T-77"
    assert SECOND in words(said)
    assert SECOND not in words(once_more)


def test_an_answer_word_for_word_is_kept_beside_another_persons_fact(
    browser: Client, session: Session
) -> None:
    made = with_places(session, 2)
    by_ana(session, made, Fact.RECEIPT)

    said = post(
        browser, "answer_keep", request=made.id, text=THEIR_WORDS, says="refused", which="all",
        seen=str(made.last_seq),
    )  # fmt: skip

    now = operations.read(session.case, made.id)
    assert now.replies[now.entries[-1].reply] == THEIR_WORDS
    assert SECOND in words(said)


def test_the_page_does_no_move_over_what_another_person_noted(browser: Client, session: Session) -> None:
    made = with_places(session, 2, is_sent=False)
    at_desk = replace(session.case, by=ANA)
    now = datetime.now(UTC)
    due = due_by(now, counts_as_minor=True, zone=UTC)
    operations.note(at_desk, made, Entry(2, Move.SEND, now, (1,), how=How.FORM), now, due=due)

    form = {"how": "form", "which": "all", "ticket": "T-78", "seen": str(made.last_seq)}
    said = post(browser, "sent", request=made.id, **form)

    assert said.status_code == 422
    assert "T-78" in said.content.decode()
    assert len(operations.read(session.case, made.id).entries) == 2
