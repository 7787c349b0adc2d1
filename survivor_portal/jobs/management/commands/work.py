"""`manage.py work`: a worker that does what has come due."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from survivor_portal.jobs.work import work


class Command(BaseCommand):
    """Runs until told to stop."""

    help = __doc__
    requires_system_checks = ()  # they load every page of the site, which this never shows

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--processes", type=int, default=1, help="how many jobs at once")
        parser.add_argument("--no-clock", action="store_true", help="another worker says when to look")

    def handle(self, *args: Any, processes: int, no_clock: bool, **options: Any) -> None:
        sys.exit(work(processes=processes, clock=not no_clock))
