"""What a person told us, in choices. Every answer may be missing: each question can be skipped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from survivor_portal.directory import (
    Age,
    Answer,
    Asker,
    Consent,
    Happened,
    Maker,
    Picture,
    Reported,
)


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers of one visit. None (or "") means: not asked or skipped.

    `age_then` is the age in the picture when it was made (with a threat and no picture: the age now).
    `country` is an ISO 3166 code, `region` a code such as US-CA; both of where the pictured person lives.
    """

    danger: bool | None = None
    device_watched: Answer | None = None  # UNKNOWN: "not sure"
    asker: Asker | None = None
    age_then: Age | None = None
    age_now: Age | None = None
    home_safe: bool | None = None  # False: someone at home did it, or telling would make it worse
    happened: Happened | None = None
    picture: Picture | None = None
    consent: Consent | None = None
    maker: Maker | None = None
    forced: Answer | None = None  # forced, paid for or traded
    country: str = ""
    region: str = ""
    owner_safe: bool | None = None  # may the owner of a site nobody knows be written to?
    reported: Reported | None = None

    @property
    def counts_as_minor(self) -> bool:
        """Was the person shown under 18, or may have been? "Not sure" and no answer count as under 18. Who is
        under 18 today was so in the picture, whatever was chosen there."""
        return self.age_then is not Age.ADULT or self.age_now in _UNDER_18

    @property
    def is_minor_today(self) -> bool:
        """Is the person shown under 18 today? With no answer about today, the age in the picture decides."""
        if self.age_now is not None:
            return self.age_now.counts_as_minor
        return self.counts_as_minor

    @property
    def is_young_child_alone(self) -> bool:
        """Somebody under 13 who fills this in alone: from here on no free text is taken (COPPA, Children's
        Code; rulings 1)."""
        today = self.age_then if self.age_now in (None, Age.NOT_SURE) else self.age_now
        return self.asker is Asker.SELF and today is Age.UNDER_13

    @property
    def something_is_out(self) -> bool:
        return self.happened is not Happened.THREAT

    @property
    def is_threatened(self) -> bool:
        return self.happened in (Happened.THREAT, Happened.BOTH)

    @property
    def may_write_letters(self) -> bool:
        """May the asker send a letter in their own or the shown person's name? A friend may not."""
        return self.asker is not Asker.FRIEND

    @property
    def may_sign(self) -> bool:
        """May the asker sign? No friend; no parent where home is not safe (rulings 1)."""
        return self.may_write_letters and not (self.asker is Asker.PARENT and self.home_safe is False)

    @property
    def shown_exposes_self(self) -> bool:
        """A young person made or passed on the picture: police comes after the hotline and a legal line."""
        return self.is_minor_today and self.counts_as_minor and self.maker is Maker.SHOWN


_UNDER_18 = (Age.UNDER_13, Age.FROM_13, Age.FROM_16)
_ENUMS: dict[str, Any] = {
    "device_watched": Answer,
    "asker": Asker,
    "age_then": Age,
    "age_now": Age,
    "happened": Happened,
    "picture": Picture,
    "consent": Consent,
    "maker": Maker,
    "forced": Answer,
    "reported": Reported,
}
_BOOLS = {"danger", "home_safe", "owner_safe"}
KEYS = tuple(f.name for f in fields(Answers))


def from_plain(data: Mapping[str, Any]) -> Answers:
    """Answers from a plain mapping, as kept in a visit. Anything unknown or out of range is dropped: an old
    row must never stop a page."""
    kept: dict[str, Any] = {}
    for key, value in data.items():
        if key in _ENUMS:
            try:
                kept[key] = _ENUMS[key](value)
            except ValueError:
                continue
        elif (key in _BOOLS and isinstance(value, bool)) or (
            key in ("country", "region") and isinstance(value, str)
        ):
            kept[key] = value
    return Answers(**kept)


def to_plain(answers: Answers) -> dict[str, Any]:
    """The mapping `from_plain` reads: plain strings and booleans, unanswered keys left out."""
    plain: dict[str, Any] = {}
    for key in KEYS:
        value = getattr(answers, key)
        if value is None or value == "":
            continue
        plain[key] = value if isinstance(value, bool) else str(value)
    return plain
