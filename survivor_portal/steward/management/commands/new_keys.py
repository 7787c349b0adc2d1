"""`manage.py new_keys FOLDER`: every secret a new site needs, in files for their owner only."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from survivor_portal.steward import new_keys


class Command(BaseCommand):
    """Prints what is public and nothing that is secret. What is there already stays as it is."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="made where it is missing; for its owner only")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            made = new_keys.make(folder)
        except OSError as why:
            raise CommandError(f"The keys could not be written: {why.strerror}.") from None
        if made.new:
            self.stdout.write(f"made: {', '.join(made.new)}")
        if made.there:
            self.stdout.write(f"there already, left as they are: {', '.join(made.there)}")
        for line in made.public:
            name = (
                "for the settings" if line.startswith("AUTO") else "TXT at SELECTOR._domainkey.RELAY_DOMAIN"
            )
            self.stdout.write(f"\n{name}:\n{line}")
