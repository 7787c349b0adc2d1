"""How long a page of the queue takes among 5,000 granted cases with 50,000 requests, on PostgreSQL.

    python benchmarks/queue.py [rounds] [cases]

Starts throw-away clusters on this machine and fills them with sealed cases. The first page and page 900 take
turns; so do a team of 20 cases beside it, and the whole page over Django's test client (no network). Every round
of "first of the day" is a day later, so that the book of each case shown is written. "Processor" is this process alone, so it says little of the machine's load.
Prints a table for docs/performance.md.
"""

import gc
import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

HOUSE = Path(__file__).resolve().parent.parent
PAGE_FAR = 900
REQUESTS_EACH = 10
SMALL = 20


def main() -> None:
    """Fills, measures, prints."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    cases = int(sys.argv[2]) if len(sys.argv) > 2 else 5000
    # In place of this folder, where a module of the library would be looked for under this file's name.
    sys.path[0] = str(HOUSE)
    from benchmarks.clusters import an_empty_site

    with an_empty_site() as now:
        _measure(rounds, cases, now)


def _measure(rounds: int, cases: int, now: datetime) -> None:
    import logging

    logging.disable(logging.CRITICAL)
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import override_settings
    from django.urls import reverse

    from survivor_portal.takedowns import queue
    from survivor_portal.takedowns.models import Takedown
    from survivor_portal.takedowns.next_action import NEVER
    from survivor_portal.takedowns.queue_filters import Filters
    from tests.crowd import a_crowd
    from tests.desk import a_team, at_desk
    from tests.desk_pages import comes_in

    call_command("collectstatic", verbosity=0, interactive=False)
    team, small = a_team(("Ana Li", "Ben Ode")), a_team(("Cy Ro",), name="Small")
    began = time.perf_counter()
    a_crowd(team, cases, REQUESTS_EACH * cases, now)
    a_crowd(small, SMALL, REQUESTS_EACH * SMALL, now, seed=2)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(f"filled in {time.perf_counter() - began:.0f} s")
    ana, cy = at_desk(team.people[0], now), at_desk(small.people[0], now)
    open_ones = Takedown.objects.filter(case__grants__team_id=team.id, next_action_at__lt=NEVER)
    far_page = min(PAGE_FAR, open_ones.count() // queue.SIZE - 1)
    at, name = open_ones.order_by("next_action_at", "pk").values_list("next_action_at", "pk")[
        (far_page - 1) * queue.SIZE - 1
    ]
    far = queue.Cursor(at, name)
    kept = override_settings(DEBUG=False)
    kept.enable()
    client = Client()
    comes_in(client, team.people[0])
    path = reverse("desk:queue")

    def page(desk: Any, day: int, after: Any = None) -> Callable[[], object]:
        return lambda: queue.page(desk, Filters(), now + timedelta(days=day), after=after)

    def sent(**form: str) -> Callable[[], object]:
        return lambda: client.post(path, {"step": "show", **form})

    kinds: dict[str, Callable[[int], tuple[Callable[[], object], ...]]] = {
        "queue, first of the day": lambda n: (page(ana, n), page(ana, n, far), page(cy, n)),
        "queue, later that day": lambda n: (page(ana, n), page(ana, n, far), page(cy, n)),
        "whole page, later that day": lambda _n: (sent(), sent(after=str(far))),
    }
    # What filled the database stays in this process, and no page of a site would have to look through it.
    gc.collect()
    gc.freeze()
    taken: dict[str, list[list[float]]] = {kind: [[], [], []] for kind in kinds}
    busy: dict[str, list[float]] = {kind: [] for kind in kinds}
    for number in range(rounds + 2):
        for kind, made in kinds.items():
            # The grants hold for ninety days; the round after that begins with day 1 of another page.
            for place, ask in enumerate(made(1 + number % 85)):
                began, worked = time.perf_counter(), time.process_time()
                ask()
                if number >= 2:
                    taken[kind][place].append((time.perf_counter() - began) * 1000)
                    busy[kind].append((time.process_time() - worked) * 1000)
    heads = ("what", "page 1: median, 95 of 100", f"page {far_page}", f"{far_page} / 1 (95)")
    print("| " + " | ".join((*heads, f"{SMALL} cases beside", "processor, median")) + " |")
    print("|---|---|---|---|---|---|")
    for kind, (first, last, few) in taken.items():
        ratio = _p95(last) / _p95(first)
        few_shown, worked = _shown(few) if few else "", statistics.median(busy[kind])
        print(f"| {kind} | {_shown(first)} | {_shown(last)} | {ratio:.2f} | {few_shown} | {worked:.0f} ms |")
    print(f"load of the machine: {os.getloadavg()[0]:.1f}")


def _p95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


def _shown(times: list[float]) -> str:
    return f"{statistics.median(times):.0f} ms, {_p95(times):.0f} ms"


if __name__ == "__main__":
    main()
