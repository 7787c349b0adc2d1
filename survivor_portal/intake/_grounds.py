"""Which laws fit a case at a platform. Reads the directory's `match`; names no law itself."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from survivor_portal import directory
from survivor_portal.directory import (
    Age,
    Asker,
    Consent,
    Kind,
    Law,
    Maker,
    Picture,
    Platform,
    Purpose,
    Role,
)
from survivor_portal.intake._answers import Answers

# Places made of what other people put there. Laws that name no kinds bind these.
SHOWS_OTHERS_CONTENT = frozenset(
    {
        Kind.SOCIAL,
        Kind.MESSAGING,
        Kind.VIDEO,
        Kind.FORUM,
        Kind.ADULT,
        Kind.FILEHOST,
        Kind.GAMING,
        Kind.DATING,
        Kind.AI,
        Kind.HOSTING,
        Kind.LEAK,
        Kind.NUDIFY,
    }
)
_WORLDWIDE = ("US", "INT")  # bind whoever serves that public, wherever the victim lives
# An edited picture is real and made by software at once; "not sure" counts as real.
_IMAGES = {
    Picture.REAL: frozenset({"real"}),
    Picture.EDITED: frozenset({"real", "ai"}),
    Picture.AI: frozenset({"ai"}),
    Picture.DRAWN: frozenset({"drawn"}),
    Picture.NOT_SURE: frozenset({"real"}),
}


@dataclass(frozen=True, slots=True)
class _Case:
    """What of the answers the laws look at. The memory of `_fitting` holds these, never a visit's answers."""

    age: str
    images: frozenset[str]
    country: str
    region: str
    is_author: bool
    withdrawn: bool
    capacity: str


def _case(answers: Answers) -> _Case:
    return _Case(
        age=age_class(answers),
        images=_IMAGES[answers.picture or Picture.NOT_SURE],
        country=answers.country,
        region=answers.region,
        is_author=answers.maker is Maker.SHOWN,
        withdrawn=not answers.counts_as_minor and answers.consent is Consent.WITHDRAWN,
        capacity=_capacity(answers),
    )


def age_class(answers: Answers) -> str:
    """minor | adult_pictured_as_minor | adult, as the laws' `match.ages` uses them."""
    if not answers.counts_as_minor:
        return "adult"
    return "adult_pictured_as_minor" if answers.age_now is Age.ADULT else "minor"


def _capacity(answers: Answers) -> str:
    """How the writer speaks. The parent of a grown person acts for them only as an advocate would."""
    if answers.asker is Asker.PARENT and (not answers.counts_as_minor or answers.age_now is Age.ADULT):
        return Asker.ADVOCATE
    return answers.asker or Asker.SELF


def _age_fits(law: Law, case: _Case) -> bool:
    if case.age in law.match.ages:
        return True
    # A survivor pictured as a child today: a law for children binds for the same picture.
    return (
        case.age == "adult_pictured_as_minor"
        and "minor" in law.match.ages
        and law.role is not Role.CIVIL_CLAIM
    )


def _place_fits(law: Law, case: _Case) -> bool:
    place = law.jurisdiction
    if place == "EU":
        return directory.eu_member(case.country)
    if "-" in place:
        return case.region == place
    return place == case.country


_OF_THE_PLACE = frozenset(
    {"platform_serves_place", "victim_resident", "platform_established", "hosted_there", "poster_resident"}
) | {"court"}


def _tie_holds(law: Law, case: _Case) -> bool:
    """Is one of the law's ties with its place given? What nobody can know yet (an account there) is asked
    at the letter."""
    for tie in law.match.tie_any_of:
        if tie == "none" or (tie == "platform_serves_place" and law.jurisdiction in _WORLDWIDE):
            return True
        if tie in _OF_THE_PLACE and _place_fits(law, case):
            return True
        if tie == "victim_is_author" and case.is_author:
            return True
    return False


def _may_file(law: Law, case: _Case) -> bool:
    """Some laws hear only the person shown, or only them and their parents (rulings 2)."""
    letter = law.extra.get("letter")
    signers = letter.get("signers", ()) if isinstance(letter, dict) else ()
    return not signers or case.capacity in signers


def _binds(law: Law, kind: Kind | None, runs_48h: bool) -> bool:
    """Does the law bind this kind of service? An unknown site counts as one that shows others' content."""
    if kind is None or kind in (law.kinds or SHOWS_OTHERS_CONTENT):
        return True
    # A platform that runs the law's own process says itself that it is bound.
    return law.process is Purpose.US_48H and runs_48h


@lru_cache(maxsize=4096)
def _fitting(
    case: _Case, roles: frozenset[Role], kinds: frozenset[tuple[Kind | None, bool]]
) -> tuple[Law, ...]:
    found = [
        law
        for law in directory.laws()
        if law.role in roles
        and law.may_be_cited
        and _age_fits(law, case)
        and case.images & set(law.match.images)
        and _tie_holds(law, case)
        and (not case.withdrawn or law.match.consent_withdrawn)
        and _may_file(law, case)
        and any(_binds(law, kind, runs_48h) for kind, runs_48h in kinds)
    ]
    return tuple(sorted(found, key=lambda law: (law.priority, law.key)))


def _kind(platform: Platform | None) -> tuple[Kind | None, bool]:
    if platform is None:
        return (None, False)
    return (platform.kind, any(channel.purpose is Purpose.US_48H for channel in platform.channels))


def fitting(
    answers: Answers, roles: Collection[Role], platforms: Collection[Platform | None] = (None,)
) -> tuple[Law, ...]:
    """The laws of these roles that fit and bind at least one of the platforms (None: a site nobody knows),
    best first (priority within the jurisdiction, then key). Nothing published with consent that is now
    withdrawn rests on a law about missing consent."""
    kinds = frozenset(_kind(platform) for platform in platforms) or frozenset({(None, False)})
    return _fitting(_case(answers), frozenset(roles), kinds)
