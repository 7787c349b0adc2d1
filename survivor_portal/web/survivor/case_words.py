"""The words of a kept case: where a request stands, what happened, what comes next. Grade 6 or lower."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from survivor_portal.cases import actors, let_in
from survivor_portal.cases.book import OWNER
from survivor_portal.cases.grants import Access
from survivor_portal.cases.refusals import Refusal
from survivor_portal.mails import Verdict
from survivor_portal.replies import Remark, ReplyClass
from survivor_portal.takedowns.clocks import Kind, Running, Runs
from survivor_portal.takedowns.ladder import Do, Reason, Rung
from survivor_portal.takedowns.process import Fact, Happening, Move, State
from survivor_portal.takedowns.standing import Entry, How
from survivor_portal.web.forms import Words
from survivor_portal.web.times import moment

STATES: dict[State, Words] = {
    State.DRAFTED: _("Written, not sent"),
    State.SENT: _("Sent"),
    State.TO_CONFIRM: _("They want you to confirm first"),
    State.BOUNCED: _("It did not arrive"),
    State.ACKNOWLEDGED: _("They have it"),
    State.HANDED_ON: _("They passed it on"),
    State.MORE_ASKED: _("They asked for something"),
    State.REDIRECTED: _("They sent you elsewhere"),
    State.REFUSED: _("They said no"),
    State.PARTLY_REMOVED: _("Part of it is gone"),
    State.CONTESTED: _("Their no was answered"),
    State.ESCALATED: _("Taken further"),
    State.REMOVED: _("Gone, as far as you were told"),
    State.REAPPEARED: _("It is back"),
    State.CARRIED_ON: _("It goes on in a new request"),
    State.CLOSED: _("Closed"),
}

# What an answer says, as the person may choose it; in the order of the list.
ANSWERS: dict[ReplyClass, Words] = {
    ReplyClass.ACKNOWLEDGED: _("They only say that they got it"),
    ReplyClass.REFUSED: _("They say no"),
    ReplyClass.MORE_ASKED: _("They ask for something more"),
    ReplyClass.REDIRECTED: _("They send you somewhere else"),
    ReplyClass.PARTLY_REMOVED: _("They say part of it is gone"),
    ReplyClass.REMOVED: _("They say it is gone"),
    ReplyClass.ALREADY_GONE: _("They say it was gone before"),
    ReplyClass.DUPLICATE: _("They say they have this report already"),
    ReplyClass.ASKS_TO_CONFIRM: _("They want you to confirm an address or a code"),
    ReplyClass.FORWARDED: _("They passed it on to someone else"),
    ReplyClass.UNCLEAR: _("I cannot tell"),
}

REMARKS: dict[Remark, Words] = {
    Remark.REDIRECTED_TO_COPYRIGHT: _("They point to copyright. You do not need to own the picture."),
    Remark.REDIRECTED_TO_THIRD_PARTY: _(
        "They send you to another site. What shows on their site is their part too."
    ),
    Remark.ASKS_FOR_ID: _("They ask for an ID. Offer another proof first. Never send a child’s ID."),
    Remark.ASKS_FOR_IMAGE: _("They ask for the picture. Never send it. Links are enough."),
    Remark.ASKS_FOR_COURT_ORDER: _("They ask for a court order. These laws do not ask for one."),
    Remark.ASKS_FOR_LOGIN: _("They ask you to log in. The law does not ask for an account."),
    Remark.AUTO_RECEIPT: _("This looks like a machine’s answer."),
}

STEPS: dict[Do, tuple[Words, Words]] = {
    Do.SEND: (_("Send it"), _("Read the letter. Say yes to what is true. Send it, then tell us.")),
    Do.CONFIRM: (
        _("Confirm what they ask"),
        _("Check that the address is theirs. No clock runs before you do."),
    ),
    Do.SEND_ELSEWHERE: (_("Send it another way"), _("This way did not work. The plan shows other ways.")),
    Do.READ_IT: (_("Tell us what the answer says"), _("We could not tell. You can.")),
    Do.GIVE: (_("Give what they may ask for"), _("Give no more than the law asks.")),
    Do.SUPPLEMENT: (
        _("Tell the hotline about the answer"),
        _("They can check the links. Nobody else has to look."),
    ),
    Do.ANSWER: (_("Answer them"), _("One letter that names each part of the law. It is written.")),
    Do.APPEAL: (_("Appeal"), _("Ask them to decide again, with people looking at it.")),
    Do.AUTHORITY: (_("Ask the office that can order it down"), _("It can make the site act.")),
    Do.FLAGGER: (_("Ask a trusted flagger"), _("Platforms must look at their reports first.")),
    Do.REGULATOR: (_("Complain about the platform"), _("The complaint holds the dates and their words.")),
    Do.REMIND: (_("Remind them"), _("A short note in the same thread.")),
    Do.LEGAL_FIRST: (_("Ask a free lawyer first"), _("Before you talk to police.")),
    Do.NOTE: (_("Tell the officer on your case"), _("Ask them to write to the platform and keep the data.")),
    Do.LAWYER: (_("A page for a lawyer"), _("What happened, when, and who said what.")),
    Do.OTHER_SITE: (_("Ask the other site too"), _("Add its link in your plan.")),
    Do.ASK_AGAIN: (_("Ask again"), _("A new request with its own clock. You type nothing again.")),
    Do.HASH: (_("Make a fingerprint"), _("So that copies can be blocked. Your plan shows how.")),
    Do.REQUEST_48H: (_("Send the 48-hour request"), _("It needs no copyright. Your plan has it.")),
    Do.DO_NOT_PAY: (_("Do not pay"), _("Paying rarely ends it. Keep the messages.")),
    Do.REPORT_ACCOUNT: (_("Report the account"), _("Inside the app, before you block it.")),
    Do.CHECK: (
        _("Ask if it is still gone"),
        _("This means looking. Only if you want to, or let someone you trust do it."),
    ),
    Do.ASK_THEM: (
        _("Has someone told you it is gone, or back?"),
        _("You do not have to look. Nobody has to."),
    ),
}

HOW: dict[How, Words] = {
    How.FORM: _("With their form"),
    How.IN_APP: _("In the app"),
    How.MAIL: _("By e-mail"),
    How.POST: _("By post"),
    How.PHONE: _("By phone"),
}


HAPPENINGS: dict[Happening, Words] = {
    Move.DRAFT: _("Written"),
    Move.SEND: _("You sent it"),
    Move.SEND_ELSEWHERE: _("You sent it another way"),
    Move.CONFIRM: _("You confirmed what they asked"),
    Move.REMIND: _("You reminded them"),
    Move.GIVE_MORE: _("You gave what they asked for"),
    Move.ANSWER: _("You answered them"),
    Move.APPEAL: _("You appealed"),
    Move.ESCALATE: _("You took it to an office"),
    Move.INFORM: _("You told someone who helps"),
    Move.ASK_AGAIN: _("It goes on in a new request"),
    Move.CLOSE: _("You closed it"),
    Move.REOPEN: _("You opened it again"),
    Fact.RECEIPT: _("They got it"),
    Fact.ASKS_TO_CONFIRM: _("They want you to confirm something"),
    Fact.BOUNCE: _("It was not delivered"),
    Fact.FORWARDED: _("They passed it on"),
    Fact.ASKS_MORE: _("They asked for something more"),
    Fact.REDIRECTION: _("They sent you somewhere else"),
    Fact.REFUSAL: _("They said no"),
    Fact.PARTLY: _("Part of it is gone"),
    Fact.REMOVAL: _("It is gone, as far as you were told"),
    Fact.BACK_AGAIN: _("It is back"),
    Fact.UNCLEAR: _("An answer nobody could read"),
    Fact.THREATENED: _("Someone threatened or asked for money"),
    Fact.SPREAD: _("You told how far it went"),
    Fact.STILL_GONE: _("Still gone, as far as you know"),
    Fact.NO_NEWS: _("No news about it"),
    Fact.CHECK_GONE: _("We asked the site: it looks gone. This is no proof"),
    Fact.CHECK_THERE: _("We asked the site: a page still answers. This is no proof"),
    Fact.CHECK_UNCLEAR: _("We asked the site: the answer does not tell"),
    Fact.COUNTER_NOTICE: _("The person who posted it objects"),
    Fact.REPORTED_ON: _("They told a hotline or the police"),
    Fact.AUTHORITY_RECEIPT: _("The office got it"),
    Fact.AUTHORITY_ANSWERED: _("The office answered and will not act"),
    Fact.AUTHORITY_ACTED: _("The office told them to take it down"),
}

# The same, where it was not whoever reads it that did it; with the name before it.
BY_OTHERS: dict[Happening, Words] = {
    Move.SEND: _("It was sent"),
    Move.SEND_ELSEWHERE: _("It was sent another way"),
    Move.CONFIRM: _("What they asked was confirmed"),
    Move.REMIND: _("They were reminded"),
    Move.GIVE_MORE: _("They got what they asked for"),
    Move.ANSWER: _("They got an answer"),
    Move.APPEAL: _("An appeal was made"),
    Move.ESCALATE: _("An office was told"),
    Move.INFORM: _("Someone who helps was told"),
    Move.CLOSE: _("It was closed"),
    Move.REOPEN: _("It was opened again"),
    Fact.SPREAD: _("How far it went"),
}

BOOK: dict[str, Words] = {
    "case_opened": _("The case was made"),
    "opened": _("The case was opened"),
    "tries_failed": _("A try that did not open it"),
    "not_as_kept": _("Something here was not as we kept it"),
    "phrase_changed": _("The phrase was changed"),
    "phrase_changed_by_recovery": _("The phrase was changed with the recovery code"),
    "code_changed": _("The code was changed"),
    "recovery_code_made": _("A recovery code was made"),
    "keep_changed": _("How long it is kept was changed"),
    "plan_kept": _("Your answers were kept"),
    "plan_changed": _("Your answers were changed"),
    "places_named": _("You named a place"),
    "reminders_asked": _("A test note was sent for reminders"),
    "reminders_on": _("Reminders by e-mail were turned on"),
    "reminders_changed": _("Reminders by e-mail were changed"),
    "reminders_seen": _("You read what happened to your reminders"),
    "reminders_off": _("Reminders by e-mail were turned off"),
    "arrived": _("Something you sent after it closed was kept"),
    "mail_kept": _("Their mail was read and kept here"),
    "mail_seen": _("You saw their mail"),
    "mail_put": _("You gave a letter away to be sent"),
    "mail_stopped": _("You stopped a letter"),
    "mail_closed": _("You closed an address for answers"),
    "mail_left": _("A letter left"),
    "mail_failed": _("A letter did not arrive"),
    "mail_unknown": _("We do not know if a letter left"),
    "rekeyed": _("The case got a new key"),
    "arrived_unreadable": _("Something came in that could not be read"),
    "lookup_asked": _("You let us ask who hosts a site"),
    "looked_up": _("An answer came about who hosts a site"),
    "check_asked": _("You let us ask the site about places"),
    "released": _("%(organisation)s was let in"),
    "release_replaced": _("An earlier yes was replaced by a new one"),
    "renewed": _("%(organisation)s can help for longer"),
    "revoked": _("%(organisation)s was let in no more"),
    "labelled": _("The name in a helper’s list was changed"),
    "opened_by": _("The case was opened at a desk"),
    "listed": _("The name of this case stood in a list"),
    "refused": _("Somebody tried to open this and was not let in"),
    "refused_act": _("Somebody tried something they may not do here"),
    "take_over_offered": _("A one-time code was made for you"),
    "case_brought": _("A helper brought the case from a list of theirs"),
    "taken_over": _("The case was made yours"),
    "owner_anew": _("A new code and a new phrase were set"),
    "handed_over": _("It was handed to %(name)s"),
    "assigned": _("It was given to %(name)s"),
    "unassigned": _("Nobody has taken it on any more"),
    "platform_released": _("You said yes to a letter to %(to)s"),
    "platform_release_used": _("Your yes was used for a letter to %(to)s"),
    "platform_release_taken_back": _("You took back your yes to letters to %(to)s"),
    "draft_kept": _("What you typed was kept for later"),
    "draft_done": _("What was kept for later was used or put away"),
}

# The lines above that speak to the owner, as they are said to or of others.
BOOK_BY_OTHERS: dict[str, Words] = {
    "plan_kept": _("The answers were kept"),
    "plan_changed": _("The answers were changed"),
    "places_named": _("A place was named"),
    "arrived": _("Something sent after it closed was kept"),
    "mail_seen": _("Their mail was seen"),
    "mail_put": _("A letter was given away to be sent"),
    "mail_stopped": _("A letter was stopped"),
    "mail_closed": _("An address for answers was closed"),
    "reminders_seen": _("What happened to the reminders was read"),
    "lookup_asked": _("Asked who hosts a site"),
    "check_asked": _("Asked the site about places"),
    "draft_kept": _("What somebody typed was kept for later"),
    "take_over_offered": _("A one-time code was made for the person"),
    "taken_over": _("The person made the case theirs"),
    "case_brought": _("The case was brought along"),
    "platform_released": _("The person said yes to a letter to %(to)s"),
    "platform_release_used": _("That yes was used for a letter to %(to)s"),
    "platform_release_taken_back": _("The yes to letters to %(to)s was taken back"),
}

# Whoever wrote these down: it was the owner who said it, or to whom it happened.
OF_THE_OWNER = frozenset({"platform_released", "platform_release_used", "take_over_offered", "case_brought"})

# What came in while the case was closed, by its kind.
ARRIVED: dict[str, Words] = {
    "mail": _("A mail came in"),
    "draft": BOOK["arrived"],
    "restored": _("This site had a fault. What you did here in the last days before it may be gone"),
}

VERDICTS: dict[Verdict, Words] = {
    Verdict.VERIFIED: _("The domain of this address stands for the mail."),
    Verdict.FAILED: _(
        "The domain of this address does not stand for the mail. Somebody else may have sent it."
    ),
    Verdict.NONE: _("Nobody could check if this address is true."),
}
FILES: dict[str, Words] = {
    "image": _("picture"),
    "video": _("video"),
    "audio": _("sound"),
    "text": _("text"),
    "message": _("another mail"),
    "application/pdf": _("PDF"),
}


def files_words(removed: Iterable[tuple[str, int]]) -> list[str]:
    """What was thrown away unread, in words: "2 files (picture)"."""
    counted: dict[str, int] = {}
    for kind, count in removed:
        words = str(FILES.get(kind) or FILES.get(kind.partition("/")[0]) or _("other"))
        counted[words] = counted.get(words, 0) + count
    return [
        ngettext("%(n)d file (%(kind)s)", "%(n)d files (%(kind)s)", count) % {"n": count, "kind": kind}
        for kind, count in counted.items()
    ]


def step_words(rung: Rung) -> tuple[Words, Words]:
    """What a next step is called, and why it is there."""
    if rung.do is Do.SUPPLEMENT and rung.reasons == (Reason.REMOVED,):
        return _("Ask the hotline if it is gone"), _(
            "They have trained people for this. You do nothing else."
        )
    return STEPS[rung.do]


def who_words(by: str) -> str:
    """Who signed a line, in words; "" where it was no person."""
    read = actors.read(by or OWNER)
    if read.kind == actors.STAFF:
        return gettext("%(name)s of %(team)s") % {"name": read.name, "team": read.team}
    if read.kind == actors.TEAM:
        return read.team
    return gettext("The person whose case this is") if read.kind == OWNER else ""


def happening_words(entry: Entry, reader: str = OWNER) -> Words:
    """What an entry of a request says to this reader: who noted it, where that was somebody else."""
    if entry.happening is None:
        own: Words = _("Taken back by you")
        others: Words = _("A line was taken back")
    else:
        own = HAPPENINGS.get(entry.happening, str(entry.happening.value).replace("_", " "))
        others = BY_OTHERS.get(entry.happening, own)
    return _signed(own, others, entry.by or OWNER, reader)


def _signed(own: Words, others: Words, by: str, reader: str) -> Words:
    """A line as its own author reads it, or with the name of whoever wrote it."""
    if by == reader:
        return own
    who = who_words(by)
    if not who:
        return own if reader == OWNER else others
    return gettext("%(who)s noted: %(what)s") % {"who": who, "what": others}


def access_words(access: Access) -> str:
    """That somebody saw the case, in words."""
    if access.kind == let_in.LISTED:
        return gettext("%(team)s: its name stood in their list.") % {"team": access.team}
    given = {"name": access.name, "team": access.team}
    if access.kind == let_in.OPENED:
        return gettext("%(name)s of %(team)s opened it.") % given
    if access.kind == Refusal.act:
        return gettext("%(name)s of %(team)s tried something they may not do here.") % given
    if access.name:
        return gettext("%(name)s of %(team)s tried to open it and was not let in.") % given
    return gettext("Somebody of %(team)s tried to open it and was not let in.") % given


def book_words(
    kind: str,
    facts: Mapping[str, Any],
    names: Mapping[str, str],
    by: str = OWNER,
    reader: str = OWNER,
) -> str:
    """What a line of the book says to this reader. `names`: what the requests of the case are called, by id."""
    who = "" if by == reader else who_words(by)
    mine = not who if reader == OWNER else by == reader
    said = _book_words(kind, facts, names, mine=mine or (reader == OWNER and kind in OF_THE_OWNER))
    if note := str(facts.get("note") or ""):
        # What one helper wrote to another: part of the case, so its owner reads it.
        said = gettext("%(what)s: “%(note)s”") % {"what": said, "note": note}
    return gettext("%(what)s (%(who)s)") % {"what": said, "who": who} if who else said


def _book_words(kind: str, facts: Mapping[str, Any], names: Mapping[str, str], *, mine: bool) -> str:
    book = BOOK if mine else {**BOOK, **BOOK_BY_OTHERS}
    if kind == "arrived" and "document" in facts:
        words = str(ARRIVED.get(str(facts.get("kind")), _("Something came in")))
        name = names.get(str(facts["document"].get("request")), "")
        return f"{name}: {words}" if name else words
    if "request" not in facts:
        return str(book.get(kind, _("Something was changed"))) % _Named(facts)
    said = str(facts.get("entry", {}).get("happening", ""))
    told = HAPPENINGS if mine else {**HAPPENINGS, **BY_OTHERS}
    known: dict[str, Words] = {str(happening.value): words for happening, words in told.items()}
    words = str(known.get(said, book.get(kind, _("A request was changed")))) % _Named(facts)
    name = names.get(str(facts["request"]), "")
    return f"{name}: {words}" if name else words


class _Named(dict[str, Any]):
    """The facts of a line as its words name them; what an old line lacks is called what it is."""

    def __missing__(self, key: str) -> str:
        return gettext("somebody")


def clock_words(clock: Running) -> str:
    """How a clock stands, in one sentence. An unverified number reads "usually"."""
    if clock.due_at is None:
        return ""
    when = moment(clock.due_at)
    if clock.kind is Kind.REMINDER:
        return gettext("We suggest a reminder from %(when)s. This is ours, not the law’s.") % {"when": when}
    if clock.kind is Kind.WINDOW:
        return gettext("You have until %(when)s.") % {"when": when}
    if clock.state is Runs.LATE:
        text = gettext("Late since %(when)s.") if clock.verified else gettext("Usually due by %(when)s.")
    else:
        text = gettext("They have until %(when)s.") if clock.verified else gettext("Usually until %(when)s.")
    return text % {"when": when}
