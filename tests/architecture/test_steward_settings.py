"""What the operator's commands are told, and what of it is refused."""

from datetime import date
from pathlib import Path

import pytest

from survivor_portal.config import env
from tests.architecture.test_house import good

__all__ = ["good"]

CASES = "postgresql://backup@/site?host=/run/cases"
KEYS = "postgresql://backup@/keys?host=/run/keys"


def test_where_backups_go_and_where_monitoring_asks(good: dict[str, str], tmp_path: Path) -> None:
    found = env.for_production(
        good
        | {
            "BACKUP_DIR": "/var/backups/site",
            "KEYS_BACKUP_DIR": "/mnt/keys",
            "METRICS_PORT": "9100",
            "CASES_REVIEWED_BY": "A. Counsel",
            "CASES_REVIEWED_ON": "2026-11-01",
            "INDEX_KEY_FILE": _key(tmp_path),
            "EPOCH_DIR": _folder(tmp_path / "epochs"),
        }
    ).stewardship

    assert (found.backups, found.keys_backups) == (Path("/var/backups/site"), Path("/mnt/keys"))
    assert found.metrics == ("127.0.0.1", 9100)
    assert found.reviewed_on == {"cases": date(2026, 11, 1)}


def test_without_a_word_there_is_neither(good: dict[str, str]) -> None:
    found = env.for_production(good).stewardship

    assert (found.keys_backups, found.metrics) == (None, None)
    # A small site looks after itself.
    assert (found.backups, found.by_itself, found.kept) == (Path(good["DATA_DIR"]) / "backups", True, 7)


def test_whose_own_timer_makes_backups_says_so(good: dict[str, str], tmp_path: Path) -> None:
    found = env.for_production(good | {"BACKUPS_BY_ITSELF": "no", "BACKUPS_KEPT": "3"}).stewardship
    of_timer = env.for_steward({"DATA_DIR": _folder(tmp_path / "data"), "DATABASE_URL": CASES}).places

    assert (found.backups, found.by_itself, found.kept) == (None, False, 3)
    assert (of_timer.backups, of_timer.by_itself, of_timer.kept) == (None, False, 30)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"BACKUP_DIR": "backups"}, "BACKUP_DIR must be a full path"),
        ({"KEYS_BACKUP_DIR": "backups"}, "KEYS_BACKUP_DIR must be a full path"),
        ({"BACKUPS_BY_ITSELF": "perhaps"}, "BACKUPS_BY_ITSELF must be yes or no"),
        (
            {"BACKUPS_BY_ITSELF": "yes", "DATABASE_URL": CASES, "KEYS_SOCKET": "/run/keys/web"},
            "is for a site without DATABASE_URL",
        ),
        ({"BACKUPS_KEPT": "0"}, "BACKUPS_KEPT must be a whole number of days from 1 to 30"),
        ({"BACKUPS_KEPT": "31"}, "BACKUPS_KEPT must be"),
        ({"METRICS_PORT": "many"}, "METRICS_PORT must be"),
        ({"METRICS_PORT": "0"}, "METRICS_PORT must be"),
        ({"METRICS_PORT": "65536"}, "METRICS_PORT must be"),
        ({"METRICS_BIND": "127.0.0.1"}, "of no use without METRICS_PORT"),
        ({"METRICS_PORT": "9100", "METRICS_BIND": "everywhere"}, "METRICS_BIND must be an address"),
        ({"METRICS_PORT": "9100", "METRICS_BIND": "0.0.0.0"}, "operator's own network"),
        ({"METRICS_PORT": "9100", "METRICS_BIND": "::"}, "operator's own network"),
        ({"METRICS_PORT": "9100", "METRICS_BIND": "8.8.8.8"}, "operator's own network"),
    ],
)
def test_these_are_refused(given: dict[str, str], why: str, good: dict[str, str]) -> None:
    with pytest.raises(env.NotReady, match=why):
        env.for_production(good | given)


def test_no_backup_lies_with_the_keys_of_the_days_nor_they_with_it(
    good: dict[str, str], tmp_path: Path
) -> None:
    epochs = _folder(tmp_path / "epochs")
    for place in (epochs, f"{epochs}/backups", str(tmp_path)):
        with pytest.raises(env.NotReady, match="BACKUP_DIR and EPOCH_DIR must not lie in one another"):
            env.for_production(good | {"EPOCH_DIR": epochs, "BACKUP_DIR": place})


def test_a_ledger_of_another_user_is_refused(good: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Else no deletion would ever come to its end."""
    (Path(good["DATA_DIR"]) / "deleted").mkdir()
    writable = env.os.access
    monkeypatch.setattr(
        env.os, "access", lambda path, mode: Path(path).name != "deleted" and writable(path, mode)
    )

    with pytest.raises(env.NotReady, match="`deleted` in DATA_DIR cannot be written"):
        env.for_production(good)


def test_for_a_backup_one_database_is_enough_and_a_restore_gets_all(tmp_path: Path) -> None:
    data = {"DATA_DIR": _folder(tmp_path / "data")}

    site = env.for_steward(data | {"DATABASE_URL": CASES})
    keys = env.for_steward(data | {"KEYS_DATABASE_URL": KEYS})
    both = env.for_steward(
        data
        | {"DATABASE_URL": CASES, "KEYS_DATABASE_URL": KEYS, "INDEX_KEY_FILE": _key(tmp_path)}
        | {"EPOCH_DIR": _folder(tmp_path / "epochs"), "BACKUP_DIR": "/var/backups/site"}
    )

    assert site.cases is not None
    assert (site.cases.name, site.keys, site.index_key) == ("site", None, "")
    assert keys.keys is not None
    assert (keys.cases, keys.keys.name) == (None, "keys")
    assert both.cases
    assert both.keys
    assert both.index_key
    assert both.epoch_dir == tmp_path / "epochs"
    assert both.index_key not in repr(both)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, "DATABASE_URL or KEYS_DATABASE_URL is missing"),
        ({"DATABASE_URL": CASES, "DATA_DIR": ""}, "DATA_DIR is missing"),
        ({"DATABASE_URL": CASES, "KEYS_SOCKET": "/run/web"}, "KEYS_SOCKET is for"),
        ({"DATABASE_URL": "postgresql://backup@db.example/site"}, "crosses a wire"),
        ({"DATABASE_URL": CASES, "EPOCH_DIR": "/nowhere/at/all"}, "EPOCH_DIR names does not exist"),
        ({"DATABASE_URL": CASES, "INDEX_KEY_FILE": "/nowhere/at/all"}, "INDEX_KEY_FILE names cannot be read"),
    ],
)
def test_t34_the_operators_commands_do_not_start_with(
    given: dict[str, str], why: str, tmp_path: Path
) -> None:
    with pytest.raises(env.NotReady, match=why):
        env.for_steward({"DATA_DIR": _folder(tmp_path / "data")} | given)


def _folder(path: Path) -> str:
    path.mkdir(mode=0o700, exist_ok=True)
    return str(path)


def _key(folder: Path) -> str:
    path = folder / "index-key"
    path.write_text("kX3-vQ9_pL2m7tR4wB8-nH5jF6cZ1yD0sG-uA9eI4oK7qW2xV8bN3mT\n")
    path.chmod(0o400)
    return str(path)
