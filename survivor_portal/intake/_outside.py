"""The steps outside platforms: emergency, hotlines, police, search engines, fingerprints, support.

All by country and age, from the directory's resources; a record that is not listed by default is never used.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from survivor_portal import directory
from survivor_portal.directory import (
    Age,
    AgeAtImage,
    Answer,
    Asker,
    Law,
    Need,
    Picture,
    Purpose,
    Resource,
    Role,
    Who,
)
from survivor_portal.intake._answers import Answers
from survivor_portal.intake._at_platform import ways
from survivor_portal.intake._grounds import fitting
from survivor_portal.intake._items import Item
from survivor_portal.intake._steps import At, Note, Step, StepKey, When

_US_HOTLINE = "cybertipline"
ASKED_OF_POLICE = ("eu-dsa-9",)  # only an authority can use it: it travels with the police step
_FINDER = "findahelpline"
_CHILD_LINES_EVERYWHERE = "child-helpline-international-list"
_MADE_FOR_CHILDREN = ("childhelp",)  # filed as a crisis line, as adults may call it too
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


def child_lines(answers: Answers) -> tuple[str, ...]:
    """Helplines for children in the country, else the finder."""
    lines = [
        r
        for r in directory.resources_for(answers.country, needs=(Need.CRISIS_SUPPORT,))
        if r.kind == "child" or r.key in _MADE_FOR_CHILDREN
    ]
    own = [r for r in lines if r.country == answers.country]
    crisis = [r for r in directory.crisis_help(answers.country).lines if r not in own]
    everywhere = () if own else (_CHILD_LINES_EVERYWHERE,)
    return (*_keys((*own, *crisis), 3), *everywhere)


def hotline_keys(answers: Answers) -> tuple[str, ...]:
    """Hotlines for a picture of somebody under 18: the country's own first, then CyberTipline, which takes
    reports from any country."""
    # A grown survivor may have the web watched for known pictures of their childhood (rulings 2).
    watch = ("project-arachnid",) if answers.age_now is Age.ADULT else ()
    if answers.country == "US":
        return (_US_HOTLINE, "ncmec-call-center", *watch)
    usable = _own_hotlines(answers)
    if answers.country == "GB" and answers.is_minor_today:
        # The young person's own way, which only they can go; for a parent the IWF's form comes first.
        own = ("report-remove",)
        usable = (*own, *usable) if answers.asker is Asker.SELF else (*usable[:1], *own, *usable[1:])
    return tuple(dict.fromkeys((*usable[:2], _US_HOTLINE, *watch, "inhope")))


def _own_hotlines(answers: Answers) -> tuple[str, ...]:
    """The country's own. One run by the police is left out where a lawyer is to be asked before police."""
    return tuple(
        r.key
        for r in directory.hotlines(answers.country)
        if Need.REPORT_CRIME in r.needs
        and r.key != _US_HOTLINE
        and not (answers.shown_exposes_self and Need.LAW_ENFORCEMENT in r.needs)
    )


def legal_help(answers: Answers) -> tuple[str, ...]:
    return _keys(
        r
        for r in directory.resources_for(answers.country, needs=(Need.LEGAL_HELP,), age=_age(answers))
        if r.country == answers.country
    )


def _apart_from_police(answers: Answers) -> tuple[str, ...]:
    """Legal help that does not itself work with the police."""
    keys = legal_help(answers)
    return tuple(key for key in keys if Need.LAW_ENFORCEMENT not in directory.resource(key).needs)


def flaggers(answers: Answers) -> tuple[str, ...]:
    """Who may hold trusted-flagger status and helps with removal in the country."""
    if answers.counts_as_minor:
        return _own_hotlines(answers)
    return _keys(_removal_helpers(answers))


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
    """The resources that belong to a law's authority, by the key list in its record. Those run by the police
    come last where a lawyer is to be asked before police."""
    found = [directory.resource(key) for key in law.resources]
    shown = [r for r in found if r.list_by_default]
    if answers.shown_exposes_self:
        shown.sort(key=lambda r: Need.LAW_ENFORCEMENT in r.needs)
    return tuple(r.key for r in shown)


def urgent(answers: Answers) -> Iterator[Step]:
    """What comes before any form."""
    if answers.danger:
        yield Step(StepKey.DANGER, When.NOW)
    for_a_child = answers.is_minor_today and answers.asker is not Asker.FRIEND
    if for_a_child and (answers.home_safe is False or answers.is_young_child_alone):
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
    yield Step(
        StepKey.HOTLINE,
        When.NOW,
        resources=keys,
        # Nobody signs it. A child under 13 alone gets it with blanks, to print for an adult (rulings 1).
        letter="cybertip" if keys[0] == _US_HOTLINE else "hotline",
        items=() if answers.is_young_child_alone else tuple(item.number for item in items),
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
        yield Step(
            StepKey.TRAFFICKING,
            When.TODAY,
            resources=_trafficking_lines(answers),
            notes=(Note.EXPOSED_TRAFFICKING,),
        )
    if (
        answers.is_minor_today
        and answers.counts_as_minor
        and not helps_only
        and not answers.is_young_child_alone
    ):
        yield Step(StepKey.SCHOOL, When.LATER, letter="" if answers.home_safe is False else "school")
    yield Step(StepKey.SUPPORT, When.LATER, resources=_support(answers))


def _trafficking_lines(answers: Answers) -> tuple[str, ...]:
    """The country's line for people who were forced or sold, else its police where that is safe, else
    whatever line it has."""
    lines = directory.resources_for(answers.country, needs=(Need.TRAFFICKING,))
    police = () if answers.shown_exposes_self else _police_desks(answers)
    return (
        _keys(r for r in lines if r.key != _US_HOTLINE)
        or _keys(police)
        or _keys(directory.crisis_help(answers.country).lines)
        or (_FINDER,)
    )


def _support(answers: Answers) -> tuple[str, ...]:
    """Someone to talk to. A service that also helps with removal comes first; adults have no hotline step."""
    needs = (Need.MENTAL_HEALTH, Need.CRISIS_SUPPORT)
    found = directory.resources_for(answers.country, needs=needs, age=_age(answers), who=_who(answers))
    helpers = [r for r in _removal_helpers(answers) if r.kind and r.key not in hotline_keys(answers)]
    return _keys((*helpers[:1], *(r for r in found if _is_a_line_for(r, answers))), 3) or (_FINDER,)


def _is_a_line_for(record: Resource, answers: Answers) -> bool:
    """Not the lists of emergency numbers, and no children's line for a grown person's picture."""
    return not record.numbers and (answers.counts_as_minor or record.kind != "child")


def _removal_helpers(answers: Answers) -> list[Resource]:
    found = directory.resources_for(answers.country, needs=(Need.REMOVAL_HELP,), age=_age(answers))
    return [r for r in found if r.country == answers.country]


def _police_desks(answers: Answers) -> list[Resource]:
    """Police and their desks in the country; not those that are its hotline already."""
    found = directory.resources_for(
        answers.country, needs=(Need.LAW_ENFORCEMENT,), age=_age(answers), who=_who(answers)
    )
    return [
        r
        for r in found
        if r.country == answers.country
        and Need.REPORT_CRIME in r.needs
        and r.key not in hotline_keys(answers)
        # Its own caution: not on a page for children.
        and not (r.key == "hsi-know2protect" and answers.asker is Asker.SELF)
    ]


def _police(answers: Answers, numbers: tuple[int, ...]) -> Iterator[Step]:
    """Police with the request to write to the platform and have its data kept. Where a young person made or
    passed on the picture, a free lawyer is asked first (rulings 1)."""
    notes: tuple[Note, ...] = (Note.PRESERVATION,)
    if answers.shown_exposes_self:
        yield Step(
            StepKey.LEGAL_FIRST,
            _first_if_only_threatened(answers),
            resources=_apart_from_police(answers) or hotline_keys(answers)[:2],
        )
        notes = (Note.POLICE_AFTER_LEGAL, Note.PRESERVATION)
    yield Step(
        StepKey.POLICE,
        _first_if_only_threatened(answers),
        resources=_keys(_police_desks(answers)),
        grounds=_police_grounds(answers),
        letter="police",
        items=numbers,
        notes=notes,
    )


def _first_if_only_threatened(answers: Answers) -> When:
    """With nothing out, police and the fingerprint belong to the first hour (rulings 2)."""
    return When.TODAY if answers.something_is_out else When.NOW


def _police_grounds(answers: Answers) -> tuple[str, ...]:
    """What an officer can use: the crime of the country, an order to the platform. Not where it could turn
    against the young person who asks."""
    if answers.shown_exposes_self:
        return ()
    crimes = [law for law in fitting(answers, (Role.CRIMINAL,)) if law.jurisdiction == answers.country]
    orders = [law for law in fitting(answers, (Role.AUTHORITY_ORDER,)) if law.key in ASKED_OF_POLICE]
    return tuple(law.key for law in (*crimes, *(orders if answers.something_is_out else ())))


def _search(answers: Answers, numbers: tuple[int, ...]) -> Step:
    """Search engines hide the way to it, on day 0; the source must go as well (rulings 3)."""
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
    when = _first_if_only_threatened(answers)
    if not answers.counts_as_minor:
        return Step(StepKey.HASH, when, resources=("stopncii",), notes=(Note.HASH_CONDITION,))
    keys = ("report-remove", "take-it-down") if answers.country == "GB" else ("take-it-down",)
    return Step(StepKey.HASH, when, resources=keys, notes=(Note.HASH_CONDITION, Note.TWO_TAKE_IT_DOWNS))
