"""Which laws fit a case at a platform. Reads the directory's `match`; names no law itself."""

from __future__ import annotations

from collections.abc import Iterable

from survivor_portal import directory
from survivor_portal.directory import Age, Consent, Kind, Law, Maker, Picture, Platform, Purpose, Role
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


def age_class(answers: Answers) -> str:
    """minor | adult_pictured_as_minor | adult, as the laws' `match.ages` uses them."""
    if not answers.counts_as_minor:
        return "adult"
    return "adult_pictured_as_minor" if answers.age_now is Age.ADULT else "minor"


def image_class(answers: Answers) -> str:
    """real | ai | drawn. An edited picture counts as made by software; "not sure" as real."""
    if answers.picture is Picture.DRAWN:
        return "drawn"
    return "ai" if answers.picture in (Picture.AI, Picture.EDITED) else "real"


def _age_fits(law: Law, answers: Answers) -> bool:
    wanted = age_class(answers)
    if wanted in law.match.ages:
        return True
    # A survivor pictured as a child today: a law for children binds for the same picture.
    return (
        wanted == "adult_pictured_as_minor" and "minor" in law.match.ages and law.role is not Role.CIVIL_CLAIM
    )


def _place_fits(law: Law, answers: Answers) -> bool:
    place = law.jurisdiction
    if place == "EU":
        return directory.eu_member(answers.country)
    if "-" in place:
        return answers.region == place
    return place == answers.country


def _tie_holds(law: Law, answers: Answers) -> bool:
    """Is one of the law's ties with its place given? What nobody can know yet (an account there) is asked
    at the letter."""
    for tie in law.match.tie_any_of:
        if tie == "none":
            return True
        if tie == "platform_serves_place" and (law.jurisdiction in _WORLDWIDE or _place_fits(law, answers)):
            return True
        if tie in (
            "victim_resident",
            "platform_established",
            "hosted_there",
            "poster_resident",
        ) and _place_fits(law, answers):
            return True
        if tie == "victim_is_author" and answers.maker is Maker.SHOWN:
            return True
        if tie == "court" and _place_fits(law, answers):
            return True
    return False


def binds(law: Law, platform: Platform | None) -> bool:
    """Does the law bind this kind of service? An unknown site counts as one that shows others' content."""
    if platform is None or platform.kind in (law.kinds or SHOWS_OTHERS_CONTENT):
        return True
    # A platform that runs the law's own process says itself that it is bound.
    return law.process is Purpose.US_48H and any(c.purpose is law.process for c in platform.channels)


def _consent_fits(law: Law, answers: Answers) -> bool:
    """Published with consent, now withdrawn: only grounds that do not rest on missing consent."""
    if answers.counts_as_minor or answers.consent is not Consent.WITHDRAWN:
        return True
    return law.match.consent_withdrawn


def fitting(answers: Answers, roles: Iterable[Role], platform: Platform | None = None) -> tuple[Law, ...]:
    """The laws of these roles that fit, best first (priority within the jurisdiction, then key)."""
    wanted = frozenset(roles)
    found = [
        law
        for law in directory.laws()
        if law.role in wanted
        and law.may_be_cited
        and _age_fits(law, answers)
        and image_class(answers) in law.match.images
        and _tie_holds(law, answers)
        and binds(law, platform)
        and _consent_fits(law, answers)
    ]
    return tuple(sorted(found, key=lambda law: (law.priority, law.key)))
