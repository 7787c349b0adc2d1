"""What was deleted is noted by blind name, in a table and in a file, before anybody is told so."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from survivor_portal.cases import access, ending, ledger
from survivor_portal.cases.ledger import Ended
from survivor_portal.cases.models import Case, Gone
from survivor_portal.keystore import shred

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.database]
NOW = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
DAY = timedelta(days=1)
PHRASE = "a blue bicycle by the lake"


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path / ledger.FOLDER


def case_id() -> str:
    return access.open_new(NOW, phrase=PHRASE).session.case.id


def test_what_its_owner_deletes_stands_in_both_by_day_and_under_no_known_name(folder: Path) -> None:
    new = access.open_new(NOW, phrase=PHRASE)

    ending.erase(new.session.case, PHRASE, NOW)

    name = ledger.blind(Ended.case, new.session.case.id)
    assert ledger.in_rows() == ledger.in_files() == {name: NOW.date()}
    text = (folder / "2026-11-22").read_text()
    assert text.split() == [name]
    assert new.session.case.id not in text
    assert (folder.stat().st_mode & 0o777, (folder / "2026-11-22").stat().st_mode & 0o777) == (0o700, 0o600)


def test_what_ran_out_and_what_nobody_confirmed_stand_there_too() -> None:
    access.prepare()
    unconfirmed, ran_out = case_id(), case_id()
    Case.objects.filter(pk=ran_out).update(confirm_by=None, expires_on=NOW.date())

    ending.sweep(NOW + 2 * DAY)

    assert ledger.in_files().keys() == {ledger.blind(Ended.case, one) for one in (unconfirmed, ran_out)}


def test_on_a_full_disk_the_case_is_unreadable_and_its_row_waits_until_it_can_be_noted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    access.prepare()
    gone = case_id()

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(ledger, "_append", full)
        ending.erase_case(gone, NOW)
        ending.sweep(NOW)
        assert shred.existing([gone]) == set()
        assert Case.objects.filter(pk=gone, wrap=b"").exists()
        assert ledger.in_rows() == {}
    ending.sweep(NOW)

    assert not Case.objects.filter(pk=gone).exists()
    assert ledger.in_rows() == ledger.in_files() == {ledger.blind(Ended.case, gone): NOW.date()}


def test_it_is_on_the_disk_before_the_row_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    gone, seen = case_id(), []
    monkeypatch.setattr(ledger.os, "fsync", lambda handle: seen.append(Case.objects.filter(pk=gone).exists()))

    ending.erase_case(gone, NOW)

    # The file, its folder, and the folder that holds that.
    assert seen == [True, True, True]


def test_half_a_line_of_a_power_cut_spoils_no_other(folder: Path) -> None:
    ledger.write(Ended.case, ["one"], NOW)
    with (folder / "2026-11-22").open("a") as file:
        file.write("0123abc")
    ledger.write(Ended.case, ["two"], NOW)

    assert ledger.in_files().keys() == {ledger.blind(Ended.case, name) for name in ("one", "two")}


def test_noted_twice_it_keeps_its_first_day(folder: Path) -> None:
    ledger.write(Ended.case, ["one"], NOW)
    ledger.write(Ended.case, ["one"], NOW + DAY)

    assert ledger.in_rows() == ledger.in_files() == {ledger.blind(Ended.case, "one"): NOW.date()}
    assert [path.name for path in folder.iterdir()] == ["2026-11-22"]


def test_things_of_two_kinds_share_no_name() -> None:
    assert len({ledger.blind(what, "same") for what in Ended}) == len(Ended)


def test_after_forty_days_it_is_forgotten_and_not_a_day_sooner(folder: Path) -> None:
    ledger.write(Ended.case, ["one"], NOW)

    assert ledger.sweep(NOW + 40 * DAY) == 0
    assert len(ledger.in_files()) == Gone.objects.count() == 1
    assert ledger.sweep(NOW + 41 * DAY) == 1
    assert not list(folder.iterdir())
    assert Gone.objects.count() == 0


def test_the_lines_of_another_machine_or_a_backup_are_taken_over(folder: Path, tmp_path: Path) -> None:
    ledger.write(Ended.case, ["one"], NOW)
    other = folder.rename(tmp_path / "copy")
    Gone.objects.all().delete()
    ledger.write(Ended.case, ["two"], NOW)

    ledger.take(ledger.in_files(other))

    assert ledger.in_rows() == ledger.in_files()
    assert len(ledger.in_rows()) == 2
