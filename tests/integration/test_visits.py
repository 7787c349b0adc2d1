"""A visit opens with its own token, in time, and in no other case; its table tells nothing."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from survivor_portal import seals
from survivor_portal.visits import visit as visits
from survivor_portal.visits.limits import MOST_BYTES
from survivor_portal.visits.models import Visit

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MARKER = "marker-7d1f2c-on-social.example"


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def a_visit(**data: object) -> bytes:
    """Begin a visit with this data at noon and give back its token."""
    token, visit = visits.begin(NOON)
    visit.data.update(data)
    visits.save(visit, NOON)
    return token


def test_what_was_saved_is_read_again() -> None:
    token = a_visit(links=[MARKER, "\u00e9\U0001f600"], country="DE")

    visit = visits.read(token, NOON)

    assert visit is not None
    assert visit.data == {"links": [MARKER, "\u00e9\U0001f600"], "country": "DE"}


def test_half_a_character_pasted_by_mistake_does_not_stop_a_visit() -> None:
    token = a_visit(text="\ud83d")

    visit = visits.read(token, NOON)

    assert visit is not None
    assert visit.data == {"text": "\ud83d"}


def test_each_visit_begins_under_a_token_of_its_own() -> None:
    tokens = {visits.begin(NOON)[0] for _ in range(20)}

    assert len(tokens) == 20


def test_t11_the_cookie_alone_opens_nothing() -> None:
    token = a_visit(link=MARKER)
    Visit.objects.all().delete()

    assert visits.read(token, NOON) is None
    assert visits.change(token, NOON, lambda data: data.update(link="x")) is None
    assert not Visit.objects.exists()


def test_t11_the_row_alone_opens_nothing() -> None:
    token = a_visit(link=MARKER)
    row = Visit.objects.get()
    envelope = bytes(row.sealed)

    for guess in (seals.new_token(), bytes.fromhex(row.pk), bytes(32), seals.token_id(token)):
        assert visits.read(guess, NOON) is None
        for key in (guess, seals.token_key(guess, visits.PURPOSE)):
            with pytest.raises(seals.WrongKey):
                seals.unlock(key, envelope, context=row.pk.encode())


def test_t11_another_visitors_token_opens_only_its_own_row() -> None:
    mine, other = a_visit(link="mine"), a_visit(link="other")

    read_mine, read_other = visits.read(mine, NOON), visits.read(other, NOON)

    assert read_mine is not None
    assert read_other is not None
    assert (read_mine.data, read_other.data) == ({"link": "mine"}, {"link": "other"})


def test_t11_a_row_copied_over_anothers_does_not_open() -> None:
    mine, other = a_visit(link="mine"), a_visit(link="other")
    stolen = Visit.objects.get(pk=seals.token_id(other).hex()).sealed
    Visit.objects.filter(pk=seals.token_id(mine).hex()).update(sealed=stolen)

    assert visits.read(mine, NOON) is None


def test_t11_a_row_changed_by_one_bit_does_not_open() -> None:
    token = a_visit(link=MARKER)
    row = Visit.objects.get()
    changed = bytearray(row.sealed)
    changed[60] ^= 1
    Visit.objects.update(sealed=bytes(changed))

    assert visits.read(token, NOON) is None


def test_nothing_typed_stands_in_the_table_in_any_spelling() -> None:
    a_visit(link=MARKER, watched=True)

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM visits_visit")
        (row,) = cursor.fetchall()
    dump = b"|".join(
        bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode() for cell in row
    )

    for spelling in (
        MARKER.encode(),
        MARKER.encode("utf-16-le"),
        base64.b64encode(MARKER.encode())[:20],
        MARKER.encode().hex().encode(),
        b"watched",
    ):
        assert spelling not in dump


def test_the_token_is_not_in_the_table_and_not_in_what_is_printed() -> None:
    token, visit = visits.begin(NOON)
    row = Visit.objects.get()

    assert token not in bytes(row.sealed)
    assert token.hex() != row.pk
    assert repr(token) not in repr(visit)
    assert token.hex() not in repr(visit)


@pytest.mark.parametrize(
    ("watched", "last", "over"),
    [(False, 59.9, 60), (True, 14.9, 15)],
    ids=["ordinary device", "watched device"],
)
def test_t11_a_visit_that_lay_still_too_long_is_over(watched: bool, last: float, over: float) -> None:
    token = a_visit(watched=watched, link=MARKER)
    late = a_visit(watched=watched, link=MARKER)

    assert visits.read(token, NOON + minutes(last)) is not None
    assert visits.read(late, NOON + minutes(over)) is None
    assert not Visit.objects.filter(pk=seals.token_id(late).hex()).exists()


@pytest.mark.parametrize(("watched", "hours"), [(False, 8), (True, 2)], ids=["ordinary", "watched"])
def test_a_visit_in_steady_use_is_over_in_the_end(watched: bool, hours: int) -> None:
    token = a_visit(watched=watched)
    now = NOON
    while now + minutes(10) < NOON + timedelta(hours=hours):
        now += minutes(10)
        assert visits.read(token, now) is not None

    assert visits.read(token, NOON + timedelta(hours=hours)) is None


def test_saying_that_the_device_is_watched_shortens_the_visit_at_once() -> None:
    token = a_visit()
    before = visits.read(token, NOON)

    after = visits.change(token, NOON, lambda data: data.update(watched=True))

    assert before is not None
    assert after is not None
    assert visits.closes_at(before) == NOON + minutes(60)
    assert visits.closes_at(after) == NOON + minutes(15)


def test_the_closing_time_that_is_shown_is_the_one_that_holds() -> None:
    token = a_visit()
    visit = visits.read(token, NOON + minutes(30.5))
    assert visit is not None
    shown = visits.closes_at(visit)

    again = a_visit()
    visits.read(again, NOON + minutes(30.5))

    assert shown == NOON + minutes(90.5)
    assert visits.read(token, shown - timedelta(seconds=1)) is not None
    assert visits.read(again, shown) is None


def test_writing_after_the_end_is_refused_and_brings_nothing_back() -> None:
    token, visit = visits.begin(NOON)
    visits.end(token)

    with pytest.raises(visits.VisitOver):
        visits.save(visit, NOON)
    assert visits.change(token, NOON, lambda data: data.update(link=MARKER)) is None
    assert not Visit.objects.exists()


def test_writing_after_the_visit_ran_out_is_refused() -> None:
    _, visit = visits.begin(NOON)

    with pytest.raises(visits.VisitOver):
        visits.save(visit, NOON + minutes(60))


def test_ending_a_visit_deletes_its_row_and_no_other() -> None:
    mine, other = a_visit(), a_visit()

    visits.end(mine)
    visits.end(mine)

    assert visits.read(mine, NOON) is None
    assert visits.read(other, NOON) is not None


def test_a_save_never_overwrites_what_another_tab_wrote() -> None:
    token = a_visit()
    first, second = visits.read(token, NOON), visits.read(token, NOON)
    assert first is not None
    assert second is not None
    first.data["country"] = "DE"
    visits.save(first, NOON)
    second.data["age"] = "adult"

    with pytest.raises(visits.ChangedMeanwhile):
        visits.save(second, NOON)

    kept = visits.read(token, NOON)
    assert kept is not None
    assert kept.data == {"country": "DE"}


def test_two_tabs_that_change_one_answer_each_keep_both() -> None:
    token = a_visit(country="US")
    stale = visits.read(token, NOON)
    assert stale is not None

    visits.change(token, NOON, lambda data: data.update(age="adult"))
    visits.change(token, NOON, lambda data: data.update(country="DE"))

    kept = visits.read(token, NOON)
    assert kept is not None
    assert kept.data == {"country": "DE", "age": "adult"}


def test_a_change_that_fails_leaves_everything_as_it_was() -> None:
    token = a_visit(country="DE")

    def fails(data: dict[str, object]) -> None:
        data["country"] = "US"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        visits.change(token, NOON, fails)

    kept = visits.read(token, NOON)
    assert kept is not None
    assert kept.data == {"country": "DE"}


def test_three_hundred_long_links_fit_and_more_than_the_limit_is_refused_by_name() -> None:
    links = [f"https://social.example/{number}/{'x' * 2000}" for number in range(300)]
    token = a_visit(links=links)

    with pytest.raises(visits.TooMuch):
        visits.change(token, NOON, lambda data: data.update(more="x" * MOST_BYTES))

    kept = visits.read(token, NOON)
    assert kept is not None
    assert kept.data == {"links": links}


def test_reading_costs_one_query_and_writes_the_time_at_most_once_a_minute() -> None:
    token = a_visit()
    costs = []
    for seconds in (1, 30, 59, 61, 62, 100):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            visits.read(token, NOON + timedelta(seconds=seconds))
        costs.append(len(queries))

    assert costs == [1, 1, 1, 2, 1, 1]


def test_staying_moves_the_closing_time_and_loses_no_answer() -> None:
    token = a_visit(country="DE")
    visit = visits.read(token, NOON)
    assert visit is not None
    visits.change(token, NOON, lambda data: data.update(age="adult"))

    stayed = visits.stay(visit, NOON + minutes(20))

    kept = visits.read(token, NOON + minutes(20))
    assert kept is not None
    assert visits.closes_at(stayed) == visits.closes_at(kept) == NOON + minutes(80)
    assert kept.data == {"country": "DE", "age": "adult"}


def test_the_sweep_takes_what_nobody_can_open_and_leaves_the_rest() -> None:
    old = a_visit()
    worn = a_visit()
    Visit.objects.filter(pk=seals.token_id(worn).hex()).update(
        created_at=NOON - timedelta(hours=7, minutes=30), seen_at=NOON + minutes(29)
    )
    _, fresh = visits.begin(NOON + minutes(1))

    assert visits.sweep(NOON + minutes(59)) == 1
    assert visits.sweep(NOON + minutes(60)) == 1
    assert visits.sweep(NOON + minutes(60)) == 0
    assert visits.read(old, NOON) is None
    assert visits.read(fresh.token, NOON + minutes(60)) is not None
