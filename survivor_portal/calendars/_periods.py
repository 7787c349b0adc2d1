"""Periods: what a law allows somebody, and the moment at which it has run out."""

import calendar
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta

_MONTHS_IN_YEAR = 12
_WORKDAYS = 5


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time as a law words it; the parts add up.

    Every part is zero or more. "48 hours" is not "2 days": the first is counted on a stop watch, the second
    on a calendar, and on the night the clocks change they differ by an hour.
    """

    hours: int = 0
    days: int = 0
    months: int = 0
    years: int = 0
    business_days: int = 0

    def __post_init__(self) -> None:
        """Refuse a part that is no whole number or runs backwards."""
        for part in fields(self):
            value = getattr(self, part.name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 0:
                raise ValueError(f"{part.name}: a period is made of whole numbers from 0 up, not {value!r}")


def after(moment: datetime, period: Period) -> datetime:
    """Give the moment, in UTC, at which `period` is over when it began at `moment`.

    `moment` must know its time zone (ValueError otherwise). Hours are elapsed time. Days, months and years
    are counted on the calendar of the zone that `moment` is in and end at the same time of day; so a law of
    Germany is counted by handing over a German moment. The order is years and months, days, business days,
    hours.
    """
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ValueError("a moment without a time zone starts no clock")
    last_day = _months_later(moment.date(), period.months + _MONTHS_IN_YEAR * period.years)
    try:
        last_day += timedelta(days=period.days)
        last_day = _business_days_later(last_day, period.business_days)
        reached = moment.astimezone(UTC) if last_day == moment.date() else _same_time_on(last_day, moment)
        return reached + timedelta(hours=period.hours)
    except OverflowError as error:
        raise ValueError("the period ends after the last year a calendar knows") from error


def _months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day where it is shorter.

    Regulation (EEC, Euratom) No 1182/71, Article 3(2)(c), has this rule for months and years: where the day
    does not occur in the last month, the period ends with the last day of that month. For laws outside the
    Union it is our reading. The Regulation runs to the end of that day; we keep the time of day, and whoever
    names a deadline to a person names the day.
    """
    if months == 0:
        return day
    count = day.year * _MONTHS_IN_YEAR + day.month - 1 + months
    year, month = divmod(count, _MONTHS_IN_YEAR)
    if year > date.max.year:
        raise ValueError("the period ends after the last year a calendar knows")
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _business_days_later(day: date, business_days: int) -> date:
    """Count Mondays to Fridays after `day`.

    Public holidays are not taken out: they differ by country and state, and we hold no list that is kept up.
    So the answer may be a day or two early, and a page says "about" beside it.
    """
    if business_days == 0:
        return day
    day -= timedelta(days=max(0, day.weekday() - _WORKDAYS + 1))  # a weekend counts from its Friday
    weeks, rest = divmod(business_days, _WORKDAYS)
    if day.weekday() + rest >= _WORKDAYS:
        rest += 2
    return day + timedelta(days=7 * weeks + rest)


def _same_time_on(day: date, moment: datetime) -> datetime:
    """The clock time of `moment` on another day, in UTC.

    In spring that time may not exist, in autumn it may exist twice. We take the later reading of both:
    to complain an hour late does no harm, an hour early gives the other side an answer.
    """
    wall = datetime.combine(day, moment.timetz())
    return max(wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
