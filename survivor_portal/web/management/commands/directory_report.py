"""Print what a person should look at in the directory: stale, doubtful, without a way, reported as broken."""

from argparse import ArgumentParser
from datetime import UTC, date, datetime
from typing import Any

from django.core.management.base import BaseCommand

from survivor_portal import directory


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()  # it prints the problems itself

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--on", type=date.fromisoformat, help="as of this day, such as 2027-01-31")
        parser.add_argument("--counts", action="store_true", help="only how many rows each section has")

    def handle(self, *args: Any, on: date | None, counts: bool, **options: Any) -> None:
        for section in self._sections(on or datetime.now(UTC).date()):
            self.stdout.write(f"{section.name}: {len(section.rows)}")
            for row in () if counts else section.rows:
                self.stdout.write(f"  {row}")

    def _sections(self, today: date) -> tuple[directory.Section, ...]:
        try:
            problems = directory.check()
            rest = directory.report(today)
        except directory.DirectoryError as broken:
            problems, rest = broken.problems, ()
        return (directory.Section("problems", tuple(map(str, problems))), *rest)
