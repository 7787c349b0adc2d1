"""First letters that follow an answer: a new request for what is back, a complaint to the platform."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from survivor_portal.directory import Reported
from survivor_portal.letters._case import one_line
from survivor_portal.letters._compose import compose
from survivor_portal.letters._facts import Addressee, Facts, Signer
from survivor_portal.letters._history import History, moment_words
from survivor_portal.letters._letter import LeftOut, Letter, Section
from survivor_portal.letters._texts import Texts, texts


def again(
    grounds: Sequence[str],
    *,
    to: Addressee,
    facts: Facts,
    signer: Signer,
    history: History,
    today: date,
    language: str,
    part: tuple[int, int],
) -> Letter:
    """A whole new request for what is back, valid in itself, with the old number in front."""
    letter = compose(
        grounds,
        to=to,
        facts=replace(facts, reported=None),
        signer=signer,
        today=today,
        language=language,
        part=part,
    )
    if not letter.sections:
        return letter
    words = texts(language)
    text, found = _back(words, facts, history)
    section = Section("again", words.heading("again"), text, found)
    return replace(
        letter,
        sections=(letter.sections[0], section, *letter.sections[1:]),
        left_out=letter.left_out if found else (LeftOut("again", "report_day_missing"), *letter.left_out),
        ready=letter.ready and found,
    )


def _back(words: Texts, facts: Facts, history: History) -> tuple[str, bool]:
    """The paragraph on the old request, and whether the old request can be found by it."""
    lines, ticket = [words.block("again", "back")], one_line(history.ticket)
    if history.sent_at is not None:
        lines.append(words.block("again", "sent").format(at=moment_words(words, history.sent_at)))
    elif not ticket:
        lines.append(words.block("again", "blank"))
    if ticket:
        lines.append(words.block("again", "ticket").format(text=ticket))
    lines.append(words.block("again", "hash_minor" if facts.minor else "hash_adult"))
    return " ".join(lines), history.sent_at is not None or bool(ticket)


def internal_complaint(
    *,
    to: Addressee,
    facts: Facts,
    signer: Signer,
    history: History,
    today: date,
    language: str,
    part: tuple[int, int],
) -> Letter:
    """The complaint of Article 20 DSA: a first letter of its own, filled from what happened."""
    told = as_reported(facts, history, texts(language))
    return compose(
        ("eu-dsa-20",), to=to, facts=told, signer=signer, today=today, language=language, part=part
    )


def as_reported(facts: Facts, history: History, words: Texts) -> Facts:
    """What happened, in the fields the blocks of first letters read."""
    outcome = history.outcome
    if outcome in (None, Reported.NOT_YET):
        outcome = Reported.REFUSED if history.answered else Reported.SILENT
    return replace(
        facts,
        reported=outcome,
        told_on=moment_words(words, history.sent_at) if history.sent_at is not None else facts.told_on,
        ticket=history.ticket or facts.ticket,
        answer=history.reply_text or facts.answer,
    )
