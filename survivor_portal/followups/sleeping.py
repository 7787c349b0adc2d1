"""The note that goes out when an answer comes in: made while the case is open, woken while it is closed.

It is a capsule no slip names. To wake it is to put that slip; nothing of the case is needed for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from survivor_portal.cases import entrusted, keys, slot
from survivor_portal.cases.keys import Document, OpenCase
from survivor_portal.followups.hours import Hours, Run, runs
from survivor_portal.followups.models import Nudge, Reminder
from survivor_portal.followups.plan import AHEAD
from survivor_portal.slips import due

PURPOSE = "nudge"  # of capsules and slips, as for every note
# Longer than a case lives that nobody opens, from the first of the month on.
SLEEPS_FOR = AHEAD + timedelta(days=35)


def since(now: datetime) -> datetime:
    """The first of this month in UTC: so long one note can stay the one that is there."""
    return now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def put(reminder: Reminder, note: Document, at: datetime, hours: Hours, zone: tzinfo, mark: str) -> None:
    """Keep this note for when an answer comes in, from `at` (see `since`) on. Raises NoAutoKey, NoEpoch."""
    days = runs(at.date() - timedelta(days=1), SLEEPS_FOR.days, hours, zone)
    short = [[run.start.isoformat(), int(run.lasts.total_seconds()), run.count] for run in days]
    capsule_id = entrusted.put(
        reminder.case_id, PURPOSE, keys.packed(note | {"days": short}), at + SLEEPS_FOR
    )
    Nudge.objects.create(id=capsule_id, reminder=reminder, mark=mark, for_answer=True)


def spans(note: Document) -> list[tuple[datetime, datetime]]:
    """Between which moments such a note may go out, the first ones first; none for a note of another kind."""
    found = [Run(datetime.fromisoformat(at), timedelta(seconds=s), n) for at, s, n in note.get("days", ())]
    return [span for run in found for span in run.spans()]


def wake(case_id: str, now: datetime) -> None:
    """An answer came in: the note goes out from the next full hour on, once. Where none was asked for, or it
    is awake, nothing happens."""
    for capsule_id in Nudge.objects.filter(reminder__case_id=case_id, for_answer=True).values_list(
        "pk", flat=True
    ):
        # To the minute, it would tell whoever sees mailbox and database which case it is about.
        hour = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        due.put(PURPOSE, capsule_id, hour, capsule_id)


def sleep_on(case: OpenCase, notes: Sequence[str]) -> None:
    """She is here, and sees what came in: of these notes one that was woken by it is not needed."""
    if notes and not slot.is_waiting(case):
        for capsule_id in notes:
            due.cancel(PURPOSE, capsule_id)
