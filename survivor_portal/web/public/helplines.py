"""Who can help, by country, need and age. The choice comes by POST, so that no address tells of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from survivor_portal import directory
from survivor_portal.directory import AgeAtImage, Need, Resource, Who
from survivor_portal.web.forms import Words

TALK = frozenset({Need.CRISIS_SUPPORT, Need.MENTAL_HEALTH})
DOWN = frozenset({Need.REMOVAL_HELP, Need.HASH_REMOVAL, Need.SEARCH_DELISTING})
REPORT = frozenset({Need.REPORT_CRIME, Need.LAW_ENFORCEMENT})
LEGAL = frozenset({Need.LEGAL_HELP})
THREATS = frozenset({Need.SEXTORTION})

# Neutral codes: even what travels in the form says little to somebody who sees it.
NEEDS: dict[str, tuple[Words, frozenset[Need]]] = {
    "1": (_("Talk to someone"), TALK),
    "2": (_("Get a picture taken down"), DOWN),
    "3": (_("Report a crime"), REPORT),
    "4": (_("Legal help"), LEGAL),
    "5": (_("Someone threatens me or my child"), THREATS),
}
AGES: dict[str, tuple[Words, AgeAtImage]] = {
    "1": (_("Under 18"), AgeAtImage.UNDER_18),
    "2": (_("18 or over"), AgeAtImage.OVER_18),
    "3": (_("Not sure"), AgeAtImage.UNDER_18),  # counts as under 18 everywhere
}
PEOPLE: dict[str, tuple[Words, Who]] = {
    "1": (_("I am under 18"), Who.MINOR),
    "2": (_("I am 18 or over"), Who.ADULT),
    "3": (_("I am a parent or guardian"), Who.PARENT),
    "4": (_("I help others in my work"), Who.PROFESSIONAL),
}

# On their own places of the page: at its top and in its last line.
_ELSEWHERE = {"findahelpline", "findahelpline-country-pages"}
_LISTENS = {"crisis", "child", "victim", "parent"}
# Two services with one name; wherever one of them stands, the page tells them apart.
_ONE_NAME = {"take-it-down", "ftc-tida"}
# Shown only to those who said they are one of these. The first belongs to a department that also enforces
# immigration law; the second also serves people who worry about what they do themselves.
_ONLY_FOR = {
    "hsi-know2protect": {Who.ADULT, Who.PARENT, Who.PROFESSIONAL},
    "stop-it-now": {Who.PARENT, Who.PROFESSIONAL},
}


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody chose; "" where they left it open or sent what the page does not offer."""

    country: str = ""
    need: str = ""
    age: str = ""
    who: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    name: Words
    resources: tuple[Resource, ...]


# Sets no cookie and changes nothing, so a form token would protect nothing; the headers' middleware refuses
# what another site makes a browser send.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def helplines(request: HttpRequest) -> HttpResponse:
    """The page, with what fits the choice. It is answered at once, not redirected: nothing is kept."""
    choice = _choice(request)
    found = _found(choice)
    crisis = directory.crisis_help(choice.country)
    context = {
        "choice": choice,
        "country": crisis.name,
        "countries": _countries(choice.country),
        "selects": (
            ("need", _("What do you need?"), _options(NEEDS, choice.need)),
            ("age", _("How old is the person in the picture?"), _options(AGES, choice.age)),
            ("who", _("Who are you?"), _options(PEOPLE, choice.who)),
        ),
        "own": _groups([one for one in found if one.country != "INT"], choice, crisis.lines),
        "worldwide": _groups([one for one in found if one.country == "INT"], choice, ()),
        "two_names": any(one.key in _ONE_NAME for one in found),
        "help": crisis,
        "finder": crisis.finder_url,
    }
    if choice.country:
        context["crisis"] = crisis
    return render(request, "public/helplines.html", context)


def _choice(request: HttpRequest) -> Choice:
    if request.method != "POST":
        return Choice()
    sent = request.POST

    def one_of(name: str, offered: Collection[str]) -> str:
        value = sent.get(name, "")
        return value if value in offered else ""

    return Choice(
        country=one_of("country", _country_options()),
        need=one_of("need", NEEDS),
        age=one_of("age", AGES),
        who=one_of("who", PEOPLE),
    )


def _found(choice: Choice) -> tuple[Resource, ...]:
    who = PEOPLE[choice.who][1] if choice.who else None
    fitting = directory.resources_for(
        choice.country,
        needs=NEEDS[choice.need][1] if choice.need else (),
        age=AGES[choice.age][1] if choice.age else None,
        who=who,
    )
    return tuple(
        one
        for one in fitting
        if one.kind != "emergency"
        and one.key not in _ELSEWHERE
        and (one.key not in _ONLY_FOR or who in _ONLY_FOR[one.key])
    )


def _groups(found: list[Resource], choice: Choice, first: tuple[Resource, ...]) -> tuple[Group, ...]:
    """By what they are for; with a need chosen, one group of that name."""
    front = {one.key: place for place, one in enumerate(first)}
    groups: dict[Words, list[Resource]] = {words: [] for words, _needs in NEEDS.values()}
    other, lists = _("Other help"), _("Lists of helplines")
    # Before a country is chosen, the lists are the way to a line; after that they are for the rest.
    groups = {lists: [], **groups, other: []} if not choice.country else {**groups, other: [], lists: []}
    for one in sorted(found, key=lambda one: front.get(one.key, len(front))):
        if one.kind == "directory":
            groups[lists].append(one)
        elif choice.need:
            groups[NEEDS[choice.need][0]].append(one)
        else:
            groups[_main_use(one) or other].append(one)
    return tuple(Group(name, tuple(of_name)) for name, of_name in groups.items() if of_name)


def _main_use(resource: Resource) -> Words | None:
    if resource.kind in _LISTENS:
        return NEEDS["1"][0]
    # What tells a tool for removal from a place for reports is the fingerprint or the search entry.
    if {Need.HASH_REMOVAL, Need.SEARCH_DELISTING} & set(resource.needs):
        return NEEDS["2"][0]
    for code in ("3", "2", "4", "5", "1"):
        words, needs = NEEDS[code]
        if needs & set(resource.needs):
            return words
    return None


@cache
def _country_options() -> dict[str, SafeString]:
    """One option a country. Made once: 249 of them would be most of the page's time."""
    return {
        one.code: format_html('<option value="{}">{}</option>', one.code, one.name)
        for one in directory.countries()
    }


def _countries(chosen: str) -> SafeString:
    options = _country_options()
    if chosen:
        name = directory.crisis_help(chosen).name
        options = options | {chosen: format_html('<option value="{}" selected>{}</option>', chosen, name)}
    return format_html_join("", "{}", ((option,) for option in options.values()))


def _options(choices: Mapping[str, tuple[Words, object]], chosen: str) -> SafeString:
    plain, marked = '<option value="{}">{}</option>', '<option value="{}" selected>{}</option>'
    options = (
        format_html(marked if code == chosen else plain, code, words)
        for code, (words, _means) in choices.items()
    )
    return format_html_join("", "{}", ((option,) for option in options))
