"""The lanes of the test command: each test runs once, and what was left out is told."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from survivor_portal.config.run import lanes
from survivor_portal.config.run.place import HOUSE

FILES = {"one": 3, "two": 1, "three": 2}


@pytest.fixture
def share(tmp_path: Path) -> Path:
    folder = tmp_path / "share"
    folder.mkdir()
    return folder


@pytest.fixture
def tests(tmp_path: Path) -> Path:
    folder = tmp_path / "tests"
    folder.mkdir()
    for name, count in FILES.items():
        lines = (f"def test_{number}(): pass" for number in range(count))
        (folder / f"test_{name}.py").write_text("\n".join(lines), "utf-8")
    return folder


def started(tests: Path, share: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tests.shares"]
    return subprocess.Popen(
        [*command, "-c", os.devnull, "--rootdir", tests, tests],
        env=os.environ
        | {"TEST_SHARE": str(share), "PYTHONPATH": str(HOUSE), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )


def run(name: str, process: "subprocess.Popen[str]") -> lanes.Run:
    said = process.communicate(timeout=120)[0]
    return lanes.Run(name, said, process.returncode)


def test_two_processes_of_one_kind_run_every_test_once(tests: Path, share: Path) -> None:
    both = [started(tests, share) for _ in range(2)]
    runs = [run(str(number), process) for number, process in enumerate(both)]

    assert [each.code for each in runs] == [0, 0]
    assert sum(each.count("passed") for each in runs) == sum(FILES.values())
    assert lanes._not_once(share) == []
    assert not lanes._has_some_left(share)


def test_what_was_left_out_or_ran_twice_is_told(tests: Path, share: Path) -> None:
    run("all", started(tests, share))
    (ran,) = share.glob("ran-*")
    lines = ran.read_text("utf-8").splitlines()
    lines.remove("test_one.py")
    ran.write_text("\n".join([*lines, "test_two.py"]), "utf-8")

    assert lanes._not_once(share) == ["test_one.py: 2 of 3 tests ran", "test_two.py: 2 of 1 tests ran"]


def test_where_no_test_was_found_that_is_told(share: Path) -> None:
    assert lanes._not_once(share) == ["no test was found"]


def test_a_process_that_finds_other_tests_does_not_join(tests: Path, share: Path) -> None:
    run("first", started(tests, share))
    (tests / "test_one.py").write_text("def test_other(): pass", "utf-8")

    second = run("second", started(tests, share))

    assert second.code != 0
    assert second.count("passed") == 0
