"""What the answers of a case say for its requests: whose picture it is, and by which clock days are counted.

For whoever works on many cases at once and shows none of their pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from survivor_portal import calendars, intake
from survivor_portal.cases import records
from survivor_portal.cases.keys import OpenCase
from survivor_portal.takedowns.due import DueBy, due_by

PLAN = "plan"  # the one record with answers, places and signer


@dataclass(frozen=True, slots=True)
class OfAnswers:
    """The answers of a case, and its zone. Without a plan record: nothing was answered."""

    answers: intake.Answers
    zone: ZoneInfo

    @property
    def counts_as_minor(self) -> bool:
        """Under 18, perhaps, or nobody said: nobody is ever asked to look there."""
        return self.answers.counts_as_minor

    def due(self, now: datetime) -> DueBy:
        """The clocks of the case's requests at `now`."""
        return due_by(now, counts_as_minor=self.counts_as_minor, zone=self.zone)


def of(case: OpenCase) -> OfAnswers:
    """What the answers of this case say. Raises seals.WrongKey where they were tampered with."""
    return of_each([case])[case.id]


def of_each(cases: Sequence[OpenCase]) -> dict[str, OfAnswers]:
    """The same for each of these cases, by its id. One query; one that was tampered with is left out."""
    kept = records.read_each(cases, PLAN)
    return {case_id: _read(found[0].document if found else {}) for case_id, found in kept.items()}


def _read(data: dict[str, Any]) -> OfAnswers:
    items = tuple(intake.item_from_plain(item) for item in data.get("items", ()))
    answers = intake.settled(intake.from_plain(data.get("answers", {})), items)
    chosen = data.get("zone")
    key = chosen if isinstance(chosen, str) and calendars.zone(chosen) else ""
    zone = calendars.zone(key or calendars.likely_zone(answers.country, answers.region) or calendars.UTC_KEY)
    assert zone is not None
    return OfAnswers(answers, zone)
