"""What was deleted is never read again: not after a stop halfway, from a backup, or with every secret."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import IO, Any

import pytest
from django.db import transaction

from survivor_portal.cases import access, ending, slot, unlocked
from survivor_portal.cases.models import Case, Throttle, Unlocked
from survivor_portal.config.env import HOUSE
from survivor_portal.keystore.models import Shred

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
databases = pytest.mark.django_db(databases=["default", "keys"])


class Stopped:
    """What `cases_stopped` reports of tasks: one process for all of them, and each begins with no case."""

    def __init__(self, told: IO[str]) -> None:
        self._told = told
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.cases_stopped"],
            cwd=HOUSE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=told, text=True,
        )  # fmt: skip

    def __call__(self, *task: object) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(task) + "\n")
        self._process.stdin.flush()
        said = self._process.stdout.readline()
        assert said, self._why()
        found: dict[str, Any] = json.loads(said)
        return found

    def end(self) -> None:
        self._process.communicate(timeout=60)
        assert self._process.returncode == 0, self._why()

    def _why(self) -> str:
        self._told.seek(0)
        return self._told.read()


@pytest.fixture(scope="module")
def in_processes() -> Iterator[Stopped]:
    with tempfile.TemporaryFile("w+", encoding="utf-8") as told:
        stopped = Stopped(told)
        yield stopped
        stopped.end()


def test_t20_after_a_deletion_nothing_opens_with_every_secret_known(in_processes: Stopped) -> None:
    found = in_processes("dump")

    assert found == {
        "records_before": 2, "opened_before": 1, "envelopes_after": 0, "opened": 0,
        "case_number_in_key_file": False, "marker_in_files": False,
    }  # fmt: skip


def test_t21_old_backups_open_the_living_only_and_old_key_backups_nothing(
    sizes: Callable[[str], int], in_processes: Stopped
) -> None:
    count = sizes("cases_in_backups")

    found = in_processes("backups", count, count // 10)

    assert found == {"deleted": 0, "living": count - count // 10, "old_keys": 0}


def test_t21_after_three_days_off_the_first_start_ends_old_key_backups_and_loses_nobody(
    sizes: Callable[[str], int], in_processes: Stopped
) -> None:
    count = sizes("cases_in_backups") // 5

    found = in_processes("backups", count, count // 10, 1)

    assert found == {"deleted": 0, "living": count - count // 10, "old_keys": 0}


def test_t22_a_deletion_killed_at_any_step_is_never_read_again(
    sizes: Callable[[str], int], in_processes: Stopped
) -> None:
    kills = sizes("killed_deletions")

    found = in_processes("deletions", kills)

    assert found["wrong"] == []
    assert found["kills"] == found["planned"] >= kills // 2
    assert found["deleted_by_sweep"] > 0
    # Something stood in each table that holds what belongs to a case.
    assert set(found["tables"]) >= {
        "Arrival", "Case", "Entry", "Record", "Shred", "Takedown", "Unlocked",
    }  # fmt: skip


def test_t22_a_case_killed_while_it_was_made_is_gone_after_a_day(
    sizes: Callable[[str], int], in_processes: Stopped
) -> None:
    kills = sizes("killed_creations")

    found = in_processes("creations", kills)

    assert found["wrong"] == []
    assert found["kills"] == found["planned"] >= kills // 2
    assert found["half_made"] > 0


@databases
def test_deleting_needs_the_phrase_again() -> None:
    new = access.open_new(NOW)

    with pytest.raises(access.NotOpened):
        ending.erase(new.session.case, "a blue bicycle by the lake", NOW)

    assert access.open_with(new.code, new.phrase, NOW)


@databases
def test_deleting_leaves_no_row_and_closes_every_browser() -> None:
    access.prepare()
    new, other = access.open_new(NOW), access.open_new(NOW)
    elsewhere = access.open_with(new.code, new.phrase, NOW).session
    slot.drop(new.session.case.id, "draft", {}, NOW)

    ending.erase(new.session.case, new.phrase, NOW)
    ending.erase_case(new.session.case.id, NOW)

    assert unlocked.resume(elsewhere.token, NOW) is None
    assert set(Unlocked.objects.values_list("tag", flat=True)) == {unlocked.tag(other.session.case.id)}
    assert Case.objects.exclude(owner="nobody").get().pk == other.session.case.id
    assert Shred.objects.count() == 2
    assert Throttle.objects.count() == 0
    with pytest.raises(access.NotOpened):
        access.open_with(new.code, new.phrase, NOW)
    assert access.open_with(other.code, other.phrase, NOW)


@databases
@pytest.mark.parametrize(("days", "is_there"), [(30, True), (31, False)])
def test_a_case_goes_after_the_span_its_owner_chose(days: int, is_there: bool) -> None:
    access.prepare()
    new = access.open_new(NOW, keep_days=30)
    access.confirm(new.session.case, new.phrase, NOW)

    swept = ending.sweep(NOW + timedelta(days=days))

    assert swept.cases == int(not is_there)
    assert Case.objects.filter(pk=new.session.case.id).exists() == is_there
    assert Shred.objects.filter(pk=new.session.case.id).exists() == is_there


@databases
@pytest.mark.parametrize(
    ("hours", "confirmed", "is_there"), [(23, False, True), (24, False, False), (48, True, True)]
)
def test_a_case_whose_phrase_was_never_typed_back_goes_after_a_day(
    hours: int, confirmed: bool, is_there: bool
) -> None:
    access.prepare()
    new = access.open_new(NOW)
    if confirmed:
        access.confirm(new.session.case, new.phrase, NOW)

    ending.sweep(NOW + timedelta(hours=hours))

    assert Case.objects.filter(pk=new.session.case.id).exists() == is_there


@databases
def test_an_empty_or_foreign_key_database_makes_the_sweep_delete_nothing() -> None:
    access.prepare()
    new = access.open_new(NOW)
    with transaction.atomic(using="keys"):
        Shred.objects.all().delete()

    assert ending.sweep(NOW).cases == 0
    assert Case.objects.filter(pk=new.session.case.id).exists()


@databases
def test_the_sweep_never_takes_what_stands_in_for_unknown_codes() -> None:
    access.prepare()

    assert ending.sweep(NOW + timedelta(days=5000)).cases == 0
    assert Case.objects.get().owner == "nobody"


@databases
def test_a_start_after_the_keys_were_lost_is_refused_and_lets_the_sweep_delete_nothing() -> None:
    """With a key for the one that stands in, the sweep would take every other case for deleted."""
    access.prepare()
    new = access.open_new(NOW)
    with transaction.atomic(using="keys"):
        Shred.objects.all().delete()

    with pytest.raises(access.KeysElsewhere):
        access.prepare()
    with pytest.raises(access.NotOpened):
        access.open_with("0000 0000 0000", new.phrase, NOW)

    assert Shred.objects.count() == 0
    assert ending.sweep(NOW).cases == 0
    assert Case.objects.filter(pk=new.session.case.id).exists()
