"""What was done with a team and its people, for its leads. Kept for a year."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from survivor_portal.advocates import rules
from survivor_portal.advocates.models import Deed, Membership
from survivor_portal.advocates.opened import Session
from survivor_portal.advocates.rules import Act

KEPT = timedelta(days=365)
MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Done:
    """One line. `by`: "" for the operator; `about`: "" where it is about nobody."""

    at: datetime
    kind: str
    by: str
    about: str


class Kind(StrEnum):
    """What can be done."""

    team_made = "team_made"
    invited = "invited"
    joined = "joined"
    let_in = "let_in"
    left = "left"
    removed = "removed"
    role_changed = "role_changed"
    reset_link = "reset_link"
    password_set = "password_set"  # noqa: S105
    second_removed = "second_removed"
    recovery_made = "recovery_made"
    recovery_skipped = "recovery_skipped"
    recovery_used = "recovery_used"
    words_changed = "words_changed"
    new_key = "new_key"
    clock_set = "clock_set"
    # By a restore: a seat that was taken away before, and was in the backup still.
    ended_again = "ended_again"


def note(kind: Kind, now: datetime, *, team: str, by: str | None, about: str | None = None) -> None:
    """Write it down, in the transaction in which it is done. `by` and `about` are ids of people."""
    Deed.objects.create(
        id=rules.new_id(), at=now, kind=kind, team_id=team, person_id=by or None, about_id=about or None
    )


def note_in_all_teams(kind: Kind, now: datetime, *, person: str, by: str | None) -> None:
    """The same, in each team in which this person has a seat."""
    for team in Membership.objects.filter(person_id=person).values_list("team_id", flat=True):
        note(kind, now, team=team, by=by, about=person)


def of(session: Session, team_id: str, now: datetime) -> tuple[Done, ...]:
    """What was done in a team in a year, the newest first, MOST_SHOWN at most. Raises NotYours, NotLetIn."""
    rules.stand(session, team_id, Act.see_deeds, hold=False)
    rows = Deed.objects.filter(team_id=team_id, at__gt=now - KEPT).select_related("person", "about")
    return tuple(
        Done(row.at, row.kind, row.person.name if row.person else "", row.about.name if row.about else "")
        for row in rows.order_by("-at", "pk")[:MOST_SHOWN]
    )


def was_done(team_id: str, kind: Kind, now: datetime) -> bool:
    """Was this done in the team within the year?"""
    return Deed.objects.filter(team_id=team_id, kind=kind, at__gt=now - KEPT).exists()


def is_after(team_id: str, kind: Kind, other: Kind, now: datetime) -> bool:
    """Was this done in the team within the year, and the other not since? One query."""
    rows = Deed.objects.filter(team_id=team_id, kind__in=(kind, other), at__gt=now - KEPT)
    return rows.order_by("-at", "-pk").values_list("kind", flat=True).first() == kind


def sweep(now: datetime) -> int:
    """Forget what was done more than a year ago, and say how many lines."""
    return Deed.objects.filter(at__lte=now - KEPT).delete()[0]
