"""Requests of a kept case: row and book are written together and always say the same."""

from datetime import UTC, datetime, timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from survivor_portal.cases import access, book
from survivor_portal.cases.keys import OpenCase
from survivor_portal.replies import Remark
from survivor_portal.takedowns import operations
from survivor_portal.takedowns.clocks import Kind
from survivor_portal.takedowns.due import due_by
from survivor_portal.takedowns.models import Takedown as Row
from survivor_portal.takedowns.next_action import NEVER, hour_of
from survivor_portal.takedowns.operations import ChangedMeanwhile, NoSuchTakedown, Place, Takedown
from survivor_portal.takedowns.plain import entry_from_plain, entry_to_plain
from survivor_portal.takedowns.process import Fact, Move, NotNow, State
from survivor_portal.takedowns.rounds import Gone, next_round
from survivor_portal.takedowns.standing import Entry, How, NoSuchEntry, Spread, open_moves

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.database]
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DUE = due_by(NOW, counts_as_minor=True, zone=UTC)
PLACES = (
    Place(1, "Place 1", url="https://video.example/marker-one", of_case=1),
    Place(2, "Place 2", url="https://video.example/marker-two", of_case=2),
)


@pytest.fixture
def case() -> OpenCase:
    access.prepare()
    return access.open_new(NOW).session.case


def a_takedown(case: OpenCase, **more: Any) -> Takedown:
    given_values: dict[str, Any] = {
        "platform": "x",
        "kind": "request_48h",
        "label": "X, 48 hours",
        "to": "X",
        "grounds": ["us-tida"],
        "places": PLACES,
        "now": NOW,
    }
    return operations.begin(case, **(given_values | more))


def sent(case: OpenCase, takedown: Takedown, at: datetime = NOW) -> Takedown:
    entry = Entry(takedown.next_seq, Move.SEND, at, (1, 2), how=How.FORM, ticket="T-1")
    return operations.note(case, takedown, entry, at, due=DUE)


def test_a_request_is_read_back_as_it_was_written(case: OpenCase) -> None:
    made = sent(case, a_takedown(case))

    again = operations.read(case, made.id)

    assert again == made
    assert again.standing.state is State.SENT
    assert again.standing.tickets == ("T-1",)


def test_the_clock_of_the_law_is_on_the_row_to_the_hour(case: OpenCase) -> None:
    at = NOW + timedelta(minutes=25)
    made = sent(case, a_takedown(case), at)

    # The first reminder is ours, a day after; the law's 48 hours come after it. Rounded up: never early.
    assert Row.objects.get(pk=made.id).due_at == NOW + timedelta(hours=25)


def test_a_full_hour_stays_as_it_is(case: OpenCase) -> None:
    made = sent(case, a_takedown(case))

    assert Row.objects.get(pk=made.id).due_at == NOW + timedelta(hours=24)


def test_the_board_says_what_stands_without_the_details(case: OpenCase) -> None:
    sent(case, a_takedown(case))

    (line,) = operations.board(case)

    assert (line.state, line.label, line.items, line.still_up) == (State.SENT, "X, 48 hours", 2, 2)


def test_a_move_that_is_not_open_changes_nothing(case: OpenCase) -> None:
    made = a_takedown(case)
    entries = len(book.timeline(case))

    with pytest.raises(NotNow):
        operations.note(case, made, Entry(2, Move.APPEAL, NOW, (1,)), NOW, due=DUE)

    assert operations.read(case, made.id) == made
    assert len(book.timeline(case)) == entries


def test_two_tabs_do_not_overwrite_each_other(case: OpenCase) -> None:
    made = a_takedown(case)
    sent(case, made)

    with pytest.raises(ChangedMeanwhile):
        sent(case, made)


def test_if_the_book_cannot_be_written_the_row_is_not(
    case: OpenCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = a_takedown(case)

    def fails(*_: Any, **__: Any) -> int:
        raise DatabaseError

    monkeypatch.setattr(operations.book, "add", fails)
    with pytest.raises(DatabaseError):
        sent(case, made)

    assert operations.read(case, made.id).standing.state is State.DRAFTED


def test_another_case_does_not_find_it(case: OpenCase) -> None:
    made = a_takedown(case)
    other = access.open_new(NOW).session.case

    with pytest.raises(NoSuchTakedown):
        operations.read(other, made.id)


def test_a_mistake_is_put_right_by_a_new_entry(case: OpenCase) -> None:
    made = sent(case, a_takedown(case))
    wrong = operations.note(case, made, Entry(3, Fact.REMOVAL, NOW, (1, 2)), NOW, due=DUE)
    assert wrong.standing.state is State.REMOVED

    right = operations.note(case, wrong, Entry(4, Fact.REFUSAL, NOW, (1, 2), corrects=3), NOW, due=DUE)

    assert right.standing.state is State.REFUSED
    assert len(right.entries) == 4


def test_back_again_is_a_new_request_that_quotes_the_old_ticket(case: OpenCase) -> None:
    gone = operations.note(
        case, sent(case, a_takedown(case)), Entry(3, Fact.REMOVAL, NOW, (1, 2)), NOW, due=DUE
    )
    later = NOW + timedelta(days=3)

    new = operations.all_back(case, gone, (2,), later, due=DUE)

    assert new.places == (Place(1, "Place 2", url="https://video.example/marker-two", of_case=2),)
    assert new.entries[0].came_back[0].ticket == "T-1"
    (carried,) = (item for item in operations.read(case, gone.id).standing.items if item.number == 2)
    assert carried.state is State.CARRIED_ON
    assert new.standing.state is State.DRAFTED


def test_several_that_are_back_are_one_new_request(case: OpenCase) -> None:
    gone = operations.note(
        case, sent(case, a_takedown(case)), Entry(3, Fact.REMOVAL, NOW, (1, 2)), NOW, due=DUE
    )
    back = operations.note(case, gone, Entry(4, Fact.BACK_AGAIN, NOW, (2,)), NOW, due=DUE)

    new = operations.all_back(case, back, (2, 1), NOW, due=DUE)

    assert [(place.number, place.url) for place in new.places] == [(1, PLACES[1].url), (2, PLACES[0].url)]
    assert [(one.item, one.old_item, one.ticket) for one in new.entries[0].came_back] == [
        (1, 2, "T-1"),
        (2, 1, "T-1"),
    ]
    old = operations.read(case, gone.id).standing
    assert {item.state for item in old.items} == {State.CARRIED_ON}
    assert operations.folded(book.timeline(case)) == {new.id: new.standing, gone.id: old}


@pytest.mark.parametrize("numbers", [(), (3,), (1, 3)])
def test_what_is_no_item_is_not_back_and_nothing_is_written(case: OpenCase, numbers: tuple[int, ...]) -> None:
    gone = operations.note(case, sent(case, a_takedown(case)), Entry(3, Fact.REMOVAL, NOW), NOW, due=DUE)

    with pytest.raises(NoSuchTakedown):
        operations.all_back(case, gone, numbers, NOW, due=DUE)

    assert operations.read(case, gone.id) == gone


def test_if_one_of_several_cannot_be_back_none_is(case: OpenCase) -> None:
    gone = operations.note(case, sent(case, a_takedown(case)), Entry(3, Fact.REMOVAL, NOW), NOW, due=DUE)
    operations.all_back(case, gone, (2,), NOW, due=DUE)
    before = operations.read(case, gone.id)

    with pytest.raises(NotNow):
        operations.all_back(case, before, (1, 2), NOW, due=DUE)

    assert operations.read(case, gone.id) == before


def test_of_several_entries_all_are_noted_or_none(case: OpenCase) -> None:
    made = a_takedown(case)
    entries = len(book.timeline(case))

    with pytest.raises(NotNow):
        operations.note_each(case, made, [Entry(2, Move.SEND, NOW), Entry(3, Move.APPEAL, NOW)], NOW, due=DUE)

    assert operations.read(case, made.id) == made
    assert len(book.timeline(case)) == entries


def test_the_board_knows_the_clocks_and_what_is_gone(case: OpenCase) -> None:
    made = sent(case, a_takedown(case))
    (line,) = operations.board(case)
    assert [(end.kind, end.at - NOW, end.is_sure) for end in line.ends] == [
        (Kind.REMINDER, timedelta(hours=24), False),
        (Kind.DUTY, timedelta(hours=48), True),
    ]
    assert (line.to, line.gone) == ("X", ())

    later = NOW + timedelta(days=2)
    gone = operations.note(case, made, Entry(3, Fact.REMOVAL, NOW), NOW, due=DUE)
    operations.note(case, gone, Entry(4, Fact.NO_NEWS, later, (1,)), later, due=DUE)

    (line,) = operations.board(case)
    assert line.gone == (Gone(NOW, later, 1), Gone(NOW, None, 1))
    assert line.ends == ()


def test_the_board_says_the_same_round_as_the_items(case: OpenCase) -> None:
    gone = operations.note(case, sent(case, a_takedown(case)), Entry(3, Fact.REMOVAL, NOW), NOW, due=DUE)
    (line,) = operations.board(case)

    for hours in range(0, 40 * 24, 5):
        at = NOW + timedelta(hours=hours)
        (known,) = (one.turn(at, UTC) for one in line.gone)
        of_item = next_round(gone.standing.items[0], at, counts_as_minor=False, zone=UTC)
        assert (known and (known.day, known.due_at)) == (of_item and (of_item.day, of_item.due_at))


def test_when_an_office_was_told_last_is_on_the_board(case: OpenCase) -> None:
    made = sent(case, a_takedown(case))
    told_at = NOW + timedelta(hours=50)

    operations.note(case, made, Entry(3, Move.ESCALATE, told_at, to="ftc-tida"), told_at, due=DUE)

    assert [line.told_at for line in operations.board(case)] == [told_at]


def test_a_place_gets_a_name_and_gives_it_back(case: OpenCase) -> None:
    made = a_takedown(case)

    named = operations.name_places(case, made, {1: "the first one"}, NOW, due=DUE)

    assert operations.read(case, made.id) == named
    assert [(place.label, place.own_name) for place in named.places] == [
        ("the first one", "the first one"),
        ("Place 2", ""),
    ]
    again = operations.name_places(case, named, {1: "number one"}, NOW, due=DUE)
    assert operations.name_places(case, again, {1: ""}, NOW, due=DUE).places == PLACES
    with pytest.raises(ChangedMeanwhile):
        operations.name_places(case, named, {2: "late"}, NOW, due=DUE)


def test_an_answer_is_kept_word_for_word(case: OpenCase) -> None:
    made = sent(case, a_takedown(case))
    words = "We’ve reviewed the content.\n\n  No action will be taken. 🙂"

    entry = Entry(
        3, Fact.REFUSAL, NOW, (1, 2), reply="r1", remarks=frozenset({Remark.REDIRECTED_TO_COPYRIGHT})
    )
    operations.note(case, made, entry, NOW, due=DUE, reply=words)

    again = operations.read(case, made.id)
    assert again.replies == {"r1": words}
    assert again.entries[-1] == entry
    assert any(noted.note.facts.get("reply") == words for noted in book.timeline(case))


def test_t01_nothing_of_a_request_is_readable_in_its_row(case: OpenCase) -> None:
    made = sent(case, a_takedown(case, label="marker-label", to="marker-to"))
    row = Row.objects.get(pk=made.id)

    bytes_kept = bytes(row.overview) + bytes(row.details)
    assert b"marker" not in bytes_kept
    assert {"marker-label", "T-1"}.isdisjoint(str(value) for value in row.__dict__.values())


def test_opening_a_board_of_many_is_one_query(case: OpenCase, django_assert_max_num_queries: Any) -> None:
    for number in range(5):
        a_takedown(case, label=f"request {number}")

    with django_assert_max_num_queries(1) as captured:
        assert len(operations.board(case)) == 5
    assert isinstance(captured, CaptureQueriesContext)


HAPPENINGS = st.sampled_from([*Move, *Fact])


@given(
    st.lists(
        st.tuples(HAPPENINGS, st.integers(0, 90), st.sampled_from([(1,), (2,), (1, 2), ()]), st.booleans()),
        max_size=8,
    )
)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_book_folded_equals_the_row(case: OpenCase, happenings: list[tuple[Any, int, Any, bool]]) -> None:
    takedown = a_takedown(case)

    for happening, hours, items, corrects in happenings:
        at = NOW + timedelta(hours=hours)
        entry = Entry(
            takedown.next_seq, happening, at, items, corrects=takedown.next_seq - 1 if corrects else None
        )
        try:
            takedown = operations.note(case, takedown, entry, at, due=DUE)
        except (NotNow, NoSuchEntry):
            continue

    by_the_book = operations.folded(book.timeline(case))[takedown.id]
    row = Row.objects.get(pk=takedown.id)
    assert by_the_book == operations.read(case, takedown.id).standing
    assert by_the_book.state.value == row.state
    assert open_moves(by_the_book) == open_moves(takedown.standing)


@given(
    st.builds(
        Entry,
        seq=st.integers(1, 99),
        happening=st.one_of(st.none(), HAPPENINGS),
        at=st.datetimes(
            timezones=st.just(UTC),
            min_value=datetime(2000, 1, 1),  # noqa: DTZ001
            max_value=datetime(2090, 1, 1),  # noqa: DTZ001
        ),
        items=st.lists(st.integers(1, 400), max_size=4).map(tuple),
        how=st.one_of(st.none(), st.sampled_from(How)),
        ticket=st.text(max_size=20),
        to=st.text(max_size=10),
        remarks=st.frozensets(st.sampled_from(Remark), max_size=3),
        spread=st.lists(
            st.builds(Spread, st.integers(1, 9), st.integers(0), st.none(), st.none()), max_size=2
        ).map(tuple),
        corrects=st.one_of(st.none(), st.integers(1, 50)),
    )
)
def test_an_entry_survives_being_written_plainly(entry: Entry) -> None:
    assert entry_from_plain(entry_to_plain(entry)) == entry


def test_the_row_says_when_a_desk_has_to_look_at_it_next(case: OpenCase) -> None:
    made = a_takedown(case, now=NOW + timedelta(minutes=10))
    assert Row.objects.get(pk=made.id).next_action_at == NOW

    made = sent(case, made)
    assert Row.objects.get(pk=made.id).next_action_at == NOW + timedelta(hours=24)

    later = NOW + timedelta(hours=30)
    gone = operations.note(case, made, Entry(made.next_seq, Fact.REMOVAL, later), later, due=DUE)
    assert gone.standing.state is State.REMOVED
    assert Row.objects.get(pk=made.id).next_action_at == NEVER


def test_requests_from_before_the_queue_get_a_place_in_it(case: OpenCase) -> None:
    drafted, waiting, gone = a_takedown(case), sent(case, a_takedown(case)), sent(case, a_takedown(case))
    operations.note(case, gone, Entry(gone.next_seq, Fact.REMOVAL, NOW), NOW, due=DUE)
    Row.objects.update(next_action_at=NEVER)
    fill = import_module("survivor_portal.takedowns.migrations.0003_next_action").fill

    fill(apps, SimpleNamespace(connection=connection))

    found = dict(Row.objects.values_list("pk", "next_action_at"))
    assert found[drafted.id] == hour_of(found[drafted.id]) < NEVER
    assert found[waiting.id] == NOW + timedelta(hours=24)
    assert found[gone.id] == NEVER
