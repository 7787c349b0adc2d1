"""`manage.py upkeep`: once, all that the workers do again and again."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from survivor_portal.jobs import table
from survivor_portal.slips.due import Work


class Command(BaseCommand):
    """For a machine without a worker, and to be sure after a restore."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        for kind in table.REGULAR:
            table.HANDLERS[kind](Work(id="", token="", kind=kind, subject="", attempt=1), timezone.now())
        self.stdout.write(f"done: {', '.join(table.REGULAR)}")
