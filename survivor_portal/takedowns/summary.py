"""What a request came to, in a few facts: for figures and for what is learned about a platform.

Small enough to stand in the sealed overview, so that no list has to open details.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from survivor_portal.replies import ReplyClass, read_reply
from survivor_portal.takedowns.process import Fact, Move
from survivor_portal.takedowns.standing import Entry, How, Standing, first


class Came(StrEnum):
    """What a request can have come to; several may hold."""

    SENT = "sent"
    ANSWERED = "answered"  # they said more than that they got it, or took something down
    REMOVED = "removed"  # at least one place is said to be gone
    REFUSED = "refused"


ANSWERS = (
    Fact.ASKS_MORE, Fact.REDIRECTION, Fact.REFUSAL, Fact.PARTLY, Fact.REMOVAL, Fact.FORWARDED, Fact.UNCLEAR,
)  # fmt: skip
# What we do after the first letter that may move a platform.
STEPS = frozenset(
    {
        Move.SEND_ELSEWHERE, Move.CONFIRM, Move.REMIND, Move.GIVE_MORE, Move.ANSWER, Move.APPEAL,
        Move.ESCALATE, Move.INFORM,
    }
)  # fmt: skip
_SHORT = 160  # signs of their words; a wording is known by its beginning
_MOST = 4  # wordings of one answer


@dataclass(frozen=True, slots=True)
class Summary:
    """When the first letter went out, when something more than a receipt came first, when something was said
    to be gone first, when they said no first; on which laws, by which channel; in which words they refused;
    and what was done last before something was gone (None while nothing is)."""

    sent_at: datetime | None = None
    answered_at: datetime | None = None
    removed_at: datetime | None = None
    refused_at: datetime | None = None
    grounds: tuple[str, ...] = ()
    channel: str = ""
    how: How | None = None
    refusals: tuple[str, ...] = ()
    last_step: Move | None = None

    @property
    def came_to(self) -> frozenset[Came]:
        """What it came to so far."""
        moments = {
            Came.SENT: self.sent_at,
            Came.ANSWERED: self.answered_at,
            Came.REMOVED: self.removed_at,
            Came.REFUSED: self.refused_at,
        }
        return frozenset(came for came, at in moments.items() if at is not None)


def summary(
    standing: Standing, grounds: Iterable[str], channel: str, wordings: Mapping[str, tuple[str, ...]]
) -> Summary:
    """A request in a few facts. `wordings`: their words (see `refusal_words`) by the id of the answer."""
    happenings = standing.happenings
    theirs = tuple(entry for entry in happenings if not entry.to)
    sent = first(happenings, Move.SEND)
    removal = first(theirs, Fact.REMOVAL)
    before = [entry for entry in happenings if removal and entry.at <= removal.at and entry is not removal]
    steps = [entry.happening for entry in before if entry.happening in STEPS]
    step = steps[-1] if steps else Move.SEND if sent and sent in before else None
    refused = [entry for entry in theirs if entry.happening is Fact.REFUSAL]
    words = (said for entry in refused for said in wordings.get(entry.reply, ()))
    return Summary(
        sent_at=sent.at if sent else None,
        answered_at=_at(first(theirs, *ANSWERS)),
        removed_at=_at(removal),
        refused_at=_at(first(theirs, Fact.REFUSAL)),
        grounds=tuple(grounds),
        channel=next(iter(sent.channels), channel) if sent else channel,
        how=sent.how if sent else None,
        refusals=tuple(dict.fromkeys(words))[:_MOST],
        last_step=step if isinstance(step, Move) else None,
    )


def refusal_words(text: str, platform: str) -> tuple[str, ...]:
    """The words of an answer by which it is read as a refusal: the platform's own, never what it quotes."""
    reading = read_reply(text, platform=platform or None)
    marks = [mark for one in reading.classes if one.kind is ReplyClass.REFUSED for mark in one.marks]
    found = (" ".join(text[mark.start : mark.end].split())[:_SHORT] for mark in marks)
    return tuple(dict.fromkeys(words for words in found if words))[:_MOST]


def to_plain(one: Summary) -> dict[str, Any]:
    """A JSON object; what is empty is left out, times are UTC in ISO 8601."""
    plain: dict[str, Any] = {"grounds": list(one.grounds)}
    for name in _MOMENTS:
        if (at := getattr(one, name)) is not None:
            plain[name] = at.astimezone(UTC).isoformat()
    if one.channel:
        plain["channel"] = one.channel
    if one.how is not None:
        plain["how"] = one.how.value
    if one.refusals:
        plain["refusals"] = list(one.refusals)
    if one.last_step is not None:
        plain["last_step"] = one.last_step.value
    return plain


def from_plain(plain: Mapping[str, Any]) -> Summary:
    """What `to_plain` wrote."""
    return Summary(
        **{name: datetime.fromisoformat(plain[name]) if name in plain else None for name in _MOMENTS},
        grounds=tuple(plain.get("grounds", ())),
        channel=plain.get("channel", ""),
        how=How(plain["how"]) if "how" in plain else None,
        refusals=tuple(plain.get("refusals", ())),
        last_step=Move(plain["last_step"]) if "last_step" in plain else None,
    )


_MOMENTS = ("sent_at", "answered_at", "removed_at", "refused_at")


def _at(entry: Entry | None) -> datetime | None:
    return entry.at if entry else None
