"""Turn a plan into what the page shows: one card a step, with address, price, clock and letters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from survivor_portal import directory, intake
from survivor_portal.directory import Channel, Clock, Platform, Resource
from survivor_portal.intake import Plan, Step, StepKey
from survivor_portal.web.forms import Words
from survivor_portal.web.survivor import words

MOST_LINES = 6  # items named on a card; the rest is counted


@dataclass(frozen=True, slots=True)
class Way:
    """One address of a card: a channel, whose it is, and whether the fact is older than it should be."""

    channel: Channel
    platform: Platform
    stale: bool
    asks: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A letter of a card; more than one only where each site has its own."""

    site: str
    kind: str  # what is behind it, see intake.Step.letter

    @property
    def words(self) -> str:
        if self.site:
            return _("Letter for %(site)s") % {"site": self.site}
        if self.kind == "police":
            return _("Open the note for the police")
        return (
            _("Open the letter")
            if self.kind in ("request", "school", "threat")
            else _("What to write in their form")
        )


@dataclass(frozen=True, slots=True)
class Card:
    step: Step
    number: int
    title: str
    why: str
    notes: tuple[Words, ...]
    warnings: tuple[Words, ...]
    ways: tuple[Way, ...]
    resources: tuple[Resource, ...]
    costs: tuple[Words, ...]
    clock: str
    laws: tuple[str, ...]
    authority: str  # the web address of the law's authority when no resource names it
    shown: tuple[str, ...]
    more: int
    letters: tuple[Place, ...]

    @property
    def key(self) -> str:
        return self.step.key.value


@dataclass(frozen=True, slots=True)
class Group:
    when: Words
    cards: tuple[Card, ...]
    open: bool  # what can wait is folded


def groups(plan: Plan, items: tuple[intake.Item, ...], today: date) -> tuple[Group, ...]:
    """The plan's steps as cards, in groups by when; numbered through."""
    by_number = {item.number: item for item in items}
    cards = [_card(step, place, by_number, today) for place, step in enumerate(plan.steps, 1)]
    return tuple(
        Group(words.WHEN[when], of_when, when in (intake.When.NOW, intake.When.TODAY))
        for when in intake.When
        if (of_when := tuple(card for card in cards if card.step.when is when))
    )


def title(step: Step) -> str:
    """What a step is called, with the platform's name in it."""
    name = directory.platform(step.platform).name if step.platform else _("the app or site")
    return str(words.STEPS[step.key][0]).replace("{it}", name)


def request_name(step: Step, site: str, grounds: Sequence[str]) -> str:
    """What a request is called that came from a letter of this step: no longer what to do, but what it is.
    `grounds`: the laws whose every part the letter had."""
    if step.platform and step.grounds:
        name = directory.platform(step.platform).name
        laws = ", ".join(directory.law(key).short_name for key in grounds)
        return f"{name}: {laws}" if laws else _("%(name)s: a report") % {"name": name}
    return f"{title(step)}: {site}" if site else title(step)


def _card(step: Step, number: int, items: dict[int, intake.Item], today: date) -> Card:
    ways = tuple(way(at, today) for at in step.channels[:3])
    shown = tuple(items[n].shown for n in step.items[:MOST_LINES] if n in items) if _names_items(step) else ()
    laws = tuple(directory.law(key) for key in step.grounds)
    return Card(
        step=step,
        number=number,
        title=title(step),
        why=str(words.STEPS[step.key][1]),
        notes=tuple(note for n in step.notes if n not in words.WARNINGS and (note := words.NOTES[n])),
        warnings=tuple(words.NOTES[n] for n in step.notes if n in words.WARNINGS),
        ways=ways,
        resources=tuple(directory.resource(key) for key in step.resources),
        costs=_costs(step) if ways else (),
        clock=clock_words(
            [law.clock for law in laws], process_known=intake.Note.PROCESS_UNKNOWN not in step.notes
        ),
        laws=tuple(law.short_name for law in laws),
        authority=next((law.complaint_address for law in laws if law.complaint_address), "")
        if not ways and not step.resources
        else "",
        shown=shown,
        more=max(0, len(step.items) - MOST_LINES) if shown else 0,
        letters=tuple(Place(site, step.letter) for site in (step.sites or ("",))) if step.letter else (),
    )


def _names_items(step: Step) -> bool:
    return bool(step.platform) and step.key not in (StepKey.STATE_LAW, StepKey.DATA_LAW, StepKey.COPYRIGHT)


def way(at: intake.At, today: date) -> Way:
    """One address of a step, with what they ask for."""
    channel = at.record
    asks = dict.fromkeys(asked.what for asked in channel.asks_for if asked.what in words.ASKS)
    return Way(
        channel=channel,
        platform=directory.platform(at.platform),
        stale=directory.is_stale(channel, today),
        asks=tuple(words.ASKS[what] for what in asks),
    )


def _costs(step: Step) -> tuple[Words, ...]:
    cost = step.cost
    lines: list[Words] = [words.ACCOUNT[cost.account.value], words.NAME[cost.name_seen.value]]
    if cost.identity:
        lines.append(words.IDENTITY)
    if cost.reversible:
        lines.append(words.REVERSIBLE)
    return tuple(lines)


def clock_words(clocks: Iterable[Clock], *, process_known: bool = True) -> str:
    """How long they have, in words: the shortest period the law sets for the other side. A number nobody
    verified reads "usually"; without a known process no number is named (rulings 1)."""
    named = [c for c in clocks if c.bound in ("platform", "authority", "dispute_body") and _hours(c)]
    if not named or not process_known:
        return ""
    best = min(named, key=_hours)
    if best.trigger == "authority_acts":
        text = _("Once the office gives its order, they have %(time)s.")
    elif best.bound == "authority":
        text = _("The office has %(time)s from the day it gets this.")
    else:
        text = _("They have %(time)s from when they get it.")
    if not best.verified:
        text = _("They usually have %(time)s from when they get it.")
    return text % {"time": length(best)}


def _hours(clock: Clock) -> int:
    return (clock.hours or 0) + 24 * (clock.days or 0) + 730 * (clock.months or 0)


def length(clock: Clock) -> str:
    """The length of a legal period in words."""
    if clock.hours:
        return ngettext("%(n)d hour", "%(n)d hours", clock.hours) % {"n": clock.hours}
    if clock.days:
        return ngettext("%(n)d day", "%(n)d days", clock.days) % {"n": clock.days}
    return ngettext("%(n)d month", "%(n)d months", clock.months or 0) % {"n": clock.months or 0}


def coverage(plan: Plan, items: tuple[intake.Item, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of the platforms in this plan that take part in the fingerprint service, and of the others."""
    keys = dict.fromkeys(item.platform for item in items if item.platform)
    joined: list[str] = []
    others: list[str] = []
    for key in keys:
        platform = directory.platform(key)
        part = platform.take_it_down_participant if plan.counts_as_minor else platform.stopncii_participant
        (joined if part is directory.Answer.YES else others).append(platform.name)
    return tuple(joined), tuple(others)
