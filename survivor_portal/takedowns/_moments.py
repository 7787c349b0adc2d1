"""Find in what happened the moment a clock started, and the moment its duty was done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum

from survivor_portal.directory import Law
from survivor_portal.takedowns._further import Further
from survivor_portal.takedowns.process import Fact, Move
from survivor_portal.takedowns.standing import Entry, ItemStanding, first, last


class Why(StrEnum):
    """Why a clock has not started, or has no number."""

    NOTHING = ""
    NOT_SENT = "not_sent"
    NOT_PROVEN = "not_proven"  # sent, receipt not proven
    TO_CONFIRM = "to_confirm"
    BOUNCED = "bounced"
    NO_PROCESS = "no_process"  # no process of the platform was found, so no number is named
    NO_DECISION = "no_decision"
    AUTHORITY = "authority"  # it starts when an authority acts, not with the person's report
    NOT_KNOWN = "not_known"  # it starts with something nobody tells us
    LAW_NAMES_NONE = "law_names_none"


# What shows that the platform has the request. An unclear answer shows nothing.
PROOF = (Fact.RECEIPT, Fact.FORWARDED, Fact.ASKS_MORE, Fact.REDIRECTION, Fact.REFUSAL, Fact.PARTLY)
SENDING = (Move.SEND, Move.SEND_ELSEWHERE)
DECISION = (Fact.REFUSAL, Fact.PARTLY, Fact.REMOVAL)
_OF_AUTHORITY = (Fact.AUTHORITY_RECEIPT, Fact.AUTHORITY_ANSWERED, Fact.AUTHORITY_ACTED)
# What does away with a platform's duty, by the effect its clock has; removal does away with every one.
_MET_BY: dict[str, tuple[Fact, ...]] = {
    "decision": DECISION,
    "final_decision": DECISION,
    "answer": DECISION,
    "status_notice": (*PROOF, *DECISION),
    "receipt": (*PROOF, *DECISION),
    "update": (*PROOF, *DECISION),
    "pass_to_poster_or_remove": (Fact.FORWARDED,),
    "report_to_ncmec": (Fact.REPORTED_ON,),
    "report_to_police": (Fact.REPORTED_ON,),
}


def started(history: Sequence[Entry], further: Further, law: Law) -> tuple[datetime | None, Why]:
    """When it started; else None and why not."""
    match further.trigger:
        case "request_received" | "provider_knowledge":
            return _received(history)
        case "receipt_confirmed":
            return moment(_later_than_sent(history, (Fact.RECEIPT,))), Why.NOT_PROVEN
        case "update":
            return moment(_last_update(history)), Why.NOT_PROVEN
        case "decision_received":
            return moment(first(history, Fact.REFUSAL, Fact.PARTLY)), Why.NO_DECISION
        case "complaint_received":
            return _complained(history, law)
        case "authority_acts":
            acted = [e for e in history if e.happening is Fact.AUTHORITY_ACTED and _is_of(e, law)]
            return moment(acted[0] if acted else None), Why.AUTHORITY
        case "platform_reported":
            return moment(first(history, Fact.REPORTED_ON)), Why.NOT_KNOWN
        case "counter_notice":
            return moment(last(history, Fact.COUNTER_NOTICE)), Why.NOT_KNOWN
        case _:
            return None, Why.NOT_KNOWN


def moment(entry: Entry | None) -> datetime | None:
    return entry.at.astimezone(UTC) if entry else None


def _received(history: Sequence[Entry]) -> tuple[datetime | None, Why]:
    """When the platform had the request. A form: at pressing send. A mail: at the first proof that it came.
    Where they ask to confirm something: not before that was done."""
    received: datetime | None = None
    why = Why.NOT_SENT
    for entry in history:
        happening = entry.happening
        if entry.to:
            continue
        if happening in SENDING and received is None:
            why = Why.NOT_PROVEN
            if entry.how and entry.how.arrives_at_once:
                received = entry.at
        elif happening is Fact.ASKS_TO_CONFIRM and not _was_answered(history, entry):
            received, why = None, Why.TO_CONFIRM
        elif happening is Move.CONFIRM:
            received = entry.at
        elif happening is Fact.BOUNCE and received is None:
            why = Why.BOUNCED
        elif why is Why.TO_CONFIRM and happening is Fact.RECEIPT:
            continue  # sent out by itself; it does not stand in for the confirmation they wait for
        elif happening in PROOF and received is None:
            received = entry.at
    return (received.astimezone(UTC), Why.NOTHING) if received else (None, why)


def _was_answered(history: Sequence[Entry], asked: Entry) -> bool:
    """Had they dealt with the request before this mail to confirm? Then it is about something else."""
    return any(entry.happening in DECISION for entry in history[: history.index(asked)])


def _later_than_sent(history: Sequence[Entry], wanted: tuple[Fact, ...]) -> Entry | None:
    return next((entry for entry in history if entry.happening in wanted and not entry.to), None)


def _last_update(history: Sequence[Entry]) -> Entry | None:
    """The platform's latest word after its receipt."""
    confirmed = _later_than_sent(history, (Fact.RECEIPT,))
    if confirmed is None:
        return None
    later = history[history.index(confirmed) + 1 :]
    return last([entry for entry in later if not entry.to], *PROOF)


def _is_of(entry: Entry, law: Law) -> bool:
    """Is this to or from the authority of that law?"""
    return bool(entry.to) and entry.to in (law.key, *law.resources)


def _complained(history: Sequence[Entry], law: Law) -> tuple[datetime | None, Why]:
    """When the authority had the complaint; the same rule for forms and mails."""
    told: Entry | None = None
    for entry in history:
        if not _is_of(entry, law):
            continue
        if entry.happening in (Move.ESCALATE, *SENDING):
            told = told or entry
            if entry.how and entry.how.arrives_at_once:
                return entry.at.astimezone(UTC), Why.NOTHING
        elif told and entry.happening in _OF_AUTHORITY:
            return entry.at.astimezone(UTC), Why.NOTHING
    return None, Why.NOT_PROVEN if told else Why.NOT_SENT


def met(item: ItemStanding, further: Further, law: Law, started_at: datetime | None) -> datetime | None:
    """When what the clock asks for was done."""
    history = item.history
    if further.bound == "victim":
        done = last(history, Move.APPEAL) if further.effect == "complaint_window" else None
        return moment(done) if done and started_at and done.at >= started_at else None
    if further.effect == "keeping":
        return None
    if further.bound in ("authority", "dispute_body"):
        facts = _OF_AUTHORITY if further.effect == "receipt" else _OF_AUTHORITY[1:]
        return moment(next((e for e in history if e.happening in facts and _is_of(e, law)), None))
    gone_at = item.removed_at
    since = started_at if further.trigger in ("receipt_confirmed", "update") else None
    done_by = _MET_BY.get(further.effect, ())
    for entry in history:
        if entry.happening in done_by and not entry.to and (since is None or entry.at > since):
            return moment(entry)
    return gone_at.astimezone(UTC) if gone_at else None
