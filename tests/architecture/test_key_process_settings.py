"""What the key process is told, and what of it production refuses."""

import os
from pathlib import Path

import pytest

from survivor_portal.config import env

URL = "postgresql://keys@/keys?host=/run/keys"


@pytest.fixture
def good(tmp_path: Path) -> dict[str, str]:
    for name, mode in (("epochs", 0o700), ("sockets", 0o750)):
        (tmp_path / name).mkdir(mode=mode)
    return {
        "KEYS_DATABASE_URL": URL,
        "EPOCH_DIR": str(tmp_path / "epochs"),
        "KEYS_FOLDER": str(tmp_path / "sockets"),
        "KEYS_WEB_USERS": "root, 4001",
        "KEYS_WORKER_USERS": "4002",
    }


def test_it_is_read(good: dict[str, str], tmp_path: Path) -> None:
    found = env.for_key_process(good | {"KEYS_OPERATOR_USERS": "root", "KEYS_A_MINUTE": "600"})

    assert found.users == {"web": {0, 4001}, "worker": {4002}, "operator": {0}}
    assert (found.store.name, found.epoch_dir, found.folder, found.a_minute) == (
        "keys", tmp_path / "epochs", tmp_path / "sockets", 600,
    )  # fmt: skip


def test_without_a_word_it_gives_3000_keys_a_minute_and_nothing_to_operators(good: dict[str, str]) -> None:
    found = env.for_key_process(good)

    assert (found.a_minute, found.users["operator"]) == (3000, frozenset())


@pytest.mark.parametrize(
    "name", ["KEYS_DATABASE_URL", "EPOCH_DIR", "KEYS_FOLDER", "KEYS_WEB_USERS", "KEYS_WORKER_USERS"]
)
def test_t34_it_does_not_start_without(name: str, good: dict[str, str]) -> None:
    del good[name]

    with pytest.raises(env.NotReady, match=f"{name} is missing"):
        env.for_key_process(good)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("KEYS_DATABASE_URL", "postgresql://keys@db.example/keys", "crosses a wire"),
        ("KEYS_WEB_USERS", "nobody-of-this-name", "KEYS_WEB_USERS names a user this system does not know"),
        ("KEYS_WORKER_USERS", "4002 4001", "name the same user"),
        ("KEYS_A_MINUTE", "0", "KEYS_A_MINUTE must be"),
        ("KEYS_A_MINUTE", "many", "KEYS_A_MINUTE must be"),
        ("KEYS_FOLDER", "/nowhere/at/all", "KEYS_FOLDER"),
        ("EPOCH_DIR", str(env.HOUSE / "docs"), "EPOCH_DIR lies inside"),
        ("DATABASE_URL", URL, "DATABASE_URL is not for the key process"),
        ("SECRET_KEY_FILE", "/run/key", "SECRET_KEY_FILE is not for the key process"),
        ("INDEX_KEY_FILE", "/run/key", "INDEX_KEY_FILE is not for the key process"),
        ("AUTO_KEY_FILE", "/run/key", "AUTO_KEY_FILE is not for the key process"),
    ],
)
def test_t34_it_does_not_start_with(name: str, value: str, why: str, good: dict[str, str]) -> None:
    with pytest.raises(env.NotReady, match=why):
        env.for_key_process(good | {name: value})


def test_t34_it_does_not_start_where_others_may_enter_its_folder(good: dict[str, str]) -> None:
    Path(good["KEYS_FOLDER"]).chmod(0o755)

    with pytest.raises(env.NotReady, match="chmod 0750"):
        env.for_key_process(good)


def test_t34_the_keys_of_the_days_do_not_lie_where_the_sockets_are(good: dict[str, str]) -> None:
    inside = Path(good["KEYS_FOLDER"]) / "epochs"
    inside.mkdir(mode=0o700)

    with pytest.raises(env.NotReady, match="EPOCH_DIR lies inside"):
        env.for_key_process(good | {"EPOCH_DIR": str(inside)})


def test_everything_amiss_is_said_at_once() -> None:
    with pytest.raises(env.NotReady) as refusal:
        env.for_key_process({})

    assert str(refusal.value).count("is missing") == 5
    assert os.environ["PATH"] not in str(refusal.value)
