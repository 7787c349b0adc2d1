"""The house refuses to open in a state it should not be in."""

import importlib.util
import os
import re
import runpy
import sys
from pathlib import Path

import pytest

from survivor_portal.config import env
from survivor_portal.config.run import place, up

GOOD_KEY = "kX3-vQ9_pL2mZ7tR4wB8nC1jH6sD5fG0aYqUeIoPxVzNbM_TrWkJ"


@pytest.fixture
def good(tmp_path: Path) -> dict[str, str]:
    key = tmp_path / "key"
    key.write_text(GOOD_KEY + "\n")
    key.chmod(0o400)
    data = tmp_path / "data"
    data.mkdir()
    return {
        "SECRET_KEY_FILE": str(key),
        "DATA_DIR": str(data),
        "ALLOWED_HOSTS": "help.example",
        "PROXY_SETS_SCHEME": "yes",
        "OPERATOR_NAME": "Example Helpers",
        "OPERATOR_CONTACT": "hello@helpers.example",
        "OPERATOR_COUNTRY": "US",
        "OPERATOR_ADDRESS": "1 Example Street",
        "SECURITY_CONTACT": "mailto:security@helpers.example",
    }


def test_t34_production_starts_with_everything_in_place(good: dict[str, str]) -> None:
    found = env.for_production(good)

    assert found.secret_key == GOOD_KEY
    assert found.hosts == ("help.example",)
    assert GOOD_KEY not in repr(found)


@pytest.mark.parametrize(
    "name",
    [
        "SECRET_KEY_FILE", "DATA_DIR", "ALLOWED_HOSTS", "PROXY_SETS_SCHEME", "OPERATOR_NAME",
        "OPERATOR_CONTACT", "OPERATOR_COUNTRY", "OPERATOR_ADDRESS", "SECURITY_CONTACT",
    ],
)  # fmt: skip
def test_t34_production_does_not_start_without(name: str, good: dict[str, str]) -> None:
    del good[name]

    with pytest.raises(env.NotReady) as refusal:
        env.for_production(good)

    assert f"{name} is missing" in str(refusal.value)


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("short", "shorter than 50"),
        ("a" * 60, "too even"),
        (env.DEVELOPMENT_MARK + GOOD_KEY, "made for development"),
        ("django-insecure-" + GOOD_KEY, "made for development"),
        ("", "is empty"),
        (GOOD_KEY + "\n" + GOOD_KEY, "twice"),
        (GOOD_KEY + "\nshort", "secret key 2"),
    ],
)
def test_t34_production_does_not_start_with_the_key(key: str, reason: str, good: dict[str, str]) -> None:
    path = Path(good["SECRET_KEY_FILE"])
    path.chmod(0o600)
    path.write_text(key)
    path.chmod(0o400)

    with pytest.raises(env.NotReady) as refusal:
        env.for_production(good)

    assert reason in str(refusal.value)
    assert GOOD_KEY not in str(refusal.value)


def test_t34_production_does_not_start_with_a_key_others_can_read(good: dict[str, str]) -> None:
    Path(good["SECRET_KEY_FILE"]).chmod(0o444)

    with pytest.raises(env.NotReady, match="read by others"):
        env.for_production(good)


def test_the_key_may_come_from_the_folder_of_credentials_of_the_service(good: dict[str, str]) -> None:
    key = Path(good.pop("SECRET_KEY_FILE"))
    folder = key.parent / "credentials"
    folder.mkdir()
    (folder / "secret-key").write_text(GOOD_KEY)
    (folder / "secret-key").chmod(0o440)

    assert env.for_production(good | {"CREDENTIALS_DIRECTORY": str(folder)}).secret_key == GOOD_KEY


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", "https://help.example"),
        ("DATA_DIR", "relative/folder"),
        ("DATA_DIR", "/nowhere/at/all"),
        ("DATA_DIR", str(env.HOUSE)),
        ("EXIT_TARGET", "http://plain.example"),
        ("OPERATOR_CONTACT", "nobody"),
        ("OPERATOR_COUNTRY", "usa"),
        ("SECURITY_CONTACT", "security@helpers.example"),
        ("PROXY_SETS_SCHEME", "perhaps"),
    ],
)
def test_t34_production_does_not_start_with(name: str, value: str, good: dict[str, str]) -> None:
    with pytest.raises(env.NotReady, match=name):
        env.for_production(good | {name: value})


def test_everything_amiss_is_said_at_once() -> None:
    with pytest.raises(env.NotReady) as refusal:
        env.for_production({})

    assert str(refusal.value).count("is missing") == 9


def test_a_trial_makes_its_own_key_once_and_for_its_owner_only(tmp_path: Path) -> None:
    first = env.for_development({"DATA_DIR": str(tmp_path / "new")})
    second = env.for_development({"DATA_DIR": str(tmp_path / "new")})

    assert first.secret_key == second.secret_key
    assert first.secret_key.startswith(env.DEVELOPMENT_MARK)
    assert os.stat(tmp_path / "new" / "secret-key").st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MAIL_OUT", "127.0.0.1:2525"),
        ("MAIL_IN", "127.0.0.1:2525"),
        ("POSTMASTER", "somebody"),
        ("LOOKUPS", "perhaps"),
        ("LOOKUPS_RESOLVERS", "127.0.0.1"),
        ("LINK_CHECKS_PROXY", "proxy.example"),
        ("BACKUPS_KEPT", "many"),
        ("METRICS_PORT", "abc"),
        ("WORKERS", "0"),
    ],
)
def test_a_trial_says_what_cannot_be_meant_and_does_not_do_without_it(
    name: str, value: str, tmp_path: Path
) -> None:
    trial = {"DATA_DIR": str(tmp_path), "MAIL_OUT": "smtp://127.0.0.1:1025"}

    with pytest.raises(env.NotReady, match=name):
        env.for_development(trial | {name: value})


@pytest.mark.parametrize(("name", "value"), [("WORKERS", "x"), ("PORT", "99999"), ("JOBS", "-1")])
def test_a_number_that_is_none_is_said_before_anything_starts(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SystemExit):
        up.main([])

    assert f"--{name.lower()}: must be a whole number" in capsys.readouterr().err


def test_the_service_in_the_readme_is_one_that_starts(good: dict[str, str]) -> None:
    unit = (env.HOUSE / "README.md").read_text("utf-8")
    settings = dict(
        line.removeprefix("Environment=").strip('"').split("=", 1)
        for line in unit.splitlines()
        if line.startswith("Environment=")
    )
    here = {name: good[name] for name in ("SECRET_KEY_FILE", "DATA_DIR")}

    found = env.for_production(settings | here)

    assert found.operator.name == "Example Helpers"


def test_every_setting_production_reads_is_explained_in_the_readme() -> None:
    source = Path(env.__file__).read_text("utf-8")
    table = (env.HOUSE / "README.md").read_text("utf-8")
    read = set(re.findall(r'(?:text|flag)\("([A-Z_]+)"', source))

    assert len(read) > 8
    assert {name for name in read if f"`{name}`" not in table} == set()


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-test.lock"])
def test_every_package_is_pinned_with_hashes_and_no_address(lock: str) -> None:
    text = (env.HOUSE / lock).read_text("utf-8")
    packages = [entry for entry in text.replace("\\\n", " ").splitlines() if entry.strip()]

    assert len(packages) > 10
    assert [p[:40] for p in packages if "==" not in p or "--hash=sha256:" not in p] == []
    assert "://" not in text


def test_every_dependency_carries_its_reason() -> None:
    lines = (env.HOUSE / "pyproject.toml").read_text("utf-8").splitlines()
    pinned = [line for line in lines if re.match(r'\s+"[a-z][\w\[\]-]*(==|<|>=)', line)]

    assert len(pinned) > 12
    assert [line for line in pinned if "#" not in line] == []


def test_a_command_named_in_the_pages_first_makes_what_a_fresh_copy_lacks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entered: list[str] = []

    def enter(lock: str) -> None:
        entered.append(lock)
        raise SystemExit(0)

    monkeypatch.setattr(sys, "argv", ["manage.py", "check"])
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(place, "enter", enter)

    with pytest.raises(SystemExit):
        runpy.run_path(str(env.HOUSE / "manage.py"), run_name="__main__")

    assert entered == ["requirements.lock"]
