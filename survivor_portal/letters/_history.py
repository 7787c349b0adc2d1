"""What became of a request: when it went out, what was answered, what is still up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from survivor_portal.calendars import Period, after
from survivor_portal.directory import Law, Reported
from survivor_portal.letters._facts import Addressee, Item
from survivor_portal.letters._reading import period
from survivor_portal.letters._texts import Texts


@dataclass(frozen=True, slots=True)
class History:
    """One request to one platform, as the case knows it. Moments carry their zone; one without counts as UTC.

    `outcome` is what became of it (None: only the words in `reply_text` are known). `received_at` is the
    first proof of receipt. `remarks` are the words of `replies.Remark`. `report_numbers` are pairs such as
    ("hotline", "123") and ("police", "456"). `spread` holds (item number, what was already known). Without
    `open_items` everything that is not in `removed_items` is open. `late_since` is the end of the first clock
    that ran out; no letter names an end that is earlier than `due_at`. `by_form`: it was there at
    `received_at` because it went through the platform's own form; nobody proved it."""

    sent_at: datetime | None = None
    received_at: datetime | None = None
    channel: str = ""
    ticket: str = ""
    reply_text: str = ""
    replied_at: datetime | None = None
    outcome: Reported | None = None
    remarks: tuple[str, ...] = ()
    report_numbers: tuple[tuple[str, str], ...] = ()
    spread: tuple[tuple[int, str], ...] = ()
    removed_items: tuple[int, ...] = ()
    open_items: tuple[int, ...] = ()
    late_since: datetime | None = None
    due_at: datetime | None = None
    by_form: bool = False

    @property
    def answered(self) -> bool:
        return bool(self.reply_text.strip())

    @property
    def result(self) -> str:
        """silent | refused | asked_more | partly, or "" where only the words are known."""
        if self.outcome is not None and self.outcome is not Reported.NOT_YET:
            return self.outcome.value
        return "" if self.answered else Reported.SILENT.value

    def still_up(self, items: tuple[Item, ...]) -> tuple[Item, ...]:
        if self.open_items:
            return tuple(item for item in items if item.number in self.open_items)
        return tuple(item for item in items if item.number not in self.removed_items)

    def numbers(self, desk: str) -> tuple[str, ...]:
        return tuple(number for kind, number in self.report_numbers if kind == desk and number.strip())


@dataclass(frozen=True, slots=True)
class Timed:
    """A clock that may stand in a letter: its law, its length, and its end once receipt is proven."""

    law: Law
    length: tuple[int, str]
    end: datetime | None
    over: bool


def timed(law: Law, history: History, to: Addressee, today: date) -> Timed | None:
    """The law's own clock, or None where its number is not verified, binds nobody here, or needs a process
    of the platform that was not found."""
    length = period(law.clock)
    starts_here = law.clock.bound == "platform" and law.clock.trigger == "request_received"
    if length is None or not starts_here or not to.process_known or not law.may_be_cited:
        return None
    if history.received_at is None:
        return Timed(law, length, None, False)
    number, unit = length
    try:
        end = after(aware(history.received_at), Period(**{unit: number}))
    except ValueError:
        return Timed(law, length, None, False)
    if history.due_at is not None:
        end = max(end, aware(history.due_at))
    late = history.late_since is not None and aware(history.late_since) >= end
    return Timed(law, length, end, late or in_utc(end).date() < today)


def is_late(law: Law, history: History, to: Addressee, today: date) -> bool:
    """Has this law's time run out? Without a clock of its own that may be named: has any?"""
    own = timed(law, history, to, today)
    return own.over if own is not None else history.late_since is not None


def aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.utcoffset() is None else moment


def in_utc(moment: datetime) -> datetime:
    try:
        return aware(moment).astimezone(UTC)
    except OverflowError:  # the first and the last day a calendar knows
        return moment.replace(tzinfo=UTC)


def moment_words(texts: Texts, moment: datetime) -> str:
    """ "22 November 2026, 14:05 UTC (15:05, UTC+01:00)" in the language of the texts."""
    utc, local = in_utc(moment), aware(moment)
    words = texts.block("date", "moment").format(day=texts.day(utc), time=f"{utc:%H:%M}")
    offset = f"{local:%z}"
    if offset[:5] in ("+0000", "-0000"):
        return words
    time = f"{local:%H:%M}"
    if local.date() != utc.date():
        time = texts.block("date", "day_time").format(day=texts.day(local), time=time)
    return texts.block("date", "zone").format(moment=words, local=time, offset=f"{offset[:3]}:{offset[3:5]}")
