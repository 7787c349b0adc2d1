"""Write docs/takedown-states.md and docs/ladder.csv, or say which of them is out of date."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from survivor_portal import directory
from survivor_portal.takedowns import ladder_table, process

DOCS = directory.DATA.parents[2] / "docs"


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing, fail on a difference")
        parser.add_argument("--docs", type=Path, default=DOCS, help="another folder for both files")

    def handle(self, *args: Any, check: bool, docs: Path, **options: Any) -> None:
        for name, text in made().items():
            file = docs / name
            if not check:
                file.write_text(text, encoding="utf-8")
                self.stdout.write(f"{name}: written")
            elif not file.is_file() or file.read_text(encoding="utf-8") != text:
                raise CommandError(
                    f"{name} is out of date. Run manage.py state_drawing, read the difference."
                )


def made() -> dict[str, str]:
    """Each file and what it should say."""
    return {"takedown-states.md": process.drawing(), "ladder.csv": ladder_table.table()}
