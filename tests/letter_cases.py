"""Cases for tests of letters: every fitting cell of asker, age and picture, with nothing missing."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from survivor_portal import directory
from survivor_portal.directory import (
    Age,
    Asker,
    Consent,
    Happened,
    Law,
    Maker,
    Picture,
    Reported,
    Role,
)
from survivor_portal.letters import Addressee, Facts, Item, Signer, bars

TODAY = date(2026, 11, 22)
TO_PUBLIC_BODY = (Role.AUTHORITY_ORDER, Role.REGULATOR_COMPLAINT, Role.PRIORITY_CHANNEL)
WITH_LETTER = (*TO_PUBLIC_BODY, Role.REMOVAL_REQUEST, Role.PLATFORM_APPEAL, Role.PROVIDER_DUTY)

ALL = tuple(law.key for law in directory.laws() if law.role in WITH_LETTER)
USED = tuple(key for key in ALL if directory.law(key).may_be_cited)

ITEM = Item(1, "https://social.example/post/4711", "Social", "@account", "3 November 2026", "a public post")
NO_LINK = Item(1, "", "Social", "@account", "3 November 2026", "a private message")

SIGNER = Signer(
    name="Jane Example",
    contact="answers@mail.example",
    contact_kind="email",
    confirmed=frozenset({"belief", "intimate", "accurate", "perjury", "authority"}),
    signed_on=TODAY,
    account_there=True,
    resident=True,
    also=(("phone", "555 0100"), ("post", "1 Example Street")),
)

CHILD = Facts(
    asker=Asker.PARENT,
    age_then=Age.FROM_13,
    age_now=Age.FROM_16,
    picture=Picture.REAL,
    happened=Happened.POSTED,
    home_safe=True,
    country="US",
    region="US-CA",
    reported=Reported.REFUSED,
    items=(ITEM,),
    told_on="1 November 2026",
    ticket="T-1",
    answer="We found no violation.",
)
ADULT = replace(
    CHILD, asker=Asker.SELF, age_then=Age.ADULT, age_now=Age.ADULT, consent=Consent.NEVER, maker=Maker.SHOWN
)

AGES = (
    (Age.UNDER_13, Age.UNDER_13),
    (Age.UNDER_13, Age.FROM_13),
    (Age.FROM_13, Age.FROM_16),
    (Age.FROM_16, Age.ADULT),
    (Age.NOT_SURE, Age.NOT_SURE),
    (Age.NOT_SURE, Age.ADULT),
    (Age.ADULT, Age.ADULT),
)


def addressee(key: str, process_known: bool = True) -> Addressee:
    """Who gets the letter on this ground."""
    kind = "authority" if directory.law(key).role in TO_PUBLIC_BODY else "platform"
    return Addressee("The Service", kind, process_known=process_known)


def at_home_in(law: Law, facts: Facts) -> Facts:
    """The same case lived where the law holds."""
    place = law.jurisdiction
    if place in ("INT", "US"):
        return replace(facts, country="US", region="")
    if place == "EU":
        return replace(facts, country="DE", region="")
    return replace(facts, country=place.split("-")[0], region=place if "-" in place else "")


def every_cell(law: Law) -> Iterator[Facts]:
    """Asker x ages x picture, each with all that could be asked."""
    for asker in (Asker.SELF, Asker.PARENT, Asker.ADVOCATE):
        for age_then, age_now in AGES:
            for picture in Picture:
                consent = Consent.NEVER if age_then is Age.ADULT else None
                yield at_home_in(
                    law,
                    replace(
                        CHILD,
                        asker=asker,
                        age_then=age_then,
                        age_now=age_now,
                        picture=picture,
                        consent=consent,
                        maker=Maker.SHOWN,
                    ),
                )


def fitting_cells(key: str) -> list[Facts]:
    """The cells in which the law can carry a letter."""
    law = directory.law(key)
    return [facts for facts in every_cell(law) if not bars(law, facts, SIGNER)]
