"""Where the two databases of a larger site are, and what of it production refuses."""

from pathlib import Path

import pytest

from survivor_portal.config import env
from tests.architecture.test_house import good

__all__ = ["good"]

CASES = "postgresql://site@/cases?host=/run/cases"
KEYS = "postgresql://site@127.0.0.1:5433/keys"
GOOD_PASSWORD = "kX3-vQ9_pL2mZ7tR4wB8"


def test_two_clusters_are_read(good: dict[str, str], tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text(GOOD_PASSWORD + "\n")
    password.chmod(0o400)

    found = env.for_production(
        good
        | {"DATABASE_URL": CASES, "KEYS_DATABASE_URL": KEYS, "KEYS_DATABASE_PASSWORD_FILE": str(password)}
    )

    assert found.stores == (
        env.Store("/run/cases", 5432, "cases", "site"),
        env.Store("127.0.0.1", 5433, "keys", "site", GOOD_PASSWORD),
    )
    assert GOOD_PASSWORD not in repr(found)


def test_without_them_there_are_two_files(good: dict[str, str]) -> None:
    assert env.for_production(good).stores is None


@pytest.mark.parametrize(
    ("cases", "keys", "why"),
    [
        (CASES, "", "belong together"),
        ("", KEYS, "belong together"),
        (CASES, CASES.replace("cases?", "keys?"), "must name two clusters"),
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
        env.for_production(good | {"DATABASE_URL": cases, "KEYS_DATABASE_URL": keys})

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
            good | {"DATABASE_URL": CASES, "KEYS_DATABASE_URL": KEYS, "DATABASE_PASSWORD_FILE": str(password)}
        )

    assert why in str(refusal.value)
    assert GOOD_PASSWORD not in str(refusal.value)
