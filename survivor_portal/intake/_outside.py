"""The steps outside platforms: emergency, hotlines, police, search engines, fingerprints, support.

All by country and age, from the directory's resources; a record that is not listed by default is never used.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from survivor_portal import directory
from survivor_portal.directory import (
    AgeAtImage,
    Answer,
    Asker,
    Law,
    Need,
    Picture,
    Purpose,
    Resource,
    Who,
)
from survivor_portal.intake._answers import Answers
from survivor_portal.intake._at_platform import ways
from survivor_portal.intake._grounds import fitting
from survivor_portal.intake._items import Item
from survivor_portal.intake._steps import At, Note, Step, StepKey, When

_US_HOTLINE = "cybertipline"
_SEARCH_ENGINES = ("google-search", "bing", "duckduckgo", "yahoo-search", "yandex")


def _who(answers: Answers) -> Who:
    if answers.asker is Asker.PARENT:
        return Who.PARENT
    if answers.asker is Asker.ADVOCATE:
        return Who.PROFESSIONAL
    return Who.MINOR if answers.is_minor_today and answers.asker is not Asker.FRIEND else Who.ADULT


def _age(answers: Answers) -> AgeAtImage:
    return AgeAtImage.UNDER_18 if answers.counts_as_minor else AgeAtImage.OVER_18


def _keys(resources: Iterable[Resource], limit: int = 4) -> tuple[str, ...]:
    return tuple(dict.fromkeys(r.key for r in resources))[:limit]


def _by_need(answers: Answers, *needs: Need, who: Who | None = None, limit: int = 4) -> tuple[str, ...]:
    return _keys(directory.resources_for(answers.country, needs=needs, age=_age(answers), who=who), limit)


def child_lines(answers: Answers) -> tuple[str, ...]:
    """Helplines for children in the country, else the finder."""
    lines = [
        r for r in directory.resources_for(answers.country, needs=(Need.CRISIS_SUPPORT,)) if r.kind == "child"
    ]
    own = [r for r in lines if r.country == answers.country]
    crisis = [r for r in directory.crisis_help(answers.country).lines if r.kind != "child"]
    return _keys((*own, *crisis)) or ("child-helpline-international-list", "findahelpline")


def hotline_keys(answers: Answers) -> tuple[str, ...]:
    """Hotlines for a picture of somebody under 18: the country's own first, then CyberTipline, which takes
    reports from any country."""
    own = [
        r
        for r in directory.hotlines(answers.country)
        if Need.REPORT_CRIME in r.needs and r.key != _US_HOTLINE
    ]
    if answers.country == "US":
        return (_US_HOTLINE, "ncmec-call-center")
    usable = [r for r in own if r.country == answers.country]
    if answers.country == "GB":  # the young person's own way comes first (laws.md 5)
        usable = [directory.resource("report-remove"), *usable]
    return _keys((*usable, directory.resource(_US_HOTLINE), directory.resource("inhope")))


def legal_help(answers: Answers) -> tuple[str, ...]:
    return _keys(
        r
        for r in directory.resources_for(answers.country, needs=(Need.LEGAL_HELP,), age=_age(answers))
        if r.country == answers.country
    )


def flaggers(answers: Answers) -> tuple[str, ...]:
    """Who may hold trusted-flagger status and helps with removal in the country."""
    if answers.counts_as_minor:
        return hotline_keys(answers)
    own = directory.resources_for(answers.country, needs=(Need.REMOVAL_HELP,), age=AgeAtImage.OVER_18)
    return _keys(r for r in own if r.country == answers.country)


def regulators(answers: Answers) -> tuple[str, ...]:
    """Regulators that are a resource of the country but have no law record of their own."""
    named = {law.regulator.split(";")[0].split("(")[0].strip().casefold() for law in directory.laws()}
    found = directory.resources_for(answers.country, needs=(Need.REGULATOR_COMPLAINT,))
    return _keys(
        r
        for r in found
        if r.country == answers.country
        and r.country not in ("US", "AU", "IE", "NZ")  # these have a ground with a complaint of its own
        and r.name.casefold() not in named
    )


def for_law(law: Law, answers: Answers) -> tuple[str, ...]:
    """The resources that belong to a law's authority, by the key list in its record."""
    return tuple(key for key in law.resources if directory.resource(key).list_by_default)


def urgent(answers: Answers) -> Iterator[Step]:
    """What comes before any form."""
    if answers.danger:
        yield Step(StepKey.DANGER, When.NOW)
    if answers.is_minor_today and answers.asker is not Asker.FRIEND:
        if answers.home_safe is False or answers.is_young_child_alone:
            yield Step(StepKey.CHILD_LINE, When.NOW, resources=child_lines(answers))
    if answers.is_threatened:
        yield Step(StepKey.THREAT, When.NOW)
    if answers.asker is Asker.SELF and answers.is_minor_today:
        notes = (Note.NOT_A_PARENT,) if answers.home_safe is False else ()
        yield Step(StepKey.TELL, When.NOW, notes=notes)


def hotlines(answers: Answers, items: tuple[Item, ...]) -> Iterator[Step]:
    """CyberTipline or the national hotline, first of all reports for a picture of a child."""
    if not answers.counts_as_minor:
        return
    keys = hotline_keys(answers)
    letter = "" if answers.is_young_child_alone else "cybertip" if keys[0] == _US_HOTLINE else "hotline"
    yield Step(
        StepKey.HOTLINE,
        When.NOW,
        resources=keys,
        letter=letter,
        items=tuple(item.number for item in items),
        notes=(Note.NO_IMAGE,) if answers.may_write_letters else (Note.NO_IMAGE, Note.NO_LETTER_FOR_OTHERS),
    )


def rest(answers: Answers, items: tuple[Item, ...]) -> Iterator[Step]:
    """Police, search engines, fingerprint, trafficking line, school, support."""
    numbers = tuple(item.number for item in items)
    helps_only = answers.asker is Asker.FRIEND
    if not helps_only and not answers.is_young_child_alone:
        yield from _police(answers, numbers)
        if answers.something_is_out:
            yield _search(answers, numbers)
    if answers.picture is not Picture.DRAWN and not helps_only:
        yield _hash(answers)
    if answers.forced is Answer.YES:
        keys = tuple(
            dict.fromkeys(
                r.key
                for r in directory.resources_for(answers.country, needs=(Need.TRAFFICKING,))
                if r.key != _US_HOTLINE
            )
        )
        lines = keys or _by_need(answers, Need.LAW_ENFORCEMENT) or directory_lines(answers)
        yield Step(StepKey.TRAFFICKING, When.TODAY, resources=lines, notes=(Note.EXPOSED_TRAFFICKING,))
    if (
        answers.is_minor_today
        and answers.counts_as_minor
        and not helps_only
        and not answers.is_young_child_alone
    ):
        yield Step(StepKey.SCHOOL, When.LATER, letter="" if answers.home_safe is False else "school")
    yield Step(StepKey.SUPPORT, When.LATER, resources=_support(answers))


def directory_lines(answers: Answers) -> tuple[str, ...]:
    """Whatever line the country has."""
    return _keys(directory.crisis_help(answers.country).lines) or ("findahelpline",)


def _support(answers: Answers) -> tuple[str, ...]:
    found = directory.resources_for(
        answers.country, needs=(Need.MENTAL_HEALTH, Need.CRISIS_SUPPORT), age=_age(answers), who=_who(answers)
    )
    return _keys(found, 3) or ("findahelpline",)


def _police(answers: Answers, numbers: tuple[int, ...]) -> Iterator[Step]:
    """Police with the request to write to the platform and have its data kept. Where a young person made or
    passed on the picture, a free lawyer is asked first (decisions 1)."""
    notes: tuple[Note, ...] = (Note.PRESERVATION,)
    if answers.shown_exposes_self:
        yield Step(
            StepKey.LEGAL_FIRST, When.TODAY, resources=legal_help(answers) or hotline_keys(answers)[:2]
        )
        notes = (Note.POLICE_AFTER_LEGAL, Note.PRESERVATION)
    orders = tuple(
        law.key
        for law in fitting(answers, (_ORDER_ROLE,))
        if law.key == "eu-dsa-9" and not answers.shown_exposes_self and answers.something_is_out
    )
    own = directory.resources_for(
        answers.country, needs=(Need.LAW_ENFORCEMENT,), age=_age(answers), who=_who(answers)
    )
    shown = [
        r
        for r in own
        if Need.REPORT_CRIME in r.needs
        and r.key not in hotline_keys(answers)
        # Its own caution: not on a page for children.
        and not (r.key == "hsi-know2protect" and answers.asker is Asker.SELF)
    ]
    yield Step(
        StepKey.POLICE,
        When.TODAY,
        resources=_keys(r for r in shown if r.country == answers.country),
        grounds=orders,
        letter="police",
        items=numbers,
        notes=notes,
    )


_ORDER_ROLE = directory.Role.AUTHORITY_ORDER


def _search(answers: Answers, numbers: tuple[int, ...]) -> Step:
    """Search engines hide the way to it, on day 0; the source must go as well (unknown_sites 1)."""
    purposes = (
        (Purpose.MINOR_SEXUAL, Purpose.GENERAL_ABUSE)
        if answers.counts_as_minor
        else (Purpose.NCII, Purpose.PRIVACY, Purpose.GENERAL_ABUSE)
    )
    channels: list[At] = []
    for key in _SEARCH_ENGINES:
        channels += ways(directory.platform(key), purposes, answers.counts_as_minor)[:1]
    return Step(
        StepKey.SEARCH,
        When.TODAY,
        channels=tuple(channels),
        resources=("google-search-csam",) if answers.counts_as_minor else ("google-search-removal",),
        letter="search",
        items=numbers,
    )


def _hash(answers: Answers) -> Step:
    """The fingerprint services; only with a file that is already on the person's own device."""
    if not answers.counts_as_minor:
        return Step(StepKey.HASH, When.TODAY, resources=("stopncii",), notes=(Note.HASH_CONDITION,))
    keys = ("report-remove", "take-it-down") if answers.country == "GB" else ("take-it-down",)
    return Step(StepKey.HASH, When.TODAY, resources=keys, notes=(Note.HASH_CONDITION, Note.TWO_TAKE_IT_DOWNS))
