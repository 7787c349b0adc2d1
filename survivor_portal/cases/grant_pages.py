"""Which grants some teams have, page by page, the one that ends first on top. Opens none of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Q

from survivor_portal.cases.models import Grant

PAGE = 50
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Place:
    """Between two lines: after the grant that ends then and has this id."""

    until: datetime
    grant_id: str

    def __str__(self) -> str:
        """As a form carries it, in its body and never in an address."""
        return f"{self.until.astimezone(UTC).isoformat()} {self.grant_id}"


@dataclass(frozen=True, slots=True)
class Line:
    """A grant as it can be seen without any key."""

    grant_id: str
    team_id: str
    until: datetime

    @property
    def place(self) -> Place:
        return Place(self.until, self.grant_id)


def place(text: str) -> Place | None:
    """Read what a form carried; None for anything else, so that the list begins at its top."""
    moment, _, grant_id = text[:_LONGEST].partition(" ")
    try:
        until = datetime.fromisoformat(moment)
    except ValueError:
        return None
    if until.tzinfo is None or not grant_id or "\x00" in grant_id:
        return None
    return Place(until, grant_id)


def lines(
    team_ids: Collection[str],
    now: datetime,
    *,
    after: Place | None = None,
    before: Place | None = None,
    ends_by: datetime | None = None,
    only: Q | None = None,
    count: int = PAGE,
) -> tuple[Line, ...]:
    """Up to so many live grants of these teams, in order; after one place or, going back, before one.

    `ends_by`: only those that end until then; `only`: those it holds for. One query.
    """
    rows = Grant.objects.filter(team_id__in=list(team_ids), revoked_at=None, expires_at__gt=now)
    if ends_by is not None:
        rows = rows.filter(expires_at__lte=ends_by)
    if only is not None:
        rows = rows.filter(only)
    if after is not None:
        rows = rows.filter(Q(expires_at__gt=after.until) | Q(expires_at=after.until, pk__gt=after.grant_id))
    if before is not None:
        rows = rows.filter(
            Q(expires_at__lt=before.until) | Q(expires_at=before.until, pk__lt=before.grant_id)
        )
    order = ("-expires_at", "-pk") if before is not None else ("expires_at", "pk")
    found = rows.order_by(*order).values_list("pk", "team_id", "expires_at")[:count]
    made = [Line(pk, team_id, until) for pk, team_id, until in found]
    return tuple(reversed(made)) if before is not None else tuple(made)
