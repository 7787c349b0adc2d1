"""The triage table in docs is what the triage does today, and a lawyer can read it."""

import csv
import re

import pytest
from django.core.management import CommandError, call_command

from survivor_portal import directory, intake
from survivor_portal.web.management.commands.triage_table import TABLE


def test_the_table_in_docs_is_what_the_triage_does():
    call_command("triage_table", "--check")


def test_a_table_that_differs_is_refused(tmp_path):
    old = tmp_path / "table.csv"
    old.write_text(TABLE.read_text("utf-8").replace("us-tida", "us-other", 1), encoding="utf-8")

    with pytest.raises(CommandError, match="1 rows to add, 1 to take out"):
        call_command("triage_table", "--check", "--file", str(old))


def test_the_table_stays_short_enough_to_be_read():
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))

    assert tuple(rows[0]) == intake.TABLE_HEADER
    assert 1000 < len(rows) < 3000
    assert len({tuple(row) for row in rows}) == len(rows)


def test_every_ground_that_may_carry_a_request_stands_in_the_table_or_has_a_reason():
    named = set(re.findall(r"[a-z0-9-]+", TABLE.read_text("utf-8")))
    roles = {"removal_request", "platform_appeal", "priority_channel", "authority_order"} | {
        "regulator_complaint",
        "provider_duty",
    }

    missing = {
        law.key for law in directory.laws() if law.role in roles and law.may_be_cited and law.key not in named
    }

    # Bullying in words around a picture: where eSafety can order the picture itself down, that comes instead.
    assert missing == {"au-cyber"}
