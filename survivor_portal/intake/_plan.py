"""Triage: from answers and items to an ordered plan. Pure; `docs/triage-table.csv` is made from it.

Sources of the order: who to turn to first by age and picture, `docs/rulings.md` 2;
sites nobody knows, 3; blackmail, 4; safety, 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from survivor_portal import directory
from survivor_portal.directory import Answer, Law, Platform, Reported, Role
from survivor_portal.intake import _outside as outside
from survivor_portal.intake._answers import Answers
from survivor_portal.intake._at_platform import appeals, around, at_platform
from survivor_portal.intake._grounds import fitting
from survivor_portal.intake._items import Item, by_party
from survivor_portal.intake._steps import Note, Plan, Step, StepKey, When

_ORDER = {key: float(place) for place, key in enumerate(StepKey)}
_WHEN = {when: place for place, when in enumerate(When)}


def plan(answers: Answers, items: tuple[Item, ...] = ()) -> Plan:
    """The ordered plan. Takes any answers, also none; never raises for any combination."""
    steps = [*outside.urgent(answers), *outside.hotlines(answers, items)]
    if answers.may_write_letters and not answers.is_young_child_alone:
        steps += _at_places(answers, items)
        steps += _authorities(answers, items)
        steps += _after_a_no(answers, items)
        steps += _civil(answers)
    steps += outside.rest(answers, items)
    return Plan(
        steps=tuple(sorted(_without_doubles(steps), key=_rank(answers))),
        counts_as_minor=answers.counts_as_minor,
        may_sign=answers.may_sign,
        may_write=answers.may_write_letters and not answers.is_young_child_alone,
    )


def _rank(answers: Answers) -> Callable[[Step], tuple[int, float]]:
    """The order of urgency. With a threat and nothing out yet, police and the fingerprint come before the
    platform (rulings 2). Where home is not safe, the hotline comes before any talk. Where a young person
    made or passed on the picture, the lawyer comes before any authority, as some are the police."""
    after_hotline = _ORDER[StepKey.HOTLINE]
    early: dict[StepKey, float] = {}
    if not answers.something_is_out:
        early = {
            StepKey.LEGAL_FIRST: after_hotline + 0.1,
            StepKey.POLICE: after_hotline + 0.2,
            StepKey.HASH: after_hotline + 0.3,
        }
    elif answers.shown_exposes_self:
        early = {StepKey.LEGAL_FIRST: _ORDER[StepKey.AUTHORITY] - 0.5}
    if answers.home_safe is False:
        early[StepKey.TELL] = after_hotline + 0.05

    def rank(step: Step) -> tuple[int, float]:
        return (_WHEN[step.when], early.get(step.key, _ORDER[step.key]))

    return rank


def _without_doubles(steps: list[Step]) -> Iterator[Step]:
    seen: set[str] = set()
    for step in steps:
        if step.id not in seen:
            seen.add(step.id)
            yield step


def _at_places(answers: Answers, items: tuple[Item, ...]) -> Iterator[Step]:
    around_sites: list[str] = []
    around_items: list[int] = []
    unknown: dict[str, tuple[int, ...]] = {}
    for (key, site), group in by_party(items).items():
        numbers = tuple(item.number for item in group)
        if key:
            steps = tuple(at_platform(answers, directory.platform(key), numbers))
            yield from steps
            if any(step.key in (StepKey.NO_WAY, StepKey.SHIELD) for step in steps):
                around_sites.append(
                    next((i.site for i in group if i.site), directory.platform(key).domains[0])
                )
                around_items += numbers
        elif site:
            unknown[site] = numbers
        else:
            yield Step(StepKey.REQUEST, When.TODAY, items=numbers, notes=(Note.ONLY_WORDS,))
    if unknown:
        numbers = tuple(number for group in unknown.values() for number in group)
        yield _owners(answers, tuple(unknown), numbers)
        around_sites += unknown
        around_items += numbers
    if around_sites:
        yield from around(answers, tuple(dict.fromkeys(around_sites)), tuple(sorted(around_items)))


def _owners(answers: Answers, sites: tuple[str, ...], numbers: tuple[int, ...]) -> Step:
    """Writing to the owner tells the owner that somebody looks: only where the person said it is safe."""
    when = When.TODAY if answers.something_is_out else When.LATER
    if answers.owner_safe is not True or not answers.may_sign:
        return Step(StepKey.OWNER, when, sites=sites, items=numbers, notes=(Note.OWNER_NOT_SAFE,))
    grounds = tuple(law.key for law in fitting(answers, (Role.REMOVAL_REQUEST,)) if _for_owner(law))
    return Step(
        StepKey.OWNER,
        when,
        sites=sites,
        grounds=grounds,
        letter="request" if grounds else "owner",
        items=numbers,
        # Nobody knows a process of theirs, so no number of hours may be named (rulings 1).
        notes=(Note.PROCESS_UNKNOWN,) if grounds else (),
    )


def _for_owner(law: Law) -> bool:
    """Grounds worth writing to an owner nobody knows: those that bind whoever serves the place."""
    return "platform_serves_place" in law.match.tie_any_of


def _parties(items: tuple[Item, ...]) -> tuple[Platform | None, ...]:
    """Each platform once; None for a site nobody knows."""
    return tuple(directory.platform(key) if key else None for key in dict.fromkeys(i.platform for i in items))


def _authorities(answers: Answers, items: tuple[Item, ...]) -> Iterator[Step]:
    """Authorities that can order removal, also those that are told through a complaint. Some act on a threat,
    before anything is out. For an adult they stand with the first requests (rulings 2), for a child they
    back up the hotline."""
    numbers = tuple(item.number for item in items)
    for law in fitting(answers, (Role.AUTHORITY_ORDER, Role.REGULATOR_COMPLAINT), _parties(items)):
        if not _can_order(law) or not (answers.something_is_out or law.match.before_publication):
            continue
        yield Step(
            StepKey.AUTHORITY,
            When.NOW if law.priority == 1 and not answers.counts_as_minor else When.TODAY,
            resources=outside.for_law(law, answers),
            grounds=(law.key,),
            letter="request",
            items=numbers,
        )
    if not answers.something_is_out:
        return
    for law in fitting(answers, (Role.PRIORITY_CHANNEL,), _parties(items)):
        hotlines = outside.flaggers(answers)
        if hotlines or law.complaint_address:
            yield Step(
                StepKey.FLAGGER,
                When.LATER,
                resources=hotlines,
                grounds=(law.key,),
                letter="request",
                items=numbers,
            )


def _can_order(law: Law) -> bool:
    """Can this office itself have a picture taken down, and does the person turn to it directly?"""
    if law.role is Role.REGULATOR_COMPLAINT:
        return law.clock.bound == "authority"
    return law.key not in outside.ASKED_OF_POLICE


_TOLD_NO = (Reported.REFUSED, Reported.PARTLY, Reported.SILENT, Reported.ASKED_MORE)


def _after_a_no(answers: Answers, items: tuple[Item, ...]) -> Iterator[Step]:
    """Regulators and appeals. They follow a no or silence; once that happened, they are due today."""
    if not answers.something_is_out:
        return
    numbers = tuple(item.number for item in items)
    parties = _parties(items)
    told_no = answers.reported in _TOLD_NO
    refused = answers.reported in (Reported.REFUSED, Reported.PARTLY)
    when = When.TODAY if told_no else When.IF_NO
    notes = (Note.REFUSED,) if refused else (Note.SILENT,) if answers.reported is Reported.SILENT else ()
    of_us = {law.key for law in fitting(answers, (Role.REMOVAL_REQUEST,), parties)}
    if "us-tida" in of_us and (told_no or answers.country == "US"):
        yield Step(
            StepKey.REGULATOR,
            when,
            resources=("ftc-tida",),
            letter="ftc",
            items=numbers,
            notes=(*notes, Note.TWO_TAKE_IT_DOWNS),
        )
    ordering = {law.jurisdiction for law in fitting(answers, (Role.AUTHORITY_ORDER,), parties)}
    for law in fitting(answers, (Role.REGULATOR_COMPLAINT,), parties):
        # Where an office can order it down, a complaint about the words around it adds nothing.
        if _can_order(law) or law.jurisdiction in ordering - {"EU"}:
            continue
        yield Step(
            StepKey.REGULATOR,
            when,
            resources=outside.for_law(law, answers),
            grounds=(law.key,),
            letter="request",
            items=numbers,
            notes=notes,
        )
    regulators = outside.regulators(answers)
    if regulators:
        yield Step(StepKey.REGULATOR, when, resources=regulators, items=numbers, notes=notes)
    if refused:
        for (key, _site), group in by_party(items).items():
            if key:
                yield from appeals(answers, directory.platform(key), tuple(item.number for item in group))


_FOR_TRAFFICKING = "us-1595"


def _civil(answers: Answers) -> Iterator[Step]:
    """Claims in court: a lawyer's work, named so that nobody misses a right."""
    grounds = tuple(
        law.key
        for law in fitting(answers, (Role.CIVIL_CLAIM,))
        if law.key != _FOR_TRAFFICKING or answers.forced is Answer.YES
    )
    lawyers = outside.legal_help(answers)
    if grounds or lawyers:
        yield Step(StepKey.LAWYER, When.LATER, resources=lawyers, grounds=grounds)
