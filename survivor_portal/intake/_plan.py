"""Triage: from answers and items to an ordered plan. Pure; `docs/triage-table.csv` is made from it.

Sources of the order: who to turn to first by age and picture, `facts/laws.md` 1a; the news case, `laws.md` 5;
sites nobody knows, `facts/unknown_sites.md` 7; blackmail, `facts/safety_and_words.md` 5; safety rulings,
`decisions.md` 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from survivor_portal import directory
from survivor_portal.directory import Law, Reported, Risk, Role
from survivor_portal.intake import _outside as outside
from survivor_portal.intake._answers import Answers
from survivor_portal.intake._at_platform import appeal, around, at_platform
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
    platform (`laws.md` 1a)."""
    after_hotline = _ORDER[StepKey.HOTLINE]
    early: dict[StepKey, float] = {}
    if not answers.something_is_out:
        early = {
            StepKey.LEGAL_FIRST: after_hotline + 0.1,
            StepKey.POLICE: after_hotline + 0.2,
            StepKey.HASH: after_hotline + 0.3,
        }

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
        yield from around(tuple(dict.fromkeys(around_sites)), tuple(sorted(around_items)))


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
    )


def _for_owner(law: Law) -> bool:
    """Grounds worth writing to an owner nobody knows: those that bind whoever serves the place."""
    return "platform_serves_place" in law.match.tie_any_of


def _authorities(answers: Answers, items: tuple[Item, ...]) -> Iterator[Step]:
    """Authorities that can order removal. Threats count: several act before anything is out."""
    numbers = tuple(item.number for item in items)
    for law in fitting(answers, (Role.AUTHORITY_ORDER,)):
        if law.key == "eu-dsa-9":  # asked of police or prosecutor: it travels with the police step
            continue
        if not answers.something_is_out and not law.match.before_publication:
            continue
        yield Step(
            StepKey.AUTHORITY,
            When.TODAY,
            resources=outside.for_law(law, answers),
            grounds=(law.key,),
            letter="request",
            items=numbers,
        )
    if not answers.something_is_out:
        return
    for law in fitting(answers, (Role.PRIORITY_CHANNEL,)):
        hotlines = outside.flaggers(answers)
        yield Step(
            StepKey.FLAGGER,
            When.LATER,
            resources=hotlines,
            grounds=(law.key,),
            letter="request",
            items=numbers,
        )


_TOLD_NO = (Reported.REFUSED, Reported.PARTLY, Reported.SILENT, Reported.ASKED_MORE)


def _after_a_no(answers: Answers, items: tuple[Item, ...]) -> Iterator[Step]:
    """Regulators and appeals. They follow a no or silence; once that happened, they are due today."""
    if not answers.something_is_out:
        return
    numbers = tuple(item.number for item in items)
    refused = answers.reported in (Reported.REFUSED, Reported.PARTLY)
    when = When.TODAY if answers.reported in _TOLD_NO else When.IF_NO
    notes = (Note.REFUSED,) if refused else (Note.SILENT,) if answers.reported is Reported.SILENT else ()
    if answers.reported in _TOLD_NO and any(
        law.key == "us-tida" for law in fitting(answers, (Role.REMOVAL_REQUEST,))
    ):
        yield Step(
            StepKey.REGULATOR,
            When.TODAY,
            resources=("ftc-tida",),
            letter="ftc",
            items=numbers,
            notes=(*notes, Note.TWO_TAKE_IT_DOWNS),
        )
    for law in fitting(answers, (Role.REGULATOR_COMPLAINT,)):
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
        for law in fitting(answers, (Role.PLATFORM_APPEAL,)):
            for (key, _site), group in by_party(items).items():
                if key and directory.platform(key).contact_risk.level is not Risk.HOSTILE:
                    yield appeal(law, key, tuple(item.number for item in group))


def _civil(answers: Answers) -> Iterator[Step]:
    """Claims in court: a lawyer's work, named so that nobody misses a right."""
    grounds = tuple(law.key for law in fitting(answers, (Role.CIVIL_CLAIM,)))
    lawyers = outside.legal_help(answers)
    if grounds or lawyers:
        yield Step(StepKey.LAWYER, When.LATER, resources=lawyers, grounds=grounds)
