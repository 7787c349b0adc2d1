"""Shares the tests of one run among several processes: each takes file after file, until none is left.

The folder `TEST_SHARE` names is where they agree: `all` lists each file with the number of its tests, `taken`
has an entry for each that somebody took, `ran-*` names the file of each test that ran. Whoever started them
compares. Names of tests would not do: some are made of values drawn at random.
"""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

import pytest

SHARE = "TEST_SHARE"


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """As pytest's own loop, but for files that another process took."""
    if SHARE not in os.environ or session.config.option.collectonly or session.testsfailed:
        return None
    folder = Path(os.environ[SHARE])
    _agree(folder, Counter(_file(item) for item in session.items))
    with (folder / f"ran-{os.getpid()}").open("w", encoding="utf-8") as ran:
        ours = _taken(session.items, folder / "taken")
        item = next(ours, None)
        while item is not None:
            # One ahead, and so one file: what a fixture keeps for the whole run goes after the last test.
            following = next(ours, None)
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            ran.write(f"{_file(item)}\n")
            if session.shouldfail:
                raise session.Failed(session.shouldfail)
            if session.shouldstop:
                raise session.Interrupted(session.shouldstop)
            item = following
    return True


def _file(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]


def _agree(folder: Path, files: Counter[str]) -> None:
    """All of them must have found the same tests."""
    (folder / "taken").mkdir(exist_ok=True)
    text = "\n".join(f"{count} {file}" for file, count in sorted(files.items()))
    own = folder / f"own-{os.getpid()}"
    own.write_text(text, "utf-8")
    with suppress(FileExistsError):
        os.link(own, folder / "all")
    if (folder / "all").read_text("utf-8") != text:
        raise pytest.UsageError("two processes of one run found different tests")


def _taken(items: list[pytest.Item], taken: Path) -> Iterator[pytest.Item]:
    """The tests of each file that nobody else took, a file at a time."""
    order = {file: number for number, file in enumerate(dict.fromkeys(_file(item) for item in items))}
    for file, tests in groupby(sorted(items, key=lambda item: order[_file(item)]), _file):
        try:
            (taken / quote(file, safe="")).touch(exist_ok=False)
        except FileExistsError:
            continue
        yield from tests
