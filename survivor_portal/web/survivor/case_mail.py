"""Answers that came by mail: told on the board until they were seen, and shown with their words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from survivor_portal.takedowns import operations
from survivor_portal.takedowns.operations import Line, NoSuchTakedown, Takedown
from survivor_portal.takedowns.process import Fact
from survivor_portal.web.forms import Words
from survivor_portal.web.survivor import case_answers, case_words, mail_kept
from survivor_portal.web.survivor.case_desk import Desk, here
from survivor_portal.web.survivor.mail_kept import Kept
from survivor_portal.web.survivor.mail_shown import mail_words

SHOWN = 10
_A_FILE: Words = _("They sent a file and no words")
_UNREAD: Words = _("Read it and say what it says")


@dataclass(frozen=True, slots=True)
class News:
    """One mail on the board. `words`: how it was read; `is_open`: the person has to say what it says."""

    mail: Kept
    label: str
    words: Words
    is_open: bool


def news(desk: Desk, lines: Iterable[Line]) -> tuple[News, ...]:
    """The mails that were not seen, and those that wait for the person's word; the latest first."""
    names = {line.id: line.label for line in lines}
    opened: dict[str, Takedown] = {}
    found = []
    for mail in mail_kept.every(desk.case):
        if mail.request not in names or (mail.is_seen and not mail.is_open):
            continue
        takedown = opened.get(mail.request) or operations.read(desk.case, mail.request)
        opened[mail.request] = takedown
        waits = mail.is_open and _waits(takedown, mail)
        if not mail.is_seen or waits:
            found.append(News(mail, names[mail.request], _words(takedown, mail), waits))
        if len(found) == SHOWN:
            break
    return tuple(found)


def _waits(takedown: Takedown, mail: Kept) -> bool:
    """Has nobody said yet what this mail says?"""
    if mail.has_words:
        return not _is_kept(takedown, mail)
    return not mail.is_only_a_file and any(
        entry.seq == mail.entry and entry.happening is Fact.UNCLEAR for entry in takedown.standing.happenings
    )


def _is_kept(takedown: Takedown, mail: Kept) -> bool:
    """Did its words become an answer of the request by now?"""
    return mail.digest in map(mail_kept.digest, takedown.replies.values())


def _words(takedown: Takedown, mail: Kept) -> Words:
    if mail.is_only_a_file:
        return _A_FILE
    if mail.is_bounce:
        return case_words.HAPPENINGS[Fact.BOUNCE]
    noted = next((entry for entry in takedown.standing.happenings if entry.seq == mail.entry), None)
    if noted is None or noted.happening is Fact.UNCLEAR:
        return _UNREAD
    return case_words.happening_words(noted)


def _mail(desk: Desk) -> HttpResponse:
    """Show one mail. From here on it is no news."""
    name = desk.post.get("mail", "")
    mail = next((one for one in mail_kept.every(desk.case) if one.id == name), None)
    if mail is None:
        return here()
    try:
        takedown = operations.read(desk.case, mail.request)
    except NoSuchTakedown:
        return here()
    desk.go("request", takedown.id)
    if desk.case.may_write:
        mail_kept.seen(desk.case, mail, desk.now)
    if not mail.is_bounce:
        if mail.has_words and not _is_kept(takedown, mail):
            return case_answers.read_mail(desk, takedown, mail)
        held = takedown.standing.happenings
        old = next((entry for entry in held if mail.reply and entry.reply == mail.reply), None)
        if old is not None and old.reply in takedown.replies:
            return case_answers.read_again(desk, takedown, old)
    text = mail_kept.words(desk.case, mail) or takedown.replies.get(mail.reply, "")
    context = {"takedown": takedown, "mail": mail_words(mail), "text": text}
    return render(desk.request, "survivor/case/mail.html", context)


ACTIONS = {"mail": _mail}
