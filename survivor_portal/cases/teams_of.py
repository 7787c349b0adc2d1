"""Which teams are let into a case now, as far as it can be seen without keys."""

from datetime import datetime

from survivor_portal.cases.models import Grant


def let_in(case_id: str, now: datetime) -> tuple[str, ...]:
    """Ids of the teams whose grant of this case holds now. One query."""
    live = Grant.objects.filter(case_id=case_id, revoked_at=None, expires_at__gt=now)
    return tuple(live.order_by("team_id").values_list("team_id", flat=True))
