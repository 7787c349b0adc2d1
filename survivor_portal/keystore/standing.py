"""How the keys of the days stand, in counts and moments: for the operator. It opens nothing."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of the keys. Of a small site the last four are nought: nothing is counted there.

    `made_at`: when the newest key of the day was made, None without one. `days`: how many there are; `lost`:
    how many are missing although rows are still under them. `asked`: keys given out in the last minute to
    the role that got most, of `most` that may be; `refused`: how often somebody asked for more since the
    start, `alarm_at` the last time.
    """

    made_at: datetime | None
    days: int
    lost: int
    asked: int = 0
    most: int = 0
    refused: int = 0
    alarm_at: datetime | None = None
