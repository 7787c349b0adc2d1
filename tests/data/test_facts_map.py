"""Nothing of the research was dropped silently: each record and channel has its place or its reason."""

from collections import Counter
from pathlib import Path

import pytest

from survivor_portal.web.management.commands.facts_map import missing, rows_of

MAP = Path(__file__).parents[2] / "docs" / "facts-map.csv"
# A floor, not an equality: the directory may grow, the research does not shrink.
RECORDS = {"platforms": 322, "laws": 48, "resources": 288}
CHANNELS = 900


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    return rows_of(MAP)


def test_every_record_is_on_the_map(rows: list[dict[str, str]]) -> None:
    records = Counter(row["file"].split("_")[0].split(".")[0] for row in rows if row["part"] == "record")

    assert {kind: records[kind] >= number for kind, number in RECORDS.items()} == dict.fromkeys(RECORDS, True)


def test_every_channel_is_on_the_map(rows: list[dict[str, str]]) -> None:
    assert sum(1 for row in rows if row["part"].isdigit()) >= CHANNELS


def test_every_row_has_a_place_or_a_reason(rows: list[dict[str, str]]) -> None:
    assert [row for row in rows if not row["place"] and not row["reason"]] == []


def test_every_place_is_in_the_directory(rows: list[dict[str, str]]) -> None:
    assert list(missing(rows)) == []
