"""Due work is handed out to one worker at a time and crossed off once, whatever ends in the middle."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from survivor_portal.slips import due, standing
from survivor_portal.slips.models import Slip, State

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LEASE = timedelta(seconds=120)


@pytest.fixture(autouse=True)
def lease(settings: Settings) -> None:
    settings.SLIP_LEASE_SECONDS = 120


def put(count: int, *, due_at: datetime = NOW, kind: str = "mail") -> None:
    for number in range(count):
        assert due.put(kind, f"{number:032x}", due_at, f"{kind}-{number}")


def begun(now: datetime = NOW) -> due.Work:
    (claim,) = due.claim(now, 1)
    work = due.begin(claim.id, claim.token, now)
    assert work is not None
    return work


def test_what_is_put_twice_is_there_once() -> None:
    assert due.put("mail", "a" * 32, NOW, "one")
    assert not due.put("mail", "a" * 32, NOW + MINUTE, "one")
    assert due.put("look-up", "a" * 32, NOW, "one")

    assert sorted(Slip.objects.values_list("kind", flat=True)) == ["look-up", "mail"]


def test_what_is_put_in_a_transaction_that_fails_was_never_put() -> None:
    def put_and_fail() -> None:
        with transaction.atomic():
            due.put("mail", "a" * 32, NOW, "one")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        put_and_fail()

    assert due.claim(NOW) == []


def test_the_key_is_not_kept_in_clear() -> None:
    due.put("mail", "a" * 32, NOW, "telling-name")

    assert "telling-name" not in str(Slip.objects.values().get())


def test_what_is_due_is_handed_out_oldest_first_and_nothing_before_its_time() -> None:
    due.put("mail", "b", NOW - MINUTE, "later")
    due.put("mail", "a", NOW - 2 * MINUTE, "first")
    due.put("mail", "c", NOW + MINUTE, "not yet")

    claims = due.claim(NOW)

    assert [Slip.objects.get(pk=claim.id).subject for claim in claims] == ["a", "b"]
    assert due.claim(NOW) == []


def test_only_the_kinds_that_were_asked_for_are_handed_out() -> None:
    put(2)
    put(3, kind="nudge")

    assert len(due.claim(NOW, kinds=["nudge"])) == 3


def test_no_more_is_out_than_the_queue_should_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due, "MOST_OUT", 5)
    put(9)

    assert [len(due.claim(NOW, 3)) for _ in range(3)] == [3, 2, 0]


def test_a_slip_is_begun_once_with_its_token_and_never_with_another() -> None:
    put(1)
    (claim,) = due.claim(NOW)

    assert due.begin(claim.id, "0" * 32, NOW) is None
    work = due.begin(claim.id, claim.token, NOW)
    assert work is not None
    assert (work.kind, work.subject, work.attempt) == ("mail", "0" * 32, 1)
    # The same message, brought twice.
    assert due.begin(claim.id, claim.token, NOW) is None


def test_effect_and_crossing_off_are_one() -> None:
    put(1)
    work = begun()

    def fails() -> None:
        due.put("effect", "", NOW, "effect")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        due.done(work, NOW, fails)
    assert Slip.objects.get(kind="mail").state == State.taken
    assert not Slip.objects.filter(kind="effect").exists()

    due.done(work, NOW, lambda: due.put("effect", "", NOW, "effect") and None)
    assert Slip.objects.get(kind="mail").state == State.done
    assert Slip.objects.filter(kind="effect").exists()


def test_a_worker_whose_lease_ran_out_changes_nothing() -> None:
    put(1)
    slow = begun()
    quick = begun(NOW + LEASE)

    assert quick.attempt == 2
    with pytest.raises(due.Stale):
        due.done(slow, NOW, lambda: pytest.fail("the effect of a stale token"))
    with pytest.raises(due.Stale):
        due.failed(slow, NOW)
    due.done(quick, NOW)
    with pytest.raises(due.Stale):
        due.done(quick, NOW)


def test_what_was_done_is_not_put_again_until_it_is_forgotten() -> None:
    put(1)
    due.done(begun(), NOW)

    assert not due.put("mail", "0" * 32, NOW, "mail-0")
    assert due.sweep(NOW + due.DONE_KEPT - MINUTE) == 0
    assert due.sweep(NOW + due.DONE_KEPT) == 1
    assert due.put("mail", "0" * 32, NOW, "mail-0")


def test_after_a_failure_it_waits_longer_each_time_and_in_the_end_it_is_dead_and_kept() -> None:
    put(1)
    now, waits = NOW, []
    for _ in range(due.MOST_ATTEMPTS):
        again_at = due.failed(begun(now), now)
        if again_at is None:
            break
        assert due.claim(again_at - MINUTE / 2, 1) == []
        waits.append(again_at - now)
        now = again_at

    assert len(waits) == due.MOST_ATTEMPTS - 1
    assert waits == sorted(waits)
    assert timedelta(days=1) < sum(waits, timedelta()) < timedelta(days=2)
    assert due.sweep(now + timedelta(days=400)) == 0
    (line,) = standing.lines(now + MINUTE)
    assert (line.kind, line.dead, line.last_died_at) == ("mail", 1, now)


def test_the_operator_can_try_dead_ones_again() -> None:
    put(1)
    Slip.objects.update(state=State.dead, attempts=due.MOST_ATTEMPTS)

    assert due.revive("nudge", NOW) == 0
    assert due.revive("mail", NOW) == 1
    assert begun().attempt == 1


def test_what_ends_its_worker_each_time_is_dead_in_the_end() -> None:
    put(1)
    now = NOW
    for _ in range(due.MOST_ATTEMPTS):
        begun(now)
        now += LEASE

    assert due.claim(now) == []
    assert Slip.objects.get().state == State.dead


def test_a_message_lost_on_its_way_is_no_attempt() -> None:
    put(1)
    for number in range(2 * due.MOST_ATTEMPTS):
        assert len(due.claim(NOW + number * LEASE)) == 1

    assert begun(NOW + 2 * due.MOST_ATTEMPTS * LEASE).attempt == 1


def test_regular_work_is_due_again_and_never_dies() -> None:
    put(1)
    now = NOW
    for _ in range(2 * due.MOST_ATTEMPTS):
        again_at = due.failed(begun(now), now, again_at=now + 5 * MINUTE)
        assert again_at is not None
        assert again_at - now <= 5 * MINUTE
        now = again_at
    due.done(begun(now), now, again_at=now + 5 * MINUTE)

    assert due.claim(now + 4 * MINUTE) == []
    assert begun(now + 5 * MINUTE).attempt == 1


def test_what_was_cancelled_is_not_done() -> None:
    put(2)
    work = begun()
    number = int(work.subject, 16)

    assert due.cancel("mail", f"mail-{number}")
    assert not due.cancel("mail", "unknown")
    with pytest.raises(due.Stale):
        due.done(work, NOW)
    assert len(due.claim(NOW)) == 1


def test_the_database_refuses_a_slip_taken_without_a_lease() -> None:
    put(1)

    with pytest.raises(IntegrityError), transaction.atomic():
        Slip.objects.update(state=State.taken)


def test_looking_costs_the_same_number_of_queries_whatever_is_there() -> None:
    counts = []
    for more in (3, 40):
        put(more, kind=f"kind{more}")
        put(200, kind=f"later{more}", due_at=NOW + timedelta(days=9))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert len(due.claim(NOW)) == more
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 8


def test_the_command_shows_counts_and_ages_and_no_ids(capsys: pytest.CaptureFixture[str]) -> None:
    due.put("mail", "feedfacefeedface", NOW, "one")

    call_command("slips")
    said = capsys.readouterr().out

    assert "mail" in said
    assert "feedface" not in said
    assert Slip.objects.get().pk not in said


def test_the_command_tries_dead_ones_again(capsys: pytest.CaptureFixture[str]) -> None:
    put(2)
    Slip.objects.update(state=State.dead)

    call_command("slips", "--retry", "mail")

    assert capsys.readouterr().out == "2 of mail are tried again.\n"
    assert Slip.objects.filter(state=State.waiting).count() == 2


@pytest.fixture
def _own_rows(transactional_db: None) -> Iterator[None]:
    yield
    Slip.objects.all().delete()


@pytest.mark.usefixtures("_own_rows")
@pytest.mark.django_db(transaction=True)
def test_many_that_claim_at_once_never_get_the_same_slip() -> None:
    put(60)
    got: list[due.Claim] = []
    together = threading.Barrier(4)

    def claim() -> None:
        together.wait()
        try:
            for _ in range(4):
                got.extend(due.claim(NOW, 5))
        finally:
            connection.close()

    threads = [threading.Thread(target=claim) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    got.extend(due.claim(NOW))

    assert len(got) == len({claim.id for claim in got}) == 60


@pytest.mark.usefixtures("_own_rows")
@pytest.mark.django_db(transaction=True)
def test_two_that_put_the_same_at_once_put_it_once() -> None:
    new: list[bool] = []
    together = threading.Barrier(4)

    def put_all() -> None:
        together.wait()
        try:
            new.extend(due.put("mail", "a" * 32, NOW, f"key-{number}") for number in range(10))
        finally:
            connection.close()

    threads = [threading.Thread(target=put_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert new.count(True) == Slip.objects.count() == 10
