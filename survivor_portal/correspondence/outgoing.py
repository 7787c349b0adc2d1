"""Give letters away to be sent, stop them while they wait, and note in the case what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from survivor_portal.cases import book, entrusted, keys
from survivor_portal.cases.book import Note
from survivor_portal.cases.keys import OpenCase
from survivor_portal.correspondence import messages, relays, threads
from survivor_portal.correspondence.messages import Message
from survivor_portal.correspondence.models import Outgoing
from survivor_portal.correspondence.threads import Leaving, Posted, Thread
from survivor_portal.slips import due

KIND = "mail"  # of the slips, and the purpose of the capsules
TRIED_FOR = timedelta(days=3)
MOST_A_DAY = 50  # letters of one case; nobody needs more, and somebody who floods others with them would


class TooMany(Exception):
    """As many letters of this case left today as may."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter as the person saw it and said yes to. `entry`, `items` and `whom` as in `threads.Posted`."""

    to: str
    subject: str
    text: str
    entry: int
    items: tuple[int, ...] = ()
    whom: str = ""


def is_on() -> bool:
    """May letters leave from here? Only where answers can come in too, and a worker can be given a letter."""
    return settings.MAIL_OUT is not None and settings.MAIL_IN is not None and bool(settings.AUTO_PUBLIC_KEY)


def leaves_at(now: datetime) -> datetime:
    """When a letter that gets its yes now leaves; until then it can be stopped."""
    return now + timedelta(seconds=settings.MAIL_HOLD_SECONDS)


def check(address: str, to: str, subject: str, text: str, now: datetime) -> None:
    """Could this be sent? Raises messages.Unfit."""
    messages.written(
        _message(address, Draft(to, subject, text, 0), (), messages.new_message_id("a.example"), now)
    )


def put(case: OpenCase, takedown_id: str, address: str, drafts: Sequence[Draft], now: datetime) -> Thread:
    """Give these letters away, from this address: into a capsule, a slip and the case, all or nothing.

    Raises TooMany, threads.OtherWasFirst, messages.Unfit, relays.HasOne, keystore.capsules.NoAutoKey.
    """
    at = leaves_at(now)
    with transaction.atomic():
        # The case before its address and its slips: the order in which everybody takes them.
        book.hold(case)
        if threads.count_since(case, now - timedelta(days=1)) + len(drafts) > MOST_A_DAY:
            raise TooMany
        thread = threads.of(case, takedown_id)
        address = thread.address if thread else address
        relay_id = relays.keep_open(address, case.id, takedown_id, now)
        known = thread or Thread(takedown_id, address, ())
        told, posted = [], []
        for draft in drafts:
            message_id = messages.new_message_id(settings.RELAY_DOMAIN)
            message = _message(address, draft, known.references(draft.to), message_id, now)
            letter_id = _given_away(case, relay_id, message, now, at)
            posted.append(
                Posted(
                    letter_id,
                    message_id,
                    draft.to,
                    draft.subject,
                    now,
                    at,
                    entry=draft.entry,
                    items=draft.items,
                    whom=draft.whom,
                )
            )
            told.append(
                {"to": draft.to, "subject": draft.subject, "text": message.text, "message_id": message_id}
            )
        note = Note("mail_put", {"request": takedown_id, "from": address, "letters": told})
        whole = threads.changed(known, posted)
        if thread is None:
            threads.begin(case, whole, note, now)
        else:
            threads.write(case, whole, note, now)
    return whole


def stop(case: OpenCase, takedown_id: str, now: datetime) -> tuple[Posted, ...]:
    """Stop all letters of this request that wait and that no worker has in hands; gives those.

    Raises threads.OtherWasFirst.
    """
    with transaction.atomic():
        book.hold(case)
        thread = threads.of(case, takedown_id)
        waiting = [one for one in thread.letters if one.state is Leaving.waiting] if thread else []
        stopped = [
            replace(one, state=Leaving.stopped, told_at=now) for one in waiting if due.withdraw(KIND, one.id)
        ]
        if thread is None or not stopped:
            return ()
        forget(one.id for one in stopped)
        note = Note("mail_stopped", {"request": takedown_id, "letters": [one.message_id for one in stopped]})
        threads.write(case, threads.changed(thread, stopped), note, now)
    return tuple(stopped)


def settle(
    case: OpenCase, takedown_id: str, letter_id: str, state: Leaving, said: str, at: datetime, now: datetime
) -> Posted | None:
    """Note what a worker told of a letter at that moment; the letter, or None where that is known already."""
    thread = threads.of(case, takedown_id)
    letter = thread.letter(letter_id) if thread else None
    if thread is None or letter is None or letter.state is not Leaving.waiting:
        return None
    letter = replace(letter, state=state, told_at=at, said=said)
    facts = {"request": takedown_id, "letter": letter.message_id, "said": said, "at": at.isoformat()}
    match state:
        case Leaving.left:
            note = Note("mail_left", facts, by="slot")
        case Leaving.unknown:
            note = Note("mail_unknown", facts, by="slot")
        case _:
            note = Note("mail_failed", facts, by="slot")
    threads.write(case, threads.changed(thread, [letter]), note, now)
    return letter


def forget(letter_ids: Iterable[str]) -> None:
    """What a worker holds of these letters is gone, for it and for good. Twice does no harm."""
    ids = list(letter_ids)
    entrusted.take_back(ids)
    Outgoing.objects.filter(pk__in=ids).delete()


def _given_away(case: OpenCase, relay_id: str, message: Message, now: datetime, at: datetime) -> str:
    payload = keys.packed(
        {"mail": messages.written(message).decode("ascii"), "from": message.sender, "to": message.to}
    )
    until = _hour(now + TRIED_FOR)
    letter_id = entrusted.put_due(case.id, KIND, payload, at, until)
    Outgoing.objects.create(id=letter_id, relay_id=relay_id, until=until)
    return letter_id


def _message(
    address: str, draft: Draft, references: tuple[str, ...], message_id: str, now: datetime
) -> Message:
    return Message(
        sender=address,
        to=draft.to,
        subject=draft.subject,
        text=messages.plain(draft.text),
        message_id=message_id,
        at=now,
        references=references,
    )


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
