"""Shred keys come back while they should, and never after; the keys of the days go when nobody needs them."""

import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from pytest_django import Settings

from survivor_portal.keystore import epochs, locks, rotation, shred
from survivor_portal.keystore.models import Shred

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.database]
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """A folder of days of its own for each test, with a first key."""
    settings.EPOCH_DIR = tmp_path / "epochs"
    settings.EPOCH_DIR.mkdir(mode=0o700)
    rotation.rotate(NOW)
    return settings.EPOCH_DIR


def ids(count: int, first: int = 0) -> list[str]:
    return [f"{number:032x}" for number in range(first, first + count)]


def test_a_shred_key_comes_back_until_it_is_deleted() -> None:
    made = shred.create(ids(3))

    assert shred.get(ids(4)) == made
    assert len(set(made.values())) == 3
    assert shred.delete(ids(1)) == 1
    assert shred.get(ids(3)) == {name: key for name, key in made.items() if name != ids(1)[0]}
    assert shred.existing(ids(3)) == set(ids(3)[1:])


def test_it_lies_in_the_second_database_only() -> None:
    assert "keystore_shred" in connections["keys"].introspection.table_names()
    assert "keystore_shred" not in connections["default"].introspection.table_names()


@pytest.mark.embedded
def test_the_second_database_overwrites_what_is_deleted_and_keeps_no_log_of_it() -> None:
    with connections["keys"].cursor() as cursor:
        modes = [
            cursor.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "secure_delete", "synchronous")
        ]

    assert modes == ["delete", 1, 3]


def test_no_shred_key_stands_there_in_clear() -> None:
    (key,) = shred.create(ids(1)).values()
    row = Shred.objects.get()

    assert key not in bytes(row.wrapped)


def test_a_row_copied_to_another_case_or_day_opens_nothing() -> None:
    shred.create(ids(2))
    one, two = Shred.objects.order_by("pk")
    Shred.objects.filter(pk=two.pk).update(wrapped=one.wrapped)

    assert set(shred.get(ids(2))) == {one.pk}


def test_a_key_of_the_day_is_a_file_of_its_owner(folder: Path) -> None:
    (key,) = epochs.known().values()

    assert key.path.stat().st_mode & 0o777 == 0o600
    assert key.path.read_text().startswith("development-")
    assert len(key.key()) == 32


def test_the_key_lives_a_day() -> None:
    assert rotation.rotate(NOW + DAY - timedelta(seconds=1)) is None
    done = rotation.rotate(NOW + DAY)

    assert done is not None
    assert done.current == 2


def test_a_key_from_the_future_is_no_reason_to_wait() -> None:
    assert rotation.rotate(NOW - 2 * DAY) is not None


def test_t21_rotation_moves_every_row_and_keeps_one_older_key() -> None:
    made = shred.create(ids(50))
    rotation.rotate(NOW + DAY)
    more = shred.create(ids(5, first=50))
    done = rotation.rotate(NOW + 2 * DAY)

    assert done == rotation.Rotated(current=3, rewrapped=55, destroyed=(1,))
    assert set(epochs.known()) == {2, 3}
    assert shred.get(ids(55)) == made | more


def test_t21_three_days_off_then_start_loses_nothing_and_ends_the_old_key() -> None:
    made = shred.create(ids(20))
    rotation.rotate(NOW + DAY)

    done = rotation.rotate(NOW + 4 * DAY)

    assert done == rotation.Rotated(current=3, rewrapped=20, destroyed=(1, 2))
    assert shred.get(ids(20)) == made


def test_t21_the_next_two_rotations_end_an_old_copy_of_the_key_database(tmp_path: Path) -> None:
    made = shred.create(ids(20))
    old = list(Shred.objects.values())
    shred.delete(ids(5))
    rotation.rotate(NOW + DAY)
    rotation.rotate(NOW + 2 * DAY)
    living = shred.get(ids(20))

    Shred.objects.all().delete()
    Shred.objects.bulk_create(Shred(**row) for row in old)

    assert living == {name: made[name] for name in ids(20)[5:]}
    assert shred.get(ids(20)) == {}


def test_no_key_is_destroyed_while_a_row_is_under_it(monkeypatch: pytest.MonkeyPatch) -> None:
    made = shred.create(ids(5))
    rotation.rotate(NOW + DAY)
    # A rotation that moves nothing: the row stays under the first key.
    Shred.objects.filter(pk=ids(1)[0]).update(
        epoch=1, wrapped=locks.lock_shred(epochs.known()[1].key(), ids(1)[0], 1, made[ids(1)[0]])
    )
    monkeypatch.setattr(rotation, "_rewrap", lambda keys, current: 0)

    with pytest.raises(rotation.NotRotated):
        rotation.rotate(NOW + 2 * DAY)

    assert 1 in epochs.known()
    assert shred.get(ids(5)) == made


def test_a_row_that_does_not_open_stops_the_rotation_before_anything_is_lost() -> None:
    shred.create(ids(3))
    Shred.objects.filter(pk=ids(1)[0]).update(wrapped=b"x" * 317)

    with pytest.raises(Exception):  # noqa: B017 - WrongKey today; any refusal will do
        rotation.rotate(NOW + DAY)

    assert 1 in epochs.known()
    assert len(shred.get(ids(3))) == 2


def test_a_rotation_ended_halfway_is_finished_by_the_next() -> None:
    made = shred.create(ids(5))
    epochs.make(NOW + DAY)

    done = rotation.rotate(NOW + DAY)

    assert done == rotation.Rotated(current=2, rewrapped=5, destroyed=())
    assert shred.get(ids(5)) == made
    assert rotation.rotate(NOW + DAY) is None


def test_a_folder_without_the_keys_of_the_rows_is_not_touched(folder: Path) -> None:
    shred.create(ids(2))
    shutil.move(next(iter(epochs.known().values())).path, folder / "elsewhere")

    with pytest.raises(rotation.NotRotated):
        rotation.rotate(NOW + DAY)

    assert epochs.known() == {}
    assert shred.get(ids(2)) == {}


def test_without_a_key_nothing_is_made(folder: Path) -> None:
    shutil.rmtree(folder)

    with pytest.raises(epochs.NoEpoch):
        shred.create(ids(1))
    with pytest.raises(CommandError, match="EPOCH_DIR"):
        call_command("rotate_epoch")
    assert Shred.objects.count() == 0


def test_a_destroyed_key_is_overwritten_before_it_is_removed(folder: Path) -> None:
    (key,) = epochs.known().values()
    text = key.path.read_bytes()
    twin = folder / "twin"
    twin.hardlink_to(key.path)

    epochs.destroy(key)

    assert not key.path.exists()
    assert twin.read_bytes() != text


def test_the_command_turns_the_key_when_asked(folder: Path) -> None:
    call_command("rotate_epoch", "--now")

    assert len(epochs.known()) >= 1
    assert max(epochs.known()) == 2


def test_without_leave_to_keep_cases_no_key_is_made(settings: Settings) -> None:
    settings.CASES_OPEN = False

    call_command("rotate_epoch", "--now")

    assert set(epochs.known()) == {1}


@pytest.mark.embedded
def test_a_deleted_key_leaves_nothing_in_the_file(tmp_path: Path) -> None:
    """The settings above on a plain file: what was deleted is overwritten with zeros."""
    file = tmp_path / "keys.sqlite3"
    marker = b"MARKER-" * 30
    with sqlite3.connect(file) as database:
        database.executescript(str(connections["keys"].settings_dict["OPTIONS"]["init_command"]))
        database.execute("CREATE TABLE t (x BLOB)")
        database.execute("INSERT INTO t VALUES (?)", (marker,))
        database.commit()
        assert marker in file.read_bytes()
        database.execute("DELETE FROM t")
        database.commit()
    database.close()

    assert b"MARKER-" not in file.read_bytes()
