"""Where the cases and the keys of a larger site are, and what of it production refuses."""

from pathlib import Path

import pytest

from survivor_portal.config import env, stores
from tests.architecture.test_house import good

__all__ = ["good"]

CASES = "postgresql://site@/cases?host=/run/cases"
KEYS = "/run/survivor-keys/web"
GOOD_PASSWORD = "kX3-vQ9_pL2mZ7tR4wB8"


def test_a_cluster_and_a_socket_are_read(good: dict[str, str], tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text(GOOD_PASSWORD + "\n")
    password.chmod(0o400)

    found = env.for_production(
        good | {"DATABASE_URL": CASES, "KEYS_SOCKET": KEYS, "DATABASE_PASSWORD_FILE": str(password)}
    )

    assert found.site == stores.Site(stores.Store("/run/cases", 5432, "cases", "site", GOOD_PASSWORD), KEYS)
    assert GOOD_PASSWORD not in repr(found)


@pytest.mark.parametrize("name", stores.FOR_THE_KEY_PROCESS)
def test_t34_what_is_for_the_key_process_is_given_to_no_other(name: str, good: dict[str, str]) -> None:
    with pytest.raises(env.NotReady, match=f"{name} is for the key process only"):
        env.for_production(good | {"DATABASE_URL": CASES, "KEYS_SOCKET": KEYS, name: "/anything"})


def test_without_them_there_are_two_files(good: dict[str, str]) -> None:
    assert env.for_production(good).site is None


@pytest.mark.parametrize(
    ("cases", "keys", "why"),
    [
        (CASES, "", "belong together"),
        ("", KEYS, "belong together"),
        (CASES, "keys.sock", "must be a full path"),
        ("mysql://site@db.example/cases", KEYS, "DATABASE_URL must look like"),
        ("postgresql://db.example/cases", KEYS, "DATABASE_URL must look like"),
        ("postgresql://site@127.0.0.1:port/cases", KEYS, "DATABASE_URL must look like"),
        ("postgresql://site:secret@127.0.0.1/cases", KEYS, "must hold no password"),
        ("postgresql://site@db.example/cases", KEYS, "crosses a wire"),
        ("postgresql://site@db.example/cases?sslmode=require", KEYS, "crosses a wire"),
        (CASES + "&options=x", KEYS, "not known: options"),
    ],
)
def test_t34_production_refuses(good: dict[str, str], cases: str, keys: str, why: str) -> None:
    with pytest.raises(env.NotReady) as refusal:
        env.for_production(good | {"DATABASE_URL": cases, "KEYS_SOCKET": keys})

    assert why in str(refusal.value)
    assert "secret@" not in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "mode", "why"),
    [
        ("short", 0o400, "shorter than 16"),
        (GOOD_PASSWORD, 0o444, "may be read by others"),
        (None, 0, "cannot be read"),
    ],
)
def test_t34_production_refuses_a_password(
    good: dict[str, str], tmp_path: Path, text: str | None, mode: int, why: str
) -> None:
    password = tmp_path / "password"
    if text is not None:
        password.write_text(text)
        password.chmod(mode)

    with pytest.raises(env.NotReady) as refusal:
        env.for_production(
            good | {"DATABASE_URL": CASES, "KEYS_SOCKET": KEYS, "DATABASE_PASSWORD_FILE": str(password)}
        )

    assert why in str(refusal.value)
    assert GOOD_PASSWORD not in str(refusal.value)
