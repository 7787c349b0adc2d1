"""One list to one platform for many clients: only grown people, and only where each of them allowed it.

What is read of each case is the request itself; what is written is that the list went out, in each case by
itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from survivor_portal import letters
from survivor_portal.cases.actors import Scope
from survivor_portal.takedowns import operations, releases
from survivor_portal.takedowns.in_bulk import Act, AtHand, NotDone, Sending, release_for
from survivor_portal.takedowns.of_teams import Seen
from survivor_portal.takedowns.operations import Takedown
from survivor_portal.takedowns.process import Move, State, is_open
from survivor_portal.takedowns.standing import Entry

# Where something may still be up, and somebody at the platform can act on it.
OPEN = frozenset(State) - {State.REMOVED, State.REAPPEARED, State.CARRIED_ON, State.CLOSED, State.BOUNCED}


@dataclass(frozen=True, slots=True)
class Listed:
    """One request as the list names it."""

    takedown: Takedown
    items: tuple[letters.Item, ...]


def may_be_listed(one: Seen) -> bool:
    """Did this person let the team send a list for many, and act at all?"""
    return {Scope.joint, Scope.act} <= one.granted.scopes


def collect(into: dict[str, Listed]) -> Act:
    """Read the places of each request that may still be up. Writes nothing but that the case was opened."""

    def act(hand: AtHand) -> NotDone | None:
        if (why := _why_not(hand)) is not None:
            return why
        takedown = hand.takedown
        up = set(takedown.standing.still_up)
        places = [place for place in takedown.places if place.number in up]
        into[takedown.id] = Listed(
            takedown,
            tuple(
                letters.Item(number, place.url, account=place.account, where=place.where)
                for number, place in enumerate(places, 1)
            ),
        )
        return None

    return act


def needs_own(takedown: Takedown) -> bool:
    """Does a law of this request want the person's own signature or statement, which no list can be?"""
    return not takedown.grounds or not all(letters.stands_by_itself(law) for law in takedown.grounds)


def mark_listed(sending: Sending, reference: str, now: datetime, *, own_went_along: bool) -> Act:
    """Note that the list went out: a request that was only written counts as sent, one that was sent before
    as reminded. `own_went_along`: each person's own letter went to the platform too."""

    def act(hand: AtHand) -> NotDone | None:
        if (why := _why_not(hand)) is not None:
            return why
        takedown = hand.takedown
        if any(entry.ticket == reference for entry in takedown.entries):
            return NotDone.ALREADY
        drafted = tuple(item.number for item in takedown.standing.items if item.state is State.DRAFTED)
        if drafted and takedown.unready:
            return NotDone.NOT_READY
        if drafted and needs_own(takedown) and not own_went_along:
            return NotDone.NOT_READY
        move = Move.SEND if drafted else Move.REMIND
        items = drafted or tuple(
            item.number for item in takedown.standing.items if is_open(item.state, Move.REMIND)
        )
        if not items:
            return NotDone.NOT_HERE
        entry = Entry(
            takedown.next_seq,
            move,
            sending.at,
            items,
            how=sending.how,
            channels=(takedown.channel,) if takedown.channel and drafted else (),
            ticket=reference,
        )
        operations.note(hand.case, takedown, entry, now, due=hand.answers.due(now))
        releases.record(hand.case, release_for(sending.release, takedown), now)
        return None

    return act


def _why_not(hand: AtHand) -> NotDone | None:
    if hand.answers.counts_as_minor or not hand.takedown.platform:
        return NotDone.NOT_HERE
    if Scope.joint not in hand.actor.scopes:
        return NotDone.READ_ONLY
    return None if hand.takedown.standing.still_up else NotDone.NOT_HERE
