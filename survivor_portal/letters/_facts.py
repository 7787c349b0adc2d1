"""What goes into a letter: the answers, the signer, the items and who gets it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from survivor_portal.directory import Age, Asker, Consent, Happened, Maker, Picture, Reported

_UNDER_18 = (Age.UNDER_13, Age.FROM_13, Age.FROM_16)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to be taken down: a link, or account, time and place where there is no link. Never a word
    about what it shows."""

    number: int
    link: str
    platform: str = ""
    account: str = ""
    when: str = ""
    where: str = ""

    @property
    def can_be_found(self) -> bool:
        return bool(self.link.strip() or self.account.strip() or self.where.strip())


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs, and what they confirmed at this letter. `contact_kind` is email, phone or post; `also` holds
    further (kind, contact) pairs for the few laws that want more than one. `confirmed` holds the keys of the
    declarations the signer said yes to. `account_there` and `resident` are asked only where a law needs them;
    None is "not said"."""

    name: str = ""
    contact: str = ""
    contact_kind: str = "email"
    confirmed: frozenset[str] = frozenset()
    signed_on: date | None = None
    account_there: bool | None = None
    resident: bool | None = None
    also: tuple[tuple[str, str], ...] = ()

    @property
    def contacts(self) -> tuple[tuple[str, str], ...]:
        """All (kind, contact) pairs, the first one first; empty ones left out."""
        pairs = ((self.contact_kind, self.contact), *self.also)
        return tuple((kind, text.strip()) for kind, text in pairs if text.strip())


@dataclass(frozen=True, slots=True)
class Facts:
    """The answers that matter for letters. The last three belong to an earlier report to the platform and are
    empty when not known; a letter then leaves a line for them."""

    asker: Asker
    age_then: Age
    age_now: Age
    picture: Picture
    happened: Happened
    consent: Consent | None = None
    maker: Maker | None = None
    forced: bool | None = None
    country: str = ""
    region: str = ""
    home_safe: bool | None = None
    reported: Reported | None = None
    items: tuple[Item, ...] = field(default=())
    told_on: str = ""
    ticket: str = ""
    answer: str = ""

    @property
    def minor(self) -> bool:
        """Was the person shown under 18 in the picture? "Not sure" counts as yes, and so does anyone who is
        under 18 today, whatever was answered about the picture."""
        return self.age_then.counts_as_minor or self.age_now in _UNDER_18

    @property
    def age_shown(self) -> Age:
        """The age band in the picture, mended by the age today where the two cannot both be true."""
        return self.age_now if self.age_then is Age.ADULT and self.minor else self.age_then

    @property
    def adult_now(self) -> bool:
        return not self.minor or self.age_now is Age.ADULT

    @property
    def too_young(self) -> bool:
        """Too young today to hold a belief about consent (our reading: under 13)."""
        return self.minor and self.age_now is Age.UNDER_13

    @property
    def capacity(self) -> str:
        """self | parent | advocate | friend: how the writer speaks. The parent of a grown person acts for
        them only with their authority, like an advocate."""
        if self.asker is Asker.PARENT and self.adult_now:
            return "advocate"
        return self.asker.value


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who gets the letter. `kind` is platform, search, host, cdn, registrar, owner, authority, hotline,
    police or school. `process_known` False: no process of the platform for such requests was found."""

    name: str
    kind: str = "platform"
    method: str = ""
    address: str = ""
    process_known: bool = True

    @property
    def is_public_body(self) -> bool:
        return self.kind in ("authority", "hotline", "police")


def split_items(items: Sequence[Item], limit: int | None) -> tuple[tuple[Item, ...], ...]:
    """The items in parts of at most `limit`, in order, none lost; one part when there is no limit."""
    everything = tuple(items)
    if limit is None or limit < 1 or len(everything) <= limit:
        return (everything,)
    return tuple(everything[start : start + limit] for start in range(0, len(everything), limit))
