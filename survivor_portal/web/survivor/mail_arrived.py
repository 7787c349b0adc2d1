"""What follows from an answer that came by mail: it is kept word for word, read, and noted in its request.

Nothing here may keep a person out of her case: whatever a mail does to the reader, it ends as words to be
read by her.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from survivor_portal import links
from survivor_portal.cases import keys
from survivor_portal.cases.book import Note
from survivor_portal.cases.keys import Document, OpenCase
from survivor_portal.correspondence import incoming, threads
from survivor_portal.correspondence.threads import Leaving, Posted
from survivor_portal.mails import Verdict
from survivor_portal.replies import Remark, ReplyClass, read_reply
from survivor_portal.takedowns import operations
from survivor_portal.takedowns.operations import NoSuchTakedown, Takedown
from survivor_portal.takedowns.process import Fact, State, fact_of
from survivor_portal.takedowns.standing import Entry, add, fold
from survivor_portal.web.survivor import mail_kept
from survivor_portal.web.survivor.case_items import named
from survivor_portal.web.survivor.holder import due_of

logger = logging.getLogger(__name__)

KIND = incoming.KIND
# What was settled is what the person knows; a machine's reading does not open it again.
_SETTLED = frozenset({State.REMOVED, State.REAPPEARED, State.CARRIED_ON, State.CLOSED})
_OF_OFFICE = {
    ReplyClass.ACKNOWLEDGED: Fact.AUTHORITY_RECEIPT,
    ReplyClass.DUPLICATE: Fact.AUTHORITY_RECEIPT,
    ReplyClass.REFUSED: Fact.AUTHORITY_ANSWERED,
}
# So that a flood of mail costs an opening no more than seconds: the rest is shown as it came.
MOST_READ_AT_ONCE = 15
LONGEST_READ = 20_000
MOST_KEPT_IN_REQUEST = 1_000_000  # characters of all answers; each line that is noted writes them anew


def received(case: OpenCase, arrived: Document, now: datetime) -> None:
    """Take in one mail from the slot. Called in the transaction that empties it."""
    mail = arrived["document"]
    at = min(datetime.fromisoformat(arrived["at"]), now)
    try:
        with transaction.atomic():
            _take_in(case, mail, at, now)
    except NoSuchTakedown:
        logger.warning("a mail came for a request that is not there")
    except Exception:
        logger.exception("a mail could not be read; its words are kept to be read by hand")
        mail_kept.add(case, now, mail, at, has_words=True, is_open=True)


def _take_in(case: OpenCase, mail: Document, at: datetime, now: datetime) -> None:
    text = str(mail["text"])
    known = mail_kept.every(case)
    if _is_repeated(mail, known):
        return  # the book has it a second time; nothing follows from that
    if text and sum(one.taken_in == now.isoformat() for one in known) >= MOST_READ_AT_ONCE:
        mail_kept.add(case, now, mail, at, has_words=True, is_open=True)
        return
    takedown = operations.read(case, mail["request"])
    if text and (said := _said_before(takedown, text)):
        # The person had it by another way and said what it says.
        mail_kept.add(case, now, mail, at, reply=said.reply, entry=said.seq, is_seen=True)
        return
    if sum(map(len, takedown.replies.values())) + len(text) > MOST_KEPT_IN_REQUEST:
        mail_kept.add(case, now, mail, at, has_words=True, is_open=True)
        return
    back = _came_back(case, takedown.id, at, now) if mail["is_bounce"] else None
    if back and back.whom:
        # What went to an office did not get there; of the platform it says nothing.
        mail_kept.add(case, now, mail, at, has_words=True)
        return
    reply = keys.new_id() if text else ""
    whom = _office(case, takedown.id, str(mail["sender"]))
    entry = (
        _of_office(takedown, mail, text, reply, at, whom) if whom else _entry(takedown, mail, text, reply, at)
    )
    operations.note(case, takedown, entry, now, due=due_of(case, now), reply=text)
    is_open = entry.happening is Fact.UNCLEAR
    mail_kept.add(case, now, mail, at, reply=reply, entry=entry.seq, is_open=is_open)


def _came_back(case: OpenCase, takedown_id: str, at: datetime, now: datetime) -> Posted | None:
    """The letter a server could not bring, where only one can be meant; from now on it counts as failed."""
    thread = threads.of(case, takedown_id)
    gone = [one for one in thread.letters if one.state is Leaving.left] if thread else []
    if thread is None or len(gone) != 1:
        return None
    letter = replace(gone[0], state=Leaving.failed, told_at=at)
    facts = {"request": takedown_id, "letter": letter.message_id, "said": "", "at": at.isoformat()}
    threads.write(case, threads.changed(thread, [letter]), Note("mail_failed", facts, by="slot"), now)
    return letter


def _is_repeated(mail: Document, known: Iterable[mail_kept.Kept]) -> bool:
    """The same mail again: the same name, and the same words. Anybody can give two mails one name."""
    digest = mail_kept.digest(str(mail["text"]))
    return any(
        (one.request, one.message_id, one.digest) == (mail["request"], mail["message_id"], digest)
        and [list(part) for part in one.removed] == mail["removed"]
        for one in known
    )


def _said_before(takedown: Takedown, text: str) -> Entry | None:
    """The line of an answer with these words that was pasted before."""
    bare = text.split()
    same = {reply for reply, words in takedown.replies.items() if words.split() == bare}
    return next((entry for entry in takedown.standing.happenings if entry.reply in same), None)


def _entry(takedown: Takedown, mail: Document, text: str, reply: str, at: datetime) -> Entry:
    """The line for this mail. What nobody can rely on, or would undo what the person noted, is unclear."""
    fact = Fact.BOUNCE if mail["is_bounce"] else Fact.UNCLEAR
    remarks: frozenset[Remark] = frozenset()
    items: tuple[int, ...] = ()
    if text and not mail["is_bounce"]:
        reading = read_reply(text[:LONGEST_READ], platform=takedown.platform or None)
        remarks = frozenset(one.kind for one in reading.remarks if isinstance(one.kind, Remark))
        main = reading.main.kind if isinstance(reading.main.kind, ReplyClass) else ReplyClass.UNCLEAR
        fact = fact_of(main, remarks)
        found = () if main is ReplyClass.PARTLY_REMOVED else named(text, takedown.places)
        items = found if set(found) != set(takedown.standing.still_up) else ()
    entry = Entry(takedown.next_seq, fact, at, items, reply=reply, remarks=remarks)
    if mail["verdict"] == Verdict.FAILED or _undoes(takedown, entry):
        return Entry(takedown.next_seq, Fact.UNCLEAR, at, items, reply=reply, remarks=remarks)
    return entry


def _office(case: OpenCase, takedown_id: str, sender: str) -> str:
    """The office this is from, where a complaint about the request went to one at that domain; else ""."""
    thread = threads.of(case, takedown_id)
    domain = _domain(sender)
    told = {one.whom for one in thread.letters if _domain(one.to) == domain} if thread and domain else set()
    return told.pop() if len(told) == 1 else ""


def _domain(address: str) -> str:
    host = address.rpartition("@")[2].lower()
    return (links.registrable(host) or host) if host else ""


def _of_office(takedown: Takedown, mail: Document, text: str, reply: str, at: datetime, whom: str) -> Entry:
    """The line for an office's mail. Its words are not the platform's: only the plainest of them are read."""
    fact = Fact.UNCLEAR
    if text and not mail["is_bounce"] and mail["verdict"] != Verdict.FAILED:
        main = read_reply(text[:LONGEST_READ]).main.kind
        fact = _OF_OFFICE.get(main, Fact.UNCLEAR) if isinstance(main, ReplyClass) else fact
    return Entry(takedown.next_seq, fact, at, reply=reply, to=whom)


def _undoes(takedown: Takedown, entry: Entry) -> bool:
    """Would this change what is settled, or make something that was done later one that was not open?"""
    before, after = takedown.standing, fold(add(takedown.entries, entry))
    if len(after.odd) > len(before.odd):
        return True
    states = {item.number: item.state for item in after.items}
    return any(item.state in _SETTLED and states.get(item.number) is not item.state for item in before.items)
