"""What looking for due work costs where there is much that is not due: PostgreSQL, 1,000 due of many.

    python benchmarks/sweep.py [large] [small] [rounds]

One throw-away cluster, two databases, asked in turn, so that both see the same machine. Prints a table for
docs/jobs.md.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

HOUSE = Path(__file__).resolve().parent.parent
DUE = 1000


def main() -> None:
    """Fills both, then takes all that is due of each, again and again."""
    numbers = [int(word) for word in sys.argv[1:]]
    large, small, rounds = [*numbers, *(1_000_000, 10_000, 15)[len(numbers) :]]
    sys.path[0] = str(HOUSE)  # the folder itself has a `queue`, which Python has too
    from survivor_portal.config.run import servers

    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        with servers.postgres(Path(folder) / "cases") as port:
            os.environ |= {
                "TEST_POSTGRES_PORTS": f"{port} {port}",
                "DJANGO_SETTINGS_MODULE": "survivor_portal.config.settings.test",
            }
            import django

            django.setup()
            for name, rows in (("small", small), ("large", large)):
                _fill(name, rows)
            took: dict[str, list[float]] = {"small": [], "large": []}
            for number in range(rounds + 2):
                for name in took:
                    seconds = _look(name)
                    if number >= 2:
                        took[name].append(seconds)
            one, many = (statistics.median(took[name]) * 1000 for name in ("small", "large"))
            print("| rows, of which 1,000 are due | all due rows handed out in | against the first | bar |")
            print("|---|---|---|---|")
            print(f"| {small:,} | {one:.1f} ms | | |")
            print(f"| {large:,} | {many:.1f} ms | {many / one:.2f} times | 1.3 times |")


def _use(name: str) -> BaseDatabaseWrapper:
    from django.db import connection

    if connection.settings_dict["NAME"] != name:
        connection.close()
        connection.settings_dict["NAME"] = name
    return connection


def _fill(name: str, rows: int) -> None:
    from django.core.management import call_command

    connection = _use("postgres")
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    connection = _use(name)
    call_command("migrate", "slips", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        # Due ones lie anywhere among the others; the rest falls due in the months to come.
        cursor.execute(
            """
            INSERT INTO slips_slip (id, kind, subject, key, state, attempts, due_at, lease_until, token)
            SELECT md5(n::text), 'nudge', md5('s' || n), md5('k' || n), 'waiting', 0,
                   CASE WHEN n %% %s = 0 THEN now() - (n %% 977) * interval '1 second'
                        ELSE now() + interval '1 day' + (n %% 15000000) * interval '1 second' END,
                   NULL, ''
            FROM generate_series(1, %s) AS n
            """,
            (rows // DUE, rows),
        )
        cursor.execute("VACUUM ANALYZE slips_slip")


def _look(name: str) -> float:
    from datetime import UTC, datetime

    from django.db import transaction

    from survivor_portal.slips import due

    _use(name)
    due.MOST_OUT = 10 * DUE
    now = datetime.now(UTC)
    with transaction.atomic():
        began = time.perf_counter()
        found = 0
        while claims := due.claim(now):
            found += len(claims)
        took = time.perf_counter() - began
        transaction.set_rollback(True)
    assert found == DUE, found
    return took


if __name__ == "__main__":
    main()
