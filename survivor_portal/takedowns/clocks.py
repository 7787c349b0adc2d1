"""Read from the law and from what happened which clock runs, for whom, until when, and which has run out.

Rules: `decisions.md` 1 (readiness and clock); the table of clocks, `laws.md` 3. Nothing here is ever stored.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from enum import StrEnum

from survivor_portal.calendars import Period, after
from survivor_portal.directory import Clock, Law, Purpose
from survivor_portal.takedowns._further import FURTHER, STRETCH, Further
from survivor_portal.takedowns._moments import DECISION, SENDING, Why, met, moment, started
from survivor_portal.takedowns.process import Move, State
from survivor_portal.takedowns.standing import Entry, ItemStanding, Standing, first, last


class Kind(StrEnum):
    """What a clock is; each is shown in its own way."""

    DUTY = "duty"  # somebody else has until then
    WINDOW = "window"  # the person's own right, open until then
    KEEPING = "keeping"  # data is kept until then
    REMINDER = "reminder"  # ours, no law


class Runs(StrEnum):
    """How a clock stands."""

    NOT_STARTED = "not_started"
    RUNNING = "running"
    LATE = "late"  # a duty that was not done in time
    DUE = "due"  # a reminder whose time has come
    MET = "met"
    OVER = "over"  # a window that closed, a keeping that ended
    NO_NUMBER = "no_number"


@dataclass(frozen=True, slots=True)
class Running:
    """One clock of one law for some items. Times are UTC.

    `due_at`: when the time is up. `latest_at`: where the law lets it be stretched, or gives a range.
    `verified` False: pages say "usually", and `may_be_named` keeps it out of letters and complaints.
    `about`: counted in business days without holidays, so the day may be early.
    """

    law: str
    kind: Kind
    bound: str  # platform | authority | dispute_body | victim; "" for our reminder
    state: Runs
    items: tuple[int, ...] = ()
    name: str = ""
    trigger: str = ""
    period: Period | None = None
    started_at: datetime | None = None
    due_at: datetime | None = None
    latest_at: datetime | None = None
    met_at: datetime | None = None
    why: Why = Why.NOTHING
    verified: bool = True
    may_be_named: bool = False
    about: bool = False

    @property
    def late_since(self) -> datetime | None:
        return self.due_at if self.state is Runs.LATE else None

    @property
    def was_met_late(self) -> bool:
        """Done, but after the time was up: still worth a line in a complaint."""
        return bool(self.met_at and self.due_at and self.met_at > self.due_at and self.kind is Kind.DUTY)


# Our own reminders: `laws.md` 3 and 4. A law with hours of its own gets the first after a day, for anybody.
_REMIND_CHILD = _REMIND_WITH_NUMBER = Period(hours=24)
_REMIND_ADULT = Period(hours=72)

_PENDING = ("pending", "not_yet_in_force")


def clocks(
    law: Law,
    standing: Standing,
    now: datetime,
    *,
    counts_as_minor: bool,
    processes: Collection[Purpose],
    zone: tzinfo = UTC,
) -> tuple[Running, ...]:
    """The clocks of one law for one request, one for each group of items that share their story.

    `processes`: what the platform's own channels are for. Where the law asks for such a process and there is
    none, no number is named. `zone`: the person's, in which days and months are counted; what comes
    back is UTC. A law not in force has no clock. Items closed or carried on elsewhere are left out.
    """
    if law.status in _PENDING or not law.clock.trigger:
        return ()
    found: list[Running] = []
    for group in _groups(standing):
        case = _Case(law, group, now, law.process in processes or not _needs_process(law), zone)
        found += _of(case)
        reminder = _reminder(case, counts_as_minor)
        if reminder:
            found.append(reminder)
    return tuple(found)


def all_clocks(
    laws: Iterable[Law],
    standing: Standing,
    now: datetime,
    *,
    counts_as_minor: bool,
    processes: Collection[Purpose],
    zone: tzinfo = UTC,
) -> tuple[Running, ...]:
    """The clocks of every ground of a request by when they are due, with one reminder for the whole, and a
    right that two laws describe named once."""
    found = [
        running
        for law in laws
        for running in clocks(
            law, standing, now, counts_as_minor=counts_as_minor, processes=processes, zone=zone
        )
    ]
    seen: set[tuple[object, ...]] = set()
    kept: list[Running] = []
    for running in sorted(found, key=_by_due):
        key: tuple[object, ...] = (running.law, running.name, running.kind, running.items)
        if running.kind is Kind.REMINDER:
            key = (running.kind, running.items)
        elif running.kind is Kind.WINDOW:
            key = (running.kind, running.trigger, running.period, running.items)
        if key not in seen:
            seen.add(key)
            kept.append(running)
    return tuple(kept)


def _needs_process(law: Law) -> bool:
    """Is the platform's own process one of the elements the law asks for?"""
    return law.process is not None and any(e.required and e.block == "process" for e in law.elements)


def _by_due(running: Running) -> tuple[bool, datetime]:
    return (running.due_at is None, running.due_at or datetime.max.replace(tzinfo=UTC))


def period_of(clock: Clock) -> Period | None:
    """The number in a law's record; None where it has none."""
    parts = {
        "hours": clock.hours or 0,
        "days": clock.days or 0,
        "months": clock.months or 0,
        "years": clock.years or 0,
    }
    return Period(**parts) if any(parts.values()) else None


@dataclass(frozen=True, slots=True)
class _Group:
    """Items that have lived through the same."""

    items: tuple[int, ...]
    sample: ItemStanding

    @property
    def history(self) -> tuple[Entry, ...]:
        return self.sample.history


@dataclass(frozen=True, slots=True)
class _Case:
    law: Law
    group: _Group
    now: datetime
    process_known: bool
    zone: tzinfo


def _groups(standing: Standing) -> Iterator[_Group]:
    alike: dict[tuple[int, ...], list[ItemStanding]] = {}
    for item in standing.items:
        if item.state not in (State.CLOSED, State.CARRIED_ON):
            alike.setdefault(tuple(entry.seq for entry in item.history if not _is_draft(entry)), []).append(
                item
            )
    for same in alike.values():
        yield _Group(tuple(item.number for item in same), same[0])


def _is_draft(entry: Entry) -> bool:
    return entry.happening is Move.DRAFT


def _of(case: _Case) -> Iterator[Running]:
    """The law's first clock, then the further ones that something we hear of can start."""
    clock = case.law.clock
    stretch = STRETCH.get(case.law.key)
    yield _running(case, clock, Further(clock.trigger, clock.bound, clock.effect, latest=stretch))
    for more in case.law.more_clocks:
        further = FURTHER.get((case.law.key, more.name))
        if further is not None:
            yield _running(case, more, further)


def _running(case: _Case, clock: Clock, further: Further) -> Running:
    kind = (
        Kind.WINDOW
        if further.bound == "victim"
        else Kind.KEEPING
        if further.effect == "keeping"
        else Kind.DUTY
    )
    period = further.period or period_of(clock)
    started_at, why = started(case.group.history, further, case.law)
    met_at = met(case.group.sample, further, case.law, started_at)
    running = Running(
        law=case.law.key,
        kind=kind,
        bound=further.bound,
        state=Runs.NOT_STARTED,
        items=case.group.items,
        name=clock.name,
        trigger=further.trigger,
        period=period,
        started_at=started_at,
        met_at=met_at,
        why=why,
        verified=clock.verified,
        about=bool(period and period.business_days),
    )
    if not case.process_known and further.bound == "platform" and further.trigger == "request_received":
        state = Runs.MET if met_at else Runs.NO_NUMBER
        return replace(running, state=state, period=None, why=Why.NO_PROCESS)
    if period is None:
        return replace(running, state=Runs.MET if met_at else Runs.NO_NUMBER, why=why or Why.LAW_NAMES_NONE)
    running = replace(running, may_be_named=clock.verified and case.law.may_be_cited)
    if started_at is None:
        return replace(running, state=Runs.MET if met_at else Runs.NOT_STARTED)
    here = started_at.astimezone(case.zone)
    due_at = after(here, period)
    return replace(
        running,
        due_at=due_at,
        latest_at=after(here, further.latest) if further.latest else None,
        state=_state(kind, met_at, due_at, case.now),
    )


def _state(kind: Kind, met_at: datetime | None, due_at: datetime, now: datetime) -> Runs:
    if met_at:
        return Runs.MET
    if now <= due_at:
        return Runs.RUNNING
    return Runs.LATE if kind is Kind.DUTY else Runs.OVER


def _reminder(case: _Case, counts_as_minor: bool) -> Running | None:
    """Our own reminder to ask again, from sending on: the more so while no receipt is proven."""
    clock = case.law.clock
    if clock.bound != "platform" or clock.trigger not in ("request_received", "provider_knowledge"):
        return None
    sent = last([e for e in case.group.history if not e.to], *SENDING)
    if sent is None or case.group.sample.state in (State.REAPPEARED, State.TO_CONFIRM, State.BOUNCED):
        return None
    number = period_of(clock) if case.process_known else None
    wait = _REMIND_CHILD if counts_as_minor else _REMIND_WITH_NUMBER if number else _REMIND_ADULT
    due_at = after(sent.at, wait)
    if number and clock.verified and after(sent.at, number) < due_at:
        return None  # the law's own time is up before
    answered = [e for e in case.group.history if not e.to and e.at >= sent.at]
    asked = first(answered, Move.REMIND, Move.ANSWER, Move.APPEAL, *DECISION)
    return Running(
        law=case.law.key,
        kind=Kind.REMINDER,
        bound="",
        state=Runs.MET if asked else Runs.RUNNING if case.now < due_at else Runs.DUE,
        items=case.group.items,
        period=wait,
        started_at=sent.at.astimezone(UTC),
        due_at=due_at,
        met_at=moment(asked),
        verified=False,
    )
