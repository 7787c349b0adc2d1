"""What is known of a mail after it was read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Verdict(StrEnum):
    """Does the domain in its From line stand for it? Never: does the platform."""

    VERIFIED = "verified"
    FAILED = "failed"
    NONE = "none"  # nobody looked, or nothing can be said


class Why(StrEnum):
    """Why a mail is not taken."""

    TOO_LARGE = "too_large"
    TOO_MANY_PARTS = "too_many_parts"
    TOO_DEEP = "too_deep"
    DAMAGED = "damaged"  # two programs might read two different mails in it
    HEADERS_IN_TEXT = "headers_in_text"
    NOT_TEXT = "not_text"
    TOO_MANY_TAGS = "too_many_tags"
    NOT_THEIRS = "not_theirs"  # its domain asks that such mail be refused


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing of it is kept."""

    why: Why


@dataclass(frozen=True, slots=True)
class Removed:
    """So many parts of one kind that were thrown away unread: "image/jpeg", 2."""

    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class Read:
    """A mail as far as it is kept. `sender` is the bare address of its From line, unproven; "" where there is
    no single one. `sent_at`: what its Date says, UTC. `is_bounce`: a server reports, or somebody in
    its name, that a mail was not delivered; `returned` is the Message-ID of that mail as the report gives it
    back, "" where it gives none. `is_auto`: written by a program. `is_cut`: there was more text, or data
    within it."""

    text: str
    subject: str = ""
    sender: str = ""
    sent_at: datetime | None = None
    message_id: str = ""
    removed: tuple[Removed, ...] = ()
    verdict: Verdict = Verdict.NONE
    is_bounce: bool = False
    returned: str = ""
    is_auto: bool = False
    is_cut: bool = False
