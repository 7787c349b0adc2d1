"""The upkeep deletes what is over, leaves what is not, and outlives a database that is away."""

import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.utils import timezone

from survivor_portal.visits import visit as visits
from survivor_portal.web.management.commands import upkeep
from survivor_portal.web.safety.logs import Bare


@pytest.mark.django_db(databases=["default", "keys"])
def test_it_deletes_visits_that_are_over_and_no_other() -> None:
    visits.begin(timezone.now() - timedelta(hours=9))
    token, _ = visits.begin(timezone.now())
    said = io.StringIO()

    call_command("upkeep", "--once", stdout=said)

    assert said.getvalue() == "1 deleted\n"
    assert visits.read(token, timezone.now()) is not None


@pytest.mark.django_db(databases=["default", "keys"])
def test_a_database_that_is_away_does_not_end_it_and_is_logged_without_its_words(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(now: object) -> int:
        raise OperationalError("disk with a private name")

    monkeypatch.setattr(visits, "sweep", away)

    upkeep.sweep_once()

    line = Bare().format(caplog.records[-1])
    assert "sweep failed" in line
    assert "OperationalError" in line
    assert "private name" not in line
