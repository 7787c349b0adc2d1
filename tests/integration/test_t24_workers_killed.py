"""T24: workers are killed, the bell emptied, the database restarted: nothing is lost and nothing done twice.

On SQLite and a folder in the first run, on PostgreSQL and Redis in the second. Workers are real processes
under the settings of production.
"""

import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
import redis

from survivor_portal.config.env import HOUSE
from survivor_portal.config.run import servers, suite
from tests.integration.counting_worker import KIND, LEASE_SECONDS

pytestmark = pytest.mark.jobs
PROGRAM = Path(__file__).with_name("counting_worker.py")
PATIENCE = 90.0


@dataclass(frozen=True)
class Engine:
    """A database and a bell, and what may happen to them."""

    environment: dict[str, str]
    ask: Callable[[str], list[tuple[object, ...]]]
    empty_the_bell: Callable[[], None]
    restart_the_database: Callable[[], None]


@pytest.fixture
def engine() -> Iterator[Engine]:
    """The engine of this run: the second run of the suite says that it has PostgreSQL and Redis."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        # PostgreSQL refuses to run as root, so its own user has to get through to its folder.
        folder.chmod(0o711)
        environment = suite.production(folder)
        large = bool(os.environ.get("TEST_POSTGRES_PORTS"))
        yield _large(stack, folder, environment) if large else _small(folder, environment)


def _small(folder: Path, environment: dict[str, str]) -> Engine:
    data = folder / "data"

    def ask(question: str) -> list[tuple[object, ...]]:
        with sqlite3.connect(data / "site.sqlite3", timeout=10) as database:
            rows = database.execute(question).fetchall()
        database.close()
        return rows

    def empty_the_bell() -> None:
        for message in (data / "bell" / "messages").glob("**/*.msg"):
            message.unlink(missing_ok=True)

    # There is no server that could restart; each killed worker is that.
    return Engine(environment, ask, empty_the_bell, lambda: None)


def _large(stack: ExitStack, folder: Path, environment: dict[str, str]) -> Engine:
    cases = stack.enter_context(servers.postgres(folder / "cases", keeps_promises=True))
    bell = stack.enter_context(servers.redis(folder / "redis"))

    def ask(question: str) -> list[tuple[object, ...]]:
        with psycopg.connect(host=servers.HOST, port=cases, user="postgres", dbname="postgres") as database:
            return database.execute(question.encode()).fetchall()

    def empty_the_bell() -> None:
        with redis.Redis(host=servers.HOST, port=bell) as client:
            client.flushall()

    return Engine(
        environment
        | {
            "DATABASE_URL": f"postgresql://postgres@{servers.HOST}:{cases}/postgres",
            # No cases are kept here, so nobody asks for a key.
            "KEYS_SOCKET": str(folder / "keys"),
            "BROKER_URL": f"redis://{servers.HOST}:{bell}/0",
        },
        ask,
        empty_the_bell,
        lambda: servers.restart_postgres(folder / "cases"),
    )


def put(engine: Engine, first: int, count: int) -> None:
    subprocess.run(
        [sys.executable, PROGRAM, "put", str(first), str(count)],
        env=os.environ | engine.environment, cwd=HOUSE, check=True,
    )  # fmt: skip


def start(engine: Engine) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, PROGRAM, "work"],
        env=os.environ | engine.environment, cwd=HOUSE, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def kill(worker: subprocess.Popen[bytes], *, alone: bool) -> None:
    """Kill the whole worker, or first only its main process, which leaves orphans at work for a moment."""
    if alone:
        worker.kill()
        time.sleep(0.3)
    try:
        os.killpg(worker.pid, signal.SIGKILL)
    except ProcessLookupError:
        assert alone
    worker.wait()


def done(engine: Engine) -> int:
    try:
        return int(
            str(engine.ask(f"SELECT count(*) FROM slips_slip WHERE kind = '{KIND}' AND state = 'done'")[0][0])
        )
    except (psycopg.OperationalError, sqlite3.OperationalError):
        return -1


def wait_until_done(engine: Engine, number: int) -> int:
    until = time.monotonic() + PATIENCE
    while (now := done(engine)) < number:
        assert time.monotonic() < until, f"{now} of {number} are done"
        time.sleep(0.02)
    return now


def test_t24_nothing_is_lost_and_nothing_is_done_twice(engine: Engine, sizes: Callable[[str], int]) -> None:
    jobs, kills = sizes("jobs_under_kills"), sizes("killed_workers")
    put(engine, 0, jobs)
    worker = start(engine)
    left: list[int] = []
    try:
        for number in range(1, kills + 1):
            reached = wait_until_done(engine, jobs * number // (kills + 2))
            if number == 1:
                engine.restart_the_database()
            if number == 2:
                engine.empty_the_bell()
            kill(worker, alone=number % 2 == 0)
            left.append(jobs - reached)
            worker = start(engine)
        wait_until_done(engine, jobs)
        # Whoever held an older token has had the time to come back.
        time.sleep(LEASE_SECONDS)
    finally:
        kill(worker, alone=False)

    effects = [row[0] for row in engine.ask("SELECT number FROM effects")]
    assert min(left) > 0, "each kill came while there was work"
    assert len(set(effects)) == jobs, "lost"
    assert len(effects) == jobs, "done twice"
    assert engine.ask(f"SELECT DISTINCT state FROM slips_slip WHERE kind = '{KIND}'") == [("done",)]
