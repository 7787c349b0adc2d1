"""`manage.py test`: every check of this project, one after the other, the tests last."""

import argparse
import os
import re
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
    only = "" if wanted.full else " and not full"
    if os.geteuid() != 0 or wanted.fast:
        only += " and not postfix"
        print("Left out: the tests with a real mail server, which only root can start.", flush=True)
    if wanted.fast or for_pytest:
        marks = f"not browser{only}" if wanted.fast else only.removeprefix(" and ")
        return _pytest(marks, for_pytest, environment) or (1 if failed else 0)
    with Beside(environment, only) as beside:
        print("\nIn the browser:", flush=True)
        browser = _followed(f"browser{only}", environment)
    runs = [*beside.runs, browser]
    for run in beside.runs:
        print(f"\n{run.name}:\n{run.said}", flush=True)
    failed += [run.name for run in runs if run.code]
    if failed:
        print(f"Not right yet: {', '.join(failed)}.", flush=True)
    print(
        f"{sum(run.count('passed') for run in runs)} passed, {sum(run.bad for run in runs)} failed",
        flush=True,
    )
    return 1 if failed else 0


@dataclass(frozen=True)
class Run:
    """What one run of pytest said, and its exit code."""

    name: str
    said: str
    code: int

    def count(self, what: str) -> int:
        """How many tests "passed" or "failed", as its last line tells."""
        found = re.search(rf"(\d+) {what}", self.said.rstrip().rpartition("\n")[2])
        return int(found[1]) if found else 0

    @property
    def bad(self) -> int:
        return self.count("failed") + self.count("error")


def _command(marks: str, further: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "pytest", "-q", *(["-m", marks] if marks else []), *further]


def _pytest(marks: str, further: Sequence[str], environment: Mapping[str, str]) -> int:
    return subprocess.run(
        _command(marks, further), env=os.environ | dict(environment), cwd=place.HOUSE
    ).returncode


def _followed(marks: str, environment: Mapping[str, str]) -> Run:
    """Runs pytest and shows what it says while it says it."""
    said = []
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
            said.append(line)
    return Run("In the browser", "".join(said), tests.returncode)


class Beside:
    """All that needs no browser, and after it what looks at a database or starts workers once more, on two
    clusters of PostgreSQL. It runs beside the browser: the two keep one processor busy each.

    Workers are told by Redis on PostgreSQL; the tests that start them start that too.
    """

    def __init__(self, environment: Mapping[str, str], only: str) -> None:
        self._environment = environment
        self._only = only
        self.runs: list[Run] = []
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Beside":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join()

    def _run(self) -> None:
        self._quietly("Without a browser", f"not browser{self._only}", {})
        marks = f"(database or jobs) and not embedded and not browser{self._only}"
        name = "On PostgreSQL and Redis"
        with tempfile.TemporaryDirectory() as folder:
            # PostgreSQL refuses to run as root, so its own user has to get through to its folders.
            Path(folder).chmod(0o711)
            try:
                with (
                    servers.postgres(Path(folder) / "cases") as cases,
                    servers.postgres(Path(folder) / "keys") as keys,
                ):
                    self._quietly(name, marks, {"TEST_POSTGRES_PORTS": f"{cases} {keys}"})
            except servers.NotStarted as no:
                self.runs.append(Run(name, str(no), 1))

    def _quietly(self, name: str, marks: str, more: Mapping[str, str]) -> None:
        done = subprocess.run(
            _command(marks, ("-p", "no:cacheprovider")),
            env=os.environ | dict(self._environment) | dict(more),
            cwd=place.HOUSE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        self.runs.append(Run(name, done.stdout, done.returncode))


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
