"""One checking round over many cases of grown people: what is due, and the answers, each case by itself.

It means looking. A case about somebody under 18, or where that is not sure or was not said, is never in it,
whatever is asked for: there only what a platform or hotline said is written down, in the case itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from survivor_portal.takedowns import of_answers, together
from survivor_portal.takedowns.in_bulk import Act, AtHand, NotDone
from survivor_portal.takedowns.of_teams import Seen
from survivor_portal.takedowns.operations import Place, Takedown
from survivor_portal.takedowns.process import Fact, State
from survivor_portal.takedowns.rounds import next_round
from survivor_portal.takedowns.standing import Entry

# Where something can be gone.
STATES = frozenset(State) - {State.DRAFTED, State.CARRIED_ON, State.CLOSED}
ANSWERS = (Fact.STILL_GONE, Fact.BACK_AGAIN, Fact.NO_NEWS)


@dataclass(frozen=True, slots=True)
class OfAdult:
    """A request of a grown person's case, and the zone in which that case counts days."""

    seen: Seen
    zone: tzinfo


def of_adults(seen: Sequence[Seen]) -> list[OfAdult]:
    """Those of cases of grown people. One query."""
    cases = {one.granted.case.id: one.granted.case for one in seen}
    answers = of_answers.of_each(list(cases.values()))
    grown = {case_id: found.zone for case_id, found in answers.items() if not found.counts_as_minor}
    return [OfAdult(one, grown[case.id]) for one in seen if (case := one.granted.case).id in grown]


def are_due(one: OfAdult, now: datetime) -> int:
    """How many places of this request have a round that is due."""
    turns = ((gone, gone.turn(now, one.zone)) for gone in one.seen.line.gone)
    return sum(gone.count for gone, turn in turns if turn is not None and turn.is_due(now))


def due(takedown: Takedown, now: datetime, zone: tzinfo) -> tuple[Place, ...]:
    """The places of a grown person's request whose round it is. `zone`: that of the case."""
    found = (next_round(item, now, counts_as_minor=False, zone=zone) for item in takedown.standing.items)
    numbers = {one.item for one in found if one is not None and one.is_due(now)}
    return tuple(place for place in takedown.places if place.number in numbers)


def collect(into: dict[str, tuple[Place, ...]], now: datetime) -> Act:
    """Read the places that are due, by request. Writes nothing but that the case was opened."""

    def act(hand: AtHand) -> NotDone | None:
        if hand.answers.counts_as_minor:
            return NotDone.NOT_HERE
        into[hand.takedown.id] = due(hand.takedown, now, hand.answers.zone)
        return None if into[hand.takedown.id] else NotDone.ALREADY

    return act


def answer(given: Mapping[str, Mapping[int, Fact]], now: datetime) -> Act:
    """Note what was found, by request and place. A place whose round is not due any more stays as it is."""

    def act(hand: AtHand) -> NotDone | None:
        if hand.answers.counts_as_minor:
            return NotDone.NOT_HERE
        takedown = hand.takedown
        told = given.get(takedown.id, {})
        asked = [place.number for place in due(takedown, now, hand.answers.zone)]
        entries = _entries(takedown, {number: told[number] for number in asked if number in told}, now)
        if not entries:
            return NotDone.ALREADY
        together.note_beside(hand.case, takedown, entries, now, due=hand.answers.due(now))
        return None

    return act


def _entries(takedown: Takedown, told: Mapping[int, Fact], now: datetime) -> list[Entry]:
    kinds = (fact for fact in ANSWERS if fact in told.values())
    return [
        Entry(takedown.next_seq + place, fact, now, _numbers(told, fact)) for place, fact in enumerate(kinds)
    ]


def _numbers(told: Mapping[int, Fact], fact: Fact) -> tuple[int, ...]:
    return tuple(number for number, said in told.items() if said is fact)
