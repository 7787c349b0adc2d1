"""`manage.py test`: every check of this project, the tests in a few lanes beside the others."""

import argparse
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from survivor_portal.config.run import lanes, packages, place

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
        packages.provide_if_it_has(packages.missing(packages.QUICKER), allowed=allowed)

    os.chdir(place.HOUSE)
    environment = {"DJANGO_SETTINGS_MODULE": TEST_SETTINGS, "FULL": "1" if wanted.full else "0"}
    only = "" if wanted.full else " and not full"
    if os.geteuid() != 0 or wanted.fast:
        only += " and not postfix"
        print("Left out: the tests with a real mail server, which only root can start.", flush=True)
    if wanted.fast or not _may_lay_over():
        only += " and not machine"
        print(
            "Left out: deploy/debian.md, which wants root, and a system that lets it lay over files.",
            flush=True,
        )
    failed: list[str] = []
    if not (wanted.fast or for_pytest):
        return _all(lanes.Lanes(environment, only, lambda: failed.extend(_looked_over())), failed)
    if not for_pytest:
        failed.extend(_looked_over())
    marks = f"not browser and not clusters and not redis{only}" if wanted.fast else only.removeprefix(" and ")
    return _pytest(marks, for_pytest, environment) or (1 if failed else 0)


def _may_lay_over() -> bool:
    """Does this system let us give processes a view of their own of files, network and processes?"""
    lay = (
        "mount -t tmpfs none /mnt && mkdir /mnt/a /mnt/b && "
        "mount -t overlay none -o lowerdir=/etc,upperdir=/mnt/a,workdir=/mnt/b /etc"
    )
    apart = ["unshare", "--mount", "--net", "--pid", "--ipc", "--uts", "--fork"]
    return (
        os.geteuid() == 0 and subprocess.run([*apart, "sh", "-c", lay], capture_output=True).returncode == 0
    )


def _all(tests: lanes.Lanes, failed: list[str]) -> int:
    """Runs everything, and sums up. `failed` has, once it is over, which other checks did not hold."""
    began = time.monotonic()
    runs = tests.run()
    for run in runs:
        if run.code:
            print(f"\n{run.name}:\n{run.said}", flush=True)
    failed += [run.name for run in runs if run.code]
    if failed:
        print(f"Not right yet: {', '.join(failed)}.", flush=True)
    minutes, seconds = divmod(round(time.monotonic() - began), 60)
    print(
        f"{sum(run.count('passed') for run in runs)} passed, {sum(run.bad for run in runs)} failed"
        f" in {minutes}:{seconds:02}",
        flush=True,
    )
    return 1 if failed else 0


def _pytest(marks: str, further: Sequence[str], environment: Mapping[str, str]) -> int:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *(["-m", marks] if marks else []), *further],
        env=os.environ | dict(environment),
        cwd=place.HOUSE,
    ).returncode


def _looked_over() -> list[str]:
    """Makes the checks that are no tests; gives the names of those that did not hold."""
    with tempfile.TemporaryDirectory() as folder:
        return [part.name for part in parts(Path(folder)) if not _passes(part)]


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
