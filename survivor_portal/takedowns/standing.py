"""Fold what was recorded about one request into where it and each of its items stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from survivor_portal.replies import Remark
from survivor_portal.takedowns.process import (
    GONE_OR_LEFT,
    Fact,
    Happening,
    Move,
    NotNow,
    State,
    after,
    is_open,
    over,
)


class How(StrEnum):
    """How something went out. A form, and a report inside an app, arrive by pressing send."""

    FORM = "form"
    IN_APP = "in_app"
    MAIL = "mail"
    POST = "post"
    PHONE = "phone"

    @property
    def arrives_at_once(self) -> bool:
        return self in (How.FORM, How.IN_APP, How.PHONE)


class NoSuchEntry(ValueError):
    """An entry that does not fit the book: a number out of order, a correction of nothing, a bare time."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How far an item went, only as far as the person knew already. Nobody is asked to count."""

    item: int
    views: int | None = None
    shares: int | None = None
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CameBack:
    """What a new item quotes of the one it carries on: the old request (its id), item, ticket and days."""

    item: int  # the number of the new item
    request: str
    old_item: int
    ticket: str = ""
    sent_at: datetime | None = None
    removed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened, as noted in the book.

    `seq` counts the entries of this request from 1 up. `at` is when it happened (aware), which may be long
    before it was noted. `items` are the numbers it is about; none: those it can be about. `to` is the key of
    the law or resource that was told, or that acted ("": the platform). `corrects` is the entry this one
    stands in for; with `happening` None that entry is taken back. `by` signs it as the book does where it was
    not the owner of the case ("": the owner).
    """

    seq: int
    happening: Happening | None
    at: datetime
    items: tuple[int, ...] = ()
    how: How | None = None
    channels: tuple[str, ...] = ()  # keys of the directory
    ticket: str = ""
    reply: str = ""  # id of the answer, kept word for word
    remarks: frozenset[Remark] = frozenset()  # what else the answer said, as the person let it stand
    to: str = ""
    spread: tuple[Spread, ...] = ()
    came_back: tuple[CameBack, ...] = ()
    corrects: int | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class ItemStanding:
    """One item: its state, since when, the state before it was closed, and all that touched it, in order."""

    number: int
    state: State
    since: datetime
    before_closing: State
    history: tuple[Entry, ...]

    @property
    def removed_at(self) -> datetime | None:
        """When it was last said to be gone; None while it may be up."""
        state = self.before_closing if self.state is State.CLOSED else self.state
        if state not in (State.REMOVED, State.REAPPEARED, State.CARRIED_ON):
            return None
        found = last(self.history, Fact.REMOVAL) or last(self.history, Fact.BACK_AGAIN)
        return found.at if found else None


@dataclass(frozen=True, slots=True)
class Standing:
    """One request: its state, its items by number, and what holds after corrections, by when it happened.

    `odd`: numbers of moves that were open when they were noted and, after a later correction, would not be.
    They happened, and are kept; they change no state.
    """

    state: State = State.DRAFTED
    items: tuple[ItemStanding, ...] = ()
    happenings: tuple[Entry, ...] = ()
    odd: tuple[int, ...] = ()

    def item(self, number: int) -> ItemStanding | None:
        return next((item for item in self.items if item.number == number), None)

    @property
    def still_up(self) -> tuple[int, ...]:
        """Items not said to be gone, not closed and not carried on elsewhere."""
        return tuple(item.number for item in self.items if item.state not in GONE_OR_LEFT)

    @property
    def tickets(self) -> tuple[str, ...]:
        """Ticket numbers of the platform, latest first, each once."""
        found = (entry.ticket for entry in reversed(self.happenings) if entry.ticket and not entry.to)
        return tuple(dict.fromkeys(found))

    @property
    def sent_at(self) -> datetime | None:
        found = first(self.happenings, Move.SEND)
        return found.at if found else None


def first(history: Iterable[Entry], *wanted: Happening) -> Entry | None:
    return next((entry for entry in history if entry.happening in wanted), None)


def last(history: Sequence[Entry], *wanted: Happening) -> Entry | None:
    return next((entry for entry in reversed(history) if entry.happening in wanted), None)


class _Course:
    """One item while the entries are read."""

    def __init__(self, number: int, at: datetime) -> None:
        self.number = number
        self.state = self.before_closing = State.DRAFTED
        self.since = at
        self.history: list[Entry] = []

    def move_to(self, state: State, at: datetime) -> None:
        if state is not self.state:
            if state is State.CLOSED:
                self.before_closing = self.state
            self.state, self.since = state, at

    def done(self) -> ItemStanding:
        return ItemStanding(self.number, self.state, self.since, self.before_closing, tuple(self.history))


def fold(entries: Iterable[Entry]) -> Standing:
    """Where the request stands after these entries. Never raises for any entries."""
    held = _held(entries)
    courses, odd = _courses(held)
    items = tuple(courses[number].done() for number in sorted(courses))
    return Standing(over(item.state for item in items), items, held, tuple(odd))


def add(entries: Sequence[Entry], entry: Entry) -> tuple[Entry, ...]:
    """The entries with one more.

    Raises NoSuchEntry when its number is not the next, its time has no zone, or it corrects nothing that
    holds; NotNow for a move that was not open when it is said to have happened. A fact is always taken.
    """
    if entry.seq != (entries[-1].seq if entries else 0) + 1:
        raise NoSuchEntry(f"entry {entry.seq} does not follow the last one")
    if entry.at.utcoffset() is None:
        raise NoSuchEntry("a time without its zone says nothing")
    taken_back = {known.corrects for known in entries}
    if entry.corrects is None:
        if entry.happening is None:
            raise NoSuchEntry("an entry that says nothing corrects something")
    elif entry.corrects in taken_back or entry.corrects not in {known.seq for known in entries}:
        raise NoSuchEntry(f"entry {entry.corrects} is not there to be corrected")
    wider = (*entries, entry)
    if entry.happening is Move.DRAFT:
        _may_draft(entries, entry)
    elif isinstance(entry.happening, Move):
        held = _held(wider)
        courses = _courses(held[: held.index(entry)])[0]
        _take_in(courses, entry)
    return wider


def open_moves(standing: Standing) -> dict[Move, tuple[int, ...]]:
    """Each move that is open now, and for which items."""
    found: dict[Move, tuple[int, ...]] = {}
    for move in Move:
        numbers = tuple(item.number for item in standing.items if is_open(item.state, move))
        if numbers:
            found[move] = numbers
    return found


def ask_again(
    request: str, standing: Standing, number: int, *, at: datetime, seq: int, new_item: int = 1
) -> tuple[tuple[Entry, ...], Entry]:
    """It is back: the entries for the old request (`request` is its id, `seq` its next number), and the first
    one of the new request, which quotes the old ticket and days. Raises NotNow where the item never went out
    or was carried on already."""
    item = standing.item(number)
    if item is None or item.state in (State.DRAFTED, State.CARRIED_ON):
        raise NotNow(f"item {number} cannot have come back")
    back = () if item.state is State.REAPPEARED else (Entry(seq, Fact.BACK_AGAIN, at, (number,)),)
    carried = Entry(seq + len(back), Move.ASK_AGAIN, at, (number,))
    sent = first(item.history, Move.SEND)
    tickets = [entry.ticket for entry in reversed(item.history) if entry.ticket and not entry.to]
    quoted = CameBack(
        item=new_item,
        request=request,
        old_item=number,
        ticket=tickets[0] if tickets else "",
        sent_at=sent.at if sent else None,
        removed_at=removal.at if (removal := last(item.history, Fact.REMOVAL)) else None,
    )
    return (*back, carried), Entry(1, Move.DRAFT, at, (new_item,), came_back=(quoted,))


def _held(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """What holds after corrections, by when it happened. What happened at one moment stays in the order of
    the book, a correction in the place of what it corrects."""
    known = list(entries)
    place: dict[int, int] = {}
    for entry in known:
        place[entry.seq] = entry.seq if entry.corrects is None else place.get(entry.corrects, entry.seq)
    gone = {entry.corrects for entry in known}
    kept = [entry for entry in known if entry.seq not in gone and entry.happening is not None]
    # A list is often drawn up after the request went out: it comes first whatever its time.
    return tuple(
        sorted(kept, key=lambda entry: (entry.happening is not Move.DRAFT, entry.at, place[entry.seq]))
    )


def _courses(held: Iterable[Entry]) -> tuple[dict[int, _Course], list[int]]:
    """The items after these entries, and the numbers of the moves that were not open."""
    courses: dict[int, _Course] = {}
    odd: list[int] = []
    for entry in held:
        try:
            _take_in(courses, entry)
        except NotNow:
            odd.append(entry.seq)
    return courses, odd


def _may_draft(entries: Sequence[Entry], entry: Entry) -> None:
    """What was sent takes no more items. To put a line of the list right adds none."""
    before = next((known for known in entries if known.seq == entry.corrects), None)
    if before and before.happening is Move.DRAFT and set(entry.items) <= set(before.items):
        return
    if not entry.items or any(item.state is not State.DRAFTED for item in fold(entries).items):
        raise NotNow("what was sent takes no more items; a new request does")


def _take_in(courses: dict[int, _Course], entry: Entry) -> None:
    """Let one entry change the items it is about. Raises NotNow before anything is changed."""
    happening = entry.happening
    assert happening is not None
    if isinstance(happening, Fact):
        touched = _touched_by(courses, entry)
    else:
        touched = _moved_by(courses, entry, happening)
    reached = [
        (course, after(course.state, happening, before_closing=course.before_closing)) for course in touched
    ]
    for course, state in reached:
        courses.setdefault(course.number, course).move_to(state, entry.at)
        course.history.append(entry)


def _moved_by(courses: dict[int, _Course], entry: Entry, move: Move) -> list[_Course]:
    """The items a move is for: those named, else all for which it is open."""
    if move is Move.DRAFT:
        return [courses.get(number) or _Course(number, entry.at) for number in dict.fromkeys(entry.items)]
    if entry.items:
        missing = [number for number in entry.items if number not in courses]
        if missing:
            raise NotNow(f"{move} is for an item nobody listed")
        return [courses[number] for number in dict.fromkeys(entry.items)]
    found = [course for course in courses.values() if is_open(course.state, move)]
    if not found:
        raise NotNow(f"{move} is open for no item")
    return found


def _touched_by(courses: dict[int, _Course], entry: Entry) -> list[_Course]:
    """The items a fact is about: those named, also one nobody listed; else all that may still be up, or
    all that are gone where the fact is about what is gone."""
    if entry.items:
        return [courses.get(number) or _Course(number, entry.at) for number in dict.fromkeys(entry.items)]
    every = list(courses.values())
    if entry.happening in _ABOUT_WHAT_IS_GONE:
        return [course for course in every if course.state is State.REMOVED] or every
    return [course for course in every if course.state not in GONE_OR_LEFT] or every


_ABOUT_WHAT_IS_GONE = frozenset({Fact.BACK_AGAIN, Fact.STILL_GONE, Fact.NO_NEWS, Fact.COUNTER_NOTICE})
