"""How long a visit may last: one table, read by every page that names a closing time."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a visit may lie still, and how long it may last in all."""

    idle: timedelta
    in_all: timedelta

    def closes_at(self, created_at: datetime, seen_at: datetime) -> datetime:
        """The moment at which a visit begun and last used at these times is over."""
        return min(created_at + self.in_all, seen_at + self.idle)


ORDINARY = Limits(idle=timedelta(minutes=60), in_all=timedelta(hours=8))
WATCHED = Limits(idle=timedelta(minutes=15), in_all=timedelta(hours=2))

# Reading alone moves the last-seen time at most this often: most pages then cost one query, not two.
SEEN_STEP = timedelta(minutes=1)

# Three hundred links with all their answers are about a tenth of this.
MOST_BYTES = 1024 * 1024
