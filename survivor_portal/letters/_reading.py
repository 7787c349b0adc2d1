"""How a letter reads a law: what of `[extra.letter]` and `match` matters for readiness."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from survivor_portal import directory
from survivor_portal.directory import Age, Asker, Clock, Consent, Element, Happened, Law, Picture
from survivor_portal.letters._facts import Facts, Signer

_BANDS = (Age.UNDER_13, Age.FROM_13, Age.FROM_16, Age.ADULT)


def reading(law: Law) -> Mapping[str, Any]:
    """The law's `[extra.letter]` table; empty when nothing special holds."""
    found = law.extra.get("letter", {})
    return found if isinstance(found, Mapping) else {}


def blocks_of(element: Element) -> tuple[str, ...]:
    """The blocks that together satisfy an element ("items+contact" is both)."""
    return tuple(part for part in element.block.split("+") if part)


def needed(law: Law, facts: Facts) -> tuple[Element, ...]:
    """The elements the law requires in this case. Article 16 DSA: no name for pictures of children."""
    spared = reading(law).get("not_for_minors", ()) if facts.minor else ()
    return tuple(element for element in law.elements if element.required and element.key not in spared)


def period(clock: Clock) -> tuple[int, str] | None:
    """(48, "hours"), or None when the number is not verified or there is none: then no letter names it."""
    if not clock.verified:
        return None
    for number, unit in ((clock.hours, "hours"), (clock.days, "days"), (clock.months, "months")):
        if number:
            return number, unit
    return None


def picture_kinds(facts: Facts) -> frozenset[str]:
    """The words of `match.images` a picture may count as. An edited picture is real and made by software."""
    kinds = {
        Picture.REAL: {"real"},
        Picture.EDITED: {"real", "ai"},
        Picture.AI: {"ai"},
        Picture.DRAWN: {"drawn"},
        Picture.NOT_SURE: {"real"},
    }
    return frozenset(kinds[facts.picture])


# Bars that say who else has to act; the others say that the law does not fit and may not be named.
WHO_ELSE = frozenset({"under_13_with_adult", "teen_must_agree"})


def bars(law: Law, facts: Facts, signer: Signer) -> tuple[str, ...]:
    """Why this law cannot carry a letter in this case at all, as codes; empty when it can."""
    found: list[str] = []
    own = reading(law)
    if facts.asker is Asker.FRIEND:
        found.append("friend_no_letter")
    if facts.asker is Asker.SELF and facts.too_young:
        found.append("under_13_with_adult")
    if not law.may_be_cited:
        found.append("law_not_certain")
    if not _age_fits(law, facts):
        found.append("law_not_for_this_age")
    if not picture_kinds(facts) & set(law.match.images):
        found.append(
            "drawn_not_covered"
            if facts.picture is Picture.DRAWN
            else "law_only_for_fakes"
            if "real" not in law.match.images
            else "law_not_for_fakes"
        )
    if consent_was_given(facts) and not law.match.consent_withdrawn:
        found.append("consent_was_given")
    if facts.happened is Happened.THREAT and not facts.items and not law.match.before_publication:
        found.append("nothing_posted")
    signers = own.get("signers", ())
    if signers and facts.asker is not Asker.FRIEND and facts.capacity not in signers:
        found.append("person_shown_only")
    if facts.capacity == "parent" and teen_decides(law, facts) and "authority" not in signer.confirmed:
        found.append("teen_must_agree")
    return tuple(found)


def consent_was_given(facts: Facts) -> bool:
    """An adult agreed to the publication and takes it back now: grounds that rest on no consent fall."""
    return not facts.minor and facts.consent is Consent.WITHDRAWN


def law_of(key: str) -> Law:
    return directory.law(key)


def _age_fits(law: Law, facts: Facts) -> bool:
    if not facts.minor:
        return "adult" in law.match.ages
    # A survivor pictured as a child: a law for children binds for the same picture.
    return bool({"minor", "adult_pictured_as_minor"} & set(law.match.ages))


def teen_decides(law: Law, facts: Facts) -> bool:
    below = reading(law).get("parent_alone_below", "")
    if not below or facts.age_now not in _BANDS:
        return False
    return _BANDS.index(facts.age_now) >= _BANDS.index(Age(below))
