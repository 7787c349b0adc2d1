"""A flood of invented codes fills no disk, and tells nobody which codes are real."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from survivor_portal.cases import access, codes, opening, throttle
from survivor_portal.cases.access import NotOpened
from survivor_portal.cases.models import Throttle
from tests.integration.test_cases_access import failures

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.database]

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
OWN = "a blue bicycle by the lake"


@pytest.fixture(autouse=True)
def _ready(monkeypatch: pytest.MonkeyPatch) -> None:
    access.prepare()
    monkeypatch.setattr(throttle, "MOST", 50)


@pytest.fixture
def new() -> access.NewCase:
    return access.open_new(NOW)


def invented(count: int, at: datetime) -> None:
    """One try each with so many codes of nobody."""
    for _ in range(count):
        throttle.charge(opening.code_index(codes.new_code()), throttle.Bucket.phrase, at)


def counted() -> int:
    return Throttle.objects.filter(strikes__gt=0).count()


def test_a_flood_of_invented_codes_leaves_no_more_rows_than_the_table_may_hold() -> None:
    invented(180, NOW)
    before = counted()

    dropped = throttle.sweep(NOW + timedelta(minutes=1))

    assert (before, dropped, Throttle.objects.count()) == (180, 130, 50)


def test_t10_after_a_flood_a_real_and_an_invented_code_wait_alike(new: access.NewCase) -> None:
    unknown = codes.new_code()
    for code in (new.code, unknown):
        failures(code, 8)
    at = LATER + timedelta(days=1)
    invented(60, at)
    throttle.sweep(at)

    real, nobodys = failures(new.code, 20), failures(unknown, 20)

    assert real == nobodys
    assert [wait.total_seconds() for wait in real[:6]] == [0, 0, 0, 0, 0, 30]


def test_t10_a_code_that_has_to_wait_is_kept_longer_than_those_that_need_not() -> None:
    waiting = {f"phrase:{name * 32}" for name in "07f"}
    soon, later = LATER, LATER + timedelta(minutes=30)
    rows = [Throttle(id=name, strikes=9, unseen=9, next_try_at=later) for name in waiting]
    rows += [Throttle(id=f"phrase:8{n:031x}", strikes=1, unseen=1, next_try_at=soon) for n in range(80)]
    Throttle.objects.bulk_create(rows)

    throttle.sweep(LATER)

    assert Throttle.objects.count() == 50
    assert waiting <= set(Throttle.objects.values_list("pk", flat=True))


def test_the_owner_is_told_of_tries_from_before_a_flood(new: access.NewCase) -> None:
    failures(new.code, 8)
    at = LATER + timedelta(days=1)
    invented(60, at)
    throttle.sweep(at)

    opened = access.open_with(new.code, new.phrase, at)

    assert opened.failed_tries == 8


def test_a_table_full_of_real_waiting_codes_drops_both_kinds_alike(new: access.NewCase) -> None:
    unknown = codes.new_code()
    for code in (new.code, unknown):
        index = opening.code_index(code)
        Throttle.objects.create(
            id=f"phrase:{index}", strikes=9, unseen=9, next_try_at=LATER + timedelta(minutes=5)
        )
    rows = [
        Throttle(id=f"phrase:{n:032x}", strikes=20, unseen=20, next_try_at=LATER + timedelta(minutes=30))
        for n in range(60)
    ]
    Throttle.objects.bulk_create(rows)
    throttle.sweep(LATER)

    for code in (new.code, unknown):
        with pytest.raises(NotOpened):
            access.open_with(code, OWN, LATER)


def test_t07_a_sweep_between_changes_nothing_in_the_steps_of_a_try(new: access.NewCase) -> None:
    unknown = codes.new_code()
    for code in (new.code, unknown):
        failures(code, 3)
    at = LATER + timedelta(days=1)
    invented(60, at)
    throttle.sweep(at)
    taken = []
    for code in (new.code, unknown):
        with (
            CaptureQueriesContext(
                connection,
            ) as queries,
            pytest.raises(NotOpened),
        ):
            access.open_with(code, OWN, at)
        taken.append([query["sql"].split(" ")[0] for query in queries.captured_queries])

    assert taken[0] == taken[1]
