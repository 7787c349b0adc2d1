"""`manage.py test`: every check of this project, one after the other, the tests last."""

import argparse
import os
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from survivor_portal.config.run import packages, place, servers

TEST_SETTINGS = "survivor_portal.config.settings.test"


@dataclass(frozen=True)
class Part:
    """One check: what it is called, what is run, and what its environment has besides ours."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]


def main(arguments: list[str]) -> int:
    """Runs all checks and tests. Further arguments go to pytest, and then only pytest runs."""
    parser = argparse.ArgumentParser(prog="manage.py test", description=main.__doc__)
    parser.add_argument("--fast", action="store_true", help="without browsers; needs nothing from the system")
    parser.add_argument("--full", action="store_true", help="the big counts, and three browsers")
    parser.add_argument("--yes", action="store_true", help="install missing system packages without asking")
    wanted, for_pytest = parser.parse_known_args(arguments)

    place.enter("requirements-test.lock")
    if not wanted.fast:
        programs = packages.ALWAYS | (packages.FULL if wanted.full else {})
        allowed = wanted.yes or os.environ.get("CI", "").lower() in ("1", "true", "yes")
        if not packages.provide(packages.missing(programs), allowed=allowed):
            return 2

    os.chdir(place.HOUSE)
    failed = []
    if not for_pytest:
        with tempfile.TemporaryDirectory() as folder:
            for part in parts(Path(folder)):
                if not _passes(part):
                    failed.append(part.name)
        if failed:
            print(f"\nNot right yet: {', '.join(failed)}. The tests run all the same.\n", flush=True)
    environment = {"DJANGO_SETTINGS_MODULE": TEST_SETTINGS, "FULL": "1" if wanted.full else "0"}
    marks = "not browser and not full" if wanted.fast else "" if wanted.full else "not full"
    if wanted.fast or for_pytest:
        return _pytest(marks, for_pytest, environment) or (1 if failed else 0)
    with OnPostgres(environment, full=wanted.full) as others:
        tests, last = _followed(marks, environment)
    if others.failed():
        failed.append("the tests on PostgreSQL and Redis")
    if failed:
        print(f"Not right yet: {', '.join(failed)}.", flush=True)
    # Once more, so that the last line of the output is pytest's own summary of all tests.
    print(last, flush=True)
    return tests or (1 if failed else 0)


def _command(marks: str, further: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "pytest", "-q", *(["-m", marks] if marks else []), *further]


def _pytest(marks: str, further: Sequence[str], environment: Mapping[str, str]) -> int:
    return subprocess.run(
        _command(marks, further), env=os.environ | dict(environment), cwd=place.HOUSE
    ).returncode


def _followed(marks: str, environment: Mapping[str, str]) -> tuple[int, str]:
    """Runs pytest, shows what it says while it says it, and gives its exit code and last line."""
    last = ""
    with subprocess.Popen(
        _command(marks, ()),
        env=os.environ | dict(environment),
        cwd=place.HOUSE,
        stdout=subprocess.PIPE,
        text=True,
        errors="replace",
    ) as tests:
        assert tests.stdout is not None
        for line in tests.stdout:
            print(line, end="", flush=True)
            last = line.rstrip() or last
    return tests.returncode, last


class OnPostgres:
    """What looks at what a database does, and what starts workers, once more: on two clusters of PostgreSQL,
    beside the other tests, as each of the two runs keeps one processor busy.

    Workers are told by Redis then; the tests that start them start that too.
    """

    def __init__(self, environment: Mapping[str, str], *, full: bool) -> None:
        self._environment = environment
        self._marks = "(database or jobs) and not embedded and not browser" + (
            "" if full else " and not full"
        )
        self._said = ""
        self._code = 1
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "OnPostgres":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join()

    def failed(self) -> bool:
        """Whether one of them failed; shows what that run said."""
        print(f"\nOn PostgreSQL and Redis:\n{self._said}", flush=True)
        return self._code != 0

    def _run(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            # PostgreSQL refuses to run as root, so its own user has to get through to its folders.
            Path(folder).chmod(0o711)
            try:
                with (
                    servers.postgres(Path(folder) / "cases") as cases,
                    servers.postgres(Path(folder) / "keys") as keys,
                ):
                    ports = {"TEST_POSTGRES_PORTS": f"{cases} {keys}"}
                    done = subprocess.run(
                        _command(self._marks, ("-p", "no:cacheprovider")),
                        env=os.environ | dict(self._environment) | ports,
                        cwd=place.HOUSE,
                        stdout=subprocess.PIPE,
                        stderr=subprocess.STDOUT,
                        text=True,
                        errors="replace",
                    )
                    self._said, self._code = done.stdout, done.returncode
            except servers.NotStarted as no:
                self._said = str(no)


def parts(folder: Path) -> tuple[Part, ...]:
    """All checks before the tests; `folder` takes what the production check needs."""
    here = Path(sys.executable).parent
    test = {"DJANGO_SETTINGS_MODULE": TEST_SETTINGS}
    django = (sys.executable, "manage.py")
    return (
        Part("format", (str(here / "ruff"), "format", "--check", "."), {}),
        Part("lint", (str(here / "ruff"), "check", "--output-format=concise", "."), {}),
        Part("types", (sys.executable, "-m", "mypy"), test),
        Part("floors", (str(here / "lint-imports"),), {}),
        Part("django", (*django, "check", "--fail-level", "WARNING"), test),
        Part("migrations", (*django, "makemigrations", "--check", "--dry-run"), test),
        Part("production", (*django, "check", "--deploy", "--fail-level", "WARNING"), production(folder)),
    )


def production(folder: Path) -> dict[str, str]:
    """A made-up environment that production accepts; its key and data lie in `folder`."""
    key = folder / "secret-key"
    key.write_text(secrets.token_urlsafe(64), "ascii")
    key.chmod(0o400)
    data = folder / "data"
    data.mkdir()
    return {
        "DJANGO_SETTINGS_MODULE": "survivor_portal.config.settings.production",
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


def _passes(part: Part) -> bool:
    began = time.monotonic()
    done = subprocess.run(
        part.command,
        env=os.environ | dict(part.environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    took = time.monotonic() - began
    print(f"{part.name:<12}{'ok' if done.returncode == 0 else 'NO':<4}{took:6.1f} s", flush=True)
    if done.returncode != 0:
        print(done.stdout, flush=True)
    return done.returncode == 0
