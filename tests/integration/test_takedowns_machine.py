"""Whatever is done to the requests of a case, in whatever order: the book folded is what the rows say.

The machine works on one open case: requests begun, moves and facts noted, mistakes put right, things that
come back, two tabs, forms sent twice, and writes that break off halfway. It keeps its own list of what was
taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, connection, models, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from survivor_portal.cases import access, book
from survivor_portal.cases.keys import OpenCase
from survivor_portal.cases.models import Case
from survivor_portal.cases.models import Entry as BookRow
from survivor_portal.replies import Remark
from survivor_portal.takedowns import operations
from survivor_portal.takedowns.due import due_by
from survivor_portal.takedowns.models import OTHER
from survivor_portal.takedowns.models import Takedown as Row
from survivor_portal.takedowns.next_action import NEVER, OURS, OVER, hour_of
from survivor_portal.takedowns.operations import ChangedMeanwhile, Line, NoSuchTakedown, Place, Takedown
from survivor_portal.takedowns.process import GONE_OR_LEFT, Fact, Happening, Move, NotNow, State
from survivor_portal.takedowns.standing import Entry, How, NoSuchEntry, Spread, open_moves

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.database]
START = datetime(2026, 10, 24, 12, 0, tzinfo=UTC)  # the clocks of Berlin go back the next night
ZONES = [UTC, UTC, timezone(timedelta(hours=5, minutes=30)), ZoneInfo("Europe/Berlin")]
DUE = due_by(START, counts_as_minor=False, zone=UTC)
STEPS = 10

# Nobody's site; one with a process of its own; a law of days; one that binds nobody to a number.
PARTIES = [
    ("", ()),
    ("x", ("us-tida",)),
    ("instagram", ("eu-dsa-16", "eu-gdpr-17")),
    ("pornhub", ("us-tida", "us-dmca")),
]
WORDS = st.text(st.characters(categories=None), max_size=12)
MOMENTS = st.builds(
    lambda minutes, zone: (START + timedelta(minutes=minutes)).astimezone(zone),
    st.integers(-3000, 60_000) | st.integers(600, 1000),  # the night itself, often
    st.sampled_from(ZONES),
)
ITEMS = st.lists(st.integers(1, 4), max_size=3).map(tuple)
WHAT: st.SearchStrategy[Happening] = st.sampled_from([*Fact, *Move])
SPREAD = st.builds(
    Spread, st.integers(1, 4), st.none() | st.integers(0), st.none() | st.integers(0), st.none() | MOMENTS
)
DETAILS = st.fixed_dictionaries(
    {},
    optional={
        "how": st.sampled_from(How),
        "ticket": WORDS,
        "channels": st.lists(st.sampled_from(["form", "mail"]), max_size=2).map(tuple),
        "reply": st.sampled_from(["r1", "r2"]),
        "remarks": st.frozensets(st.sampled_from(Remark), max_size=2),
        "to": st.sampled_from(["", "ftc", "us-tida", "eu-dsa-16"]),
        "spread": st.lists(SPREAD, max_size=2).map(tuple),
    },
)


STORED = (
    f"SELECT id, {Row._meta.db_table}.* FROM {Row._meta.db_table} WHERE case_id = %s ORDER BY id",
    f"SELECT seq, head FROM {BookRow._meta.db_table} WHERE case_id = %s ORDER BY seq",
    f"SELECT book_length, book_mark FROM {Case._meta.db_table} WHERE id = %s",
)


class Broken(DatabaseError):
    """A write that did not go through."""


def in_utc(at: datetime | None) -> datetime | None:
    """In one zone: Python finds no moments of two zones equal in the night in which the clocks change."""
    return at and at.astimezone(UTC)


def as_kept(entry: Entry) -> Entry:
    """The entry with its times in UTC, as the book and the row give them back."""
    spread = tuple(replace(one, seen_at=in_utc(one.seen_at)) for one in entry.spread)
    back = tuple(
        replace(one, sent_at=in_utc(one.sent_at), removed_at=in_utc(one.removed_at))
        for one in entry.came_back
    )
    return replace(entry, at=entry.at.astimezone(UTC), spread=spread, came_back=back)


@contextmanager
def breaking(where: tuple[object, str], nth: int, after: bool) -> Iterator[None]:
    """The nth call of that function fails, before or after it did its work; every other one works."""
    real, calls = getattr(*where), 0

    def broken(*args: Any, **more: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls != nth:
            return real(*args, **more)
        if after:
            real(*args, **more)
        raise Broken

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(*where, broken)
        yield


WRITES: list[tuple[object, str]] = [
    (operations, "_overview"),
    (operations, "_details"),
    (operations.book, "add"),
    (book.keys, "seal"),
    (models.QuerySet, "update"),
    (models.QuerySet, "bulk_create"),
    (models.QuerySet, "create"),
]


class Requests(RuleBasedStateMachine):
    """The requests of one case, and what of them was taken."""

    case: ClassVar[OpenCase]

    def __init__(self) -> None:
        super().__init__()
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.now = START
        self.copies: list[Takedown] = []  # every copy a tab may still show, old ones too
        self.latest: dict[str, Takedown] = {}
        self.entries: dict[str, list[Entry]] = {}
        self.replies: dict[str, dict[str, str]] = {}
        self.changed_at: dict[str, datetime] = {}
        self.seen: tuple[list[tuple[Any, ...]], ...] = ()
        self.checked: dict[str, Takedown] = {}
        self.opened: dict[
            str, tuple[tuple[Any, ...], Row, Takedown]
        ] = {}  # with the bytes it was opened from
        self.begin(PARTIES[1], 2)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    # --- what may happen ---

    @rule(minutes=st.integers(0, 20_000))
    def time_goes_by(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @precondition(lambda self: len(self.latest) < 4)
    @rule(party=st.sampled_from(PARTIES), count=st.integers(1, 3))
    def begin(self, party: tuple[str, tuple[str, ...]], count: int) -> None:
        self.taken(self.a_new_one(party, count))

    @rule(data=st.data(), what=WHAT, items=ITEMS, at=MOMENTS, more=DETAILS, text=WORDS)
    def note(
        self, data: st.DataObject, what: Happening, items: Any, at: datetime, more: Any, text: str
    ) -> None:
        takedown = self.one(data)
        self.tried(takedown, Entry(takedown.next_seq, what, at, items, **more), text)

    @rule(data=st.data(), at=MOMENTS, more=DETAILS)
    def make_a_move_that_is_open(self, data: st.DataObject, at: datetime, more: Any) -> None:
        takedown = self.one(data)
        moves = open_moves(takedown.standing)
        if moves:
            move = data.draw(st.sampled_from(sorted(moves)))
            at = max(at, *(entry.at for entry in takedown.entries))
            self.tried(takedown, Entry(takedown.next_seq, move, at, moves[move], **more))

    @rule(data=st.data(), what=st.none() | WHAT, items=ITEMS, at=MOMENTS, off=st.booleans())
    def put_right(
        self, data: st.DataObject, what: Happening | None, items: Any, at: datetime, off: bool
    ) -> None:
        """Another entry in the place of an earlier one, or nothing in its place (`what` None); also of one
        that is not there."""
        takedown = self.one(data)
        wrong = data.draw(st.integers(1, takedown.next_seq + off))
        self.tried(takedown, Entry(takedown.next_seq, what, at, items, corrects=wrong))

    @rule(data=st.data(), what=st.lists(st.tuples(WHAT, ITEMS), min_size=2, max_size=3))
    def note_several_at_once(self, data: st.DataObject, what: list[tuple[Happening, Any]]) -> None:
        """All of them, or none."""
        takedown = self.one(data)
        entries = [Entry(takedown.next_seq + n, one, self.now, items) for n, (one, items) in enumerate(what)]
        before = self.stored()
        try:
            changed = operations.note_each(self.case, takedown, entries, self.now, due=DUE)
        except NotNow:
            assert self.stored() == before
            return
        assert changed.entries == (*takedown.entries, *entries)
        self.keep(changed)

    @rule(data=st.data(), names=st.dictionaries(st.integers(1, 4), WORDS, max_size=3))
    def name_places(self, data: st.DataObject, names: dict[int, str]) -> None:
        takedown = self.one(data)
        changed = operations.name_places(self.case, takedown, names, self.now, due=DUE)
        assert changed.entries == takedown.entries
        if changed != takedown:
            self.keep(changed)

    @rule(data=st.data(), numbers=st.lists(st.integers(1, 3), min_size=1, max_size=3), old=st.booleans())
    def it_is_back(self, data: st.DataObject, numbers: list[int], old: bool) -> None:
        takedown = self.one(data, old=old)
        before = self.stored()
        try:
            new = operations.all_back(self.case, takedown, numbers, self.now, due=DUE)
        except (NotNow, NoSuchTakedown):
            assert self.stored() == before
            return
        except ChangedMeanwhile:
            assert takedown.revision < self.latest[takedown.id].revision
            assert self.stored() == before
            return
        assert takedown.revision == self.latest[takedown.id].revision
        changed = operations.read(self.case, takedown.id)
        wanted = list(dict.fromkeys(numbers))
        assert {item.number for item in changed.standing.items if item.state is State.CARRIED_ON} >= {*wanted}
        assert changed.entries[: len(takedown.entries)] == tuple(map(as_kept, takedown.entries))
        assert len(wanted) <= len(changed.entries) - len(takedown.entries) <= 2 * len(wanted)
        self.keep(changed)
        quoted = [(one.item, one.request, one.old_item) for one in new.entries[0].came_back]
        assert quoted == [(n, takedown.id, number) for n, number in enumerate(wanted, 1)]
        self.taken(new)

    @rule(data=st.data())
    def send_a_form_twice(self, data: st.DataObject) -> None:
        takedown = self.one(data)
        entry = Entry(takedown.next_seq, Fact.REFUSAL, self.now, ticket="T-2")
        self.tried(takedown, entry)
        with pytest.raises(ChangedMeanwhile):
            operations.note(self.case, takedown, entry, self.now, due=DUE)

    @precondition(lambda self: len(self.copies) > len(self.latest))
    @rule(data=st.data(), what=st.sampled_from(Fact))
    def write_in_an_old_tab(self, data: st.DataObject, what: Fact) -> None:
        stale = data.draw(
            st.sampled_from([c for c in self.copies if c.revision < self.latest[c.id].revision])
        )
        with pytest.raises(ChangedMeanwhile):
            operations.note(self.case, stale, Entry(stale.next_seq, what, self.now), self.now, due=DUE)

    @rule(
        data=st.data(),
        where=st.sampled_from(WRITES),
        nth=st.integers(1, 6),
        after=st.booleans(),
        act=st.integers(0, 2),
    )
    def break_off_in_the_middle(
        self, data: st.DataObject, where: Any, nth: int, after: bool, act: int
    ) -> None:
        """Nothing of it stays. Where that call was not reached, it went through like any other."""
        takedown = self.one(data)
        entry = Entry(takedown.next_seq, Fact.REMOVAL, self.now, ticket="T-3")
        before = self.stored()
        try:
            with breaking(where, nth, after):
                if act == 0:
                    made = operations.note(self.case, takedown, entry, self.now, due=DUE)
                elif act == 1:
                    made = operations.all_back(self.case, takedown, (1,), self.now, due=DUE)
                else:
                    made = self.a_new_one(PARTIES[0], 1)
        except (Broken, NotNow, NoSuchTakedown):
            assert self.stored() == before
            return
        if act == 1:
            self.keep(operations.read(self.case, takedown.id))
        self.taken(made) if made.id not in self.latest else self.keep(made)

    @rule(data=st.data(), seq=st.integers(-1, 30), bare=st.booleans())
    def write_what_does_not_fit(self, data: st.DataObject, seq: int, bare: bool) -> None:
        takedown = self.one(data)
        at = self.now.replace(tzinfo=None) if bare else self.now
        entry = Entry(seq, Fact.RECEIPT, at)
        if bare or seq != takedown.next_seq:
            with pytest.raises(NoSuchEntry):
                operations.note(self.case, takedown, entry, self.now, due=DUE)

    # --- what holds ---

    @invariant()
    def the_book_folded_is_what_the_rows_say(self) -> None:
        stored = self.stored()
        if stored == self.seen and set(self.latest) == set(self.checked):
            return  # nothing was written, so nothing has to be opened anew
        entries = book.timeline(self.case)  # its chain, and its sealed end
        by_the_book = operations.folded(entries)
        revisions = book.revisions(entries)
        board = operations.board(self.case)
        lines = {line.id: line for line in board}
        assert len(board) == len(lines)
        assert set(by_the_book) == set(lines) == set(self.latest)
        for in_store in stored[0]:
            row, kept = self.opened_anew(in_store)
            assert by_the_book[row.pk] == kept.standing
            assert revisions[f"{operations.TABLE}|{row.pk}"] == row.revision == kept.revision
            self.is_what_was_taken(kept)
            self.is_said_in_short(kept, row, lines[row.pk])
        self.seen, self.checked = stored, dict(self.latest)

    def opened_anew(self, stored: tuple[Any, ...]) -> tuple[Row, Takedown]:
        """The row and what is sealed in it. One that has not changed by a byte says what it said before."""
        before = self.opened.get(stored[0])
        if before is None or before[0] != stored:
            row = Row.objects.get(pk=stored[0], case_id=self.case.id)
            before = self.opened[row.pk] = (stored, row, operations.read(self.case, row.pk))
        return before[1], before[2]

    def is_what_was_taken(self, kept: Takedown) -> None:
        assert list(kept.entries) == self.entries[kept.id]
        assert kept.replies == self.replies[kept.id]
        assert kept.places == self.latest[kept.id].places

    def is_said_in_short(self, kept: Takedown, row: Row, line: Line) -> None:
        """The clear columns, and the line that is read without the details."""
        standing = kept.standing
        up = [item for item in standing.items if item.state not in GONE_OR_LEFT]
        assert (row.state, line.state) == (standing.state.value, standing.state)
        assert (line.items, line.still_up) == (len(standing.items), len(up))
        assert (line.label, line.kind, line.platform) == (kept.label, kept.kind, kept.platform)
        assert row.platform == (kept.platform or OTHER)
        assert line.due_at == row.due_at
        assert line.changed_at == self.changed_at[kept.id]
        assert (row.next_action_at == NEVER) == (standing.state in OVER)
        assert standing.state not in OURS or row.next_action_at == hour_of(line.changed_at)
        due = DUE(kept, standing) if row.revision > 1 else None
        if due is None:
            assert row.due_at is None
        else:
            assert row.due_at is not None
            assert timedelta() <= row.due_at - due < timedelta(hours=1)
            assert row.due_at.astimezone(UTC).time().replace(hour=0) == datetime.min.time()

    # --- the means ---

    def one(self, data: st.DataObject, *, old: bool = False) -> Takedown:
        """A request as a tab shows it; `old`: maybe as it was before."""
        return data.draw(st.sampled_from(self.copies if old else list(self.latest.values())))

    def a_new_one(self, party: tuple[str, tuple[str, ...]], count: int) -> Takedown:
        platform, grounds = party
        return operations.begin(
            self.case,
            platform=platform,
            kind="request_48h",
            label=f"Request {len(self.latest)}",
            to="the site",
            grounds=grounds,
            places=[Place(n, f"Place {n}", url=f"https://video.example/{n}") for n in range(1, count + 1)],
            now=self.now,
            site="" if platform else "board.example",
        )

    def tried(self, takedown: Takedown, entry: Entry, text: str = "") -> None:
        """Note it. Refused or taken: in the second case it is what we expect to find from now on."""
        try:
            changed = operations.note(self.case, takedown, entry, self.now, due=DUE, reply=text)
        except NotNow:
            assert isinstance(entry.happening, Move)  # the world is never refused
            return
        except NoSuchEntry:
            assert entry.corrects is not None
            return
        if entry.reply and text:
            self.replies[takedown.id] = {**self.replies[takedown.id], entry.reply: text}
        assert changed.entries == (*takedown.entries, entry)
        self.keep(changed)

    def taken(self, new: Takedown) -> None:
        self.replies[new.id] = {}
        self.keep(new)

    def keep(self, takedown: Takedown) -> None:
        self.latest[takedown.id] = takedown
        self.copies.append(takedown)
        self.entries[takedown.id] = [as_kept(entry) for entry in takedown.entries]
        self.changed_at[takedown.id] = self.now

    def stored(self) -> tuple[list[tuple[Any, ...]], ...]:
        """Every byte that is kept of this case: rows, book, and the end of the book. Asked after each step,
        so it is asked as short as can be."""
        found: list[list[tuple[Any, ...]]] = []
        with connection.cursor() as cursor:
            for sql in STORED:
                cursor.execute(sql, [self.case.id])
                found.append(cursor.fetchall())
        return tuple(found)


def test_whatever_is_done_the_book_folded_is_what_the_rows_say(sizes: Callable[[str], int]) -> None:
    access.prepare()
    Requests.case = access.open_new(START).session.case

    run_state_machine_as_test(
        Requests,
        settings=settings(
            max_examples=sizes("takedown_machine"),
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
