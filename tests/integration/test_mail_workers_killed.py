"""Workers are killed while they send: no letter is lost, and its case is told once.

Real worker processes, two at first, and a real mail server that takes its time.
"""

import email
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

from survivor_portal.config.env import HOUSE
from tests.mail_peer import LATE_YES, Peer, a_peer

PROGRAM = Path(__file__).with_name("mailing_worker.py")
PATIENCE = 90.0


def run(environment: dict[str, str], *arguments: str) -> str:
    return subprocess.run(
        [sys.executable, PROGRAM, *arguments],
        env=os.environ | environment, cwd=HOUSE, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip


def start(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, PROGRAM, "work"],
        env=os.environ | environment, cwd=HOUSE, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def kill(worker: subprocess.Popen[bytes]) -> None:
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def names(peer: Peer) -> list[str]:
    return [email.message_from_bytes(mail)["Message-ID"] for mail in peer.took]


def left(folder: Path) -> int:
    """How many letters are still on their way."""
    with closing(sqlite3.connect(folder / "site.sqlite3", timeout=10)) as database:
        return int(database.execute("SELECT count(*) FROM correspondence_outgoing").fetchone()[0])


def wait_for(reached: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < until
        time.sleep(0.01)


def took_more_than(peer: Peer, before: int) -> bool:
    return len(peer.took) > before


def test_no_letter_is_lost_and_no_case_is_told_twice(tmp_path: Path, sizes: Callable[[str], int]) -> None:
    letters, kills = sizes("letters_under_kills"), sizes("workers_killed_while_sending")
    with a_peer(always=LATE_YES, seconds=0.15) as peer:
        environment = {
            "DJANGO_SETTINGS_MODULE": "survivor_portal.config.settings.dev",
            "DATA_DIR": str(tmp_path),
            "MAIL_OUT": f"smtp://127.0.0.1:{peer.port}",
        }
        run(environment, "put", str(letters))
        workers = [start(environment), start(environment)]
        try:
            for number in range(kills):
                before = len(peer.took)
                wait_for(partial(took_more_than, peer, before))
                # Now a worker waits for the yes to a mail that was taken.
                for worker in workers:
                    kill(worker)
                assert len(set(names(peer))) < letters, f"nothing was left to do at kill {number}"
                workers = [start(environment)]
            wait_for(lambda: not left(tmp_path))
            # Whoever held an older token has had the time to come back.
            time.sleep(1)
        finally:
            for worker in workers:
                kill(worker)

    told, rows = json.loads(run(environment, "told"))
    assert rows == [0, 0, 0]
    assert told == ["mail_sent"] * letters
    assert len(set(names(peer))) == letters
    assert len(peer.took) > letters, "no kill came in the middle of sending"
    assert len(set(peer.took)) == letters, "the same letter left in two shapes"
