"""`manage.py doctor`: what is wrong with this site, in plain words, and what to do."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from survivor_portal.steward import doctor
from survivor_portal.steward.findings import Level

_MARKS = {Level.fine: "ok", Level.look: "look", Level.broken: "BROKEN"}


class Command(BaseCommand):
    """Exit code 0: all is well; 1: look at it in the next days; 2: something does not work now."""

    help = __doc__
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--quiet", action="store_true", help="only what is not well")

    def handle(self, *args: Any, quiet: bool, **options: Any) -> None:
        found = doctor.examine(timezone.now())
        for one in found:
            if quiet and one.level is Level.fine:
                continue
            self.stdout.write(f"{_MARKS[one.level]:<8}{one.part}: {one.says}{f' {one.do}' if one.do else ''}")
        sys.exit(max((one.level for one in found), default=Level.fine))
