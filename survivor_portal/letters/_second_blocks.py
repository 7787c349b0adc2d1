"""Each block of the letters that follow the first one: from what happened to its words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from survivor_portal import directory
from survivor_portal.directory import Age, Asker, Law, Maker
from survivor_portal.letters._blocks import AFTER, BEFORE
from survivor_portal.letters._case import NEEDLESS, Case, Outcome, one_line, out, placed
from survivor_portal.letters._history import History, Timed, moment_words
from survivor_portal.letters._letter import Letter
from survivor_portal.letters._reading import blocks_of, needed

# Remarks of a reply that call for a sentence of their own, in this order.
ANSWERED_REMARKS = (
    "redirected_to_copyright",
    "redirected_to_third_party",
    "redirected_to_form",
    "asks_for_id",
    "asks_for_court_order",
    "asks_for_image",
    "asks_for_login",
)
RECORDED_REMARKS = (*ANSWERED_REMARKS, "counter_notice")


@dataclass(frozen=True, slots=True)
class Stand:
    """All a block of a later letter may look at. `case` lists the open items only; `first` is the first
    request, put together again; `asked` are the laws it stands on, `clocks` theirs that may be named."""

    case: Case
    history: History
    first: Letter
    asked: tuple[Law, ...]
    clocks: tuple[Timed, ...]
    same_request: bool = False  # does this letter insist on the first request's time?

    def say(self, block: str, variant: str, **fill: str) -> str:
        return self.case.say(block, variant, **fill)

    def name(self, law: Law) -> str:
        """The law as the first request named it."""
        request = self.case.texts.request(law.key)
        return request.heading if request is not None and request.heading else law.short_name

    @property
    def rests_on_law(self) -> bool:
        """Or only on the platform's own rules?"""
        return any(law.jurisdiction != "INT" for law in self.asked)

    @property
    def names(self) -> str:
        return "; ".join(self.name(law) for law in self.asked)


def block(name: str, stand: Stand) -> Outcome:
    """The block of that name, one of a later letter's own or one that all letters share."""
    if name in SECOND:
        return SECOND[name](stand)
    return (BEFORE | AFTER)[name](stand.case)


def _when_sent(stand: Stand, name: str) -> tuple[list[str], bool]:
    """The lines on day, channel and number, and whether the request can be found by them."""
    history, texts = stand.history, stand.case.texts
    ticket = one_line(history.ticket)
    lines = []
    if history.sent_at is not None:
        lines.append(stand.say(name, "sent", at=moment_words(texts, history.sent_at)))
    elif not ticket:
        lines.append(stand.say(name, "sent_blank"))
    if channel := one_line(history.channel):
        lines.append(stand.say(name, "channel", text=channel))
    if ticket:
        lines.append(stand.say(name, "ticket", text=ticket))
    return lines, bool(history.sent_at is not None or ticket)


def _receipt(stand: Stand, name: str) -> str:
    received = stand.history.received_at
    if received is None:
        return stand.say(name, "by_answer" if stand.history.answered else "unproven")
    how = "by_form" if stand.history.by_form else "received"
    return stand.say(name, how, at=moment_words(stand.case.texts, received))


def _their_words(stand: Stand, name: str) -> str:
    history, text = stand.history, one_line(stand.history.reply_text)
    if history.replied_at is None:
        return stand.say(name, "undated", text=text)
    return stand.say(name, "answered", at=moment_words(stand.case.texts, history.replied_at), text=text)


def _thread(stand: Stand) -> Outcome:
    lines, found = _when_sent(stand, "thread")
    if stand.history.received_at is not None or not stand.history.answered:
        lines.append(_receipt(stand, "thread"))
    text = " ".join(lines)
    return placed(text) if found else out("report_day_missing", text)


def _quote(stand: Stand) -> Outcome:
    if not one_line(stand.history.reply_text):
        return out("no_reply", stand.say("quote", "blank"))
    return placed(_their_words(stand, "quote"))


def _items(stand: Stand) -> Outcome:
    facts = stand.case.facts
    if not facts.items and stand.history.removed_items:
        return out("no_open_items")
    return BEFORE["items"](stand.case)


def _known(stand: Stand) -> Outcome:
    """From the answer on they know; only where the request itself gave the age."""
    facts = stand.case.facts
    told = any((s := stand.first.section(name)) is not None and s.placed for name in ("age", "knowledge"))
    if not facts.minor or not told or not stand.history.answered:
        return NEEDLESS
    american = any(law.key == "us-2258a" for law in stand.asked)
    words = stand.say("known", "unsure" if facts.age_then is Age.NOT_SURE else "sure")
    return placed(f"{words} {stand.say('known', 'ncmec' if american else 'other')}")


def _remarks(stand: Stand) -> Outcome:
    lines = [
        line
        for remark in ANSWERED_REMARKS
        if remark in stand.history.remarks
        for line in _remark_lines(stand, remark)
    ]
    return placed("\n".join(lines)) if lines else NEEDLESS


def _remark_lines(stand: Stand, remark: str) -> Iterable[str]:
    variant = remark
    if not stand.rests_on_law and remark in ("asks_for_id", "asks_for_court_order"):
        variant = f"own_rules_{remark}"
    have = stand.say("remarks", _instead_of_id(stand))
    yield stand.say("remarks", variant, grounds=stand.names, have=have)
    if remark == "asks_for_id" and any(law.key == "eu-gdpr-17" for law in stand.asked):
        yield stand.say("remarks", "id_gdpr")
    if remark == "asks_for_court_order":
        for number in stand.history.numbers("police"):
            yield stand.say("remarks", "police_number", text=one_line(number))


def _instead_of_id(stand: Stand) -> str:
    facts = stand.case.facts
    if facts.capacity == "advocate":
        return "id_advocate"
    if facts.capacity == "parent":
        return "id_parent"
    if facts.minor and not facts.adult_now:
        return "id_child"
    signature = stand.first.section("signature")
    return "id_signed" if signature is not None and signature.placed else "id_self"


def _elements(ask: bool) -> Callable[[Stand], Outcome]:
    """Every required element and its place in the first request; what was not in it is not named."""

    def place(stand: Stand) -> Outcome:
        parts = [lines for law in stand.asked if (lines := _element_lines(stand, law))]
        if not parts:
            return out("block_not_written")
        return placed("\n".join(parts + ([stand.say("elements", "ask")] if ask else [])))

    return place


def _element_lines(stand: Stand, law: Law) -> str:
    state = next((state for state in stand.first.states if state.law == law.key), None)
    lacking = {missing.element_key for missing in state.missing} if state is not None else {""}
    if "" in lacking:
        return ""
    lines = []
    for element in needed(law, stand.case.facts):
        names = [name for name in blocks_of(element) if _stands(stand, law, name)]
        if element.key in lacking or not names:
            continue
        join = f"{stand.say('elements', 'join')} "
        what = join.join(stand.say("elements", name) for name in names)
        headings = [_heading(stand, law, name) for name in names]
        places = join.join(stand.say("elements", "place", heading=heading) for heading in headings)
        cite = _cite(element.cite)
        lines.append(stand.say("elements", "cited" if cite else "line", what=what, places=places, cite=cite))
    return "\n".join([stand.say("elements", "law", name=stand.name(law)), *lines]) if lines else ""


def _stands(stand: Stand, law: Law, name: str) -> bool:
    section = stand.first.section(f"ground:{law.key}" if name == "ground" else name)
    return section is not None and section.placed


def _heading(stand: Stand, law: Law, name: str) -> str:
    return stand.name(law) if name == "ground" else stand.case.texts.heading(name)


def _cite(cite: str) -> str:
    """The place in the law; nothing that was only remembered, and no list of offences."""
    if "memory" in cite or not re.search(r"\d", cite):
        return ""
    return re.split(r"[:']", cite)[0].strip()


def _clock(stand: Stand) -> Outcome:
    lines = []
    for clock in stand.clocks:
        length = stand.case.texts.period(clock.length)
        if clock.end is None:
            lines.append(stand.say("clock", "open", law=stand.name(clock.law), clock=length))
            continue
        at = moment_words(stand.case.texts, clock.end)
        variant = "over" if clock.over else "running"
        lines.append(stand.say("clock", variant, law=stand.name(clock.law), clock=length, at=at))
    if not lines:
        return NEEDLESS
    return placed("\n".join([*lines, *([stand.say("clock", "same")] if stand.same_request else [])]))


def _record(stand: Stand) -> Outcome:
    """The table of facts for a regulator, an officer or a lawyer, in the order in which they happened."""
    history = stand.history
    lines, found = _when_sent(stand, "record")
    if not one_line(history.ticket):
        lines.append(stand.say("record", "no_ticket"))
    lines.append(_receipt(stand, "record"))
    if history.result:
        lines.append(stand.say("record", history.result))
    if history.answered:
        lines.append(_their_words(stand, "record"))
    lines += [stand.say("record", remark) for remark in RECORDED_REMARKS if remark in history.remarks]
    if gone := _numbers(history.removed_items):
        lines.append(stand.say("record", "removed", text=gone))
    if still := _numbers(item.number for item in stand.case.facts.items):
        lines.append(stand.say("record", "open", text=still))
    text = "\n".join(stand.say("record", "line", number=str(n), text=line) for n, line in enumerate(lines, 1))
    return placed(text) if found else out("report_day_missing", text)


def _numbers(numbers: Iterable[int]) -> str:
    return ", ".join(str(number) for number in dict.fromkeys(numbers))


def _removed(stand: Stand) -> Outcome:
    gone = _numbers(stand.history.removed_items)
    return placed(stand.say("removed", "text", text=gone)) if gone else out("nothing_removed")


def _spread(stand: Stand) -> Outcome:
    lines = [
        stand.say("spread", "line", number=str(number), text=text)
        for number, words in stand.history.spread
        if (text := one_line(words))
    ]
    return placed("\n".join(lines)) if lines else NEEDLESS


def _reports(stand: Stand) -> Outcome:
    lines = [
        stand.say("reports", desk if desk in ("hotline", "police") else "other", text=text)
        for desk, number in stand.history.report_numbers
        if (text := one_line(number))
    ]
    return placed("\n".join(lines)) if lines else out("no_report_number")


def _grounds(stand: Stand) -> Outcome:
    lines = [stand.say("grounds", "line", name=stand.name(law)) for law in stand.asked]
    return placed("\n".join(lines)) if lines else NEEDLESS


def _questions(stand: Stand) -> Outcome:
    facts = stand.case.facts
    american = any(law.jurisdiction.split("-")[0] == "US" for law in stand.asked)
    truth = {
        "limits": True,
        "injunction": True,
        "twitter": american and facts.minor and directory.law("us-doe-v-twitter").may_be_cited,
        "offender_minor": american and facts.minor,
        "offender_adult": american and not facts.minor,
        "trafficking": american and bool(facts.forced),
        "platform": True,
        "counter": "counter_notice" in stand.history.remarks,
        "name": True,
        "records": True,
        "exposure": facts.minor and facts.maker is Maker.SHOWN and facts.asker is not Asker.FRIEND,
    }
    asked = [name for name, fits in truth.items() if fits]
    return placed(
        "\n".join(
            stand.say("questions", "line", number=str(n), text=stand.say("questions", name))
            for n, name in enumerate(asked, 1)
        )
    )


SECOND: dict[str, Callable[[Stand], Outcome]] = {
    "thread": _thread,
    "quote": _quote,
    "items": _items,
    "known": _known,
    "remarks": _remarks,
    "elements": _elements(ask=True),
    "satisfied": _elements(ask=False),
    "clock": _clock,
    "breach": _record,
    "removed": _removed,
    "spread": _spread,
    "reports": _reports,
    "grounds": _grounds,
    "questions": _questions,
}
HEADING = {"breach": "record"}  # the facts table stands under its own heading
LINE = "______________________________"
