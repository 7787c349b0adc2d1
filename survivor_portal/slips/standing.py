"""How the due work stands, in counts and ages: for the operator, and without anything anybody wrote."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Min, QuerySet

from survivor_portal.slips.models import Slip, State


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of work. The moments are None where nothing waits, or is dead.

    `is_regular`: it comes again by itself, and is about nobody.
    """

    kind: str
    due: int
    later: int
    taken: int
    failing: int
    dead: int
    oldest_due_at: datetime | None
    last_died_at: datetime | None
    is_regular: bool = False


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
    regular = set(Slip.objects.filter(subject="").values_list("kind", flat=True))
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
            is_regular=kind in regular,
        )
        for kind in sorted({*due, *later, *taken, *dead})
    ]


def regular_late(now: datetime) -> timedelta | None:
    """How long the regular work has been left lying; zero while workers do it, None where none ever began.

    Regular work is about no row. What a worker holds counts from the end of its lease.
    """
    regular = Slip.objects.filter(subject="").exclude(state=State.done)
    due = regular.filter(state=State.waiting).aggregate(oldest=Min("due_at"))["oldest"]
    left = regular.filter(state=State.taken).aggregate(oldest=Min("lease_until"))["oldest"]
    moments = [moment for moment in (due, left) if moment is not None]
    return max(now - min(moments), timedelta()) if moments else None


def _counts(slips: QuerySet[Slip]) -> dict[str, int]:
    return dict(slips.values_list("kind").annotate(n=Count("pk")))
