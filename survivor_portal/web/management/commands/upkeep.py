"""`manage.py upkeep`: each minute, deletes what is over; each day, turns the key of the day."""

import logging
import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from survivor_portal.cases import ending
from survivor_portal.keystore import epochs, rotation
from survivor_portal.visits import visit

SECONDS_BETWEEN = 60
log = logging.getLogger("survivor_portal.upkeep")


class Command(BaseCommand):
    """Runs until told to stop; `--once` sweeps once."""

    help = "Deletes visits and cases that are over, each minute; turns the key of the day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="sweep once and end")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["once"]:
            self.stdout.write(f"{visit.sweep(timezone.now())} deleted")
            _sweep_cases()
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _signum, _frame: stop.set())
        while not stop.is_set():
            sweep_once()
            stop.wait(SECONDS_BETWEEN)


def sweep_once() -> None:
    """A database that is away for a moment must not end the upkeep; the next minute tries again."""
    try:
        visit.sweep(timezone.now())
        _sweep_cases()
    except (DatabaseError, epochs.NoEpoch, rotation.NotRotated):
        log.exception("sweep failed")
    finally:
        close_old_connections()


def _sweep_cases() -> None:
    if settings.CASES_OPEN:
        ending.sweep(timezone.now())
        rotation.rotate(timezone.now())
