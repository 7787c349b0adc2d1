"""Months and quarters that are over: of what is still going on no figure is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Period:
    """One month or one quarter. `key`: "2026-11" or "2026-q4"; `months`: their first days, in order."""

    key: str
    months: tuple[date, ...]

    @property
    def is_quarter(self) -> bool:
        return len(self.months) == 3

    @property
    def number(self) -> int:
        """Which quarter of its year."""
        return (self.months[0].month + 2) // 3


def periods(first: date, today: date) -> tuple[Period, ...]:
    """All months and quarters that are over on that day, from the one with `first` on, the newest first; a
    quarter before its months."""
    found: list[Period] = []
    month = date(first.year, 3 * ((first.month - 1) // 3) + 1, 1)
    while month < today.replace(day=1):
        if month >= first.replace(day=1):
            found.append(Period(f"{month:%Y-%m}", (month,)))
        after = _next(month)
        if after.month % 3 == 1 and after <= today.replace(day=1):
            quarter = date(month.year, month.month - 2, 1)
            months = (quarter, _next(quarter), month)
            found.append(Period(f"{month.year}-q{(month.month + 2) // 3}", months))
        month = after
    return tuple(reversed(found))


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
