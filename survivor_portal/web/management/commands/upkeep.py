"""`manage.py upkeep`: each minute, deletes the visits that are over."""

import logging
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from survivor_portal.visits import visit

SECONDS_BETWEEN = 60
log = logging.getLogger("survivor_portal.upkeep")


class Command(BaseCommand):
    """Runs until told to stop; `--once` sweeps once."""

    help = "Deletes visits that are over, each minute."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="sweep once and end")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["once"]:
            self.stdout.write(f"{visit.sweep(timezone.now())} deleted")
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
    except DatabaseError:
        log.exception("sweep failed")
    finally:
        close_old_connections()
