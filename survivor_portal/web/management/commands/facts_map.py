"""Join the parts of docs/facts-map.csv and see that every place in it is in the directory."""

import csv
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from survivor_portal import directory

HEADER = ["file", "record", "part", "place", "reason"]
PARTS = ("platforms", "laws", "resources")
DOCS = directory.DATA.parents[2] / "docs"
_FOLDER = "survivor_portal/directory/data/"


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--docs", type=Path, default=DOCS, help="the docs folder")

    def handle(self, *args: Any, docs: Path, **options: Any) -> None:
        whole = docs / "facts-map.csv"
        parts = [part for name in PARTS if (part := docs / f"facts-map-{name}.csv").is_file()]
        if parts:
            rows = [row for part in parts for row in rows_of(part)]
            with whole.open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, HEADER, lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)
        rows = rows_of(whole)
        lost = tuple(missing(rows))
        for row in lost:
            self.stderr.write(row)
        if lost:
            raise CommandError(f"{len(lost)} of {len(rows)} rows lead nowhere")
        self.stdout.write(f"{len(rows)} rows, each with its place or its reason")


def rows_of(file: Path) -> list[dict[str, str]]:
    """The rows of one map file. Raises CommandError if its columns are not the agreed ones."""
    with file.open(encoding="utf-8", newline="") as opened:
        reader = csv.DictReader(opened)
        if reader.fieldnames != HEADER:
            raise CommandError(f"{file.name}: columns should be {','.join(HEADER)}")
        return [{**row, "place": row["place"].removeprefix(_FOLDER)} for row in reader]


def missing(rows: Iterable[dict[str, str]]) -> Iterable[str]:
    """A line for each row without place and reason, and for each place that is not in the directory."""
    places = set(known_places())
    for row in rows:
        named = " ".join(filter(None, (row["file"], row["record"], row["part"])))
        if not row["place"] and not row["reason"]:
            yield f"{named}: neither place nor reason"
        elif row["place"] and row["place"] not in places:
            yield f"{named}: {row['place']} is not in the directory"


def known_places() -> Iterable[str]:
    """Every file of the directory, and every channel as file#key."""
    for platform in directory.platforms():
        yield f"platforms/{platform.key}.toml"
        for channel in platform.channels:
            yield f"platforms/{platform.key}.toml#{channel.key}"
    for law in directory.laws():
        yield f"laws/{law.key}/law.toml"
    for resource in directory.resources():
        yield f"resources/{resource.key}.toml"
