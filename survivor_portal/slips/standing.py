"""How the due work stands, in counts and ages: for the operator, and without anything anybody wrote."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Min, QuerySet

from survivor_portal.slips.models import Slip, State


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of work. The moments are None where nothing waits, or is dead."""

    kind: str
    due: int
    later: int
    taken: int
    failing: int
    dead: int
    oldest_due_at: datetime | None
    last_died_at: datetime | None


def lines(now: datetime) -> list[Line]:
    """A line for each kind of which something is not done, by name."""
    waiting = Slip.objects.filter(state=State.waiting)
    due = {
        row["kind"]: row
        for row in waiting.filter(due_at__lte=now)
        .values("kind")
        .annotate(n=Count("pk"), oldest=Min("due_at"))
    }
    later = _counts(waiting.filter(due_at__gt=now))
    taken = _counts(Slip.objects.filter(state=State.taken))
    failing = _counts(waiting.filter(attempts__gt=0))
    dead = {
        row["kind"]: row
        for row in Slip.objects.filter(state=State.dead)
        .values("kind")
        .annotate(n=Count("pk"), last=Max("due_at"))
    }
    return [
        Line(
            kind=kind,
            due=due[kind]["n"] if kind in due else 0,
            later=later.get(kind, 0),
            taken=taken.get(kind, 0),
            failing=failing.get(kind, 0),
            dead=dead[kind]["n"] if kind in dead else 0,
            oldest_due_at=due[kind]["oldest"] if kind in due else None,
            last_died_at=dead[kind]["last"] if kind in dead else None,
        )
        for kind in sorted({*due, *later, *taken, *dead})
    ]


def _counts(slips: QuerySet[Slip]) -> dict[str, int]:
    return dict(slips.values_list("kind").annotate(n=Count("pk")))
