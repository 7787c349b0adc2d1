"""T34: with a missing, short, default, shared or open secret the site does not start, whichever secret it is.

The secrets are read from the code that reads the environment, so a new one is tried by itself.
"""

import ast
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from survivor_portal.config import env, stores
from survivor_portal.config.run.suite import production

SOURCES = [Path(env.__file__), Path(stores.__file__)]
# What a file with keys or a password is read with.
KEYS, PASSWORD = "_keys", "password"


def in_the_code(reader: str) -> list[ast.Call]:
    """The calls in the code that read a secret from a file."""
    trees = [ast.parse(source.read_text("utf-8")) for source in SOURCES]
    calls = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call))
    return [call for call in calls if getattr(call.func, "id", getattr(call.func, "attr", "")) == reader]


def constant(node: ast.expr) -> str:
    assert isinstance(node, ast.Constant)
    return str(node.value)


# Each key: its variable, and what the refusal calls it.
SECRETS = {constant(call.args[1]): constant(call.args[2]).replace("-", " ") for call in in_the_code(KEYS)}
STORES = {"DATABASE": "postgresql://site@/cases?host=/run/cases"}
# Those named in the call itself; those of the stores are put together there.
NAMED = {str(c.args[1].value) for c in in_the_code(PASSWORD) if isinstance(c.args[1], ast.Constant)}
PASSWORDS = {name: name for name in sorted({f"{prefix}_PASSWORD_FILE" for prefix in STORES} | NAMED)}
OF_THE_KEY_PROCESS = "KEYS_DATABASE_PASSWORD_FILE"
URLS = STORES | {
    "BROKER": "rediss://site@bell.example:6379/0",
    "COUNTS": "rediss://site@counts.example:6379/0",
}
ALL = SECRETS | PASSWORDS


@pytest.fixture
def good(tmp_path: Path) -> dict[str, str]:
    return all_in_place(tmp_path)


def all_in_place(folder: Path) -> dict[str, str]:
    """A larger site with everything in place, each secret in a file of its own in this folder."""
    given = {name: value for name, value in production(folder).items() if name != "DJANGO_SETTINGS_MODULE"}
    for name in ALL:
        path = folder / name.lower()
        path.write_text(secrets.token_urlsafe(64) + "\n", "ascii")
        path.chmod(0o400)
        given[name] = str(path)
    given |= {f"{prefix}_URL": url for prefix, url in URLS.items()}
    return given | {
        "KEYS_SOCKET": "/run/survivor-keys/web",
        "CASES_REVIEWED_ON": "2027-01-31", "CASES_REVIEWED_BY": "A. Lawyer",
    }  # fmt: skip


@pytest.fixture
def days(tmp_path: Path) -> Path:
    """A folder with a key of a day."""
    folder = tmp_path / "epochs"
    folder.mkdir(mode=0o700)
    (folder / "epoch-000001-20261122T120000Z").write_text(secrets.token_hex(32) + "\n", "ascii")
    (folder / "epoch-000001-20261122T120000Z").chmod(0o600)
    return folder


@pytest.fixture
def small(good: dict[str, str], days: Path) -> dict[str, str]:
    """A small site, which reads the keys of the days itself."""
    of_a_larger = {"DATABASE_URL", "DATABASE_PASSWORD_FILE", "KEYS_SOCKET"}
    return {name: value for name, value in good.items() if name not in of_a_larger} | {"EPOCH_DIR": str(days)}


@pytest.fixture
def key_process(tmp_path: Path, days: Path) -> dict[str, str]:
    """All the process is told that holds the keys of a larger site."""
    folder, password = tmp_path / "keys", tmp_path / "keys-password"
    folder.mkdir(mode=0o750)
    password.write_text(secrets.token_urlsafe(32) + "\n", "ascii")
    password.chmod(0o400)
    return {
        "KEYS_DATABASE_URL": "postgresql://keys@/keys?host=/run/keys", OF_THE_KEY_PROCESS: str(password),
        "EPOCH_DIR": str(days), "KEYS_FOLDER": str(folder),
        "KEYS_WEB_USERS": "1001", "KEYS_WORKER_USERS": "1002",
    }  # fmt: skip


def test_t34_no_secret_of_the_code_is_left_out_here() -> None:
    """Every field that is hidden when it is printed comes from one of these files, or it is new."""
    hidden = {
        name
        for kind in (env.Environment, env.Operator, stores.Site, stores.Store)
        for name, field in kind.__dataclass_fields__.items()
        if not field.repr
    }
    files = {name for source in SOURCES for name in re.findall(r"[A-Z_]+_FILE", source.read_text("utf-8"))}

    assert set(SECRETS) >= {"SECRET_KEY_FILE", "INDEX_KEY_FILE"}
    assert hidden == {"secret_key", "older_keys", "index_key", "password"}
    assert {f"{prefix}_PASSWORD_FILE" for prefix in URLS} == PASSWORDS.keys()
    assert len(in_the_code(PASSWORD)) == len(NAMED) + 1
    assert {name for name in files if name != "_PASSWORD_FILE"} <= {*ALL, OF_THE_KEY_PROCESS}


def test_t34_it_starts_with_all_of_them(
    good: dict[str, str], small: dict[str, str], key_process: dict[str, str]
) -> None:
    assert env.for_production(good).cases_reviewed
    assert env.for_production(small).cases_reviewed
    assert env.for_key_process(key_process).store.password


def missing(good: dict[str, str], name: str) -> None:
    del good[name]


def named_but_not_there(good: dict[str, str], name: str) -> None:
    Path(good[name]).unlink()


def a_folder(good: dict[str, str], name: str) -> None:
    good[name] = str(Path(good[name]).parent)


def empty(good: dict[str, str], name: str) -> None:
    _write(good, name, " \n\n")


def short(good: dict[str, str], name: str) -> None:
    _write(good, name, secrets.token_urlsafe(64)[: env.SHORTEST_KEY - 1])


def even(good: dict[str, str], name: str) -> None:
    _write(good, name, "abcdefghijklmno" * 5)


def of_a_trial(good: dict[str, str], name: str) -> None:
    _write(good, name, env.DEVELOPMENT_MARK + secrets.token_urlsafe(64))


def of_the_framework(good: dict[str, str], name: str) -> None:
    _write(good, name, "django-insecure-" + secrets.token_urlsafe(64))


def not_text(good: dict[str, str], name: str) -> None:
    path = _open(good, name)
    path.write_bytes(bytes(range(128, 256)))
    path.chmod(0o400)


def read_by_the_group(good: dict[str, str], name: str) -> None:
    Path(good[name]).chmod(0o440)


def read_by_all(good: dict[str, str], name: str) -> None:
    Path(good[name]).chmod(0o404)


def shared_with_another(good: dict[str, str], name: str) -> None:
    other = next(each for each in SECRETS if each != name)
    _write(good, name, Path(good[other]).read_text("ascii"))


def _open(good: dict[str, str], name: str) -> Path:
    path = Path(good[name])
    path.chmod(0o600)
    return path


def _write(good: dict[str, str], name: str, text: str) -> None:
    path = _open(good, name)
    path.write_text(text, "ascii")
    path.chmod(0o400)


def a_default(good: dict[str, str], name: str) -> None:
    _write(good, name, "postgres-password-123")


SPOILT = [
    missing, named_but_not_there, a_folder, empty, short, even, of_a_trial, of_the_framework, not_text,
    read_by_the_group, read_by_all, shared_with_another,
]  # fmt: skip
# A database may know its users without a password, and a password is shorter than a key.
OF_A_PASSWORD = [
    named_but_not_there, a_folder, empty, a_default, not_text, read_by_the_group, read_by_all,
]  # fmt: skip
CASES = [(name, spoil) for name in SECRETS for spoil in SPOILT]
CASES += [(name, spoil) for name in PASSWORDS for spoil in OF_A_PASSWORD]


@pytest.mark.parametrize(("name", "spoil"), CASES)
def test_t34_it_does_not_start_with_this_secret(
    name: str, spoil: Callable[[dict[str, str], str], None], good: dict[str, str]
) -> None:
    spoil(good, name)
    known = [path.read_text("ascii") for path in map(Path, good.values()) if _is_secret(path)]

    with pytest.raises(env.NotReady) as refusal:
        env.for_production(good)

    # It says which one, and prints none.
    assert re.search(f"{name}|{ALL[name]}", str(refusal.value))
    assert not [text for text in known if len(text.strip()) > 8 and text.strip() in str(refusal.value)]


@pytest.mark.parametrize("spoil", OF_A_PASSWORD)
def test_t34_the_key_process_does_not_start_with_this_password(
    spoil: Callable[[dict[str, str], str], None], key_process: dict[str, str]
) -> None:
    spoil(key_process, OF_THE_KEY_PROCESS)

    with pytest.raises(env.NotReady, match=OF_THE_KEY_PROCESS):
        env.for_key_process(key_process)


def _is_secret(path: Path) -> bool:
    try:
        return path.is_file() and path.stat().st_mode & 0o400 != 0 and path.read_bytes().isascii()
    except OSError:
        return False


def published() -> dict[str, str]:
    """Every key that stands in the program's own files: whoever can read those knows it."""
    found = {}
    for path in sorted((env.HOUSE / "survivor_portal/config/settings").glob("*.py")):
        for name, key in re.findall(r'^(\w*KEY\w*) = "([^"]{20,})"', path.read_text("utf-8"), re.MULTILINE):
            found[f"{path.name} {name}"] = key
    return found


@pytest.mark.parametrize("name", sorted(SECRETS))
@pytest.mark.parametrize("where", sorted(published()))
def test_t34_it_does_not_start_with_a_key_that_stands_in_the_code(
    where: str, name: str, good: dict[str, str]
) -> None:
    _write(good, name, published()[where])

    with pytest.raises(env.NotReady, match=SECRETS[name]):
        env.for_production(good)


def epochs_missing(good: dict[str, str]) -> None:
    del good["EPOCH_DIR"]


def epochs_beside_the_data(good: dict[str, str]) -> None:
    inside = Path(good["DATA_DIR"]) / "epochs"
    inside.mkdir(mode=0o700)
    good["EPOCH_DIR"] = str(inside)


def epochs_of_a_trial(good: dict[str, str]) -> None:
    for path in Path(good["EPOCH_DIR"]).iterdir():
        path.write_text(env.DEVELOPMENT_MARK + "ab" * 32)


def epochs_too_short(good: dict[str, str]) -> None:
    for path in Path(good["EPOCH_DIR"]).iterdir():
        path.write_text("ab" * 31)


def epochs_open_to_all(good: dict[str, str]) -> None:
    for path in Path(good["EPOCH_DIR"]).iterdir():
        path.chmod(0o644)


@pytest.mark.parametrize(
    "spoil",
    [epochs_missing, epochs_beside_the_data, epochs_of_a_trial, epochs_too_short, epochs_open_to_all],
)
def test_t34_it_does_not_start_with_these_keys_of_the_days(
    spoil: Callable[[dict[str, str]], None], small: dict[str, str]
) -> None:
    spoil(small)

    with pytest.raises(env.NotReady, match="EPOCH_DIR"):
        env.for_production(small)


@pytest.mark.parametrize("spoil", [epochs_missing, epochs_of_a_trial, epochs_too_short, epochs_open_to_all])
def test_t34_the_key_process_does_not_start_with_these_keys_of_the_days(
    spoil: Callable[[dict[str, str]], None], key_process: dict[str, str]
) -> None:
    spoil(key_process)

    with pytest.raises(env.NotReady, match="EPOCH_DIR"):
        env.for_key_process(key_process)


def started(good: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """The site itself, as a server loads it."""
    return subprocess.run(
        [sys.executable, "-c", "import survivor_portal.config.wsgi; print('started')"],
        cwd=env.HOUSE, capture_output=True, text=True, timeout=60,
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "survivor_portal.config.settings.production",
            **good,
        },
    )  # fmt: skip


@pytest.fixture(scope="module")
def unspoilt(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """How it starts with everything in place."""
    return started(all_in_place(tmp_path_factory.mktemp("unspoilt")))


@pytest.mark.parametrize("spoil", [missing, short, of_a_trial])
@pytest.mark.parametrize("name", sorted(SECRETS))
def test_t34_the_server_itself_refuses(
    name: str,
    spoil: Callable[[dict[str, str], str], None],
    good: dict[str, str],
    unspoilt: subprocess.CompletedProcess[str],
) -> None:
    spoil(good, name)
    after = started(good)

    assert (unspoilt.returncode, unspoilt.stdout) == (0, "started\n"), unspoilt.stderr
    assert after.returncode != 0
    assert after.stdout == ""
    assert "The site does not start" in after.stderr
