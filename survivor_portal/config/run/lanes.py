"""Runs all tests in a few processes at once, each test once, so that every processor has something to do.

A process is a run of pytest over tests of one kind. Those of one kind share its files (`tests/shares.py`);
when all of these are taken, its process ends and another one joins a kind of which some are left.
"""

import os
import re
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from survivor_portal.config.run import place, servers

# Tests in a browser, and those that start servers, wait as often as they work: with one lane more than
# processors, these still rested for a third of the time.
LANES = (os.cpu_count() or 1) + 2
# To start takes ten seconds: for fewer files than these nobody does.
FEW = 4
INTERRUPTED = 2  # pytest's exit code


@dataclass(frozen=True)
class Kind:
    """Tests that run under the same conditions. `marks` as pytest's -m takes them."""

    name: str
    marks: str
    on_postgres: bool = False


# Workers are told by Redis on PostgreSQL; the tests that start them start that too.
KINDS = (
    Kind("in a browser", "browser"),
    Kind("without a browser", "not browser and not redis"),
    Kind(
        "on PostgreSQL and Redis",
        "(database or jobs or redis) and not embedded and not browser",
        on_postgres=True,
    ),
)


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


class Lanes:
    """All kinds of tests with this environment; `only` narrows each kind. `first` is done in one lane before
    its tests."""

    def __init__(self, environment: Mapping[str, str], only: str, first: Callable[[], None]) -> None:
        self._environment = dict(environment)
        self._only = only
        self._first = first
        self._runs: list[Run] = []
        self._is_over = False
        self._guard = threading.Lock()

    def run(self) -> list[Run]:
        """Runs them, and says line by line what they say. One more run at the end, with no test in it, if a
        test was left out or ran twice."""
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            # PostgreSQL refuses to run as root, so its own user has to get through to its folders.
            folder.chmod(0o711)
            for number in range(len(KINDS)):
                (folder / str(number)).mkdir()
            lanes = [threading.Thread(target=self._lane, args=(folder, number)) for number in range(LANES)]
            for lane in lanes:
                lane.start()
            for lane in lanes:
                lane.join()
            for number, kind in enumerate(KINDS):
                if wrong := _not_once(folder / str(number)):
                    self._runs.append(Run(f"every test {kind.name}", "\n".join(wrong), 1))
        return self._runs

    def _lane(self, folder: Path, lane: int) -> None:
        if lane == LANES - 1:
            self._first()
        for step in range(len(KINDS)):
            number = (lane + step) % len(KINDS)
            if not self._is_over and _has_some_left(folder / str(number)):
                self._share_in(KINDS[number], folder / str(number), lane)

    def _share_in(self, kind: Kind, share: Path, lane: int) -> None:
        name = f"{kind.name}, {lane + 1}"
        try:
            with _environment_of(kind, share / f"servers-{lane}") as more:
                command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
                with subprocess.Popen(
                    [*command, "-m", kind.marks + self._only],
                    env=os.environ | self._environment | more | {"TEST_SHARE": str(share)},
                    cwd=place.HOUSE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                    errors="replace",
                ) as tests:
                    assert tests.stdout is not None
                    said = [self._show(name, line) for line in tests.stdout]
            self._runs.append(Run(name, "".join(said), tests.returncode))
            # Somebody pressed Ctrl-C.
            self._is_over = self._is_over or tests.returncode == INTERRUPTED
        except servers.NotStarted as no:
            self._runs.append(Run(name, self._show(name, str(no)), 1))

    def _show(self, name: str, line: str) -> str:
        with self._guard:
            print(f"{name}: {line.rstrip()}", flush=True)
        return line


@contextmanager
def _environment_of(kind: Kind, folder: Path) -> Iterator[dict[str, str]]:
    """What the processes of this kind need besides, as long as this lasts."""
    if not kind.on_postgres:
        yield {}
        return
    folder.mkdir(mode=0o711)
    with servers.postgres(folder / "cases") as cases, servers.postgres(folder / "keys") as keys:
        yield {"TEST_POSTGRES_PORTS": f"{cases} {keys}"}


def _has_some_left(share: Path) -> bool:
    return not (share / "all").exists() or len(_wanted(share)) - len([*(share / "taken").iterdir()]) > FEW


def _wanted(share: Path) -> dict[str, int]:
    """How many tests are in each file of this kind."""
    lines = (line.split(" ", 1) for line in (share / "all").read_text("utf-8").splitlines())
    return {file: int(count) for count, file in lines}


def _not_once(share: Path) -> list[str]:
    """The files of which a test did not run, or ran twice."""
    if not (share / "all").exists():
        return ["no test was found"]
    ran = Counter(file for path in share.glob("ran-*") for file in path.read_text("utf-8").splitlines())
    return [f"{file}: {ran[file]} of {n} tests ran" for file, n in _wanted(share).items() if ran[file] != n]
