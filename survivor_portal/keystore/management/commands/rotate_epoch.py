"""`manage.py rotate_epoch`: a new key of the day over all shred keys, if the last one is a day old."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from survivor_portal.keystore import away, epochs, holder, rotation


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--now", action="store_true", help="even if the last key is younger than a day")

    def handle(self, *args: Any, now: bool, **options: Any) -> None:
        if not settings.CASES_OPEN:
            self.stdout.write("No cases are kept here.")
            return
        try:
            done = holder.turn(timezone.now(), force=now)
        except epochs.NoEpoch:
            raise CommandError(
                "The folder EPOCH_DIR names is not there, or a key in it is not one."
            ) from None
        except away.NotNow:
            raise CommandError("The key process does not answer.") from None
        except rotation.NotRotated as reason:
            raise CommandError(f"Nothing was changed. {reason}") from None
        if done is None:
            self.stdout.write("The key is younger than a day.")
        else:
            self.stdout.write(f"{done.rewrapped} moved, {len(done.destroyed)} old keys destroyed.")
