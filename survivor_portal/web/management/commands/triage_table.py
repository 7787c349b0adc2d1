"""Write docs/triage-table.csv, or say where it differs from what the triage does today."""

import csv
import io
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from survivor_portal import directory, intake

TABLE = directory.DATA.parents[2] / "docs" / "triage-table.csv"


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing, fail on a difference")
        parser.add_argument("--file", type=Path, default=TABLE, help="another place for the table")

    def handle(self, *args: Any, check: bool, file: Path, **options: Any) -> None:
        text = table()
        if not check:
            file.write_text(text, encoding="utf-8")
            self.stdout.write(f"{file.name}: {text.count(chr(10)) - 1} rows")
            return
        kept = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
        wanted = text.splitlines()
        if kept != wanted:
            new, gone = set(wanted) - set(kept), set(kept) - set(wanted)
            raise CommandError(
                f"{file.name}: {len(new)} rows to add, {len(gone)} to take out. "
                f"Run manage.py triage_table and read the difference. First: {next(iter(sorted(new)), '')}"
            )


def table() -> str:
    """The whole table as CSV text."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(intake.TABLE_HEADER)
    writer.writerows(intake.table_rows())
    return lines.getvalue()
