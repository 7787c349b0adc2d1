"""What may be counted of this site, as figures for the operator's monitoring: counts and ages, of nobody.

Whoever reads these over weeks must not learn when somebody came, or that a letter was written. So what is
about people is told in steps of ten, upwards: 0, 10, 20. There is no figure by platform, case or person, and
no label but words that stand in the program.
"""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from survivor_portal import counts, directory
from survivor_portal.cases import flood, restored, unlocked
from survivor_portal.counts import State
from survivor_portal.keystore import away, epochs, holder
from survivor_portal.slips import standing
from survivor_portal.steward import backups
from survivor_portal.steward.backups import Part
from survivor_portal.visits import visit

STEP = 10
_SECONDS = " in seconds"


@dataclass(frozen=True, slots=True)
class Figure:
    """One number. `labels` are words of the program, never of anybody."""

    name: str
    about: str
    value: float
    labels: tuple[tuple[str, str], ...] = ()


def rounded(count: int) -> int:
    """Up to the next ten: whether it is none can be seen, and nothing else below ten."""
    return -(-count // STEP) * STEP


def figures(now: datetime) -> Iterator[Figure]:
    """All there are, at this moment. What cannot be asked is left out: `/ready` says that."""
    for group in (_work, _people, _counts, _keys, _backups, _disk, _directory):
        with suppress(DatabaseError, away.NotNow, epochs.NoEpoch, directory.DirectoryError, OSError):
            yield from group(now)


def written(now: datetime) -> bytes:
    """All figures in Prometheus' text form."""
    registry = CollectorRegistry()
    registry.register(_Told(tuple(figures(now))))
    text: bytes = generate_latest(registry)
    return text


def _work(now: datetime) -> Iterator[Figure]:
    late = standing.regular_late(now)
    if late is not None:
        about = f"How long the regular work has been left lying{_SECONDS}; 0 while a worker looks"
        yield Figure("site_workers_late_seconds", about, late.total_seconds())
    for line in standing.lines(now):
        kind = ("kind", line.kind)
        counts = {"due": line.due, "later": line.later, "taken": line.taken, "failing": line.failing}
        for state, count in counts.items():
            # A letter that waits was written by somebody, just now.
            told = count if line.is_regular else rounded(count)
            yield Figure("site_slips", "What is to be done, in steps of ten", told, (kind, ("state", state)))
        yield Figure("site_slips_dead", "What was given up", line.dead, (kind,))
        age = (now - line.oldest_due_at).total_seconds() if line.oldest_due_at else 0
        yield Figure("site_slips_oldest_seconds", f"How long the oldest has been due{_SECONDS}", age, (kind,))


def _people(now: datetime) -> Iterator[Figure]:
    yield Figure("site_cases", "Kept cases, in steps of ten", rounded(restored.count()))
    for kind, count in (("visit", visit.count()), ("case", unlocked.count())):
        about = "What is open in a browser, in steps of ten"
        yield Figure("site_sessions", about, rounded(count), (("kind", kind),))


def _counts(now: datetime) -> Iterator[Figure]:
    state = counts.state()
    if state is State.alone:
        # Each web process has its own, and this is none.
        return
    yield Figure("site_counts_apart", "1 while the web processes count for themselves", state is State.apart)
    if state is not State.apart:
        yield Figure("site_flood", "1 while far more tries in vain come in than usual", flood.is_on(now))


def _keys(now: datetime) -> Iterator[Figure]:
    if not settings.CASES_OPEN:
        return
    stands = holder.standing()
    if stands.made_at is not None:
        age = (now - stands.made_at).total_seconds()
        yield Figure("site_key_of_the_day_seconds", f"Age of the key of the day{_SECONDS}", age)
    yield Figure("site_keys_of_days_missing", "Keys of past days that are missing", stands.lost)
    yield Figure("site_keys_refused", "How often more keys were asked for than are given out", stands.refused)


def _backups(now: datetime) -> Iterator[Figure]:
    for part in Part:
        known = backups.known(part)
        yield Figure("site_backups", "How many backups there are", len(known), (("part", part),))
        if known:
            age = (now - known[-1].made_at).total_seconds()
            yield Figure("site_backup_seconds", f"Age of the last backup{_SECONDS}", age, (("part", part),))


def _disk(_: datetime) -> Iterator[Figure]:
    places = {"data": settings.DATA_DIR, "backups": settings.BACKUP_DIR}
    for name, place in places.items():
        if place is not None and Path(place).is_dir():
            free = shutil.disk_usage(place).free
            yield Figure("site_disk_free_bytes", "Room that is left", free, (("place", name),))


def _directory(now: datetime) -> Iterator[Figure]:
    for section in directory.report(now.date()):
        if section.name in ("stale", "low confidence"):
            labels = (("what", section.name.replace(" ", "_")),)
            yield Figure("site_directory_rows", "Facts somebody should look at", len(section.rows), labels)


class _Told(Collector):
    def __init__(self, found: Iterable[Figure]) -> None:
        self._found = tuple(found)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        families: dict[str, GaugeMetricFamily] = {}
        for one in self._found:
            names = [name for name, _ in one.labels]
            family = families.setdefault(one.name, GaugeMetricFamily(one.name, one.about, labels=names))
            family.add_metric([str(value) for _, value in one.labels], one.value)
        yield from families.values()
