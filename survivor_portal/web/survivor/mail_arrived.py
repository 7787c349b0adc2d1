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
# A report may be here before our own worker's word that the letter left.
_ON_ITS_WAY = frozenset({Leaving.waiting, Leaving.left, Leaving.unknown})
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
        mail_kept.add(case, now, mail, at, has_words=True, is_open=True, is_bounce=False)


def _take_in(case: OpenCase, mail: Document, at: datetime, now: datetime) -> None:
    text = str(mail["text"])
    known = mail_kept.every(case)
    if _is_repeated(mail, known):
        return  # the book has it a second time; nothing follows from that
    letter = _given_back(case, mail)
    if letter is not None:
        _did_not_arrive(case, mail, letter, at, now)
        return
    mail = {**mail, "is_bounce": False}
    if text and sum(one.taken_in == now.isoformat() for one in known) >= MOST_READ_AT_ONCE:
        mail_kept.add(case, now, mail, at, has_words=True, is_open=True)
        return
    takedown = operations.read(case, mail["request"])
    if text and (said := _said_before(takedown, text)):
        # The person had it by another way and said what it says.
        mail_kept.add(case, now, mail, at, reply=said.reply, entry=said.seq, is_seen=True)
        return
    if not _has_room(takedown, text):
        mail_kept.add(case, now, mail, at, has_words=True, is_open=True)
        return
    reply = keys.new_id() if text else ""
    whom = _office(case, takedown.id, str(mail["sender"]))
    entry = (
        _of_office(takedown, mail, text, reply, at, whom) if whom else _entry(takedown, mail, text, reply, at)
    )
    operations.note(case, takedown, entry, now, due=due_of(case, now), reply=text)
    is_open = entry.happening is Fact.UNCLEAR
    mail_kept.add(case, now, mail, at, reply=reply, entry=entry.seq, is_open=is_open)


def _given_back(case: OpenCase, mail: Document) -> Posted | None:
    """The letter of this request that a server could not bring, where its report proves that it had it.

    Whoever knows the address can write such a report. The letter's own Message-ID (128 random bits) only
    those know who got the letter, or had to bring it.
    """
    if not mail["is_bounce"] or mail["verdict"] == Verdict.FAILED:
        return None
    named = str(mail.get("returned", ""))
    thread = threads.of(case, mail["request"])
    return (
        next((one for one in thread.letters if named and one.message_id == named), None) if thread else None
    )


def _did_not_arrive(case: OpenCase, mail: Document, letter: Posted, at: datetime, now: datetime) -> None:
    """The letter counts as failed from now on; so does the request, where it went to the platform."""
    request, text = mail["request"], str(mail["text"])
    takedown = operations.read(case, request)
    is_news = letter.state in _ON_ITS_WAY
    if is_news:
        thread = threads.of(case, request)
        assert thread is not None
        failed = replace(letter, state=Leaving.returned, told_at=at, said="")
        facts = {"request": request, "letter": letter.message_id, "said": "", "at": at.isoformat()}
        threads.write(case, threads.changed(thread, [failed]), Note("mail_failed", facts, by="slot"), now)
    entry = Entry(takedown.next_seq, Fact.BOUNCE, at, letter.items, reply=keys.new_id() if text else "")
    # What went to an office says nothing of the platform; nor does a second report of the same letter.
    if letter.whom or not is_news or not _has_room(takedown, text) or _undoes(takedown, entry):
        mail_kept.add(case, now, mail, at, has_words=True)
        return
    operations.note(case, takedown, entry, now, due=due_of(case, now), reply=text)
    mail_kept.add(case, now, mail, at, reply=entry.reply, entry=entry.seq)


def _has_room(takedown: Takedown, text: str) -> bool:
    return sum(map(len, takedown.replies.values())) + len(text) <= MOST_KEPT_IN_REQUEST


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
    fact = Fact.UNCLEAR
    remarks: frozenset[Remark] = frozenset()
    items: tuple[int, ...] = ()
    if text:
        reading = read_reply(text[:LONGEST_READ], platform=takedown.platform or None)
        remarks = frozenset(one.kind for one in reading.remarks if isinstance(one.kind, Remark))
        main = reading.main.kind if isinstance(reading.main.kind, ReplyClass) else ReplyClass.UNCLEAR
        # Words alone prove no letter lost: anybody can write them.
        fact = Fact.UNCLEAR if (said := fact_of(main, remarks)) is Fact.BOUNCE else said
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
    if text and mail["verdict"] != Verdict.FAILED:
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
