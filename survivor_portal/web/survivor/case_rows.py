"""The lines of the board in words: what is next, on whom it waits, until when; the most urgent first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from enum import IntEnum

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from survivor_portal.takedowns.clocks import Kind
from survivor_portal.takedowns.operations import End, Line
from survivor_portal.takedowns.process import State
from survivor_portal.takedowns.rounds import Gone, Turn
from survivor_portal.web.forms import Words
from survivor_portal.web.survivor.case_words import STATES


class Part(IntEnum):
    """The parts of the board, from top to bottom."""

    TODAY = 0
    WAITING = 1
    DONE = 2


# What is ours to do, by the state alone; what presses most stands first.
_OURS: dict[State, Words] = {
    State.TO_CONFIRM: _("They want you to confirm something: do that first"),
    State.BOUNCED: _("It did not arrive: send it another way"),
    State.REAPPEARED: _("It is back: ask again"),
    State.MORE_ASKED: _("They asked for something: see what to give"),
    State.REFUSED: _("They said no: answer them"),
    State.REDIRECTED: _("They sent you elsewhere: answer them"),
    State.PARTLY_REMOVED: _("Part of it is gone: ask about the rest"),
    State.DRAFTED: _("It is written: send it"),
}
# The same for somebody who may not sign: the request's page shows what is left.
_UNSIGNED: dict[State, Words] = {
    State.REFUSED: _("They said no: see what can be done"),
    State.REDIRECTED: _("They sent you elsewhere: see what can be done"),
    State.PARTLY_REMOVED: _("Part of it is gone: see what can be done"),
}
_LEFT: dict[State, Words] = {
    State.REMOVED: _("Gone, as far as you were told"),
    State.CARRIED_ON: _("It goes on in a new request"),
    State.CLOSED: _("Closed"),
}
_FROM_NOW_ON = len(_OURS)  # after all that is ours by its state: late, to be reminded, to be asked about


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the board. `next`: what is next; `on`: on whom it waits, "" for nobody; `until_words` and
    `until` belong together; `round`: what a checking round asks, "" when none is due."""

    line: Line
    part: Part
    state: Words
    next: str
    on: str
    until_words: str = ""
    until: datetime | None = None
    is_late: bool = False
    round: str = ""
    order: int = 0

    @property
    def sorted_by(self) -> tuple[object, ...]:
        moment = self.until or self.line.changed_at
        return self.part, not self.is_late, self.order, self.until is None, moment.timestamp(), self.line.id


def rows(
    lines: Iterable[Line], now: datetime, *, counts_as_minor: bool, may_sign: bool, zone: tzinfo
) -> tuple[Row, ...]:
    """All lines of a case in the order of the board. `zone`: the person's."""
    made = (row(line, now, counts_as_minor=counts_as_minor, may_sign=may_sign, zone=zone) for line in lines)
    return tuple(sorted(made, key=lambda one: one.sorted_by))


def row(line: Line, now: datetime, *, counts_as_minor: bool, may_sign: bool, zone: tzinfo) -> Row:
    """One line. `may_sign`: may this person answer and complain in letters?"""
    due, upcoming = _rounds(line.gone, now, zone)
    asked = _round_words(due, counts_as_minor)
    found = _of_state(line, now, may_sign)
    if not asked:
        if line.state is State.REMOVED and upcoming:
            return replace(
                found, until=upcoming.due_at, until_words=_upcoming_words(upcoming, counts_as_minor)
            )
        return found
    if found.part is Part.TODAY:
        return replace(found, round=asked)
    if found.part is Part.WAITING:
        return replace(found, round=asked, part=Part.TODAY, order=_FROM_NOW_ON + 2)
    since = min(turn.due_at for turn, _count in due)
    return Row(
        line, Part.TODAY, found.state, asked, gettext("you"), gettext("Since"), since,
        round=asked, order=_FROM_NOW_ON + 2,
    )  # fmt: skip


def _of_state(line: Line, now: datetime, may_sign: bool) -> Row:
    """The line by its state and its clocks alone."""
    state, words = line.state, STATES[line.state]
    if state in _LEFT:
        return Row(line, Part.DONE, words, str(_LEFT[state]), "", order=list(_LEFT).index(state))
    late = next((end for end in line.ends if _is_late(end, now)), None)
    since, since_words = (late.at, gettext("Time is up since")) if late else (None, "")
    you = gettext("you")
    if state in _OURS:
        said = _OURS[state] if may_sign else _UNSIGNED.get(state, _OURS[state])
        until, until_words = (since, since_words) if late else _until(line.ends, now, others_only=True)
        return Row(
            line, Part.TODAY, words, str(said), you, until_words, until, late is not None,
            order=list(_OURS).index(state),
        )  # fmt: skip
    # Once it was taken further, the same clock presses nobody a second time.
    was_told = late is not None and line.told_at is not None and late.at <= line.told_at
    if late and not was_told:
        said = _("Time is up: complain about them") if may_sign else _("Time is up: see what can be done")
        return Row(line, Part.TODAY, words, str(said), you, since_words, since, True, order=_FROM_NOW_ON)
    reminder = next((end for end in line.ends if end.kind is Kind.REMINDER and end.at <= now), None)
    if reminder and state is not State.ESCALATED:
        said = _("No word yet: remind them") if may_sign else _("No word yet: see what can be done")
        return Row(
            line, Part.TODAY, words, str(said), you, gettext("Since"), reminder.at, order=_FROM_NOW_ON + 1
        )
    until, until_words = (since, since_words) if late else _until(line.ends, now)
    if state is State.ESCALATED:
        on = gettext("%(name)s and the office you told") % {"name": line.to or gettext("them")}
    else:
        on = line.to or gettext("them")
    said = _("You answered: wait for their word") if state is State.CONTESTED else _("Wait for their answer")
    return Row(line, Part.WAITING, words, str(said), on, until_words, until, late is not None)


def _is_late(end: End, now: datetime) -> bool:
    """Only by a number that is sure; any other reads "usually"."""
    return end.kind is Kind.DUTY and end.is_sure and end.at < now


def _until(ends: Iterable[End], now: datetime, *, others_only: bool = False) -> tuple[datetime | None, str]:
    """The next moment to wait for, and how to say whose it is."""
    for end in ends:
        if end.kind is Kind.DUTY and end.is_sure and end.at >= now:
            return end.at, gettext("They have until")
        if end.kind is Kind.DUTY and not end.is_sure:
            return end.at, gettext("Usually until") if end.at >= now else gettext("Usually due by")
        if end.kind is Kind.REMINDER and end.at > now and not others_only:
            return end.at, gettext("We suggest a reminder from")
    return None, ""


def _rounds(gone: Iterable[Gone], now: datetime, zone: tzinfo) -> tuple[list[tuple[Turn, int]], Turn | None]:
    """The rounds that are due, each with the number of its items; and the next one to come."""
    turns = [(turn, one.count) for one in gone if (turn := one.turn(now, zone))]
    due = [(turn, count) for turn, count in turns if turn.is_due(now)]
    coming = (turn for turn, _count in turns if not turn.is_due(now))
    return due, min(coming, key=lambda turn: turn.due_at, default=None)


def _round_words(due: list[tuple[Turn, int]], counts_as_minor: bool) -> str:
    if not due:
        return ""
    day = max(turn.day for turn, _count in due)
    if counts_as_minor:
        return gettext("Day %(day)s: say what you were told") % {"day": day}
    count = sum(count for _turn, count in due)
    words = ngettext(
        "Check round: day %(day)s, %(count)s place", "Check round: day %(day)s, %(count)s places", count
    )
    return words % {"day": day, "count": count}


def _upcoming_words(turn: Turn, counts_as_minor: bool) -> str:
    words = gettext("Day %(day)s question:") if counts_as_minor else gettext("Check round, day %(day)s:")
    return words % {"day": turn.day}
