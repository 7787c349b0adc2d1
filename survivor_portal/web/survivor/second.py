"""The letter behind a next step: from the request, its history and the answers; nothing is typed again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext

from survivor_portal import directory, letters
from survivor_portal.directory import Asker, Method, Purpose, Reported
from survivor_portal.letters import SecondKind
from survivor_portal.takedowns import spread
from survivor_portal.takedowns.clocks import Kind, Running, Runs
from survivor_portal.takedowns.due import processes
from survivor_portal.takedowns.ladder import Do, Reason, Rung
from survivor_portal.takedowns.operations import Takedown
from survivor_portal.takedowns.process import Fact
from survivor_portal.takedowns.standing import CameBack, How, Spread, last
from survivor_portal.web.survivor.drafting import facts_of, signer_of
from survivor_portal.web.survivor.flow import Stand, place_of

CONFIRM = "confirm_"
_KINDS: dict[Do, SecondKind] = {
    Do.REMIND: SecondKind.REMINDER,
    Do.ANSWER: SecondKind.ANSWER,
    Do.APPEAL: SecondKind.APPEAL,
    Do.REGULATOR: SecondKind.REGULATOR,
    Do.SUPPLEMENT: SecondKind.HOTLINE_SUPPLEMENT,
    Do.NOTE: SecondKind.INVESTIGATOR,
    Do.LAWYER: SecondKind.LAWYER,
}
# What a platform gets may come before the one who posted it, so it does not tell where somebody lives.
_TO_THE_PLATFORM = frozenset({Do.SEND, Do.REMIND, Do.ANSWER, Do.APPEAL})
_ANSWERS = {
    Fact.REFUSAL: Reported.REFUSED,
    Fact.PARTLY: Reported.PARTLY,
    Fact.ASKS_MORE: Reported.ASKED_MORE,
    Fact.REDIRECTION: Reported.REFUSED,
}


def has_letter(rung: Rung, takedown: Takedown) -> bool:
    """Is there a text to send for this step? A first request has its own in the plan; one for what is back
    has it here."""
    return rung.do in _KINDS or (rung.do is Do.SEND and _quoted(takedown) is not None)


def letter(
    stand: Stand,
    takedown: Takedown,
    rung: Rung,
    clocks: Iterable[Running],
    today: date,
    confirmed: frozenset[str],
) -> letters.Letter:
    """The letter of this step. `confirmed`: the statements ticked on its page."""
    items = tuple(
        letters.Item(
            place.number,
            place.url,
            takedown.to if takedown.platform else takedown.site,
            place.account,
            where=place.where,
        )
        for place in takedown.places
    )
    history = history_of(takedown, clocks)
    if rung.do not in _TO_THE_PLATFORM:
        history = replace(_by_own_clock(history), spread=_spread(stand, takedown))
    signer = signer_of(stand, place_of(takedown.step, takedown.site))
    signer = replace(signer, confirmed=signer.confirmed | confirmed, signed_on=signer.signed_on or today)
    kind = _KINDS.get(rung.do, SecondKind.AGAIN)
    if kind is SecondKind.AGAIN and (old := _quoted(takedown)):
        # A whole new request: what it states is confirmed and signed anew.
        history = letters.History(sent_at=old.sent_at, ticket=old.ticket, open_items=rung.items)
        signer = replace(signer, confirmed=confirmed, signed_on=today)
    elif rung.reasons == (Reason.REMOVED,):
        # A round: everything is said to be gone, and the letter is about just that.
        kind = SecondKind.HOTLINE_CHECK
        history = replace(history, removed_items=(), open_items=rung.items)
    facts = replace(
        facts_of(stand, items),
        reported=history.outcome or Reported.SILENT,
        ticket=history.ticket,
        answer=history.reply_text,
    )
    return letters.second_letter(
        kind,
        takedown.grounds,
        to=_addressee(takedown, rung),
        facts=facts,
        signer=signer,
        history=history,
        today=today,
        complaint=rung.law if rung.do is Do.REGULATOR else "",
    )


def history_of(takedown: Takedown, clocks: Iterable[Running]) -> letters.History:
    """What the letters may tell of this request."""
    standing = takedown.standing
    told = last(standing.happenings, *_ANSWERS)
    clocks = tuple(clocks)
    received_at, by_form = _received(takedown, clocks)
    duties = [c for c in clocks if c.kind is Kind.DUTY and c.may_be_named and c.due_at]
    late = min((c.due_at for c in duties if c.state is Runs.LATE and c.due_at), default=None)
    removed = tuple(item.number for item in standing.items if item.number not in standing.still_up)
    return letters.History(
        sent_at=standing.sent_at,
        received_at=received_at,
        by_form=by_form,
        channel=_channel(takedown),
        ticket=standing.tickets[0] if standing.tickets else "",
        reply_text=takedown.replies.get(told.reply, "") if told else "",
        replied_at=told.at if told else None,
        outcome=_ANSWERS[told.happening] if told and isinstance(told.happening, Fact) else None,
        remarks=tuple(sorted(remark.value for remark in told.remarks)) if told else (),
        removed_items=removed,
        open_items=standing.still_up,
        late_since=late,
        due_at=min((c.due_at for c in duties if c.due_at), default=None),
    )


def _received(takedown: Takedown, clocks: Iterable[Running]) -> tuple[datetime | None, bool]:
    """When the platform had the request, and whether that is so because its own form was used: the moment its
    clocks run from, so that a letter never says another one than the page."""
    started = [c.started_at for c in clocks if c.trigger == "request_received" and c.started_at]
    receipt = next((e for e in takedown.standing.happenings if e.happening is Fact.RECEIPT), None)
    if not started:
        return (receipt.at if receipt else None), False
    went = [e for e in takedown.standing.happenings if e.how in (How.FORM, How.IN_APP)]
    return min(started), any(e.at == min(started) for e in went)


def _quoted(takedown: Takedown) -> CameBack | None:
    """What a request for something that is back quotes of the old one."""
    told = (one for entry in takedown.entries for one in entry.came_back)
    return next(told, None) if takedown.grounds else None


def _by_own_clock(history: letters.History) -> letters.History:
    """Moments with the person's own time beside UTC."""
    return replace(
        history,
        sent_at=_here(history.sent_at),
        received_at=_here(history.received_at),
        replied_at=_here(history.replied_at),
        late_since=_here(history.late_since),
        due_at=_here(history.due_at),
    )


def _here(at: datetime | None) -> datetime | None:
    return timezone.localtime(at) if at else None


def _spread(stand: Stand, takedown: Takedown) -> tuple[tuple[int, str], ...]:
    """How far it went, where a grown-up told it. A child's number is for the child's own page."""
    answers = stand.answers
    is_grown = answers.asker is Asker.SELF and not answers.is_minor_today
    if not is_grown and answers.asker not in (Asker.PARENT, Asker.ADVOCATE):
        return ()
    return tuple((one.item, _spread_words(one)) for one in spread.known(takedown.standing))


def _spread_words(one: Spread) -> str:
    amounts = [(one.views, "views"), (one.shares, "shares")]
    parts = [f"{number:,} {what}" for number, what in amounts if number is not None]
    seen = f" (as known on {one.seen_at.day} {one.seen_at:%B %Y})" if one.seen_at else ""
    return "; ".join(parts) + seen


def ticked(post: Iterable[str]) -> frozenset[str]:
    """The statements that were ticked in a form, from the names of what it sent."""
    return frozenset(name.removeprefix(CONFIRM) for name in post if name.startswith(CONFIRM))


def missing(letter: letters.Letter) -> list[str]:
    """What keeps the letter from being ready, in plain sentences."""
    codes = [m.code for state in letter.states for m in state.missing] + [out.code for out in letter.left_out]
    return [gettext(letters.CODES[code]) for code in dict.fromkeys(codes)] if not letter.ready else []


def _channel(takedown: Takedown) -> str:
    if not takedown.platform or not takedown.channel:
        return ""
    channels = directory.platform(takedown.platform).channels
    found = next((c for c in channels if c.key == takedown.channel), None)
    if found is None:
        return ""
    return (
        "the form"
        if found.method is Method.WEB_FORM
        else "e-mail"
        if found.method is Method.EMAIL
        else "the app"
    )


def _addressee(takedown: Takedown, rung: Rung) -> letters.Addressee:
    """Who gets it: the platform, or the office, hotline or officer of the step."""
    own = processes(takedown.platform)
    wanted = [directory.law(key).process for key in takedown.grounds]
    process = all(one is not Purpose.US_48H or one in own for one in wanted)
    if rung.do in _TO_THE_PLATFORM:
        return letters.Addressee(takedown.to, process_known=process)
    if rung.do is Do.SUPPLEMENT:
        return letters.Addressee(_name(rung, "the hotline"), kind="hotline", process_known=process)
    if rung.do is Do.NOTE:
        return letters.Addressee("the investigator", kind="police", process_known=process)
    return letters.Addressee(_name(rung, takedown.to), kind="authority", process_known=process)


def _name(rung: Rung, otherwise: str) -> str:
    if rung.resources:
        return directory.resource(rung.resources[0]).name
    return directory.law(rung.law).regulator if rung.law else otherwise
