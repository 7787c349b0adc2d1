"""The life of one item of a request, as a table: states, our moves, the world's facts.

Moves are ours and may be refused (`NotNow`). Facts are the world's and never are: a platform may answer after
we closed, a picture may be back the day it was removed. `docs/takedown-states.md` is made from these tables.
Being late is no state and no fact; it is read from the clocks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

from survivor_portal.replies import Remark, ReplyClass


class State(StrEnum):
    """Where an item stands. A request stands where `over` says."""

    DRAFTED = "drafted"
    SENT = "sent"  # on its way; whether it arrived is read from the clocks
    TO_CONFIRM = "to_confirm"  # they want an address or code confirmed first; nothing starts before
    BOUNCED = "bounced"  # it did not arrive
    ACKNOWLEDGED = "acknowledged"
    HANDED_ON = "handed_on"  # a host or network passed it to its customer, who has to act
    MORE_ASKED = "more_asked"
    REDIRECTED = "redirected"  # they sent us elsewhere: no refusal in words, and nothing will happen
    REFUSED = "refused"
    PARTLY_REMOVED = "partly_removed"  # some is gone, or it is hidden for some; this one may still be up
    CONTESTED = "contested"  # we answered their no, or appealed
    ESCALATED = "escalated"  # an authority was told
    REMOVED = "removed"
    REAPPEARED = "reappeared"
    CARRIED_ON = "carried_on"  # it came back; a new item of a new request carries it on
    CLOSED = "closed"  # the person leaves it


class Move(StrEnum):
    """What we do. May be refused."""

    DRAFT = "draft"  # an item joins a request that was not sent yet
    SEND = "send"
    SEND_ELSEWHERE = "send_elsewhere"  # by another way, where the first did not lead anywhere
    CONFIRM = "confirm"  # what they asked to confirm was confirmed
    REMIND = "remind"
    GIVE_MORE = "give_more"
    ANSWER = "answer"  # the one reply to their answer: each element of the law, what they got wrong
    APPEAL = "appeal"
    ESCALATE = "escalate"  # to an authority or regulator
    INFORM = "inform"  # hotline, investigator, fingerprint service: the platform's side does not change
    ASK_AGAIN = "ask_again"  # a new request for what came back
    CLOSE = "close"
    REOPEN = "reopen"


class Fact(StrEnum):
    """What the world did. Never refused; it may change nothing."""

    RECEIPT = "receipt"
    ASKS_TO_CONFIRM = "asks_to_confirm"
    BOUNCE = "bounce"
    FORWARDED = "forwarded"
    ASKS_MORE = "asks_more"
    REDIRECTION = "redirection"
    REFUSAL = "refusal"
    PARTLY = "partly"
    REMOVAL = "removal"
    BACK_AGAIN = "back_again"
    UNCLEAR = "unclear"  # an answer nobody can rely on
    COUNTER_NOTICE = "counter_notice"  # the uploader objects; what was removed may come back
    THREATENED = "threatened"  # the uploader threatens or asks for money
    REPORTED_ON = "reported_on"  # the platform says it told NCMEC or the police
    STILL_GONE = "still_gone"  # a checking round: gone, or said to be gone
    NO_NEWS = "no_news"  # a checking round: nobody has heard anything
    CHECK_GONE = "check_gone"  # this site asked the platform once: it answered as if it were gone
    CHECK_THERE = "check_there"  # as if it were there
    CHECK_UNCLEAR = "check_unclear"  # the answer, or that there was none, says nothing
    SPREAD = "spread"  # views, shares, when seen; only what the person knew already
    AUTHORITY_RECEIPT = "authority_receipt"
    AUTHORITY_ANSWERED = "authority_answered"  # it decided not to act, or closed the matter
    AUTHORITY_ACTED = "authority_acted"  # it ordered removal


Happening = Move | Fact


class NotNow(Exception):
    """The move is not open in this state."""


_S, _M, _F = State, Move, Fact
_FURTHER = {
    _M.ESCALATE: _S.ESCALATED,
    _M.CLOSE: _S.CLOSED,
}  # open whenever something was sent and is still up

# None: the state before it was closed. INFORM is open everywhere and changes nothing: a hotline comes first.
MOVES: dict[State, dict[Move, State | None]] = {
    _S.DRAFTED: {_M.DRAFT: _S.DRAFTED, _M.SEND: _S.SENT, _M.CLOSE: _S.CLOSED},
    _S.SENT: {_M.REMIND: _S.SENT, _M.SEND_ELSEWHERE: _S.SENT, **_FURTHER},
    _S.TO_CONFIRM: {_M.CONFIRM: _S.SENT, _M.SEND_ELSEWHERE: _S.SENT, **_FURTHER},
    _S.BOUNCED: {_M.SEND_ELSEWHERE: _S.SENT, **_FURTHER},
    _S.ACKNOWLEDGED: {_M.REMIND: _S.ACKNOWLEDGED, _M.GIVE_MORE: _S.ACKNOWLEDGED, **_FURTHER},
    _S.HANDED_ON: {_M.REMIND: _S.HANDED_ON, **_FURTHER},
    _S.MORE_ASKED: {
        _M.GIVE_MORE: _S.ACKNOWLEDGED,
        _M.ANSWER: _S.CONTESTED,
        _M.SEND_ELSEWHERE: _S.SENT,  # where this way wants an account
        **_FURTHER,
    },
    _S.REDIRECTED: {
        _M.ANSWER: _S.CONTESTED,
        _M.APPEAL: _S.CONTESTED,
        _M.SEND_ELSEWHERE: _S.SENT,
        **_FURTHER,
    },
    _S.REFUSED: {_M.ANSWER: _S.CONTESTED, _M.APPEAL: _S.CONTESTED, **_FURTHER},
    _S.PARTLY_REMOVED: {
        _M.ANSWER: _S.CONTESTED,
        _M.APPEAL: _S.CONTESTED,
        _M.REMIND: _S.PARTLY_REMOVED,
        **_FURTHER,
    },
    _S.CONTESTED: {
        _M.ANSWER: _S.CONTESTED,
        _M.APPEAL: _S.CONTESTED,
        _M.REMIND: _S.CONTESTED,
        _M.GIVE_MORE: _S.CONTESTED,
        _M.SEND_ELSEWHERE: _S.CONTESTED,
        **_FURTHER,
    },
    _S.ESCALATED: {  # several steps go out on one day: the others stay open
        _M.ANSWER: _S.ESCALATED,
        _M.APPEAL: _S.ESCALATED,
        _M.REMIND: _S.ESCALATED,
        _M.GIVE_MORE: _S.ESCALATED,
        _M.SEND_ELSEWHERE: _S.ESCALATED,
        **_FURTHER,
    },
    _S.REMOVED: {_M.CLOSE: _S.CLOSED},
    _S.REAPPEARED: {_M.ASK_AGAIN: _S.CARRIED_ON, _M.CLOSE: _S.CLOSED},
    _S.CARRIED_ON: {},
    _S.CLOSED: {_M.REOPEN: None},
}
for _state, _open in MOVES.items():
    _open[_M.INFORM] = _state

_EVERYWHERE = frozenset(State)
_EARLY = frozenset({_S.DRAFTED, _S.SENT, _S.BOUNCED})
# What settled an item stays settled until something decides it anew.
_SETTLED = frozenset({_S.REMOVED, _S.REAPPEARED, _S.CARRIED_ON, _S.CLOSED})

# Where a fact leads, and from which states; from all others it changes nothing. Facts not named never do.
FACTS: dict[Fact, tuple[State, frozenset[State]]] = {
    # An automatic receipt must not wipe out a refusal, nor stand in for the confirmation they asked for.
    _F.RECEIPT: (_S.ACKNOWLEDGED, _EARLY),
    _F.ASKS_TO_CONFIRM: (_S.TO_CONFIRM, _EARLY | {_S.ACKNOWLEDGED}),
    _F.BOUNCE: (_S.BOUNCED, frozenset({_S.DRAFTED, _S.SENT, _S.TO_CONFIRM})),
    _F.FORWARDED: (_S.HANDED_ON, _EARLY | {_S.TO_CONFIRM, _S.ACKNOWLEDGED, _S.MORE_ASKED}),
    _F.ASKS_MORE: (_S.MORE_ASKED, _EVERYWHERE - _SETTLED),
    _F.REDIRECTION: (_S.REDIRECTED, _EVERYWHERE - _SETTLED - {_S.REFUSED, _S.PARTLY_REMOVED, _S.ESCALATED}),
    # What was back needs a new request, whatever the old ticket still brings.
    _F.REFUSAL: (_S.REFUSED, _EVERYWHERE - {_S.REAPPEARED, _S.CARRIED_ON}),
    _F.PARTLY: (_S.PARTLY_REMOVED, _EVERYWHERE - {_S.REAPPEARED, _S.CARRIED_ON}),
    _F.REMOVAL: (_S.REMOVED, _EVERYWHERE - {_S.CARRIED_ON}),
    _F.BACK_AGAIN: (_S.REAPPEARED, _EVERYWHERE - {_S.DRAFTED, _S.CARRIED_ON}),
}

# A request shows what asks most of the person. Further down, more is done.
_BY_NEED = (
    _S.TO_CONFIRM, _S.BOUNCED, _S.REAPPEARED, _S.MORE_ASKED, _S.REFUSED, _S.REDIRECTED, _S.PARTLY_REMOVED,
    _S.ESCALATED, _S.CONTESTED, _S.HANDED_ON, _S.ACKNOWLEDGED, _S.SENT, _S.DRAFTED, _S.REMOVED,
    _S.CARRIED_ON, _S.CLOSED,
)  # fmt: skip
_WAITING = frozenset({_S.HANDED_ON, _S.ACKNOWLEDGED, _S.SENT})
GONE_OR_LEFT = frozenset({_S.REMOVED, _S.CARRIED_ON, _S.CLOSED})


def after(state: State, happening: Happening, *, before_closing: State = State.DRAFTED) -> State:
    """The state an item is in after that. Raises NotNow for a move that is not open, never for a fact.

    `before_closing` is the state a closed item goes back to when it is opened again.
    """
    if isinstance(happening, Fact):
        leads_to, from_states = FACTS.get(happening, (state, frozenset[State]()))
        return leads_to if state in from_states else state
    try:
        reached = MOVES[state][happening]
    except KeyError:
        raise NotNow(f"{happening} is not open while {state}") from None
    return before_closing if reached is None else reached


def is_open(state: State, move: Move) -> bool:
    """May this be done now?"""
    return move in MOVES[state]


def over(states: Iterable[State]) -> State:
    """The state of a request, from those of its items: what asks most of the person. A request of which
    something is gone while the rest is waited for is partly removed. No items: drafted."""
    count = Counter(states)
    if not count:
        return State.DRAFTED
    foremost = next(state for state in _BY_NEED if count[state])
    if foremost in _WAITING and count[State.REMOVED]:
        return State.PARTLY_REMOVED
    return foremost


# An answer that hides the picture for some, or sets an age limit, has not removed it.
_NOT_GONE = frozenset({Remark.ONLY_RESTRICTED})
_OF_REPLY: dict[ReplyClass, Fact] = {
    ReplyClass.PARTLY_REMOVED: _F.PARTLY,
    ReplyClass.REFUSED: _F.REFUSAL,
    ReplyClass.REMOVED: _F.REMOVAL,
    ReplyClass.ALREADY_GONE: _F.REMOVAL,
    ReplyClass.ASKS_TO_CONFIRM: _F.ASKS_TO_CONFIRM,
    ReplyClass.MORE_ASKED: _F.ASKS_MORE,
    ReplyClass.DUPLICATE: _F.RECEIPT,  # they know of it already
    ReplyClass.ACKNOWLEDGED: _F.RECEIPT,
    ReplyClass.FORWARDED: _F.FORWARDED,
    ReplyClass.REDIRECTED: _F.REDIRECTION,
    ReplyClass.UNCLEAR: _F.UNCLEAR,
}


def fact_of(said: ReplyClass, remarks: Iterable[Remark] = ()) -> Fact:
    """The fact to record for an answer as the person lets it stand."""
    noted = frozenset(remarks)
    if Remark.BOUNCED in noted and said in (ReplyClass.UNCLEAR, ReplyClass.ACKNOWLEDGED):
        return Fact.BOUNCE
    fact = _OF_REPLY[said]
    return Fact.PARTLY if fact is Fact.REMOVAL and noted & _NOT_GONE else fact


def drawing() -> str:
    """`docs/takedown-states.md`: the tables above for reading, and a drawing of what moves and facts do."""
    arrows = [
        f"    {state} --> {reached}: {move}"
        for state, moves in MOVES.items()
        for move, reached in moves.items()
        if reached is not None and reached is not state
    ]
    facts = [
        f"| {fact} | {leads_to} | {_states(from_states)} |" for fact, (leads_to, from_states) in FACTS.items()
    ]
    return "\n".join(
        (
            "# The life of an item",
            "",
            "Made by `manage.py state_drawing` from `takedowns/process.py`; a test compares the two.",
            "One request carries many items, each with its own state.",
            "",
            "## Moves",
            "",
            "Ours. A move that is not in the row of a state is refused there.",
            "",
            "| state | move and where it leads |",
            "|---|---|",
            *(f"| {state} | {_moves(state)} |" for state in State),
            "",
            "```mermaid",
            "stateDiagram-v2",
            "    [*] --> drafted",
            *arrows,
            "```",
            "",
            "## Facts",
            "",
            "The world's. Never refused; from a state that is not named they change nothing, and are kept.",
            "",
            "| fact | leads to | from |",
            "|---|---|---|",
            *facts,
            f"| {', '.join(fact for fact in Fact if fact not in FACTS)} | no other state | |",
            "",
            "## The request",
            "",
            "It shows the first of these that one of its items is in:",
            f"{', '.join(_BY_NEED)}.",
            "Where some items are removed and the rest is waited for, it is partly_removed.",
            "",
        )
    )


def _moves(state: State) -> str:
    return ", ".join(
        f"{move} → {'the state before it was closed' if reached is None else reached}"
        for move, reached in MOVES[state].items()
    )


def _states(some: frozenset[State]) -> str:
    if len(some) > len(State) / 2:
        return "all but " + ", ".join(state for state in State if state not in some)
    return ", ".join(state for state in State if state in some)
