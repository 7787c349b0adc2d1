"""`manage.py up` serves, and leaves nothing behind however it ends."""

import os
import re
import signal
import smtplib
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from survivor_portal.config.env import HOUSE
from survivor_portal.config.run import children, up
from survivor_portal.config.run.servers import HOST, free_port

LIMIT_SECONDS = 30.0


class Site:
    """A copy of the site started by the command itself, with a data folder of its own."""

    def __init__(self, data: Path, **more: str) -> None:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("DJANGO_")} | {
            "DATA_DIR": str(data),
            "PYTHONUNBUFFERED": "1",
            **more,
        }
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--port", "0"],
            cwd=HOUSE, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            start_new_session=True,
        )  # fmt: skip
        self.said: list[str] = []
        self.address = self._address()

    def _address(self) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            if found := re.search(r"Ready: (http://\S+)", line):
                return found[1]
        self.process.wait()
        self.process.stdout.close()
        raise AssertionError(f"ended with {self.process.returncode}: {''.join(self.said)}")

    def children(self) -> set[int]:
        """Every process below the command, however deep."""
        parents = {}
        for status in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = status.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(status.parent.name)] = int(fields[1])
        found = {self.process.pid}
        while more := {pid for pid, parent in parents.items() if parent in found} - found:
            found |= more
        return found - {self.process.pid}

    def rest(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.read()


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def wait_until_gone(pids: set[int]) -> None:
    until = time.monotonic() + LIMIT_SECONDS
    while left := {pid for pid in pids if not is_gone(pid)}:
        assert time.monotonic() < until, f"still running: {left}"
        time.sleep(0.05)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all of them: however the one before ended, the next one starts from what it left."""
    return tmp_path_factory.mktemp("up") / "data"


@pytest.fixture
def site(data: Path) -> Iterator[Site]:
    running = Site(data)
    pids = running.children()
    yield running
    # The worker's clock may have started after the address was printed.
    for pid in pids | running.children() | {running.process.pid}:
        if not is_gone(pid):
            os.kill(pid, signal.SIGKILL)
    running.process.wait()
    assert running.process.stdout is not None
    running.process.stdout.close()


def test_the_printed_address_answers_with_a_page(site: Site) -> None:
    with urllib.request.urlopen(site.address) as answer:
        page = answer.read().decode()

    assert answer.status == 200
    assert "<h1" in page


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_running_after(how: signal.Signals, site: Site) -> None:
    below = site.children()
    assert len(below) >= 2

    site.process.send_signal(how)

    wait_until_gone(below)
    assert site.process.wait(LIMIT_SECONDS) == (0 if how != signal.SIGKILL else -signal.SIGKILL)


def test_nothing_is_left_when_command_and_worker_are_killed_at_once(site: Site) -> None:
    worker = _worker(site)
    # The clock is a process below the worker, started a moment after the address was printed.
    until = time.monotonic() + LIMIT_SECONDS
    while len(below := site.children()) < 5:
        assert time.monotonic() < until, f"only {below}"
        time.sleep(0.05)

    for pid in (site.process.pid, worker):
        os.kill(pid, signal.SIGKILL)

    wait_until_gone(below)


def _worker(site: Site) -> int:
    return min(pid for pid in site.children() if b"\0work\0" in Path(f"/proc/{pid}/cmdline").read_bytes())


def test_when_one_part_ends_the_rest_ends_too_and_the_reason_is_said(site: Site) -> None:
    below = site.children()

    os.kill(_worker(site), signal.SIGKILL)

    wait_until_gone(below)
    assert site.process.wait(LIMIT_SECONDS) == 1
    assert "The worker ended by itself (signal SIGKILL)" in site.rest()


def test_what_it_makes_is_for_its_owner_only(site: Site, data: Path) -> None:
    made = [data, *data.iterdir()]

    assert len(made) > 3
    assert [path.name for path in made if path.stat().st_mode & 0o077] == []


def test_where_letters_go_out_by_mail_answers_come_in_and_the_door_goes_with_the_rest(data: Path) -> None:
    port = free_port()
    mail = {"MAIL_OUT": "smtp://127.0.0.1:9", "MAIL_IN": f"smtp://127.0.0.1:{port}"}
    running = Site(data, **mail)
    try:
        until = time.monotonic() + LIMIT_SECONDS
        while not listens(port):  # it starts beside the pages
            assert time.monotonic() < until
            time.sleep(0.05)
        children = running.children()
        with smtplib.SMTP(HOST, port, timeout=20) as connection:
            connection.ehlo()
            connection.mail("a@b.example")
            assert connection.rcpt(f"{'a' * 26}@mail.trial.example") == (550, b"5.1.1 No such address")
    finally:
        running.process.terminate()
    assert running.process.wait(LIMIT_SECONDS) == 0
    wait_until_gone(children)
    running.rest()
    running.process.stdout.close()


def test_on_a_larger_site_it_starts_no_workers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KEYS_SOCKET", "/run/sp-keys/web")

    assert up.main(["--jobs", "2"]) == 2
    assert "--jobs 0" in capsys.readouterr().out


def test_what_opens_capsules_and_signs_is_handed_to_workers_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given, theirs = tmp_path / "given", tmp_path / "theirs"
    given.mkdir()
    theirs.mkdir()
    for name in ("secret-key", "index-key", "auto-key", "dkim-key", "mail-out-password"):
        (given / name).write_text(name)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(given))

    instead = up._credentials(theirs)
    shown = children.start(
        "A child", ["sh", "-c", 'ls "$CREDENTIALS_DIRECTORY" > "$OUT"'],
        instead=instead | {"OUT": str(tmp_path / "out")},
    )  # fmt: skip

    assert shown.process.wait(LIMIT_SECONDS) == 0
    assert (tmp_path / "out").read_text().split() == ["index-key", "secret-key"]
    assert (theirs / "index-key").read_text() == "index-key"
