"""`manage.py test`: every check of this project, one after the other, the tests last."""

import argparse
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
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
    if not wanted.fast and not for_pytest and not _passes_on_postgres(environment, full=wanted.full):
        failed.append("the tests on PostgreSQL")
    # The last line of the output is pytest's own summary.
    marks = "not browser and not full" if wanted.fast else "" if wanted.full else "not full"
    tests = _pytest(marks, for_pytest, environment)
    if failed and not tests:
        print(f"Not right yet: {', '.join(failed)}.", file=sys.stderr, flush=True)
    return tests or (1 if failed else 0)


def _pytest(marks: str, further: list[str], environment: Mapping[str, str]) -> int:
    selection = ["-m", marks] if marks else []
    command = [sys.executable, "-m", "pytest", "-q", *selection, *further]
    return subprocess.run(command, env=os.environ | dict(environment), cwd=place.HOUSE).returncode


def _passes_on_postgres(environment: Mapping[str, str], *, full: bool) -> bool:
    """What looks at what a database does, and what starts workers, once more on two clusters of PostgreSQL.

    Workers are told by Redis then; the tests that start them start that too.
    """
    print("\nOn PostgreSQL and Redis, what looks at the database or starts workers:", flush=True)
    marks = "(database or jobs) and not embedded and not browser" + ("" if full else " and not full")
    with tempfile.TemporaryDirectory() as folder:
        # PostgreSQL refuses to run as root, so its own user has to get through to its folders.
        Path(folder).chmod(0o711)
        try:
            with (
                servers.postgres(Path(folder) / "cases") as cases,
                servers.postgres(Path(folder) / "keys") as keys,
            ):
                return _pytest(marks, [], {**environment, "TEST_POSTGRES_PORTS": f"{cases} {keys}"}) == 0
        except servers.NotStarted as no:
            print(no, flush=True)
            return False


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
