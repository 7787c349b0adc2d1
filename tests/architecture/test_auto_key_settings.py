"""The pair of the workers, and what of it production refuses."""

from pathlib import Path

import pytest

from survivor_portal import seals
from survivor_portal.config import autokeys, env
from tests.architecture.test_house import good

__all__ = ["good"]

PAIR = seals.new_pair()
PUBLIC = PAIR.public.hex()


def key_in(folder: Path, text: str = PAIR.secret.hex(), mode: int = 0o400) -> str:
    path = folder / autokeys.CREDENTIAL
    path.write_text(text + "\n")
    path.chmod(mode)
    return str(path)


def test_pages_know_the_public_half_only(good: dict[str, str]) -> None:
    assert env.for_production(good | {"AUTO_PUBLIC_KEY": PUBLIC}).auto_key == autokeys.AutoKey(PUBLIC)


def test_a_worker_is_given_the_file(good: dict[str, str], tmp_path: Path) -> None:
    file = key_in(tmp_path)

    found = env.for_production(good | {"AUTO_PUBLIC_KEY": PUBLIC, "AUTO_KEY_FILE": file})

    assert found.auto_key == autokeys.AutoKey(PUBLIC, Path(file))


def test_the_file_may_come_from_the_folder_of_credentials(good: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "credentials"
    folder.mkdir()
    file = key_in(folder, mode=0o440)

    found = env.for_production(good | {"AUTO_PUBLIC_KEY": PUBLIC, "CREDENTIALS_DIRECTORY": str(folder)})

    assert found.auto_key.file == Path(file)


def test_t34_pages_of_a_larger_site_are_not_given_the_secret_half(
    good: dict[str, str], tmp_path: Path
) -> None:
    given = good | {
        "DATABASE_URL": "postgresql://site@/cases?host=/run/cases",
        "AUTO_PUBLIC_KEY": PUBLIC,
        "AUTO_KEY_FILE": key_in(tmp_path),
    }

    assert env.for_production(given | {"KEYS_SOCKET": "/run/sp-keys/worker"}).auto_key.file
    with pytest.raises(env.NotReady, match="AUTO_KEY_FILE is for workers only"):
        env.for_production(given | {"KEYS_SOCKET": "/run/sp-keys/web"})


@pytest.mark.parametrize(
    ("public", "secret", "mode", "why"),
    [
        ("", PAIR.secret.hex(), 0o400, "AUTO_PUBLIC_KEY is missing"),
        ("xyz", PAIR.secret.hex(), 0o400, "must be 64 digits"),
        (PUBLIC, seals.new_pair().secret.hex(), 0o400, "does not belong"),
        (PUBLIC, "short", 0o400, "does not belong"),
        (PUBLIC, env.DEVELOPMENT_MARK + PAIR.secret.hex(), 0o400, "made for development"),
        (PUBLIC, PAIR.secret.hex(), 0o444, "may be read by others"),
    ],
)
def test_t34_production_refuses(
    good: dict[str, str], tmp_path: Path, public: str, secret: str, mode: int, why: str
) -> None:
    file = key_in(tmp_path, secret, mode)

    with pytest.raises(env.NotReady) as refusal:
        env.for_production(good | {"AUTO_PUBLIC_KEY": public, "AUTO_KEY_FILE": file})

    assert why in str(refusal.value)
    assert PAIR.secret.hex() not in str(refusal.value)


def test_t34_production_refuses_a_file_that_is_not_there(good: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(env.NotReady, match="cannot be read"):
        env.for_production(good | {"AUTO_PUBLIC_KEY": PUBLIC, "AUTO_KEY_FILE": str(tmp_path / "none")})


def test_a_trial_makes_its_own_pair_once_and_for_its_owner_only(tmp_path: Path) -> None:
    first = autokeys.for_development(tmp_path, env.DEVELOPMENT_MARK)
    second = autokeys.for_development(tmp_path, env.DEVELOPMENT_MARK)

    assert first == second
    assert first.file is not None
    assert first.file.read_text().startswith(env.DEVELOPMENT_MARK)
    assert {path.stat().st_mode & 0o077 for path in (first.file, first.file.parent)} == {0}
    assert [path.name for path in tmp_path.iterdir()] == ["auto"]
