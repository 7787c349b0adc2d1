"""`manage.py slips`: what is due, what waits and what was given up, in counts and ages."""

from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from survivor_portal.slips import due, standing


class Command(BaseCommand):
    """One line a kind; `--retry KIND` gives those that were given up another round."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--retry", metavar="KIND", help="try the dead ones of this kind again")

    def handle(self, *args: Any, retry: str | None, **options: Any) -> None:
        now = timezone.now()
        if retry is not None:
            self.stdout.write(f"{due.revive(retry, now)} of {retry} are tried again.")
            return
        found = standing.lines(now)
        if not found:
            self.stdout.write("Nothing is due and nothing waits.")
            return
        row = "{:<12}{:>7}{:>7}{:>7}{:>9}{:>7}  {:>12}  {:>12}".format
        self.stdout.write(row("kind", "due", "later", "taken", "failing", "dead", "oldest due", "last died"))
        for line in found:
            self.stdout.write(
                row(
                    line.kind, line.due, line.later, line.taken, line.failing, line.dead,
                    _age(line.oldest_due_at, now), _age(line.last_died_at, now),
                )
            )  # fmt: skip


def _age(moment: datetime | None, now: datetime) -> str:
    return "-" if moment is None else str(timedelta(seconds=round((now - moment).total_seconds())))
