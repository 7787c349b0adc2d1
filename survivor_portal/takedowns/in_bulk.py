"""Do the same to requests of many granted cases: each one by itself, as a whole or not at all.

Each case is opened as if from its own page, so its book says who opened it before anything is read, and every
line is signed by whoever is at the desk.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from survivor_portal import seals
from survivor_portal.advocates.opened import Session as Desk
from survivor_portal.cases import book, grants, refusals, unlocked
from survivor_portal.cases import records as kept
from survivor_portal.cases.actors import Actor, Scope
from survivor_portal.cases.keys import OpenCase
from survivor_portal.cases.refusals import Refusal
from survivor_portal.keystore import away
from survivor_portal.takedowns import of_answers, operations, rekey, releases
from survivor_portal.takedowns.of_answers import OfAnswers
from survivor_portal.takedowns.operations import Takedown
from survivor_portal.takedowns.process import Move, NotNow, State
from survivor_portal.takedowns.releases import PlatformRelease
from survivor_portal.takedowns.standing import Entry, How, NoSuchEntry


class NotDone(StrEnum):
    """Why something was not done to a request. Nothing of it was written."""

    NOT_LET_IN = "not_let_in"  # or not any more, or not this person
    READ_ONLY = "read_only"
    NO_SUCH = "no_such"
    ALREADY = "already"  # it stands there already
    NOT_READY = "not_ready"  # its letter lacks a part of a law
    NOT_HERE = "not_here"  # this kind of work is not for this case
    CHANGED = "changed"  # somebody else was first; look at it
    LATER = "later"  # the keys cannot be reached just now


@dataclass(frozen=True, slots=True)
class Wanted:
    """One request, and the grant by which its case is opened."""

    request: str
    grant_id: str


@dataclass(frozen=True, slots=True)
class AtHand:
    """One request of an opened case, with all that is needed to do something to it."""

    case: OpenCase
    actor: Actor
    answers: OfAnswers
    takedown: Takedown


# Does one thing in a transaction of its own; gives why not, or None where it is done.
Act = Callable[[AtHand], NotDone | None]
Done = dict[str, NotDone | None]


def in_each(desk: Desk, wanted: Sequence[Wanted], now: datetime, act: Act, scope: Scope = Scope.act) -> Done:
    """Do it to each of these requests, and say what became of each. `scope`: what its release must hold."""
    by_grant: dict[str, list[str]] = {}
    for one in wanted:
        by_grant.setdefault(one.grant_id, []).append(one.request)
    done: Done = {}
    for grant_id, requests in by_grant.items():
        done |= _in_case(desk, grant_id, requests, now, act, scope)
    return {one.request: done[one.request] for one in wanted}


def _in_case(
    desk: Desk, grant_id: str, requests: Sequence[str], now: datetime, act: Act, scope: Scope
) -> Done:
    try:
        session = rekey.open_as(desk, grant_id, now)
    except (grants.NotLetIn, book.CaseGone, seals.WrongKey, book.Tampered):
        return dict.fromkeys(requests, NotDone.NOT_LET_IN)
    except away.NotNow:
        return dict.fromkeys(requests, NotDone.LATER)
    try:
        actor = session.actor
        if actor is None or not actor.may_write or scope not in actor.scopes:
            refusals.tell(session.case.id, session.case.by, now, Refusal.act)
            return dict.fromkeys(requests, NotDone.READ_ONLY)
        answers = of_answers.of(session.case)
        return {request: _one(session.case, actor, answers, request, act) for request in requests}
    except seals.WrongKey:
        return dict.fromkeys(requests, NotDone.NOT_LET_IN)
    finally:
        # Nobody has its token: it was open for this and nothing else.
        unlocked.end(session.token)


def _one(case: OpenCase, actor: Actor, answers: OfAnswers, request: str, act: Act) -> NotDone | None:
    try:
        with transaction.atomic():
            return act(AtHand(case, actor, answers, operations.read(case, request)))
    except (operations.NoSuchTakedown, seals.WrongKey, book.Tampered):
        return NotDone.NO_SUCH
    except book.ReadOnly:
        return NotDone.READ_ONLY
    except (operations.ChangedMeanwhile, kept.ChangedMeanwhile, NotNow, NoSuchEntry):
        return NotDone.CHANGED
    except (book.Rekeyed, book.CaseGone):
        return NotDone.NOT_LET_IN


@dataclass(frozen=True, slots=True)
class Sending:
    """How requests went out, and what the person agreed to; `numbers`: what the platform gave, by request."""

    at: datetime
    how: How
    release: PlatformRelease
    numbers: dict[str, str]


def mark_sent(sending: Sending, now: datetime) -> Act:
    """Note that what is drafted of a request was sent, with the yes under which it was. What was noted as
    sent already stays as it is."""

    def act(hand: AtHand) -> NotDone | None:
        takedown = hand.takedown
        drafted = tuple(item.number for item in takedown.standing.items if item.state is State.DRAFTED)
        if not drafted:
            return NotDone.ALREADY
        if takedown.unready:
            return NotDone.NOT_READY
        entry = Entry(
            takedown.next_seq,
            Move.SEND,
            sending.at,
            drafted,
            how=sending.how,
            channels=(takedown.channel,) if takedown.channel else (),
            ticket=sending.numbers.get(takedown.id, ""),
        )
        # The request first and then the book, as everywhere: two at once wait and never for good.
        operations.note(hand.case, takedown, entry, now, due=hand.answers.due(now))
        releases.record(hand.case, release_for(sending.release, takedown), now)
        return None

    return act


def release_for(release: PlatformRelease, takedown: Takedown) -> PlatformRelease:
    """The yes that was asked once for all, as it stands for this request."""
    return PlatformRelease(
        to=takedown.to,
        data=release.data,
        purpose=release.purpose,
        agreed_by=release.agreed_by,
        way=release.way,
        day=release.day,
        until=release.until,
        request=takedown.id,
    )
