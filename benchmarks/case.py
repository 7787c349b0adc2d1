"""How long the page of a kept case takes, and what it depends on: items shown, not the length of the book.

    python benchmarks/case.py [rounds]

In one process, on a fresh SQLite file, through Django's own test client (no network). Prints a table for
docs/performance.md.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.test import Client

HOUSE = Path(__file__).resolve().parent.parent
ITEMS, REQUESTS = 300, 20


def main() -> None:
    """Makes a case with few and one with many entries in its book, and asks for each page in turn."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    sys.path[0] = str(HOUSE)  # the folder itself has a `queue`, which Python has too
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "survivor_portal.config.settings.test"}
        import django

        django.setup()
        _prepare()
        short, long = _case(entries=200), _case(entries=2000)
        print(f"| page | {200} entries | {2000} entries | longer book costs | bar |")
        print("|---|---|---|---|---|")
        for name, step in (("case, 300 items", "board"), ("one request, 15 items", "request")):
            few, many = [], []
            for _ in range(rounds):
                few.append(_seconds(*short, step))
                many.append(_seconds(*long, step))
            a, b = statistics.median(few) * 1000, statistics.median(many) * 1000
            print(f"| {name} | {a:.1f} ms | {b:.1f} ms | {b / a:.2f} times | 150 ms |")


def _prepare() -> None:
    import logging

    from django.core.management import call_command

    from survivor_portal.keystore import epochs

    logging.disable(logging.CRITICAL)
    call_command("migrate", verbosity=0)
    call_command("migrate", database="keys", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    epochs.make(datetime.now(UTC))


def _case(entries: int) -> tuple[Client, str]:
    """A client with an open case: 20 requests with 15 items each, and that many lines in the book."""
    from django.conf import settings
    from django.test import Client

    from survivor_portal.cases import access, book, records
    from survivor_portal.cases.book import Note
    from survivor_portal.takedowns import operations

    now = datetime.now(UTC)
    access.prepare()
    session = access.open_new(now).session
    answers = {"asker": "self", "age_then": "adult", "age_now": "adult", "country": "US"}
    records.add(session.case, "plan", {"answers": answers, "passed": []}, Note("plan_kept"), now)
    made = [
        operations.begin(
            session.case,
            platform="x",
            kind="request_48h",
            label=f"Request {number}",
            to="X",
            grounds=["us-tida"],
            places=[operations.Place(n, f"Place {n}") for n in range(1, ITEMS // REQUESTS + 1)],
            now=now,
        )
        for number in range(REQUESTS)
    ]
    missing = entries - len(book.timeline(session.case))
    for start in range(0, missing, 100):
        book.add(session.case, [Note("opened")] * min(100, missing - start), now)
    client = Client(headers={"host": "localhost"})
    client.cookies[settings.CASE_COOKIE] = session.token.hex()
    return client, made[0].id


def _seconds(client: Client, takedown_id: str, step: str) -> float:
    client.post("/c/", {"step": step, "request": takedown_id})
    begin = time.perf_counter()
    response = client.get("/c/")
    spent = time.perf_counter() - begin
    assert response.status_code == 200, response.status_code
    return spent


if __name__ == "__main__":
    main()
