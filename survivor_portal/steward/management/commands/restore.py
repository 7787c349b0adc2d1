"""`manage.py restore FOLDER`: puts a backup back, deletes again what was deleted since, and says so."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from survivor_portal.steward import ownership, restoring
from survivor_portal.steward.backups import NotABackup, Part
from survivor_portal.steward.restoring import NotRestored, Restored


class Command(BaseCommand):
    """Stop the site on all machines first; see docs/operating.md."""

    help = __doc__
    # One of them refuses to run anything while a restore is unfinished.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "folders", nargs="+", type=Path, metavar="FOLDER", help="of one database or of each"
        )
        parser.add_argument(
            "--ledger", action="append", default=[], type=Path, metavar="FOLDER",
            help="the folder `deleted` of another machine; may be given more than once",
        )  # fmt: skip
        parser.add_argument("--lose", action="store_true", help="cases without a key may go")

    def handle(self, *args: Any, folders: list[Path], ledger: list[Path], lose: bool, **options: Any) -> None:
        if refusal := ownership.refusal():
            raise CommandError(refusal)
        try:
            done = restoring.restore(folders, timezone.now(), ledgers=ledger, lose=lose)
        except (NotRestored, NotABackup) as why:
            raise CommandError(str(why)) from None
        for line in _said(done):
            self.stdout.write(line)


def _said(done: Restored) -> list[str]:
    said = [
        f"Put back: {' and '.join(done.parts)}, as of {done.as_of:%Y-%m-%d %H:%M} UTC.",
        f"{done.living} cases are kept. {done.deleted_again} that had been deleted since were deleted again.",
        f"{done.not_sent_again} letters, reminders and look-ups in hand are not sent: they may have left.",
        "Everybody is signed out.",
    ]
    if Part.site in done.parts:
        said.append(f"{done.told} cases are told that they are as they were on that day.")
    if done.ended_again:
        said.append(f"{done.ended_again} seats and grants that had been taken back since were ended again.")
    if done.kept_longer:
        said.append(f"{done.kept_longer} cases had been opened since, and got a later day of expiry.")
    if done.lost:
        said.append(f"{done.lost} cases had no key and are gone.")
    if not done.could_ask_current:
        said.append(
            "The database that was here could not be asked what had been deleted. The files in "
            "DATA_DIR/deleted and those in the backups were used. If there are other machines, run this "
            "again with their --ledger."
        )
    if not done.spare_copy:
        said.append("What was here before could not be backed up.")
    said.append("Now start the site, and run `manage.py doctor`.")
    return said
