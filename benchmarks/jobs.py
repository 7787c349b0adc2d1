"""How many due items a second workers do, on both engines, and what a second worker adds.

    python benchmarks/jobs.py [items]

Starts a throw-away SQLite and folder, then PostgreSQL and Redis, on this machine, and real workers under the
settings of production. Prints a table for docs/jobs.md. Timed from the tenth item done to the last.
"""

from __future__ import annotations

import hashlib
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from survivor_portal.slips.due import Work

HOUSE = Path(__file__).resolve().parent.parent
sys.path[0] = str(HOUSE)  # the folder itself has a `queue`, which Python has too
WARM = 10
SECONDS_TO_START = 8
# kind -> what part of the items asked for
KINDS = {"nothing": 1.0, "waits": 0.2, "counts": 0.2}


def main() -> None:
    """Without further words: everything. The rest is for the programs it starts."""
    if len(sys.argv) > 2 and sys.argv[1] in ("put", "work"):
        return _part()
    items = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    print("| engine | work | one worker | two workers | second adds |")
    print("|---|---|---|---|---|")
    says = {"nothing": "an effect and no more", "waits": "waits 50 ms", "counts": "computes, about 20 ms"}
    for name, engine in (("SQLite, folder", _small), ("PostgreSQL, Redis", _large)):
        for kind, part in KINDS.items():
            speeds = []
            for workers in (1, 2):
                with engine() as (environment, done):
                    speeds.append(_speed(environment, done, kind, int(items * part), workers))
            one, two = speeds
            print(
                f"| {name} | {says[kind]} | {one:.0f}/s | {two:.0f}/s | {two / one:.2f} times |", flush=True
            )


def _speed(
    environment: dict[str, str], done: Callable[[], int], kind: str, items: int, workers: int
) -> float:
    def run(*words: str) -> list[str]:
        return [sys.executable, __file__, *words]

    environment = os.environ | environment
    subprocess.run(run("put", kind, "0"), env=environment, check=True)
    # Each brings its own clock, as on two machines. They are up before there is work.
    running = [
        subprocess.Popen(run("work", kind), env=environment, start_new_session=True) for _ in range(workers)
    ]
    try:
        time.sleep(SECONDS_TO_START)
        subprocess.run(run("put", kind, str(items)), env=environment, check=True)
        began, at = 0.0, 0
        while (now := done()) < items:
            if not began and now >= WARM:
                began, at = time.perf_counter(), now
            time.sleep(0.01)
        return (items - at) / (time.perf_counter() - began)
    finally:
        for worker in running:
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()


@contextmanager
def _small() -> Iterator[tuple[dict[str, str], Callable[[], int]]]:
    from survivor_portal.config.run import suite

    with tempfile.TemporaryDirectory() as folder:
        environment = suite.production(Path(folder))

        def done() -> int:
            with sqlite3.connect(Path(folder) / "data" / "site.sqlite3", timeout=10) as database:
                found = database.execute("SELECT count(*) FROM effects").fetchone()[0]
            database.close()
            return int(found)

        yield environment, done


@contextmanager
def _large() -> Iterator[tuple[dict[str, str], Callable[[], int]]]:
    import psycopg

    from survivor_portal.config.run import servers, suite

    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        folder.chmod(0o711)
        with (
            servers.postgres(folder / "cases", keeps_promises=True) as cases,
            servers.redis(folder / "bell") as bell,
            psycopg.connect(host=servers.HOST, port=cases, user="postgres", autocommit=True) as database,
        ):
            environment = suite.production(folder) | {
                "DATABASE_URL": f"postgresql://postgres@{servers.HOST}:{cases}/postgres",
                "KEYS_SOCKET": str(folder / "keys"),
                "BROKER_URL": f"redis://{servers.HOST}:{bell}/0",
            }

            def done() -> int:
                row = database.execute("SELECT count(*) FROM effects").fetchone()
                return int(row[0]) if row else 0

            yield environment, done


def _part() -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection, transaction
    from django.utils import timezone

    from survivor_portal.jobs import table, work
    from survivor_portal.slips import due

    kind = sys.argv[2]
    if sys.argv[1] == "put":
        for database in settings.DATABASES:
            call_command("migrate", database=database, verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE IF NOT EXISTS effects (slip VARCHAR(32))")
        with transaction.atomic():
            for number in range(int(sys.argv[3])):
                due.put(kind, f"{number:032x}", timezone.now(), str(number))
        return

    def handle(work: Work, now: datetime) -> Callable[[], None]:
        if kind == "waits":
            time.sleep(0.05)
        if kind == "counts":
            hashlib.pbkdf2_hmac("sha256", b"x", b"y", 40_000)

        def effect() -> None:
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO effects VALUES (%s)", (work.id,))

        return effect

    table.HANDLERS[kind] = handle
    work.work(processes=1, clock=True)


if __name__ == "__main__":
    main()
