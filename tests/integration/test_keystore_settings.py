"""Production keeps cases only with a review and with sound keys; otherwise it does not start (T34)."""

from collections.abc import Callable
from pathlib import Path

import pytest

from survivor_portal.config import env

SECRET = "kX3-vQ9_pL2mZ7tR4wB8nC1jH6sD5fG0aYqUeIoPxVzNbM_TrWkJ"
INDEX = "Zt7-bN4_cV1xM8sQ5wE2rT9yU6iO3pA0sDfGhJkLqWeRtYuIoPzXcV"


@pytest.fixture
def good(tmp_path: Path) -> dict[str, str]:
    for name, text in (("secret", SECRET), ("index", INDEX)):
        (tmp_path / name).write_text(text + "\n")
        (tmp_path / name).chmod(0o400)
    for name in ("data", "epochs"):
        (tmp_path / name).mkdir(mode=0o700)
    return {
        "SECRET_KEY_FILE": str(tmp_path / "secret"),
        "INDEX_KEY_FILE": str(tmp_path / "index"),
        "EPOCH_DIR": str(tmp_path / "epochs"),
        "DATA_DIR": str(tmp_path / "data"),
        "CASES_REVIEWED_ON": "2027-01-31",
        "CASES_REVIEWED_BY": "A. Lawyer",
        "ALLOWED_HOSTS": "help.example",
        "PROXY_SETS_SCHEME": "yes",
        "OPERATOR_NAME": "Example Helpers",
        "OPERATOR_CONTACT": "hello@helpers.example",
        "OPERATOR_COUNTRY": "US",
        "OPERATOR_ADDRESS": "1 Example Street",
        "SECURITY_CONTACT": "mailto:security@helpers.example",
    }


def rewritten(path: Path, text: str) -> None:
    path.touch(0o600)
    path.chmod(0o600)
    path.write_text(text)
    path.chmod(0o400)


def test_t34_it_keeps_cases_with_everything_in_place(good: dict[str, str]) -> None:
    found = env.for_production(good)

    assert found.cases_reviewed
    assert found.index_key == INDEX
    assert INDEX not in repr(found)


def test_t34_without_a_review_it_starts_and_keeps_none(good: dict[str, str]) -> None:
    for name in ("CASES_REVIEWED_ON", "CASES_REVIEWED_BY", "INDEX_KEY_FILE", "EPOCH_DIR"):
        del good[name]

    found = env.for_production(good)

    assert not found.cases_reviewed
    assert found.index_key == ""


@pytest.mark.parametrize("name", ["INDEX_KEY_FILE", "EPOCH_DIR", "CASES_REVIEWED_ON", "CASES_REVIEWED_BY"])
def test_t34_it_does_not_start_with_half_of_it(name: str, good: dict[str, str]) -> None:
    del good[name]

    with pytest.raises(env.NotReady, match=name):
        env.for_production(good)


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("short", "shorter than 50"),
        ("a" * 60, "too even"),
        (env.DEVELOPMENT_MARK + INDEX, "index key 1 was made for development"),
        ("", "is empty"),
        (SECRET, "are the same"),
        (INDEX + "\n" + INDEX[::-1], "must hold one key"),
    ],
)
def test_t34_it_does_not_start_with_the_index_key(key: str, reason: str, good: dict[str, str]) -> None:
    rewritten(Path(good["INDEX_KEY_FILE"]), key)

    with pytest.raises(env.NotReady) as refusal:
        env.for_production(good)

    assert reason in str(refusal.value)
    assert INDEX not in str(refusal.value)


def within_data(good: dict[str, str], epochs: Path) -> None:
    inside = Path(good["DATA_DIR"]) / "epochs"
    inside.mkdir(mode=0o700)
    good["EPOCH_DIR"] = str(inside)


def open_to_others(good: dict[str, str], epochs: Path) -> None:
    epochs.chmod(0o755)


def of_development(good: dict[str, str], epochs: Path) -> None:
    rewritten(epochs / "epoch-000001-20261122T120000Z", env.DEVELOPMENT_MARK + "ab" * 32)


def too_short(good: dict[str, str], epochs: Path) -> None:
    rewritten(epochs / "epoch-000001-20261122T120000Z", "ab" * 31)


def key_of_others(good: dict[str, str], epochs: Path) -> None:
    rewritten(epochs / "epoch-000001-20261122T120000Z", "ab" * 32)
    (epochs / "epoch-000001-20261122T120000Z").chmod(0o644)


def missing(good: dict[str, str], epochs: Path) -> None:
    epochs.rmdir()


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (within_data, "inside DATA_DIR"),
        (open_to_others, "chmod 0700"),
        (of_development, "made for development"),
        (too_short, "is not one"),
        (key_of_others, "chmod 0600"),
        (missing, "does not exist"),
    ],
)
def test_t34_it_does_not_start_with_the_keys_of_the_days(
    spoil: Callable[[dict[str, str], Path], None], reason: str, good: dict[str, str]
) -> None:
    spoil(good, Path(good["EPOCH_DIR"]))

    with pytest.raises(env.NotReady, match=reason):
        env.for_production(good)


def test_a_trial_makes_its_own_index_key_and_folder(tmp_path: Path) -> None:
    first = env.for_development({"DATA_DIR": str(tmp_path)})
    second = env.for_development({"DATA_DIR": str(tmp_path)})

    assert first.index_key == second.index_key != first.secret_key
    assert first.index_key.startswith(env.DEVELOPMENT_MARK)
    assert first.epoch_dir.stat().st_mode & 0o777 == 0o700
