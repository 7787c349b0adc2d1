"""The whole triage as a table a lawyer can read: answers on the left, the ordered steps on the right."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

from survivor_portal.directory import Age, Answer, Asker, Consent, Happened, Maker, Picture, Reported
from survivor_portal.intake._answers import Answers
from survivor_portal.intake._items import Item, gather
from survivor_portal.intake._plan import plan
from survivor_portal.intake._questions import settled
from survivor_portal.intake._steps import Step, When

HEADER = (
    "asker",
    "age_then",
    "age_now",
    "picture",
    "happened",
    "consent",
    "maker",
    "home",
    "forced",
    "reported",
    "place",
    "steps",
)
# One platform with every kind of channel, and a site nobody knows.
SAMPLE = "https://x.com/someone/status/1234567890\nhttps://photos.example/album/7"
# Each jurisdiction that has a law, and one country that has none.
PLACES = (
    *(("US", region) for region in ("", "US-CA", "US-NY", "US-TX")),
    *((code, "") for code in ("AU", "BR")),
    *(("CA", region) for region in ("", "CA-BC")),
    *((code, "") for code in ("DE", "ES", "FR", "GB", "IE", "IN", "IT", "JP", "KE", "KR", "NL", "NZ")),
    *((code, "") for code in ("PH", "SE", "SG", "ZA", "")),
)
# Then and today. A child of the picture may be grown up today.
_AGES = (
    (Age.UNDER_13, Age.UNDER_13),
    (Age.FROM_13, Age.FROM_13),
    (Age.FROM_16, Age.FROM_16),
    (Age.FROM_13, Age.ADULT),
    (Age.NOT_SURE, Age.ADULT),
    (Age.NOT_SURE, Age.NOT_SURE),
    (Age.ADULT, Age.ADULT),
)


def rows() -> Iterator[tuple[str, ...]]:
    """One row for each case, in a fixed order, without doubles."""
    items = gather(SAMPLE).items
    seen: set[Answers] = set()
    for raw in (*_in_the_us(), *_elsewhere()):
        answers = settled(raw, items)
        if answers not in seen:
            seen.add(answers)
            yield _row(answers, items)


def _in_the_us() -> Iterator[Answers]:
    """The full product for one country: a question that is not asked does not multiply."""
    for asker, (then, now), picture, happened in product(Asker, _AGES, Picture, Happened):
        for home, consent in product((True, False), Consent):
            yield Answers(
                asker=asker,
                age_then=then,
                age_now=now,
                picture=picture,
                happened=happened,
                home_safe=home,
                consent=consent,
                owner_safe=True,
                country="US",
            )


def _elsewhere() -> Iterator[Answers]:
    """The main cases in every place, and each answer that changes a plan on its own."""
    for country, region in PLACES:
        for base in _MAIN:
            here = {**base, "country": country, "region": region}
            yield Answers(**here)
            for change in _CHANGES:
                yield Answers(**{**here, **change})


_MAIN: tuple[dict[str, Any], ...] = (
    {"asker": Asker.PARENT, "age_then": Age.FROM_13, "age_now": Age.FROM_13, "picture": Picture.REAL},
    {"asker": Asker.SELF, "age_then": Age.FROM_16, "age_now": Age.FROM_16, "picture": Picture.AI},
    {"asker": Asker.PARENT, "age_then": Age.FROM_13, "age_now": Age.FROM_13, "picture": Picture.DRAWN},
    {"asker": Asker.SELF, "age_then": Age.FROM_13, "age_now": Age.ADULT, "picture": Picture.REAL},
    {"asker": Asker.SELF, "age_then": Age.ADULT, "age_now": Age.ADULT, "picture": Picture.REAL},
    {"asker": Asker.SELF, "age_then": Age.ADULT, "age_now": Age.ADULT, "picture": Picture.AI},
    {"asker": Asker.ADVOCATE, "age_then": Age.ADULT, "age_now": Age.ADULT, "picture": Picture.DRAWN},
)
_CHANGES: tuple[dict[str, Any], ...] = (
    {"happened": Happened.THREAT},
    {"maker": Maker.SHOWN},
    {"forced": Answer.YES},
    {"consent": Consent.WITHDRAWN},
    {"reported": Reported.REFUSED},
    {"reported": Reported.SILENT},
)


def _row(answers: Answers, items: tuple[Item, ...]) -> tuple[str, ...]:
    home = {True: "safe", False: "not safe", None: ""}[answers.home_safe]
    return (
        answers.asker or "",
        answers.age_then or "",
        answers.age_now or "",
        answers.picture or "",
        answers.happened or "",
        answers.consent or "",
        answers.maker or "",
        home,
        answers.forced or "",
        answers.reported or "",
        answers.region or answers.country,
        " > ".join(_shown(step) for step in plan(answers, items).steps),
    )


_MARKS = {When.NOW: "!", When.TODAY: "", When.LATER: "~", When.IF_NO: "?"}


def _shown(step: Step) -> str:
    """A step in one word or two: `!` at once, `~` later, `?` after a no; its grounds in square brackets, the
    kind of channel it goes through after `@`, who takes it in round brackets, `*` where it has a letter."""
    key = f"{_MARKS[step.when]}{step.key}"
    grounds = f"[{' '.join(step.grounds)}]" if step.grounds else ""
    through = f"@{step.channel.purpose}" if step.channel and step.platform else ""
    takers = f"({' '.join(step.resources)})" if step.resources else ""
    return f"{key}{grounds}{through}{takers}{'*' if step.letter else ''}"
