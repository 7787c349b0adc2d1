"""What a person asked for of notes and how far it is, and the sealed record that holds it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum

from survivor_portal.cases.keys import Document
from survivor_portal.followups.hours import USUAL, Hours
from survivor_portal.followups.plan import About


class State(StrEnum):
    """How far it is: off, a test note is under way, on."""

    off = "off"
    asked = "asked"
    on = "on"


class Why(StrEnum):
    """What happened to the notes while nobody was there."""

    nothing = ""
    stopped = "stopped"  # somebody pressed the button in a note
    refused = "refused"  # the mailbox takes none
    missed = "missed"  # one did not go out; the others will


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asked for. `about`: which notes."""

    to: str
    about: tuple[About, ...] = (About.due, About.ends)
    hours: Hours = USUAL


@dataclass(frozen=True, slots=True)
class Reminders:
    """How it stands. `wish` None where it is off; `news` until it was read."""

    state: State = State.off
    wish: Wish | None = None
    news: Why = Why.nothing
    wrong: int = 0
    tests: tuple[datetime, ...] = ()
    token: str = field(default="", repr=False)
    number: str = field(default="", repr=False)


OFF = Reminders()


def to_plain(found: Reminders) -> Document:
    """As it stands in the record."""
    return asdict(found) | {"tests": [at.isoformat() for at in found.tests]}


def from_plain(plain: Document) -> Reminders:
    """From what stands in the record."""
    wish = plain["wish"]
    return Reminders(
        state=State(plain["state"]),
        wish=Wish(wish["to"], tuple(About(one) for one in wish["about"]), Hours(**wish["hours"]))
        if wish
        else None,
        news=Why(plain["news"]),
        wrong=plain["wrong"],
        tests=tuple(datetime.fromisoformat(at) for at in plain["tests"]),
        token=plain["token"],
        number=plain["number"],
    )
