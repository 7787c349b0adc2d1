"""What became of the letters of a request that left from here, in words; and what a worker told of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from survivor_portal.cases import records
from survivor_portal.cases.keys import Document, OpenCase
from survivor_portal.correspondence import leaving, outgoing
from survivor_portal.correspondence.threads import Leaving, Posted, Thread
from survivor_portal.takedowns import operations
from survivor_portal.takedowns.due import due_by
from survivor_portal.takedowns.operations import NoSuchTakedown
from survivor_portal.takedowns.process import Fact
from survivor_portal.takedowns.standing import Entry
from survivor_portal.web.forms import Words
from survivor_portal.web.survivor import flow
from survivor_portal.web.survivor.zones import zone_of

PLAN = records.PLAN
# After its time a sweep tells of a letter within the hour.
_SURELY_OVER = outgoing.TRIED_FOR + timedelta(hours=3)
_LATE = timedelta(minutes=10)

STATES: dict[Leaving, Words] = {
    Leaving.left: _("It left. Their mail server took it. This does not prove that a person has it."),
    Leaving.stopped: _("You stopped it. It did not leave, as far as we know."),
    Leaving.failed: _("It did not arrive. This address did not take it. Try another way."),
    Leaving.returned: _("It left and came back. It did not arrive. Try another way."),
    Leaving.unknown: _("We do not know if it left. You can send it another way."),
}
WAITS: Words = _("It waits here. It leaves soon.")
TRIES: Words = _("We have not got through yet. We try again for three days.")
# Of a request whose letter to the platform is still here: where it stands, and how its story says so; the
# story says it of a stopped one too.
LEAVES: Words = _("Waits to be sent")
GIVEN: Words = _("You asked us to send it")
NOT_KNOWN: Words = STATES[Leaving.unknown]
GAVE_UP: Words = _("We tried and did not get through. Try another way.")


@dataclass(frozen=True, slots=True)
class Line:
    """One letter as the page shows it. `said`: the words of the other server, to be shown as theirs."""

    letter: Posted
    words: Words
    said: str
    may_stop: bool

    @property
    def at(self) -> datetime:
        return self.letter.told_at or self.letter.at

    @property
    def waits(self) -> bool:
        return self.words is WAITS or self.words is TRIES

    @property
    def is_leaving(self) -> bool:
        """Is it on its way to the platform itself, and still here?"""
        return self.words is WAITS and not self.letter.whom

    @property
    def waits_until(self) -> datetime | None:
        return self.letter.leaves_at if self.words is WAITS else None


def lines(thread: Thread | None, now: datetime) -> tuple[Line, ...]:
    """The letters of a request, the newest first."""
    return tuple(_line(one, now) for one in reversed(thread.letters)) if thread else ()


def places_of(every: Iterable[Line], entries: Collection[int]) -> frozenset[int]:
    """The numbers of the places in the letters that belong to these entries of the story."""
    return frozenset(item for line in every if line.letter.entry in entries for item in line.letter.items)


def stopped(every: Iterable[Line]) -> set[int]:
    """The entries of the story whose letter was asked for and never left."""
    return {line.letter.entry for line in every if line.letter.state is Leaving.stopped}


def _line(letter: Posted, now: datetime) -> Line:
    if letter.state is Leaving.waiting:
        over = now - letter.at > _SURELY_OVER
        late = now - letter.leaves_at > _LATE
        return Line(letter, NOT_KNOWN if over else TRIES if late else WAITS, "", not over)
    if letter.state is Leaving.failed and not letter.said:
        return Line(letter, GAVE_UP, "", False)
    said = letter.said if letter.state is Leaving.failed else ""
    return Line(letter, STATES[letter.state], said, False)


def left(case: OpenCase, arrived: Document, now: datetime) -> None:
    """A worker told that a letter left."""
    told = arrived["document"]
    outgoing.settle(case, told["request"], told["letter"], Leaving.left, told["words"], _at(arrived), now)


def failed(case: OpenCase, arrived: Document, now: datetime) -> None:
    """A worker told that a letter did not get there. To the platform: the request did not arrive."""
    told = arrived["document"]
    said = f"{told['code']} {told['words']}" if told["code"] else ""
    letter = outgoing.settle(case, told["request"], told["letter"], Leaving.failed, said, _at(arrived), now)
    if letter is None or letter.whom:
        return
    try:
        takedown = operations.read(case, told["request"])
    except NoSuchTakedown:
        return
    (plan,) = records.read(case, PLAN)
    minor = flow.stand(plan.document).answers.counts_as_minor
    entry = Entry(takedown.next_seq, Fact.BOUNCE, _at(arrived), letter.items)
    due = due_by(now, counts_as_minor=minor, zone=zone_of(plan.document))
    operations.note(case, takedown, entry, now, due=due)


def unknown(case: OpenCase, arrived: Document, now: datetime) -> None:
    """A backup was put back while it waited: nobody knows whether it had left."""
    told = arrived["document"]
    outgoing.settle(case, told["request"], told["letter"], Leaving.unknown, "", _at(arrived), now)


def _at(arrived: Document) -> datetime:
    return datetime.fromisoformat(str(arrived["at"]))


RECEIVED = {leaving.SENT: left, leaving.NOT_SENT: failed, leaving.LOST: unknown}
