"""What is done with a request: begin it, note what happened, put a mistake right, say that it is back.

One write path: each call writes the row and the entry in the book in one transaction, or neither.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from django.db import transaction

from survivor_portal.cases import book, keys, teams_of
from survivor_portal.cases.book import Note
from survivor_portal.cases.keys import OpenCase
from survivor_portal.takedowns import counting
from survivor_portal.takedowns.clocks import Kind
from survivor_portal.takedowns.lines import OVERVIEW, End, Line, line
from survivor_portal.takedowns.models import OTHER
from survivor_portal.takedowns.models import Takedown as Row
from survivor_portal.takedowns.next_action import next_action_at, next_hour
from survivor_portal.takedowns.plain import Plain, entry_from_plain, entry_to_plain
from survivor_portal.takedowns.process import Fact, Move
from survivor_portal.takedowns.rounds import gone
from survivor_portal.takedowns.standing import CameBack, Entry, Standing, add, ask_again, fold, last
from survivor_portal.takedowns.summary import Summary, refusal_words, summary
from survivor_portal.takedowns.summary import to_plain as summary_to_plain

TABLE = "takedowns_takedown"
NOTED = "takedown"  # the kind of its entries in the book
NAMED = "places_named"


class NoSuchTakedown(Exception):
    """This case has no such request."""


class ChangedMeanwhile(Exception):
    """Another tab wrote first. Read again."""


@dataclass(frozen=True, slots=True)
class Place:
    """One item of a request: its number there, its number in the case's own list (0: none), and where it
    is. `label` is what pages show. `masked`: what they showed before the person gave it a name of their own;
    empty where it has none."""

    number: int
    label: str
    url: str = ""
    where: str = ""
    account: str = ""
    of_case: int = 0
    masked: str = ""

    @property
    def own_name(self) -> str:
        """The person's own words for it, "" where they gave none. Never a part of a link."""
        return self.label if self.masked else ""

    def named(self, name: str) -> Place:
        """The place under that name of the person's own; "" gives back what it was called before."""
        before = self.masked or self.label
        return replace(self, label=name or before, masked=before if name else "")


@dataclass(frozen=True, slots=True)
class Takedown:
    """One request, opened. `step` is the plan's step it came from; `grounds` the laws it stands on; `to` whom
    it is addressed to, in words. `unready`: those of the grounds of which the letter lacked a part when it
    went out, so their clocks do not run by it. `wordings`: in which words an answer refused, by its id;
    `counted`: what figures know of it already, see `counting`."""

    id: str
    platform: str  # directory key, "" for a site nobody knows
    kind: str
    label: str
    to: str
    grounds: tuple[str, ...]
    channel: str
    places: tuple[Place, ...]
    entries: tuple[Entry, ...]
    revision: int
    step: str = ""
    site: str = ""
    replies: dict[str, str] = field(default_factory=dict)  # id to text, kept word for word
    unready: tuple[str, ...] = ()
    wordings: dict[str, tuple[str, ...]] = field(default_factory=dict)
    counted: tuple[str, ...] = ()

    @property
    def standing(self) -> Standing:
        return fold(self.entries)

    @property
    def last_seq(self) -> int:
        """The number of the newest entry: what a form has seen. A name given to a place does not raise it."""
        return self.entries[-1].seq if self.entries else 0

    @property
    def next_seq(self) -> int:
        return self.last_seq + 1

    def summed_up(self, standing: Standing) -> Summary:
        return summary(standing, self.grounds, self.channel, self.wordings)


class Due(Protocol):
    """Reads the clocks that run for a request, the first one first."""

    def ends(self, takedown: Takedown, standing: Standing) -> tuple[End, ...]: ...


def begin(
    case: OpenCase,
    *,
    platform: str,
    kind: str,
    label: str,
    to: str,
    grounds: Sequence[str],
    places: Sequence[Place],
    now: datetime,
    channel: str = "",
    step: str = "",
    site: str = "",
    unready: Sequence[str] = (),
    first: Entry | None = None,
) -> Takedown:
    """A new request, drafted. `first`: the entry it begins with, where it carries on an earlier one."""
    entry = _signed(case, first or Entry(1, Move.DRAFT, now, tuple(place.number for place in places)))
    made = Takedown(
        id=keys.new_id(),
        platform=platform,
        kind=kind,
        label=label,
        to=to,
        grounds=tuple(grounds),
        channel=channel,
        places=tuple(places),
        entries=add((), entry),
        revision=1,
        step=step,
        site=site,
        unready=tuple(unready),
    )
    facts = {
        "request": made.id,
        "entry": entry_to_plain(entry),
        "label": label,
        "to": to,
        "grounds": list(grounds),
    }
    with transaction.atomic():
        book.add(case, [Note(NOTED, facts, touched={f"{TABLE}|{made.id}": 1})], now)
        Row.objects.create(
            id=made.id,
            case_id=case.id,
            platform=platform or OTHER,
            kind=kind,
            state=made.standing.state.value,
            due_at=None,
            next_action_at=_next_action_at(made.standing, (), now),
            revision=1,
            overview=_overview(case, made, (), now),
            details=_details(case, made),
        )
    return made


def note(
    case: OpenCase, takedown: Takedown, entry: Entry, now: datetime, *, due: Due, reply: str = ""
) -> Takedown:
    """Write down what happened. `reply`: the answer word for word, kept under the entry's `reply` id.

    Raises standing.NoSuchEntry, process.NotNow, ChangedMeanwhile.
    """
    entry = _signed(case, entry)
    entries = add(takedown.entries, entry)
    replies = {**takedown.replies, entry.reply: reply} if entry.reply and reply else takedown.replies
    changed = replace(
        takedown,
        entries=entries,
        replies=replies,
        wordings=_wordings(takedown, entry, replies),
        revision=takedown.revision + 1,
    )
    facts: dict[str, Any] = {"request": changed.id, "entry": entry_to_plain(entry)}
    if reply:
        facts["reply"] = reply
    news = counting.news(takedown, changed, now, lambda: teams_of.let_in(case.id, now))
    changed = replace(changed, counted=news.counted)
    with transaction.atomic():
        _write(case, changed, Note(NOTED, facts), now, due)
        news.write()
    return changed


def signature(case: OpenCase) -> str:
    """How an entry of a request is signed: as the book is, "" for the owner."""
    return "" if case.by == book.OWNER else case.by


def _signed(case: OpenCase, entry: Entry) -> Entry:
    return replace(entry, by=signature(case))


def _wordings(takedown: Takedown, entry: Entry, replies: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The words of a refusal are found once, when it is noted: what a list needs of them is little."""
    if entry.happening is not Fact.REFUSAL or entry.reply in takedown.wordings or entry.reply not in replies:
        return takedown.wordings
    return {**takedown.wordings, entry.reply: refusal_words(replies[entry.reply], takedown.platform)}


def note_each(
    case: OpenCase, takedown: Takedown, entries: Sequence[Entry], now: datetime, *, due: Due
) -> Takedown:
    """Several things that are noted together: all or none. Raises as `note` does."""
    with transaction.atomic():
        for entry in entries:
            takedown = note(case, takedown, entry, now, due=due)
    return takedown


def name_places(
    case: OpenCase, takedown: Takedown, names: Mapping[int, str], now: datetime, *, due: Due
) -> Takedown:
    """Give places names of the person's own, by number; "" takes one back. The book says only which.

    Raises ChangedMeanwhile. Names that are there already write nothing.
    """
    places = tuple(
        place.named(names[place.number]) if place.number in names else place for place in takedown.places
    )
    numbers = [new.number for new, old in zip(places, takedown.places, strict=True) if new != old]
    if not numbers:
        return takedown
    changed = replace(takedown, places=places, revision=takedown.revision + 1)
    _write(case, changed, Note(NAMED, {"request": changed.id, "places": numbers}), now, due)
    return changed


def _write(case: OpenCase, changed: Takedown, told: Note, now: datetime, due: Due) -> None:
    """The row and its line in the book, in one transaction. Raises ChangedMeanwhile."""
    with transaction.atomic():
        book.add(case, [replace(told, touched=_touched(changed))], now)
        rewrite(case, changed, due.ends(changed, changed.standing), now)


def rewrite(case: OpenCase, changed: Takedown, ends: Sequence[End], at: datetime) -> dict[str, int]:
    """The row in its new revision; gives what a line of the book has to touch. Raises ChangedMeanwhile."""
    written = Row.objects.filter(pk=changed.id, case_id=case.id, revision=changed.revision - 1).update(
        state=changed.standing.state.value,
        due_at=next_hour(first) if (first := soonest(ends)) else None,
        next_action_at=_next_action_at(changed.standing, ends, at),
        revision=changed.revision,
        overview=_overview(case, changed, ends, at),
        details=_details(case, changed),
    )
    if not written:
        raise ChangedMeanwhile
    return _touched(changed)


def _touched(changed: Takedown) -> dict[str, int]:
    return {f"{TABLE}|{changed.id}": changed.revision}


def soonest(ends: Sequence[End]) -> datetime | None:
    """When somebody else's duty or our reminder ends first. The person's own windows press nobody."""
    return min(_pressing(ends), default=None)


def _pressing(ends: Sequence[End]) -> list[datetime]:
    return [end.at for end in ends if end.kind in (Kind.DUTY, Kind.REMINDER)]


def _next_action_at(standing: Standing, ends: Sequence[End], changed_at: datetime) -> datetime:
    told = last(standing.happenings, Move.ESCALATE)
    return next_action_at(standing.state, _pressing(ends), changed_at, told.at if told else None)


def all_back(
    case: OpenCase, takedown: Takedown, numbers: Sequence[int], now: datetime, *, due: Due
) -> Takedown:
    """Items are back: the old request says so, and one new request for all of them, with a clock of its own,
    quotes each old ticket. Raises NoSuchTakedown (no such item), NotNow, ChangedMeanwhile; then nothing is
    written."""
    old = {place.number: place for place in takedown.places}
    wanted = tuple(dict.fromkeys(numbers))
    if not wanted or not set(wanted) <= old.keys():
        raise NoSuchTakedown
    standing = takedown.standing
    quoted: list[CameBack] = []
    with transaction.atomic():
        for new, number in enumerate(wanted, 1):
            entries, first = ask_again(
                takedown.id, standing, number, at=now, seq=takedown.next_seq, new_item=new
            )
            takedown = note_each(case, takedown, entries, now, due=due)
            quoted += first.came_back
        return begin(
            case,
            platform=takedown.platform,
            kind=takedown.kind,
            label=takedown.label,
            to=takedown.to,
            grounds=takedown.grounds,
            places=tuple(replace(old[number], number=new) for new, number in enumerate(wanted, 1)),
            now=now,
            channel=takedown.channel,
            step=takedown.step,
            site=takedown.site,
            first=Entry(1, Move.DRAFT, now, tuple(range(1, len(wanted) + 1)), came_back=tuple(quoted)),
        )


def read(case: OpenCase, takedown_id: str) -> Takedown:
    """One request with all its details: one query. Raises NoSuchTakedown, seals.WrongKey (tampered with)."""
    row = Row.objects.filter(pk=takedown_id, case_id=case.id).first()
    if row is None:
        raise NoSuchTakedown
    plain = keys.unseal(case, f"{TABLE}.details", row.pk, row.revision, bytes(row.details))
    return Takedown(
        id=row.pk,
        platform="" if row.platform == OTHER else row.platform,
        kind=row.kind,
        label=plain["label"],
        to=plain["to"],
        grounds=tuple(plain["grounds"]),
        channel=plain["channel"],
        places=tuple(Place(**place) for place in plain["places"]),
        entries=tuple(entry_from_plain(entry) for entry in plain["entries"]),
        revision=row.revision,
        step=plain["step"],
        site=plain["site"],
        replies=plain["replies"],
        unready=tuple(plain.get("unready", ())),
        wordings={name: tuple(words) for name, words in plain.get("wordings", {}).items()},
        counted=tuple(plain.get("counted", ())),
    )


def board(case: OpenCase) -> tuple[Line, ...]:
    """All requests of a case, the next one due first: one query, and one small document opened for each."""
    rows = Row.objects.filter(case_id=case.id).defer("details").order_by("due_at", "pk")
    return tuple(line(case, row) for row in rows)


def folded(entries: Sequence[book.Entry]) -> dict[str, Standing]:
    """Where each request stands by the book alone; must equal what the rows say."""
    noted: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.note.kind == NOTED:
            noted.setdefault(entry.note.facts["request"], []).append(
                entry_from_plain(entry.note.facts["entry"])
            )
    return {request: fold(found) for request, found in noted.items()}


def _overview(case: OpenCase, takedown: Takedown, ends: Sequence[End], now: datetime) -> bytes:
    standing = takedown.standing
    told = last(standing.happenings, Move.ESCALATE)
    plain: Plain = {
        "label": takedown.label,
        "items": len(standing.items),
        "still_up": len(standing.still_up),
        "changed_at": now.isoformat(),
        "to": takedown.to,
        "step": takedown.step,
        "site": takedown.site,
        "is_ready": not takedown.unready,
        "told_at": told.at.isoformat() if told else None,
        "ends": [[end.kind.value, end.at.isoformat(), end.is_sure] for end in ends],
        "gone": [
            [one.removed_at.isoformat(), one.answered_at.isoformat() if one.answered_at else None, one.count]
            for one in gone(standing)
        ],
        "summary": summary_to_plain(takedown.summed_up(standing)),
    }
    return keys.seal(case, OVERVIEW, takedown.id, takedown.revision, plain)


_OF_A_PLACE = ("number", "label", "url", "where", "account", "of_case", "masked")


def _details(case: OpenCase, takedown: Takedown) -> bytes:
    plain: Plain = {
        "label": takedown.label,
        "to": takedown.to,
        "grounds": list(takedown.grounds),
        "channel": takedown.channel,
        "places": [{name: getattr(place, name) for name in _OF_A_PLACE} for place in takedown.places],
        "entries": [entry_to_plain(entry) for entry in takedown.entries],
        "step": takedown.step,
        "site": takedown.site,
        "replies": takedown.replies,
        "unready": list(takedown.unready),
        "wordings": {name: list(words) for name, words in takedown.wordings.items()},
        "counted": list(takedown.counted),
    }
    return keys.seal(case, f"{TABLE}.details", takedown.id, takedown.revision, plain)
