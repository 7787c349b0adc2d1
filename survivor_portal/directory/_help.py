"""Who can help a person: crisis lines, hotlines and services, by country, need and age."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from survivor_portal.directory._countries import EU_MEMBERS, NAMES
from survivor_portal.directory._load import Directory, load
from survivor_portal.directory._records import Resource
from survivor_portal.directory._vocabulary import AgeAtImage, Confidence, Need, Who

FINDER = "https://findahelpline.com/"
MOST_LINES = 3


@dataclass(frozen=True, slots=True)
class Country:
    """A country for a list to choose from. `has_help`: the directory knows a number or a service there."""

    code: str
    name: str
    has_help: bool


@dataclass(frozen=True, slots=True)
class CrisisHelp:
    """Who to call now in a country. `emergency` is "" and `lines` is empty where no confirmed number is
    known; `finder_url` then leads to the lines of that country."""

    country: str
    name: str
    emergency: str
    lines: tuple[Resource, ...]
    finder_url: str


def countries(*, within: Directory | None = None) -> tuple[Country, ...]:
    """All countries by English name."""
    directory = within or load()
    known = {record.country for record in _shown(directory)} | set(_emergency(directory)) | EU_MEMBERS
    return tuple(
        sorted((Country(code, name, code in known) for code, name in NAMES.items()), key=lambda one: one.name)
    )


def eu_member(country: str) -> bool:
    """Is the country (ISO code) in the European Union?"""
    return country.upper() in EU_MEMBERS


def crisis_help(country: str, *, within: Directory | None = None) -> CrisisHelp:
    """Who to call now. Works for every text: an unknown country gets the finder for all countries."""
    code = country.strip().upper()
    return _crisis_help(code if code in NAMES else "", within or load())


def crisis_help_everywhere(*, within: Directory | None = None) -> tuple[CrisisHelp, ...]:
    """Crisis help of every country with an emergency number or a line, by name."""
    return _everywhere(within or load())


# Every page shows crisis help, so it is worked out once.
@lru_cache(maxsize=1024)
def _crisis_help(code: str, directory: Directory) -> CrisisHelp:
    numbers = _emergency(directory)
    emergency = numbers.get(code) or (numbers.get("EU", "") if code in EU_MEMBERS else "")
    lines = [record for record in _shown(directory) if record.country == code and _is_crisis_line(record)]
    lines.sort(key=lambda record: (record.kind != "crisis", record.priority, _digits(record), record.key))
    finder = _finder(code, directory)
    return CrisisHelp(code, NAMES.get(code, ""), emergency, tuple(lines[:MOST_LINES]), finder)


@lru_cache(maxsize=4)
def _everywhere(directory: Directory) -> tuple[CrisisHelp, ...]:
    all_of_them = (_crisis_help(country.code, directory) for country in countries(within=directory))
    return tuple(one for one in all_of_them if one.emergency or one.lines)


def resources_for(
    country: str,
    *,
    needs: Collection[Need] = (),
    age: AgeAtImage | None = None,
    who: Who | None = None,
    within: Directory | None = None,
) -> tuple[Resource, ...]:
    """What may be shown to a person there: the country's own first, then the EU's for a member, then those
    for everywhere. With `needs`, only what serves one of them; `age` is the age in the picture."""
    code = country.strip().upper()
    places = [code, *(["EU"] if code in EU_MEMBERS else []), "INT"]
    fitting = [
        record
        for record in _shown(within or load())
        if record.country in places
        and (not needs or any(need in record.needs for need in needs))
        and _suits(record.age_at_image, age)
        and (who is None or who in record.who)
    ]
    return tuple(
        sorted(fitting, key=lambda record: (places.index(record.country), record.priority, record.key))
    )


def hotlines(country: str, *, within: Directory | None = None) -> tuple[Resource, ...]:
    """The country's own hotlines that take reports of pictures of people under 18, those made for it first.
    One run by the police is given only where there is no other. Empty where the country has none: then
    `resources_for` gives the ones for everywhere."""
    code = country.strip().upper()
    fitting = [
        record for record in _shown(within or load()) if record.country == code and _is_hotline(record)
    ]
    apart = [record for record in fitting if Need.LAW_ENFORCEMENT not in record.needs]
    return tuple(
        sorted(
            apart or fitting,
            key=lambda record: (
                record.age_at_image is not AgeAtImage.UNDER_18,
                Need.REPORT_CRIME not in record.needs,
                record.priority,
                record.key,
            ),
        )
    )


def _is_hotline(record: Resource) -> bool:
    takes = Need.REPORT_CRIME in record.needs
    helps = Need.REMOVAL_HELP in record.needs and Need.REGULATOR_COMPLAINT not in record.needs
    # Lines to talk to (kind child, crisis, victim) listen; they do not take a link.
    listens = record.kind not in ("", "image_abuse")
    return (takes or helps) and not listens and record.age_at_image is not AgeAtImage.OVER_18


@lru_cache(maxsize=4)
def _shown(directory: Directory) -> tuple[Resource, ...]:
    """Records that may be shown, without what is not confirmed in them: listed, and not replaced by another
    one that is listed."""
    listed = [record for record in directory.resources.values() if record.list_by_default]
    replaced = {record.replaces for record in listed if record.replaces}
    return tuple(record.as_shown for record in listed if record.key not in replaced)


def _is_crisis_line(record: Resource) -> bool:
    reachable = record.phone or record.text or record.chat or record.whatsapp
    return record.kind in ("crisis", "child") and record.confidence is not Confidence.LOW and bool(reachable)


def _digits(record: Resource) -> int:
    """How many digits to dial: a country's short number is easier to keep in mind and to reach."""
    first = re.match(r"[\d\s+-]+", record.phone)
    return sum(sign.isdigit() for sign in first[0]) if first else 99


@lru_cache(maxsize=4)
def _emergency(directory: Directory) -> dict[str, str]:
    """Emergency numbers by country. A record that complements another is the later and fuller: it wins."""
    with_numbers = [record for record in _shown(directory) if record.numbers]
    with_numbers.sort(key=lambda record: (bool(record.complements), record.key))
    return {country: number for record in with_numbers for country, number in record.numbers.items()}


def _finder(code: str, directory: Directory) -> str:
    if code in NAMES:
        for record in _shown(directory):
            if record.url_pattern and record.country == "INT":
                return record.url_pattern.replace("{country}", code.lower())
    return FINDER


def _suits(record: AgeAtImage, wanted: AgeAtImage | None) -> bool:
    return wanted is None or record is wanted or AgeAtImage.ANY in (record, wanted)
