"""`manage.py backup`: copies both databases, each into a folder of its own, while the site runs."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from survivor_portal.steward import backups, ownership
from survivor_portal.steward.backups import Part


class Command(BaseCommand):
    """Once a day for the site, twice a day for the keys; see docs/operating.md."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", type=Path, default=settings.BACKUP_DIR, help="else BACKUP_DIR")
        parser.add_argument(
            "--keys-to", type=Path, default=settings.KEYS_BACKUP_DIR, help="else KEYS_BACKUP_DIR, else --to"
        )
        parser.add_argument("--due", action="store_true", help="only where the newest one is no longer new")
        parser.add_argument("--only", choices=[part.value for part in Part], help="only this database")

    def handle(
        self, *args: Any, to: Path | None, keys_to: Path | None, only: str, due: bool, **options: Any
    ) -> None:
        make = backups.make_due if due else backups.make
        targets = {Part.site: to, Part.keys: keys_to or to}
        # The site first: a case made in between has its key in the second copy and does no harm.
        if refusal := ownership.refusal():
            raise CommandError(refusal)
        for part in (Part(only),) if only else backups.parts_here():
            target = targets[part]
            if target is None:
                raise CommandError("Say where: --to FOLDER, or the setting BACKUP_DIR.")
            try:
                folder = make(part, target, timezone.now())
            except backups.NotCopied as why:
                raise CommandError(
                    f"No backup of {part} was made: {why}. Older ones are as they were."
                ) from None
            if folder is not None:
                self.stdout.write(f"{part}: {folder}")
