"""Say what the person can do next about one request: for every state, answer, ground, place and age.

The order is data (`_rows.py`); who takes a step comes from the plan of the case. `docs/ladder.csv` is made
from it. Nobody is asked to look at a picture of someone under 18, and copyright is never a way out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TypeVar

from survivor_portal import directory, intake
from survivor_portal.calendars import after
from survivor_portal.directory import Law, Purpose, Reported
from survivor_portal.intake import Answers, Item, Plan, Step
from survivor_portal.replies import Remark
from survivor_portal.takedowns._further import BEFORE_BACK
from survivor_portal.takedowns._moments import SENDING
from survivor_portal.takedowns._pool import Party, parties
from survivor_portal.takedowns._rows import NOTED, POINTS, ROWS, SIGNED, At, Do, Point, Reason, Row
from survivor_portal.takedowns._why import ANSWERED, lacks_process, legal_ends, reasons
from survivor_portal.takedowns.clocks import Kind, Running, Runs, all_clocks
from survivor_portal.takedowns.process import Fact, Move, is_open
from survivor_portal.takedowns.rounds import Round, next_round
from survivor_portal.takedowns.standing import Entry, ItemStanding, Standing, last

_T = TypeVar("_T")
_US = "us-tida"

__all__ = ["Around", "Do", "Point", "Reason", "Rung", "around", "next_steps"]


@dataclass(frozen=True, slots=True)
class Around:
    """What of the case the ladders look at: the answers, the plan as it is after a no, the person's zone.
    Made once for a case, for all its requests."""

    answers: Answers
    plan: Plan
    zone: tzinfo = UTC


def around(answers: Answers, items: tuple[Item, ...], *, zone: tzinfo = UTC) -> Around:
    """What the ladders of this case look at. The plan is the one after a no, so that it names everybody."""
    return Around(answers, intake.plan(replace(answers, reported=Reported.REFUSED), items), zone)


@dataclass(frozen=True, slots=True)
class Rung:
    """One step.

    `due_at` None: now. `until`: the day a window of the person's own closes. `law`: the ground, or the law
    whose authority this goes to. `to`: whom to note as told ("": the platform). `grounds`: the laws an answer
    names. `step`: the plan's own step, with addresses and letter, where there is one.
    """

    do: Do
    reasons: tuple[Reason, ...]
    items: tuple[int, ...]
    due_at: datetime | None = None
    until: datetime | None = None
    law: str = ""
    to: str = ""
    resources: tuple[str, ...] = ()
    points: tuple[Point, ...] = ()
    grounds: tuple[str, ...] = ()
    step: Step | None = None

    @property
    def move(self) -> Move | None:
        """What to note once it is done; None where nothing is, or where the answer itself is noted."""
        return NOTED.get(self.do)


def next_steps(
    standing: Standing,
    laws: Sequence[Law],
    case: Around,
    now: datetime,
    *,
    platform: str = "",
    unready: Collection[str] = (),
) -> tuple[Rung, ...]:
    """What can be done now and later, first things first.

    `laws`: the grounds the request stands on. `platform`: its key in the directory, "" for a site nobody
    knows. `unready`: keys of the laws of which the letter lacked a part; their clocks do not run. What was
    done since the answer it follows is not offered again. Never raises for any standing.
    """
    scene = _scene(standing, tuple(laws), case, now, platform, unready)
    found: dict[tuple[Do, str, str], Rung] = {}
    for reason, items in scene.by_reason():
        for row in ROWS[reason]:
            if not (row.minors if scene.minor else row.adults):
                continue
            if row.do in SIGNED and not (case.plan.may_sign and case.plan.may_write):
                continue
            for party in parties(row.do, case.plan, scene.laws, platform):
                rung = scene.rung(row, reason, items, party)
                if rung:
                    key = (rung.do, rung.law, rung.to)
                    found[key] = _together(found[key], rung) if key in found else rung
    return tuple(sorted(found.values(), key=lambda rung: _when(rung, now)))


def _when(rung: Rung, now: datetime) -> datetime:
    """What is due stays in the order of the ladder; what comes later follows by its day."""
    return rung.due_at if rung.due_at and rung.due_at > now else now


def _together(one: Rung, other: Rung) -> Rung:
    """One step for two reasons: the sooner of both."""
    return replace(
        one,
        reasons=_once((*one.reasons, *other.reasons)),
        items=tuple(sorted({*one.items, *other.items})),
        due_at=min(one.due_at, other.due_at) if one.due_at and other.due_at else None,
        until=one.until or other.until,
        points=_once((*one.points, *other.points)),
    )


def _once(some: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(some))


@dataclass(frozen=True, slots=True)
class _Scene:
    """One request, its clocks, and who asks."""

    standing: Standing
    laws: tuple[Law, ...]
    case: Around
    now: datetime
    clocks: dict[int, tuple[Running, ...]]  # by number of the item
    no_process: bool

    @property
    def minor(self) -> bool:
        return self.case.answers.counts_as_minor

    def by_reason(self) -> Iterator[tuple[Reason, tuple[ItemStanding, ...]]]:
        found: dict[Reason, list[ItemStanding]] = {}
        for item in self.standing.items:
            held = reasons(
                item,
                self.clocks.get(item.number, ()),
                self.now,
                counts_as_minor=self.minor,
                no_process=self.no_process,
            )
            for reason in dict.fromkeys(held):
                found.setdefault(reason, []).append(item)
        for reason in Reason:
            if reason in found:
                yield reason, tuple(found[reason])

    def rung(self, row: Row, reason: Reason, items: tuple[ItemStanding, ...], party: Party) -> Rung | None:
        """The step for those of the items that still need it; None where none does."""
        # A round asks the hotline anew, whatever it was told about earlier ones.
        since = _ROUNDS if row.at is At.ROUND else _TURNS
        left = tuple(
            item for item in items if _is_open(item, row.do) and not _is_done(item, row.do, party, since)
        )
        if row.at is At.ROUND:
            left = self._of_one_round(left)
        if row.do is Do.REGULATOR and reason is Reason.LATE:
            left = tuple(item for item in left if self._is_late(item, party))
        if not left:
            return None
        points = self._points(row.do, reason, left, party)
        if row.do is Do.ANSWER and not points:
            return None  # it was said already
        due_at = self._due_at(row, left, party)
        if due_at is None and row.at not in (At.ONCE, At.WINDOW):
            return None
        return Rung(
            do=row.do,
            reasons=(reason,),
            items=tuple(item.number for item in left),
            due_at=due_at,
            until=self._until(left) if row.at is At.WINDOW else None,
            law=party.law,
            to=party.to,
            resources=party.resources,
            points=points,
            grounds=tuple(law.key for law in self.laws if law.may_be_cited) if row.do is Do.ANSWER else (),
            step=party.step,
        )

    def _ends(self, item: ItemStanding) -> tuple[Running, ...]:
        return legal_ends(self.clocks.get(item.number, ()))

    def _is_late(self, item: ItemStanding, party: Party) -> bool:
        """Is it late by a law this office hears about?"""
        ends = self._ends(item)
        return any(end.state is Runs.LATE and end.law in party.hears for end in ends)

    def _due_at(self, row: Row, items: tuple[ItemStanding, ...], party: Party) -> datetime | None:
        if row.at in (At.ONCE, At.WINDOW):
            return None
        if row.at is At.ROUND:
            return min(one.due_at for one in self._rounds(items).values())
        reminders = [
            running
            for item in items
            for running in self.clocks.get(item.number, ())
            if running.kind is Kind.REMINDER
        ]
        if row.at is At.REMINDER:
            waiting = [one for one in reminders if one.state is not Runs.MET]
            return min((one.due_at for one in waiting if one.due_at), default=None)
        if row.do is Do.REGULATOR and not party.hears:
            return None  # nothing of its law was asked for yet
        ends = [
            end.due_at
            for item in items
            for end in self._ends(item)
            if end.due_at and (row.do is not Do.REGULATOR or end.law in party.hears)
        ]
        # Without a number: when the reminder had as long to be answered as the request had.
        waits = [after(one.due_at, one.period) for one in reminders if one.due_at and one.period]
        end_at = min(ends or waits, default=None)
        return end_at + timedelta(days=1) if end_at and row.at is At.DAY_AFTER_END else end_at

    def _rounds(self, items: Iterable[ItemStanding]) -> dict[int, Round]:
        found = {
            item.number: next_round(item, self.now, counts_as_minor=self.minor, zone=self.case.zone)
            for item in items
        }
        return {number: one for number, one in found.items() if one}

    def _of_one_round(self, items: tuple[ItemStanding, ...]) -> tuple[ItemStanding, ...]:
        """The items to ask about together: all that are due, else those whose turn comes first."""
        rounds = self._rounds(items)
        if not rounds:
            return ()
        first_at = min(one.due_at for one in rounds.values())
        return tuple(
            item
            for item in items
            if item.number in rounds and rounds[item.number].due_at <= max(self.now, first_at)
        )

    def _until(self, items: tuple[ItemStanding, ...]) -> datetime | None:
        objected = [entry for item in items if (entry := last(item.history, Fact.COUNTER_NOTICE))]
        return min((after(entry.at, BEFORE_BACK) for entry in objected), default=None)

    def _points(
        self, do: Do, reason: Reason, items: tuple[ItemStanding, ...], party: Party
    ) -> tuple[Point, ...]:
        if do is Do.REGULATOR:
            unsent = party.law == _US and not party.hears
            return (
                *((Point.NO_PROCESS,) if reason is Reason.NO_PROCESS else ()),
                *((Point.NO_ACCOUNT,) if reason is Reason.LOGIN else ()),
                *((Point.SEND_48H_TOO,) if unsent else ()),
            )
        if do is not Do.ANSWER:
            return ()
        points: list[Point] = []
        if not any(_was_answered(item) for item in items):
            points.append(Point.ELEMENTS)
            if reason is Reason.REFUSED and self.minor:
                points.append(Point.YOU_KNOW)
        if reason is Reason.PARTLY:
            points.append(Point.SAY_WHICH if self.minor else Point.STILL_UP)
        said = {remark for item in items for remark in _unanswered_remarks(item)}
        return (*points, *(point for remark, point in POINTS.items() if remark in said))


def _scene(
    standing: Standing,
    laws: tuple[Law, ...],
    case: Around,
    now: datetime,
    platform: str,
    unready: Collection[str],
) -> _Scene:
    channels = directory.platform(platform).channels if platform else ()
    processes: frozenset[Purpose] = frozenset(channel.purpose for channel in channels)
    clocks = all_clocks(
        [law for law in laws if law.key not in unready],
        standing,
        now,
        counts_as_minor=case.answers.counts_as_minor,
        processes=processes,
        zone=case.zone,
    )
    of_item: dict[int, list[Running]] = {}
    for running in clocks:
        for number in running.items:
            of_item.setdefault(number, []).append(running)
    indexed = {number: tuple(some) for number, some in of_item.items()}
    return _Scene(standing, laws, case, now, indexed, lacks_process(laws, processes))


def _is_open(item: ItemStanding, do: Do) -> bool:
    return do not in NOTED or is_open(item.state, NOTED[do])


def _since(item: ItemStanding, *wanted: Fact | Move) -> tuple[Entry, ...]:
    """What was noted after the last of these; all, where there was none."""
    found = last(item.history, *wanted)
    return item.history[item.history.index(found) + 1 :] if found else item.history


_TURNS = (*ANSWERED, Fact.BACK_AGAIN, Fact.THREATENED)
_ROUNDS = (Fact.REMOVAL, Fact.STILL_GONE, Fact.NO_NEWS)


def _is_done(item: ItemStanding, do: Do, party: Party, since: tuple[Fact, ...]) -> bool:
    """Was this done, since what it follows? Appeals, offices and fingerprints are gone to once."""
    match do:
        case Do.ANSWER | Do.GIVE | Do.SEND_ELSEWHERE:
            return any(entry.happening is NOTED[do] for entry in _since(item, *ANSWERED))
        case Do.APPEAL:
            return last(item.history, Move.APPEAL) is not None
        case Do.REMIND:
            return any(entry.happening is Move.REMIND for entry in _since(item, *SENDING))
        case Do.SUPPLEMENT | Do.NOTE:
            return _was_told(_since(item, *since), NOTED[do], {party.to, *party.resources})
        case Do.AUTHORITY | Do.REGULATOR | Do.HASH | Do.LEGAL_FIRST:
            return _was_told(item.history, NOTED[do], {party.to, *party.resources})
        case Do.FLAGGER:  # often the hotline itself, which was told something else
            return _was_told(item.history, NOTED[do], {party.to})
    return False


def _was_told(history: Iterable[Entry], move: Move, names: set[str]) -> bool:
    return any(entry.happening is move and entry.to and entry.to in names for entry in history)


def _was_answered(item: ItemStanding) -> bool:
    """Was each element named once already? To say it again adds nothing (`laws.md` 4: one reply)."""
    return last(item.history, Move.ANSWER) is not None


def _unanswered_remarks(item: ItemStanding) -> Iterator[Remark]:
    """What their answers said beside the point since we last answered."""
    for entry in _since(item, Move.ANSWER):
        if entry.happening in ANSWERED:
            yield from entry.remarks
