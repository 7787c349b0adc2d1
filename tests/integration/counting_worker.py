"""A program that the tests start: a worker whose effects can be counted, or what puts its work down.

python tests/integration/counting_worker.py put FIRST COUNT
python tests/integration/counting_worker.py work
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from survivor_portal.slips.due import Work

sys.path.insert(0, str(Path(__file__).parents[2]))
LEASE_SECONDS = 2
KIND = "counted"


def main() -> None:
    """Does what the command line says."""
    import django
    from django.conf import settings

    django.setup()
    settings.SLIP_LEASE_SECONDS = LEASE_SECONDS
    if sys.argv[1] == "put":
        put(int(sys.argv[2]), int(sys.argv[3]))
    else:
        work()


def put(first: int, count: int) -> None:
    """Puts that much work down, after it has made what it needs."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection, transaction
    from django.utils import timezone

    from survivor_portal.slips import due

    for database in settings.DATABASES:
        call_command("migrate", database=database, verbosity=0)
    with connection.cursor() as cursor:
        # Nothing here is unique: an effect that happens twice leaves two rows.
        cursor.execute("CREATE TABLE IF NOT EXISTS effects (slip VARCHAR(32), number VARCHAR(32))")
    with transaction.atomic():
        for number in range(first, first + count):
            assert due.put(KIND, f"{number:032x}", timezone.now(), str(number))


def work() -> None:
    """Works until it is killed."""
    from survivor_portal.jobs import table, tasks
    from survivor_portal.jobs.work import work

    tasks.SECONDS_BETWEEN = 0.5
    table.HANDLERS[KIND] = counted
    work(processes=2, clock=True)


def counted(work: Work, now: datetime) -> Callable[[], None]:
    """A little waiting outside the transaction, an effect inside, and a little waiting there too."""
    from django.db import connection

    time.sleep(0.004)

    def effect() -> None:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO effects VALUES (%s, %s)", (work.id, work.subject))
        time.sleep(0.008)

    return effect


if __name__ == "__main__":
    main()
