"""How long it takes to remove somebody from a team with many granted cases, on PostgreSQL.

    python benchmarks/removal.py [cases] [people]

Starts throw-away clusters on this machine and fills them with sealed cases. Measured is the whole transaction:
the seat, the team's new pair, each seat that stays, and every grant sealed anew. Prints a table for
docs/performance.md.
"""

import sys
import time
from datetime import datetime
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent


def main() -> None:
    """Fills, removes all but the first one after the other, prints."""
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    people = int(sys.argv[2]) if len(sys.argv) > 2 else 6
    sys.path[0] = str(HOUSE)
    from benchmarks.clusters import an_empty_site

    with an_empty_site() as now:
        _measure(cases, people, now)


def _measure(cases: int, people: int, now: datetime) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from survivor_portal.cases import departures
    from survivor_portal.cases.models import Case
    from tests.crowd import a_crowd
    from tests.desk import a_team, at_desk

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
