"""What is said of a mail above its words, and the addresses in it to confirm: as text, never as links."""

from __future__ import annotations

from dataclasses import dataclass

from survivor_portal import directory, links
from survivor_portal.replies import LONGEST
from survivor_portal.takedowns.operations import Takedown
from survivor_portal.web.forms import Words
from survivor_portal.web.survivor import case_words
from survivor_portal.web.survivor.mail_kept import Kept

MOST_LINKS = 5


@dataclass(frozen=True, slots=True)
class MailWords:
    """What is said of a mail above its words."""

    kept: Kept
    verdict: Words
    files: tuple[str, ...]


def mail_words(mail: Kept) -> MailWords:
    return MailWords(mail, case_words.VERDICTS[mail.verdict], tuple(case_words.files_words(mail.removed)))


@dataclass(frozen=True, slots=True)
class ConfirmLink:
    """An address in a mail that asks to confirm something. `is_own`: it is on the platform's own site."""

    url: str
    host: str
    is_own: bool


def confirm_links(takedown: Takedown, text: str) -> tuple[ConfirmLink, ...]:
    """The addresses a text names, as text to copy; those of the platform itself first."""
    found = {
        link.raw: ConfirmLink(link.raw, link.host, _is_own(takedown, link))
        for link in links.parse_many(text[:LONGEST]).links
        if link.url and link.host
    }
    return tuple(sorted(found.values(), key=lambda one: not one.is_own)[:MOST_LINKS])


def _is_own(takedown: Takedown, link: links.Link) -> bool:
    platform = directory.recognise(link).platform
    return bool(takedown.platform and platform and platform.key == takedown.platform)
