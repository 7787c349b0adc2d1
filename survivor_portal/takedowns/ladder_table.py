"""The whole ladder as a table a lawyer can read: what happened on the left, the steps on the right."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from survivor_portal import directory, intake
from survivor_portal.directory import Age, Asker, Consent, Happened, Maker, Picture
from survivor_portal.intake import Answers
from survivor_portal.replies import Remark
from survivor_portal.takedowns.ladder import Around, Rung, around, next_steps
from survivor_portal.takedowns.process import Fact, Happening, Move
from survivor_portal.takedowns.standing import Entry, How, Standing, fold

HEADER = ("what_happened", "state", "hours", "sent_by", "grounds", "place", "age", "steps")
_SENT_AT = datetime(2026, 11, 23, 9, tzinfo=UTC)  # a Monday
_PLATFORM = "x"  # has every kind of channel
_LINK = "https://x.com/someone/status/1234567890"


@dataclass(frozen=True, slots=True)
class Story:
    """What happened, each with the hours since sending, and when the table looks."""

    name: str
    happened: tuple[tuple[int, Happening, tuple[Remark, ...]], ...]
    hours: int
    how: How = How.FORM


def _story(
    name: str,
    *happened: tuple[int, Happening, Remark] | tuple[int, Happening],
    hours: int = 0,
    how: How = How.FORM,
) -> Story:
    told = tuple((one[0], one[1], tuple(one[2:])) for one in happened)
    return Story(name, told, hours or max((one[0] for one in told), default=0) + 1, how)


_R = Remark
_ASKED_ID = (2, Fact.ASKS_MORE, _R.ASKS_FOR_ID)
STORIES = (
    Story("drafted", (), 0),
    _story("sent", hours=1),
    _story("mail, no receipt", hours=1, how=How.MAIL),
    _story("mail, no receipt, four days", hours=96, how=How.MAIL),
    _story("silence, a day", hours=25),
    _story("silence, 49 hours", hours=49),
    _story("silence, four days", hours=96),
    _story("receipt", (1, Fact.RECEIPT)),
    _story("receipt, then silence, four days", (1, Fact.RECEIPT), hours=96),
    _story("bounced", (1, Fact.BOUNCE), how=How.MAIL),
    _story("asks to confirm", (1, Fact.ASKS_TO_CONFIRM)),
    _story("handed on to the customer", (2, Fact.FORWARDED)),
    _story("asks for more", (2, Fact.ASKS_MORE)),
    _story("asks for ID", (2, Fact.ASKS_MORE, _R.ASKS_FOR_ID)),
    _story("asks for ID again", _ASKED_ID, (3, Move.ANSWER), (4, *_ASKED_ID[1:])),
    _story("asks for the picture", (2, Fact.ASKS_MORE, _R.ASKS_FOR_IMAGE)),
    _story("asks for a court order", (2, Fact.ASKS_MORE, _R.ASKS_FOR_COURT_ORDER)),
    _story("asks to log in", (2, Fact.ASKS_MORE, _R.ASKS_FOR_LOGIN)),
    _story("says it is copyright", (2, Fact.REDIRECTION, _R.REDIRECTED_TO_COPYRIGHT)),
    _story("says ask the other site", (2, Fact.REDIRECTION, _R.REDIRECTED_TO_THIRD_PARTY)),
    _story("says use another form", (2, Fact.REDIRECTION, _R.REDIRECTED_TO_FORM)),
    _story("refused", (2, Fact.REFUSAL)),
    _story("refused, copyright named beside", (2, Fact.REFUSAL, _R.REDIRECTED_TO_COPYRIGHT)),
    _story("refused, answered, refused again", (2, Fact.REFUSAL), (3, Move.ANSWER), (5, Fact.REFUSAL)),
    _story("refused, appealed, 49 hours", (2, Fact.REFUSAL), (3, Move.APPEAL), hours=49),
    _story("partly removed", (2, Fact.PARTLY)),
    _story("unclear answer", (2, Fact.UNCLEAR)),
    _story("removed", (2, Fact.REMOVAL)),
    _story("removed, eight days", (2, Fact.REMOVAL), hours=200),
    _story("removed, uploader objects", (2, Fact.REMOVAL), (4, Fact.COUNTER_NOTICE)),
    _story("removed, then back", (2, Fact.REMOVAL), (4, Fact.BACK_AGAIN)),
    _story("uploader threatens", (2, Fact.THREATENED)),
    _story("closed", (2, Fact.REFUSAL), (3, Move.CLOSE)),
)  # fmt: skip

_ANYONE = Answers(happened=Happened.POSTED, picture=Picture.REAL, home_safe=True, maker=Maker.OTHER)
_CHILD = replace(_ANYONE, asker=Asker.PARENT, age_then=Age.FROM_13, age_now=Age.FROM_13)
_TEEN = replace(_ANYONE, asker=Asker.SELF, age_then=Age.FROM_16, age_now=Age.FROM_16, maker=Maker.SHOWN)
_GROWN = replace(_ANYONE, asker=Asker.SELF, age_then=Age.FROM_13, age_now=Age.ADULT)
_ADULT = replace(_ANYONE, asker=Asker.SELF, age_then=Age.ADULT, age_now=Age.ADULT, consent=Consent.NEVER)
AGES = {"child": _CHILD, "teen who took it": _TEEN, "adult, child then": _GROWN, "adult": _ADULT}
# Where, and the grounds of one request there.
PLACES: tuple[tuple[str, str, dict[str, tuple[str, ...]]], ...] = (
    ("US", "", {"child": ("us-2258a", "us-tida"), "adult": ("us-tida",)}),
    ("US", "US-CA", {"child": ("us-ca-1394",), "adult": ("us-ca-sb981",)}),
    ("DE", "", {"child": ("eu-dsa-16", "de-national"), "adult": ("eu-dsa-16", "de-national")}),
    ("GB", "", {"child": ("uk-osa-20a", "uk-osa-csea"), "adult": ("uk-osa-20a",)}),
    ("IN", "", {"child": ("in-3-2-b",), "adult": ("in-3-2-b",)}),
    ("BR", "", {"child": ("br-eca-digital", "br-mci-21"), "adult": ("br-mci-21",)}),
    ("AU", "", {"child": ("us-2258a",), "adult": ("intl-fallback",)}),
    ("KE", "", {"child": ("us-2258a",), "adult": ("intl-fallback",)}),
)


def case_of(age: str, country: str, region: str = "") -> Around:
    """The case of somebody of one of AGES in that place, with one link."""
    answers = replace(AGES[age], country=country, region=region)
    return around(answers, intake.gather(_LINK).items)


def standing_of(story: Story) -> Standing:
    """Where the request stands after that."""
    entries = [Entry(1, Move.DRAFT, _SENT_AT, (1,))]
    if story.hours:
        entries.append(Entry(2, Move.SEND, _SENT_AT, how=story.how, ticket="ticket"))
    for hours, happening, remarks in story.happened:
        at = _SENT_AT + timedelta(hours=hours)
        entries.append(Entry(len(entries) + 1, happening, at, remarks=frozenset(remarks)))
    return fold(entries)


def rows() -> Iterator[tuple[str, ...]]:
    """One row for each story, place and age, in a fixed order."""
    for country, region, grounds in PLACES:
        for age in AGES:
            case = case_of(age, country, region)
            keys = grounds["adult" if age == "adult" else "child"]
            for story in STORIES:
                yield _row(story, keys, region or country, age, case)


def _row(story: Story, grounds: tuple[str, ...], place: str, age: str, case: Around) -> tuple[str, ...]:
    standing = standing_of(story)
    now = _SENT_AT + timedelta(hours=story.hours)
    laws = [directory.law(key) for key in grounds]
    steps = next_steps(standing, laws, case, now, platform=_PLATFORM)
    shown = " > ".join(_shown(rung, now) for rung in steps)
    return (
        story.name, standing.state, str(story.hours), story.how if story.hours else "", " ".join(grounds),
        place, age, shown,
    )  # fmt: skip


def _shown(rung: Rung, now: datetime) -> str:
    """A step in a word: the law or whom it goes to in round brackets, what it says in braces, `@` and the
    hours since sending for what comes later, `<` and a day for a window that closes."""
    party = rung.law or rung.to
    points = f"{{{' '.join(rung.points)}}}" if rung.points else ""
    later = ""
    if rung.due_at and rung.due_at > now:
        later = f"@{(rung.due_at - _SENT_AT) // timedelta(hours=1)}h"
    until = f"<{rung.until.date()}" if rung.until else ""
    return f"{rung.do}{f'({party})' if party else ''}{points}{later}{until}"


def table() -> str:
    """The whole table as CSV text."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(rows())
    return lines.getvalue()
