"""Tell a person's form from a program's, without pictures: how long it was open, and two words to copy.

To copy is no puzzle: it asks nobody to remember, to count or to see, and the words can be marked and pasted.
A program has to read another page for each try, since a pair of words is good for one.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.utils.translation import gettext_lazy as _

from survivor_portal import counts

# As long as a visit lasts at most: a page left open over lunch is still good.
MARK_LASTS = timedelta(hours=8)
ASKED_LASTS = timedelta(minutes=30)
WORDS = (
    _("apple"), _("bread"), _("bridge"), _("button"), _("candle"), _("chair"), _("cloud"), _("coffee"),
    _("door"), _("field"), _("garden"), _("green"), _("hat"), _("house"), _("island"), _("lake"),
    _("lamp"), _("leaf"), _("letter"), _("moon"), _("morning"), _("mountain"), _("music"), _("orange"),
    _("paper"), _("pencil"), _("rain"), _("river"), _("road"), _("sand"), _("silver"), _("snow"),
    _("spoon"), _("star"), _("stone"), _("street"), _("summer"), _("table"), _("tea"), _("tree"),
    _("violet"), _("water"), _("wind"), _("window"), _("winter"), _("yellow"),
)  # fmt: skip

USED = counts.Kind("used", ASKED_LASTS, 10_000)


@dataclass(frozen=True, slots=True)
class Asked:
    """Two words to copy, and the mark a form carries for them."""

    mark: str
    nonce: str
    first: int
    second: int

    @property
    def words(self) -> str:
        return f"{WORDS[self.first]} {WORDS[self.second]}"

    def is_answered(self, typed: str) -> bool:
        """Are these the words, however they were typed?"""
        return typed.casefold().split() == self.words.casefold().split()


def mark(now: datetime) -> str:
    """What a form carries to tell when it was first shown."""
    return _signer("shown").sign(str(int(now.timestamp() * 1000)))


def is_mark(text: str, now: datetime) -> bool:
    """Whether this tells when a form of ours was first shown, not too long ago."""
    return _age(text, now) is not None


def is_too_quick(text: str, now: datetime) -> bool:
    """Whether the form with this mark came back sooner than a person can type."""
    age = _age(text, now)
    return age is not None and age < timedelta(seconds=settings.FILL_SECONDS)


def ask(now: datetime) -> Asked:
    """Two words, drawn anew."""
    nonce, first, second = secrets.token_hex(8), secrets.randbelow(len(WORDS)), secrets.randbelow(len(WORDS))
    text = f"{nonce}.{first}.{second}.{int(now.timestamp())}"
    return Asked(_signer("asked").sign(text), nonce, first, second)


def asked(text: str, now: datetime) -> Asked | None:
    """What a form was asked; None where the mark is not ours, too old, or was used."""
    plain = _plain("asked", text)
    if plain is None:
        return None
    nonce, first, second, at = plain.split(".")
    if not timedelta(0) <= timedelta(seconds=now.timestamp() - int(at)) <= ASKED_LASTS:
        return None
    if counts.knows(USED, nonce, now):
        return None
    return Asked(text, nonce, int(first), int(second))


def use(question: Asked, now: datetime) -> bool:
    """This answer goes with one try. False where it went with another one already."""
    return counts.note(USED, question.nonce, now)


def _age(text: str, now: datetime) -> timedelta | None:
    plain = _plain("shown", text)
    age = timedelta(milliseconds=now.timestamp() * 1000 - int(plain)) if plain else None
    return age if age is not None and timedelta(0) <= age <= MARK_LASTS else None


def _signer(purpose: str) -> Signer:
    return Signer(salt=f"survivor_portal.{purpose}")


def _plain(purpose: str, text: str) -> str | None:
    try:
        return _signer(purpose).unsign(text) if len(text) <= 200 else None
    except BadSignature:
        return None
