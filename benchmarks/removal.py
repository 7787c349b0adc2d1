"""How long it takes to remove somebody from a team with many granted cases, on PostgreSQL.

    python benchmarks/removal.py [cases] [people]

Starts throw-away clusters on this machine and fills them with sealed cases. Measured is the whole transaction:
the seat, the team's new pair, each seat that stays, and every grant sealed anew. Prints a table for
docs/performance.md.
"""

import os
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent


def main() -> None:
    """Fills, removes all but the first one after the other, prints."""
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    people = int(sys.argv[2]) if len(sys.argv) > 2 else 6
    sys.path[0] = str(HOUSE)
    from survivor_portal.config.run import servers

    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        place.chmod(0o711)
        with servers.postgres(place / "cases") as one, servers.postgres(place / "keys") as two:
            os.environ |= {
                "TEST_POSTGRES_PORTS": f"{one} {two}",
                "DJANGO_SETTINGS_MODULE": "survivor_portal.config.settings.test",
            }
            _measure(cases, people, one, two)


def _measure(cases: int, people: int, *ports: int) -> None:
    import django
    import psycopg

    for port in ports:
        with psycopg.connect(f"host=127.0.0.1 port={port} user=postgres", autocommit=True) as server:
            server.execute("CREATE DATABASE site")
    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from survivor_portal.cases import access, departures
    from survivor_portal.cases.models import Case
    from survivor_portal.keystore import epochs
    from tests.crowd import a_crowd
    from tests.desk import a_team, at_desk

    for alias in ("default", "keys"):
        call_command("migrate", database=alias, verbosity=0)
    now = datetime.now(UTC)
    epochs.make(now)
    access.prepare()
    team = a_team([f"Person {number}" for number in range(people)])
    a_crowd(team, cases, 0, now)
    took, worked, asked = [], [], []
    for person in team.people[1:]:
        Case.objects.update(wants_new_key=False)
        desk = at_desk(team.people[0], now)
        with CaptureQueriesContext(connection) as queries:
            start, busy = time.perf_counter(), time.process_time()
            departures.remove(desk, team.id, person.id, now)
            took.append(time.perf_counter() - start)
            worked.append(time.process_time() - busy)
        asked.append(len(queries))
    assert Case.objects.filter(wants_new_key=True).count() == cases
    print("| granted cases | removed | median | of it processor of the site | longest | queries |")
    print("|---|---|---|---|---|---|")
    middle, own = (sorted(times)[len(times) // 2] for times in (took, worked))
    print(f"| {cases:,} | {len(took)} | {middle:.2f} s | {own:.2f} s | {max(took):.2f} s | {max(asked)} |")


if __name__ == "__main__":
    main()
