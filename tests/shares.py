"""Shares the tests of one run among several processes: each takes file after file, until none is left.

The folder `TEST_SHARE` names is where they agree: `all` lists every test of the run, `taken/` has an entry
for each file that somebody took, `ran-*` lists the tests each of them ran. Whoever started them compares.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from itertools import groupby
from pathlib import Path

import pytest

SHARE = "TEST_SHARE"


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """As pytest's own loop, but for files that another process took."""
    if SHARE not in os.environ or session.config.option.collectonly or session.testsfailed:
        return None
    folder = Path(os.environ[SHARE])
    _agree(folder, [item.nodeid for item in session.items])
    with (folder / f"ran-{os.getpid()}").open("w", encoding="utf-8") as ran:
        ours = _taken(session.items, folder / "taken")
        item = next(ours, None)
        while item is not None:
            # One ahead, and so one file: what a fixture keeps for the whole run goes after the last test.
            following = next(ours, None)
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            ran.write(f"{item.nodeid}\n")
            if session.shouldfail:
                raise session.Failed(session.shouldfail)
            if session.shouldstop:
                raise session.Interrupted(session.shouldstop)
            item = following
    return True


def _agree(folder: Path, tests: list[str]) -> None:
    """Each process numbers the files for itself, so all of them must have found the same tests."""
    (folder / "taken").mkdir(exist_ok=True)
    own = folder / f"own-{os.getpid()}"
    own.write_text("\n".join(tests), "utf-8")
    with suppress(FileExistsError):
        os.link(own, folder / "all")
    if (folder / "all").read_text("utf-8").splitlines() != tests:
        raise pytest.UsageError("two processes of one run found different tests")


def _taken(items: list[pytest.Item], taken: Path) -> Iterator[pytest.Item]:
    """The tests of each file that nobody else took, a file at a time."""
    order = {path: number for number, path in enumerate(dict.fromkeys(item.path for item in items))}
    for path, tests in groupby(sorted(items, key=lambda item: order[item.path]), lambda item: item.path):
        try:
            (taken / str(order[path])).touch(exist_ok=False)
        except FileExistsError:
            continue
        yield from tests
