"""A worker does what has come due once, outlives what fails, and keeps what is regular going."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.utils import timezone

from survivor_portal.jobs import table, tasks, upkeep
from survivor_portal.jobs.app import app
from survivor_portal.slips import due
from survivor_portal.slips.models import Slip, State
from survivor_portal.visits import visit as visits
from survivor_portal.web.safety.logs import Bare

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.database]
Told = list[tuple[str, tuple[Any, ...]]]


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    """What workers would have been told; nothing leaves, and the connection of the test stays open."""
    messages: Told = []

    def tell(name: str) -> Callable[..., None]:
        return lambda arguments=(), **more: messages.append((name, tuple(arguments)))

    class Pool:
        def acquire(self, block: bool) -> Any:
            from contextlib import nullcontext

            return nullcontext()

    monkeypatch.setattr(tasks.run, "apply_async", tell("run"))
    monkeypatch.setattr(tasks.look, "apply_async", tell("look"))
    monkeypatch.setattr(type(app), "producer_pool", Pool())
    monkeypatch.setattr(tasks, "close_old_connections", lambda: None)
    return messages


def do(told: Told) -> None:
    """What a worker does with what it was told."""
    while told:
        name, arguments = told.pop(0)
        assert name == "run"
        tasks.run(*arguments)


def count(kind: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A kind of work that only notes its subject, in its effect."""
    done: list[str] = []
    monkeypatch.setitem(table.HANDLERS, kind, lambda work, now: lambda: done.append(work.subject))
    return done


def test_what_is_due_is_done_once(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    done = count("mail", monkeypatch)
    due.put("mail", "a" * 32, timezone.now(), "one")
    due.put("mail", "b" * 32, timezone.now() + timedelta(hours=1), "two")

    tasks.look()
    messages = list(told)
    do(told)
    tasks.look()
    do(messages)

    assert done == ["a" * 32]


def test_messages_hold_ids_and_tokens_only(told: Told) -> None:
    due.put("mail", "subject-of-the-work", timezone.now(), "one")

    tasks.look()

    for _, arguments in told:
        assert [len(argument) for argument in arguments] == [32, 32]
    assert "subject" not in str(told)


def test_a_full_look_is_followed_by_another(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due, "AT_ONCE", 3)
    monkeypatch.setattr(due.claim, "__defaults__", (3, None))
    for number in range(4):
        due.put("mail", "", timezone.now() - timedelta(minutes=1), str(number))

    tasks.look()

    assert [name for name, _ in told] == ["run", "run", "run", "look"]


def test_what_fails_is_tried_later_and_its_words_are_not_written(
    told: Told, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(work: due.Work, now: datetime) -> None:
        raise ValueError("a private name")

    monkeypatch.setitem(table.HANDLERS, "mail", fails)
    due.put("mail", "", timezone.now(), "one")

    tasks.look()
    do(told)

    slip = Slip.objects.get(kind="mail")
    assert (slip.state, slip.attempts) == (State.waiting, 1)
    assert slip.due_at > timezone.now() + timedelta(seconds=50)
    line = Bare().format(next(record for record in caplog.records if record.exc_info))
    assert "a job failed" in line
    assert "ValueError" in line
    assert "private name" not in line


def test_what_comes_too_early_is_due_again_later_and_that_is_no_failure(
    told: Told, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    later = timezone.now() + timedelta(hours=9)

    def not_yet(work: due.Work, now: datetime) -> None:
        raise due.NotYet(later)

    monkeypatch.setitem(table.HANDLERS, "mail", not_yet)
    due.put("mail", "", timezone.now(), "one")

    tasks.look()
    do(told)

    slip = Slip.objects.get(kind="mail")
    assert (slip.state, slip.attempts, slip.due_at) == (State.waiting, 0, later)
    assert not caplog.records


def test_a_kind_of_a_newer_program_waits(told: Told) -> None:
    due.put("unheard-of", "", timezone.now(), "one")

    tasks.look()
    do(told)

    assert Slip.objects.get(kind="unheard-of").state == State.waiting


def test_an_effect_that_fails_leaves_nothing_behind(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    def effect() -> None:
        due.put("effect", "", timezone.now(), "effect")
        raise RuntimeError

    monkeypatch.setitem(table.HANDLERS, "mail", lambda work, now: effect)
    due.put("mail", "", timezone.now(), "one")

    tasks.look()
    do(told)

    assert not Slip.objects.filter(kind="effect").exists()
    assert Slip.objects.get(kind="mail").state == State.waiting


def test_a_worker_that_was_too_slow_leaves_it_to_the_other(
    told: Told, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[str] = []

    def slow(work: due.Work, now: datetime) -> Callable[[], None]:
        Slip.objects.filter(pk=work.id).update(token="f" * 32)
        return lambda: done.append("stale")

    monkeypatch.setitem(table.HANDLERS, "mail", slow)
    due.put("mail", "", timezone.now(), "one")

    tasks.look()
    do(told)

    assert done == []
    assert Slip.objects.get(kind="mail").token == "f" * 32
    assert "the lease ran out" in caplog.text


def test_regular_work_is_there_once_and_due_again_after_it_was_done(told: Told) -> None:
    tasks.look()
    tasks.look()
    do(told)

    slips = {slip.kind: slip for slip in Slip.objects.all()}
    assert set(slips) == set(table.REGULAR) <= set(table.HANDLERS)
    for kind, every in table.REGULAR.items():
        assert slips[kind].state == State.waiting
        assert abs(slips[kind].due_at - timezone.now() - every) < timedelta(seconds=30)


def test_regular_work_that_ended_its_workers_goes_on(told: Told) -> None:
    tasks.look()
    do(told)
    Slip.objects.filter(kind="epoch").update(state=State.dead, attempts=99)

    tasks.look()

    assert Slip.objects.get(kind="epoch").state == State.taken
    do(told)
    assert Slip.objects.get(kind="epoch").state == State.waiting


def test_visits_that_are_over_are_deleted_and_no_other(told: Told) -> None:
    old, _ = visits.begin(timezone.now() - timedelta(hours=9))
    token, _ = visits.begin(timezone.now())

    tasks.look()
    do(told)

    assert visits.read(old, timezone.now() - timedelta(hours=9)) is None
    assert visits.read(token, timezone.now()) is not None


def test_a_database_that_is_away_is_tried_again_soon(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(now: datetime) -> int:
        raise OperationalError("disk with a private name")

    monkeypatch.setattr(visits, "sweep", away)
    tasks.look()
    do(told)

    slip = Slip.objects.get(kind="visits")
    assert (slip.state, slip.attempts) == (State.waiting, 1)
    assert slip.due_at <= timezone.now() + table.REGULAR["visits"]


def test_without_leave_to_keep_cases_nothing_of_them_is_touched(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CASES_OPEN = False
    monkeypatch.setattr(upkeep.ending, "sweep", lambda now: pytest.fail("swept"))
    monkeypatch.setattr(upkeep.holder, "turn", lambda now: pytest.fail("turned"))
    work = due.Work("", "", "cases", "", 1)

    upkeep.cases(work, timezone.now())
    upkeep.epoch(work, timezone.now())


def test_the_command_does_all_that_is_regular_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    visits.begin(timezone.now() - timedelta(hours=9))

    call_command("upkeep")

    assert visits.sweep(timezone.now()) == 0
    assert all(kind in capsys.readouterr().out for kind in ["visits"])
    assert not Slip.objects.exists()


def test_every_kind_of_work_says_what_it_does() -> None:
    assert [kind for kind, handler in table.HANDLERS.items() if not handler.__doc__] == []
