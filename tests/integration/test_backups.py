"""A backup is there whole or not at all; a restore refuses what would do harm, and can be run again."""

import io
import json
import os
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError
from django.db import connection, connections
from pytest_django import Settings

from survivor_portal.cases import access, ending
from survivor_portal.cases.models import Case
from survivor_portal.jobs import upkeep
from survivor_portal.keystore import epochs, rotation
from survivor_portal.keystore.models import Shred
from survivor_portal.slips.due import Work
from survivor_portal.steward import backups, engines, presence, restoring, unfinished
from survivor_portal.steward.backups import NotABackup, NotCopied, Part
from survivor_portal.steward.restoring import NotRestored
from tests.own_place import NOON

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
    pytest.mark.usefixtures("place"),
]
NOW = NOON
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PHRASE = "a blue bicycle by the lake"


def a_case() -> tuple[str, str]:
    new = access.open_new(NOW, phrase=PHRASE)
    access.confirm(new.session.case, PHRASE, NOW)
    return new.code, new.session.case.id


def opens(code: str, now: datetime = NOW) -> bool:
    try:
        access.open_with(code, PHRASE, now)
    except access.NotOpened:
        return False
    return True


def back_up(place: Path, now: datetime = NOW) -> dict[Part, Path]:
    return {part: backups.make(part, place / "backups", now) for part in Part}


@contextmanager
def a_disk_with_room_for(size: int) -> Iterator[None]:
    """No file may grow beyond so many bytes: the next best thing to a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.database
def test_a_backup_is_for_its_owner_only_and_says_what_it_is(place: Path) -> None:
    a_case()

    folders = back_up(place)

    assert [folder.name for folder in folders.values()] == ["site-20261122T120000Z", "keys-20261122T120000Z"]
    for folder in folders.values():
        assert {path.stat().st_mode & 0o777 for path in folder.rglob("*") if path.is_file()} == {0o600}
        assert folder.stat().st_mode & 0o777 == 0o700
    site, keys = map(backups.read, folders.values())
    assert (site.engine, site.program) == (connection.vendor, backups.program_version())
    assert "cases.0001_initial" in site.migrations
    assert (site.epochs, keys.epochs) == ((), (1,))
    assert backups.newest(Part.keys) == backups.Backup(folders[Part.keys], Part.keys, NOW)


@pytest.mark.database
def test_no_key_of_a_day_is_in_any_backup_and_none_may_lie_beside_them(
    place: Path, settings: Settings
) -> None:
    a_case()
    key = epochs.current().key()

    folders = back_up(place)

    everything = b"".join(path.read_bytes() for path in (place / "backups").rglob("*") if path.is_file())
    assert folders
    assert key not in everything
    assert key.hex().encode() not in everything
    for target in (settings.EPOCH_DIR, settings.EPOCH_DIR / "backups", place):
        with pytest.raises(NotCopied, match="must not lie in one folder"):
            backups.make(Part.site, target, NOW)
    assert [path.name for path in settings.EPOCH_DIR.iterdir() if not path.name.startswith(".")] == [
        epochs.current().path.name
    ]


@pytest.mark.database
def test_on_a_full_disk_it_says_so_and_what_was_there_stays(place: Path) -> None:
    for _ in range(5):
        a_case()
    old = back_up(place)
    before = sorted(path for path in (place / "backups").rglob("*"))

    with (
        a_disk_with_room_for(20_000),
        pytest.raises(CommandError, match="Older ones are as they were") as said,
    ):
        call_command("backup", to=place / "backups", stdout=io.StringIO())

    assert "No backup of site was made: " in str(said.value)
    assert sorted(path for path in (place / "backups").rglob("*")) == before
    backups.see_that_it_fits(old[Part.site], backups.read(old[Part.site]))


def test_what_was_half_made_is_no_backup_and_goes_with_the_next(place: Path) -> None:
    half = place / "backups" / ".site-20261122T110000Z.part"
    half.mkdir(parents=True)
    (half / backups.MANIFEST).write_text("{}")

    assert backups.found(place / "backups") == []
    backups.make(Part.site, place / "backups", NOW)

    assert not half.exists()
    assert len(backups.found(place / "backups")) == 1


def test_old_ones_go_after_thirty_days_and_those_of_keys_after_two(place: Path) -> None:
    for days in (0, 1, 2, 3, 30, 31):
        for part in Part:
            backups.make(part, place / "backups", NOW + days * DAY)

    left = {(backup.part, (backup.made_at - NOW).days) for backup in backups.found(place / "backups")}

    assert left == {(Part.site, days) for days in (1, 2, 3, 30, 31)} | {(Part.keys, 30), (Part.keys, 31)}


def test_of_the_site_so_many_days_are_kept_and_several_of_one_day_count_once(
    place: Path, settings: Settings
) -> None:
    settings.BACKUPS_KEPT = 2
    for hours in (0, 1, 2, 24, 25, 48, 72):
        backups.make(Part.site, place / "backups", NOW + hours * HOUR)
        if hours == 25:
            assert len(backups.found(place / "backups")) == 5

    left = [(backup.made_at - NOW) // HOUR for backup in backups.found(place / "backups")]

    assert left == [48, 72]


@pytest.mark.database
def test_a_worker_makes_those_that_are_due_and_no_more(
    place: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BACKUP_DIR, clock = place / "backups", [NOW]
    monkeypatch.setattr("django.utils.timezone.now", lambda: clock[0])
    work = Work("", "", "backup", "", 1)
    upkeep.backup(work, NOW)
    assert backups.found(place / "backups") == [], "nobody said that it is to"

    settings.BACKUPS_BY_ITSELF = True
    hours = (0, 1, 5, 6, 7, 12, 23, 24, 60)
    for hour in hours:
        clock[0] = NOW + hour * HOUR
        upkeep.backup(work, clock[0])

    made = [((one.made_at - NOW) // HOUR, one.part.value) for one in backups.found(place / "backups")]
    assert sorted(made) == sorted(
        [(hour, "site") for hour in (0, 24, 60)]
        # Those of the first day are gone: keys are kept for two.
        + [(hour, "keys") for hour in (12, 23, 60)]
    )
    # A clock that went wrong for a moment does not stop them.
    backups.make(Part.site, place / "backups", NOW + 900 * DAY, prune=False)
    clock[0] = NOW + 90 * HOUR
    upkeep.backup(work, clock[0])
    assert backups.Backup(place / "backups/site-20261126T060000Z", Part.site, clock[0]) in backups.found(
        place / "backups"
    )


def test_two_in_one_folder_at_once_do_not_meet(place: Path) -> None:
    """As a worker whose lease ran out, and the one that took over from it."""
    backups.make(Part.site, place / "backups", NOW)
    half = place / "backups" / ".site-20261122T130000Z.part"
    half.mkdir()
    with backups._alone_in(place / "backups"), pytest.raises(NotCopied, match="another one is being made"):
        backups.make(Part.site, place / "backups", NOW + HOUR)

    assert half.is_dir(), "the other one's"
    backups.make(Part.site, place / "backups", NOW + HOUR)
    assert not half.exists()


def test_one_that_was_changed_cut_or_lost_a_file_is_refused_and_nothing_is_touched(place: Path) -> None:
    code, name = a_case()
    old = back_up(place)[Part.site]
    ending.erase_case(name, NOW)
    later, _ = a_case()
    copy = old / engines.file_name("default")
    whole = copy.read_bytes()
    for damaged in (whole[:-1], whole[:5000] + b"x" + whole[5001:], None):
        copy.unlink()
        if damaged is not None:
            copy.write_bytes(damaged)
        with pytest.raises(NotABackup, match=r"checksum differs|is missing"):
            restoring.restore([old], NOW + HOUR)
    (old / backups.MANIFEST).write_text("{")
    with pytest.raises(NotABackup, match="is no backup"):
        restoring.restore([old], NOW + HOUR)

    assert not unfinished.is_marked()
    assert opens(later)
    assert not opens(code)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"migrations": ["cases.0999_tomorrow"]}, "newer program .* Update the program first"),
        ({"format": 2}, "newer program"),
        ({"engine": "oracle"}, "copy of oracle"),
        ({"files": {"../../etc/passwd": "0"}}, "is missing"),
    ],
)
def test_one_of_a_newer_program_or_another_engine_is_refused(place: Path, change: Any, why: str) -> None:
    old = back_up(place)[Part.site]
    manifest = json.loads((old / backups.MANIFEST).read_text())
    (old / backups.MANIFEST).write_text(json.dumps(manifest | change))

    with pytest.raises(NotABackup, match=why):
        restoring.restore([old], NOW)
    assert not unfinished.is_marked()


def test_two_of_the_same_database_are_refused(place: Path) -> None:
    one, other = (backups.make(Part.site, place / "backups", NOW + hours * HOUR) for hours in (0, 1))

    with pytest.raises(NotABackup, match="Two backups of site"):
        restoring.restore([one, other], NOW)


def test_a_running_site_is_not_restored(place: Path) -> None:
    old = back_up(place)[Part.site]
    presence.stay()
    try:
        with pytest.raises(NotRestored, match="Stop it on all machines"):
            restoring.restore([old], NOW)
    finally:
        os.close(presence._held.pop())

    restoring.restore([old], NOW)


@pytest.mark.database
def test_a_database_that_somebody_else_has_open_is_not_restored(place: Path) -> None:
    old = back_up(place)[Part.site]
    mine = connections["default"]
    if mine.vendor == "sqlite":
        other: Any = sqlite3.connect(mine.settings_dict["NAME"])
        other.execute("SELECT count(*) FROM cases_case").fetchone()
    else:
        other = mine.copy()
        other.connect()
    try:
        with pytest.raises(NotRestored, match="Stop it on all machines"):
            restoring.restore([old], NOW)
    finally:
        other.close()

    restoring.restore([old], NOW)


def test_keys_of_days_that_are_gone_are_refused_before_anything_is_touched(place: Path) -> None:
    code, _ = a_case()
    old = back_up(place)
    for _ in range(2):
        rotation.rotate(NOW + DAY, force=True)

    with pytest.raises(NotRestored, match="too old"):
        restoring.restore(list(old.values()), NOW + DAY)

    assert not unfinished.is_marked()
    assert opens(code, NOW + DAY)


def test_without_the_index_key_of_these_cases_nothing_starts(place: Path, settings: Settings) -> None:
    """With another one no line of the ledger would be found, and the deleted would live."""
    code, name = a_case()
    old = list(back_up(place).values())
    ending.erase_case(name, NOW)
    right, settings.INDEX_KEY = settings.INDEX_KEY, ""
    with pytest.raises(NotRestored, match="INDEX_KEY_FILE is needed"):
        restoring.restore(old, NOW + HOUR)
    assert not unfinished.is_marked()
    settings.INDEX_KEY = "another-index-key-0123456789-abcdefghijklmnopqrstuvwxyz"
    with pytest.raises(NotRestored, match="is not the one of these cases"):
        restoring.restore(old, NOW + HOUR)
    assert unfinished.is_marked()

    settings.INDEX_KEY = right
    restoring.restore(old, NOW + HOUR)

    assert not opens(code, NOW + HOUR)


@pytest.mark.database
def test_cases_without_a_key_stop_it_until_the_operator_says_they_may_go(place: Path) -> None:
    kept, _ = a_case()
    keys = backups.make(Part.keys, place / "backups", NOW)
    lost, name = a_case()

    with pytest.raises(NotRestored, match="1 cases would have no key"):
        restoring.restore([keys], NOW + HOUR)
    assert unfinished.is_marked()
    # What was replaced lies beside it, so nothing was lost by trying.
    spare = backups.found(place / "backups", Part.keys)[-1]
    restoring.restore([spare.folder], NOW + 2 * HOUR)
    assert opens(kept)
    assert opens(lost)

    done = restoring.restore([keys], NOW + 3 * HOUR, lose=True)

    assert done.lost == 1
    assert opens(kept)
    assert not Case.objects.filter(pk=name).exists()


@pytest.mark.database
def test_until_it_is_finished_nothing_starts_and_run_again_it_forgets_no_deletion(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, name = a_case()
    old = back_up(place)
    ending.erase_case(name, NOW + HOUR)

    def dies(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(restoring.restored, "hold_against", dies)
        with pytest.raises(KeyboardInterrupt):
            restoring.restore(list(old.values()), NOW + 2 * HOUR)
    # As bad as can be: the case is back. So the site must not open.
    assert Shred.objects.filter(pk=name).exists()
    with pytest.raises(SystemCheckError, match="A restore was begun and not finished"):
        call_command("check", stdout=io.StringIO())

    done = restoring.restore(list(old.values()), NOW + 3 * HOUR)

    assert done.deleted_again == 1
    assert not opens(code, NOW + 3 * HOUR)
    call_command("check", stdout=io.StringIO())


def test_a_file_that_is_no_database_any_more_is_replaced(place: Path) -> None:
    code, name = a_case()
    other, second = a_case()
    old = back_up(place)[Part.site]
    ending.erase_case(second, NOW)
    connection.close()
    path = Path(connection.settings_dict["NAME"])
    for log in path.parent.glob(f"{path.name}-*"):
        log.unlink()
    path.write_bytes(b"not a database any more " * 1000)

    done = restoring.restore([old], NOW + HOUR)

    assert not done.could_ask_current
    assert opens(code)
    assert not opens(other)
    assert name


def test_the_commands_say_in_plain_words_what_they_did(place: Path) -> None:
    a_case()
    code, name = a_case()
    said = io.StringIO()

    call_command("backup", to=place / "backups", keys_to=place / "keys", stdout=said)
    site = next((place / "backups").iterdir())
    keys = next((place / "keys").iterdir())
    assert said.getvalue() == f"site: {site}\nkeys: {keys}\n"
    ending.erase_case(name, NOW)
    said = io.StringIO()
    call_command("restore", str(site), stdout=said)

    assert "1 cases are kept. 1 that had been deleted since were deleted again." in said.getvalue()
    assert "Everybody is signed out." in said.getvalue()
    assert not {code, name} & set(said.getvalue().split())
    with pytest.raises(CommandError, match="is no backup"):
        call_command("restore", str(place), stdout=said)
    with pytest.raises(CommandError, match="Say where"):
        call_command("backup", stdout=said)
