"""Find for one item why something is to be done: from its state, the last answers and the clocks."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from survivor_portal.calendars import Period, after
from survivor_portal.directory import Law, Purpose
from survivor_portal.replies import Remark
from survivor_portal.takedowns._further import BACK_BY
from survivor_portal.takedowns._moments import SENDING, Why
from survivor_portal.takedowns._rows import DEMANDS, ELSEWHERE, POLICE, Reason
from survivor_portal.takedowns.clocks import Kind, Running, Runs
from survivor_portal.takedowns.process import Fact, Move, State
from survivor_portal.takedowns.standing import Entry, ItemStanding, first, last

# Answers that ask something of the person.
ANSWERED = (Fact.REFUSAL, Fact.PARTLY, Fact.REDIRECTION, Fact.ASKS_MORE)

_OF_STATE: dict[State, Reason] = {
    State.DRAFTED: Reason.DRAFTED,
    State.TO_CONFIRM: Reason.TO_CONFIRM,
    State.BOUNCED: Reason.BOUNCED,
    State.REAPPEARED: Reason.BACK,
    State.REMOVED: Reason.REMOVED,
    State.REFUSED: Reason.REFUSED,
    State.PARTLY_REMOVED: Reason.PARTLY,
}
_LEFT = (State.CLOSED, State.CARRIED_ON)
_OUR_SIDE = (State.CONTESTED, State.ESCALATED)
_ASKS = (State.MORE_ASKED, State.REDIRECTED)


def reasons(
    item: ItemStanding, clocks: Sequence[Running], now: datetime, *, counts_as_minor: bool, no_process: bool
) -> Iterator[Reason]:
    """The reasons that hold for this item, each once or more often; `clocks` are its own. None for an item
    closed or carried on."""
    if item.state in _LEFT:
        return
    yield from _from_the_uploader(item, now)
    if item.state in _OF_STATE:
        yield _OF_STATE[item.state]
    elif item.state in _ASKS or item.state in _OUR_SIDE:
        yield from _from_the_answer(item, counts_as_minor)
        if item.state in _OUR_SIDE:
            yield from _from_silence(item, clocks, now, no_process)
    else:
        yield from _from_silence(item, clocks, now, no_process)


def _from_the_uploader(item: ItemStanding, now: datetime) -> Iterator[Reason]:
    threat = last(item.history, Fact.THREATENED)
    if threat:
        later = item.history[item.history.index(threat) + 1 :]
        if not any(entry.happening is Move.INFORM and entry.to == POLICE for entry in later):
            yield Reason.THREATENED
    objection = last(item.history, Fact.COUNTER_NOTICE)
    if objection and item.state is not State.REAPPEARED and now <= after(objection.at, BACK_BY):
        yield Reason.COUNTER_NOTICE


def _from_the_answer(item: ItemStanding, counts_as_minor: bool) -> Iterator[Reason]:
    """What they last said that asks something of the person."""
    answer = last(item.history, *ANSWERED)
    if answer is None:
        return
    if answer.happening is Fact.REFUSAL:
        yield Reason.REFUSED
    elif answer.happening is Fact.PARTLY:
        yield Reason.PARTLY
    elif answer.happening is Fact.REDIRECTION:
        found = [ELSEWHERE[remark] for remark in ELSEWHERE if remark in answer.remarks]
        yield from found or [Reason.OTHER_FORM]
    else:
        found = [DEMANDS[remark] for remark in DEMANDS if remark in answer.remarks]
        found += [ELSEWHERE[remark] for remark in ELSEWHERE if remark in answer.remarks]
        yield from found or [Reason.ASKED]
        if Remark.ASKS_FOR_ID in answer.remarks and not counts_as_minor and _was_contested(item, answer):
            # They insist: whether to show a piece of it is for a grown person to decide. Never a child's.
            yield Reason.ASKED


def _was_contested(item: ItemStanding, answer: Entry) -> bool:
    earlier = item.history[: item.history.index(answer)]
    return first(earlier, Move.ANSWER) is not None


def _from_silence(
    item: ItemStanding, clocks: Sequence[Running], now: datetime, no_process: bool
) -> Iterator[Reason]:
    heard = [entry for entry in item.history if isinstance(entry.happening, Fact) and not entry.to]
    if heard and heard[-1].happening is Fact.UNCLEAR:
        yield Reason.UNCLEAR
    duties = legal_ends(clocks)
    if no_process:
        yield Reason.NO_PROCESS
    if any(duty.state is Runs.LATE for duty in duties):
        yield Reason.LATE
        return
    reminded = [running for running in clocks if running.kind is Kind.REMINDER]
    past = any(running.due_at and running.due_at <= now for running in reminded)
    # Thirty days for a decision hold nothing back; hours for a removal do.
    hours_run = any(
        duty.state is Runs.RUNNING and duty.period == Period(hours=duty.period.hours)
        for duty in duties
        if duty.period
    )
    if past and item.state not in _OUR_SIDE and not hours_run:
        if _is_unproven(item, clocks):
            yield Reason.NOT_PROVEN
        yield Reason.UNANSWERED
    else:
        yield Reason.WAITING


def _is_unproven(item: ItemStanding, clocks: Sequence[Running]) -> bool:
    """Was it sent and nothing shows that it came?"""
    return last(item.history, *SENDING) is not None and any(
        running.why is Why.NOT_PROVEN
        and running.kind is Kind.DUTY
        and running.trigger in ("request_received", "provider_knowledge")
        for running in clocks
    )


def legal_ends(clocks: Sequence[Running]) -> tuple[Running, ...]:
    """The platform's duties among these whose number may be named, and that are open."""
    return tuple(
        running
        for running in clocks
        if running.kind is Kind.DUTY
        and running.bound == "platform"
        and running.may_be_named
        and running.due_at
        and running.state is not Runs.MET
    )


def lacks_process(laws: Sequence[Law], processes: Collection[Purpose]) -> bool:
    """Does a law of this request ask for a process of the platform's own that is not there?"""
    return any(
        law.process is Purpose.US_48H and law.process not in processes
        for law in laws
        if any(element.required and element.block == "process" for element in law.elements)
    )
