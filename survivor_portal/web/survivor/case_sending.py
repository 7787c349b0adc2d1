"""Let a letter leave from here: shown whole, sent after a yes, stopped while it waits."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from survivor_portal import letters
from survivor_portal.cases import book, keys
from survivor_portal.cases.book import Note
from survivor_portal.correspondence import messages, outgoing, relays, threads
from survivor_portal.keystore.capsules import NoAutoKey
from survivor_portal.takedowns import operations
from survivor_portal.takedowns.ladder import Rung
from survivor_portal.takedowns.operations import Takedown
from survivor_portal.takedowns.process import Move, NotNow
from survivor_portal.takedowns.standing import Entry, How, NoSuchEntry
from survivor_portal.web.forms import PUT_OFF, Words
from survivor_portal.web.safety.session import visit_of
from survivor_portal.web.survivor import (
    cards,
    case_letters,
    case_plan,
    case_request,
    flow,
    mailing,
    own_hand,
    second,
)
from survivor_portal.web.survivor.case_desk import REQUEST, UNPROCESSABLE, Desk, here
from survivor_portal.web.survivor.case_plan import Begun
from survivor_portal.web.survivor.case_writing import CHANGED, write
from survivor_portal.web.survivor.drafting import Draft
from survivor_portal.web.survivor.mailing import To

MOST_DRAWN = 8  # addresses drawn for letters that were looked at and not sent
NOT_NOW: Words = _(
    "This letter cannot leave from here right now. You can still copy it and send it yourself."
)
TOO_MANY: Words = _(
    "Many letters left from here today. You can send this one tomorrow, or send it yourself now."
)
DIFFERENT: Words = _("Something changed since you looked. Please read it again before you say yes.")


@dataclass(frozen=True, slots=True)
class Part:
    """One mail: what it says, and which places of the request it is about."""

    subject: str
    text: str
    items: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Sending:
    """A letter that could leave: from where, to whom, what it says, and what is noted when it does."""

    title: str
    address: str
    to: To
    others: tuple[To, ...]
    parts: tuple[Part, ...]
    name: str
    move: Move
    whom: str = ""
    takedown: Takedown | None = None
    made: Draft | None = None
    begun: Begun | None = None

    @property
    def mark(self) -> str:
        """Changes with each letter of what is shown: a yes is to this and to nothing else."""
        shown = {
            "from": self.address,
            "to": self.to.address,
            "parts": [[part.subject, part.text] for part in self.parts],
        }
        return hashlib.sha256(keys.packed(shown)).hexdigest()[:32]


def leave(desk: Desk) -> HttpResponse:
    """Show what would leave; with a yes to just that, send it."""
    try:
        sending = _of_rung(desk) if "rung" in desk.post else _of_plan(desk)
    except messages.Unfit:
        return _refused(desk)
    if sending is None:
        return here()
    if sending.begun and sending.begun.lines and not sending.begun.is_new:
        # It went out already; a second press of the button, or another tab.
        desk.go(REQUEST, sending.begun.lines[0].id)
        return here()
    if "yes" not in desk.post or PUT_OFF in desk.post:
        return _preview(desk, sending)
    if desk.post.get("mark", "") != sending.mark:
        return _was_sent(desk, sending) or _preview(desk, sending, DIFFERENT)
    try:
        return _send_first(desk, sending) if sending.takedown is None else _send_next(desk, sending)
    except NoAutoKey:
        return _refused(desk)
    except outgoing.TooMany:
        return _refused(desk, TOO_MANY)


def _refused(desk: Desk, why: Words = NOT_NOW) -> HttpResponse:
    return render(desk.request, "survivor/case/sending.html", {"why": why}, status=UNPROCESSABLE)


def _preview(desk: Desk, sending: Sending, why: Words = "") -> HttpResponse:
    context = {
        "sending": sending,
        "takedown": sending.takedown,
        "signed": any(sending.name and sending.name in part.text for part in sending.parts),
        "ticked": [name for name in desk.post if name.startswith(second.CONFIRM)],
        "rung": desk.post.get("rung", ""),
        "letter": desk.post.get("letter", ""),
        "site": desk.post.get("site", ""),
        "leaves_at": outgoing.leaves_at(desk.now),
        "why": why,
        # "Stay" shows the same again; it says no yes.
        "form": {"step": "leave"},
    }
    return render(desk.request, "survivor/case/sending.html", context, status=UNPROCESSABLE if why else 200)


# What would leave


def _of_plan(desk: Desk) -> Sending | None:
    """A letter of the plan that no request came from yet, or the part of it that is new."""
    step_id, site = desk.post.get("letter", ""), desk.post.get("site", "")
    stand = replace(desk.stand, letter=step_id, site=site)
    first = stand.plan.step(step_id)
    if first is None or not first.letter or (site and site not in first.sites):
        return None
    begun = case_plan.begun(desk.case, stand)
    step = begun.stand.plan.step(step_id)
    ways = mailing.ways_of_plan(begun.stand, step, site) if step else ()
    if step is None or not ways:
        return None
    address = _address(desk, flow.place_of(step_id, site))
    to = _chosen(desk, ways)
    made = mailing.drafted(begun.stand, step, site, address, desk.now.date(), to)
    if not all(part.ready for part in made.parts):
        return None
    return _checked(
        desk,
        Sending(
            title=cards.title(step),
            address=address,
            to=to,
            others=ways,
            parts=_parts(made),
            name=made.signer.name,
            move=Move.SEND,
            made=made,
            begun=begun,
        ),
    )


def _of_rung(desk: Desk) -> Sending | None:
    """The letter of a next step of a request."""
    takedown, rung = case_request.rung_of(desk)
    if rung is None or rung.move is None:
        return None
    stand, thread = desk.stand, threads.of(desk.case, takedown.id)
    ways = mailing.ways_of_rung(stand, takedown, rung, thread)
    if not ways:
        return None
    address = thread.address if thread else _address(desk, takedown.id)
    to = _chosen(desk, ways)
    parts = _written(desk, mailing.answered_at(stand, address), takedown, rung, address, to)
    if not parts:
        return None
    return _checked(
        desk,
        Sending(
            title=takedown.label,
            address=address,
            to=to,
            others=ways,
            parts=parts,
            name=str(stand.signer.get("name", "")),
            move=rung.move,
            whom=rung.to,
            takedown=takedown,
        ),
    )


def _written(
    desk: Desk, stand: flow.Stand, takedown: Takedown, rung: Rung, address: str, to: To
) -> tuple[Part, ...]:
    """What this step's letter says; nothing where it is not ready."""
    if second.has_letter(rung, takedown):
        signs = own_hand.may_sign(own_hand.actor_of(desk.request), stand, takedown.grounds)
        ticked = second.ticked(desk.post) if signs else frozenset()
        clocks = desk.clocks(takedown, stand)
        letter = second.letter(stand, takedown, rung, clocks, desk.now.date(), ticked)
        return (Part(letter.subject, messages.plain(letter.text), rung.items),) if letter.ready else ()
    if rung.do not in mailing.OF_THE_PLAN:
        return ()
    made = mailing.plan_draft(stand, takedown, address, desk.now.date(), to)
    return _parts(made) if made and all(part.ready for part in made.parts) else ()


def _parts(made: Draft) -> tuple[Part, ...]:
    channel = made.step.channel
    groups = letters.split_items(made.facts.items, channel.link_limit if channel else None)
    return tuple(
        Part(part.subject, messages.plain(part.text), tuple(item.number for item in group))
        for part, group in zip(made.parts, groups, strict=True)
    )


def _checked(desk: Desk, sending: Sending) -> Sending:
    """Raises messages.Unfit where a mail cannot say this."""
    for part in sending.parts:
        outgoing.check(sending.address, sending.to.address, part.subject, part.text, desk.now)
    return sending


def _chosen(desk: Desk, ways: Sequence[To]) -> To:
    return next((one for one in ways if one.address == desk.post.get("to", "")), ways[0])


def _address(desk: Desk, what: str) -> str:
    """The address this letter would leave from: drawn once, so that what was shown is what leaves."""
    current = visit_of(desk.request)
    visit = current.open() or current.begin()
    known = visit.data.get("drawn", {}).get(what)
    if known:
        return str(known)
    address = relays.draw()

    def keep(data: flow.Data) -> None:
        drawn = {**data.get("drawn", {}), what: address}
        data["drawn"] = dict(list(drawn.items())[-MOST_DRAWN:])

    current.change(keep)
    return address


def _forget_address(desk: Desk, what: str) -> None:
    """It belongs to a request now: another letter of the plan gets another one."""
    visit_of(desk.request).change(lambda data: data.get("drawn", {}).pop(what, None))


# Sending it


def _send_first(desk: Desk, sending: Sending) -> HttpResponse:
    """The letter becomes a request of the case and leaves, once, however often the button is pressed."""
    assert sending.made is not None
    assert sending.begun is not None
    begun = sending.begun
    place = flow.place_of(sending.made.step.id, sending.made.site)
    try:
        with transaction.atomic():
            takedown = case_letters.begin(desk, begun.stand, sending.made)
            entries = _entries(desk, sending, takedown.next_seq)
            noted = operations.note_each(desk.case, takedown, entries, desk.now, due=desk.due(begun.stand))
            _give_away(desk, sending, noted.id, entries)
            case_letters.is_only_one(desk, begun.stand, begun, takedown)
    except case_letters.OtherWasFirst:
        return leave(desk)
    except relays.HasOne:
        _forget_address(desk, place)
        return leave(desk)
    _forget_address(desk, place)
    desk.go(REQUEST, takedown.id)
    return here()


def _send_next(desk: Desk, sending: Sending) -> HttpResponse:
    takedown = sending.takedown
    assert takedown is not None

    def also(noted: Takedown) -> None:
        _give_away(desk, sending, noted.id, noted.entries[-len(sending.parts) :])

    desk.go(REQUEST, takedown.id)
    return write(
        desk,
        takedown,
        _entries(desk, sending, 0),
        lambda now, why: case_request.page(desk, now, why=why),
        also=also,
    )


def _entries(desk: Desk, sending: Sending, first: int) -> list[Entry]:
    """A line for each part: by mail, whose receipt nothing proves yet."""
    return [
        Entry(
            first + n,
            sending.move,
            desk.now,
            part.items,
            how=How.MAIL,
            channels=(sending.to.channel,) if sending.to.channel else (),
            to=sending.whom,
        )
        for n, part in enumerate(sending.parts)
    ]


def _give_away(desk: Desk, sending: Sending, takedown_id: str, entries: Sequence[Entry]) -> None:
    drafts = [
        outgoing.Draft(sending.to.address, part.subject, part.text, entry.seq, part.items, sending.whom)
        for part, entry in zip(sending.parts, entries, strict=True)
    ]
    outgoing.put(desk.case, takedown_id, sending.address, drafts, desk.now)


def _was_sent(desk: Desk, sending: Sending) -> HttpResponse | None:
    """Did the same yes come a moment ago? Then the request shows it. What is noted changes later letters."""
    if sending.takedown is None:
        return None
    thread = threads.of(desk.case, sending.takedown.id)
    last = thread.letters[-1] if thread and thread.letters else None
    if last is None or desk.now - last.at > timedelta(minutes=2) or last.to != sending.to.address:
        return None
    desk.go(REQUEST, sending.takedown.id)
    return here()


# Afterwards


def stop(desk: Desk) -> HttpResponse:
    """Stop what waits: it does not leave, and the line that said so counts no more."""
    takedown = desk.takedown()
    due = desk.due(desk.stand)
    try:
        with transaction.atomic():
            for letter in outgoing.stop(desk.case, takedown.id, desk.now):
                back = Entry(takedown.next_seq, None, desk.now, corrects=letter.entry)
                takedown = operations.note(desk.case, takedown, back, desk.now, due=due)
    except (threads.OtherWasFirst, operations.ChangedMeanwhile, NoSuchEntry, NotNow):
        return case_request.page(desk, operations.read(desk.case, takedown.id), why=CHANGED)
    desk.go(REQUEST, takedown.id)
    return here()


def close(desk: Desk) -> HttpResponse:
    """Take no more answers at the request's address. Another letter from it opens it again."""
    takedown = desk.takedown()
    with transaction.atomic():
        book.hold(desk.case)
        if relays.close(desk.case.id, (takedown.id,)):
            book.add(desk.case, [Note("mail_closed", {"request": takedown.id})], desk.now)
    desk.go(REQUEST, takedown.id)
    return here()


ACTIONS: dict[str, Callable[[Desk], HttpResponse]] = {
    "leave": leave,
    "leave_stop": stop,
    "leave_close": close,
}
