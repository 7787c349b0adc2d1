"""The shapes of the directory's records: platforms, laws, resources. Facts only; no wording for survivors
except a resource's `does` and `does_not`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from survivor_portal.directory._vocabulary import (
    AgeAtImage,
    Answer,
    Ask,
    Confidence,
    Kind,
    Method,
    Need,
    Purpose,
    Risk,
    Role,
    Subject,
    Who,
)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact was seen. `seen` is the day (or month, or year) as the source gives it, "" if unknown;
    `how` is read | cited | memory, "" when not recorded."""

    url: str
    seen: str = ""
    how: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing a channel asks for: our word for it and the channel's own."""

    what: Ask
    words: str


_WEB_ADDRESS = re.compile(r"(https://[\w.-]+\.\w[^\s;()<>\"']*[\w/=-])")


@dataclass(frozen=True, slots=True)
class Channel:
    """One way to reach a platform. `address` is a URL, a mail address, a postal address or words that lead
    there. `key` is unique within the platform, made of purpose and a running number ("minor_sexual-1")."""

    key: str
    purpose: Purpose
    subject: Subject
    method: Method
    address: str
    account_needed: Answer
    representative_ok: Answer
    asks_for: tuple[Asked, ...]
    confidence: Confidence
    source: str
    seen: str = ""
    checked_on: date | None = None  # the day the fact was last checked by us
    reply_time: str = ""  # data for the desk, never a promise to a survivor
    note: str = ""  # data; not shown to survivors
    link_limit: int | None = None  # most links one form takes

    @property
    def is_link(self) -> bool:
        """May the address be shown as a link? Only a seen web address of at least medium confidence."""
        return self.confidence is not Confidence.LOW and bool(re.match(r"https://\S+$", self.address))

    @property
    def pieces(self) -> tuple[tuple[str, bool], ...]:
        """The address cut into words and the web addresses among them (True), which may be shown as links
        under the same rule."""
        if self.confidence is Confidence.LOW:
            return ((self.address, False),)
        found = _WEB_ADDRESS.split(self.address)
        return tuple((text, place % 2 == 1) for place, text in enumerate(found) if text)

    @property
    def is_mail(self) -> bool:
        return self.confidence is not Confidence.LOW and bool(re.match(r"[^\s@<>]+@[^\s@<>]+$", self.address))


@dataclass(frozen=True, slots=True)
class ContentLink:
    """A form of link the platform uses. `pattern` is a regular expression searched in host + path + query +
    fragment (without the scheme, host without "www."); named groups `id` and `account` when known."""

    what: str
    pattern: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ContactRisk:
    level: Risk = Risk.UNKNOWN
    why: str = ""


@dataclass(frozen=True, slots=True)
class Platform:
    key: str
    name: str
    kind: Kind
    domains: tuple[str, ...]
    operator: str = ""
    publish_hosts: bool = True  # False: recognised, but the open data carries only a hash of each host
    content_links: tuple[ContentLink, ...] = ()
    channels: tuple[Channel, ...] = ()
    contact_risk: ContactRisk = ContactRisk()
    cybertipline_reporter: Answer = Answer.UNKNOWN
    take_it_down_participant: Answer = Answer.UNKNOWN
    stopncii_participant: Answer = Answer.UNKNOWN
    us_48h_notice: Answer = Answer.UNKNOWN
    eu_dsa_vlop: Answer = Answer.UNKNOWN
    tlds: tuple[str, ...] = ()  # registries only
    verified_on: date | None = None
    retired_on: date | None = None
    successor: str = ""
    notes: str = ""
    sources: tuple[Source, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)  # evidence, routes, refusal wordings, link check


@dataclass(frozen=True, slots=True)
class Element:
    """One thing the law wants in a request. `block` names the letter block that satisfies it."""

    key: str
    required: bool
    element: str
    cite: str
    block: str
    how_to_fill: str = ""


@dataclass(frozen=True, slots=True)
class Clock:
    """A period set by law. `verified` False: shown as "usually", never written into a letter."""

    # request_received | provider_knowledge | decision_received | complaint_received | authority_acts | event
    # or "", where nothing starts it
    trigger: str
    bound: str  # platform | authority | dispute_body | victim | ""
    effect: str
    starts: str
    verified: bool
    hours: int | None = None
    days: int | None = None
    months: int | None = None
    years: int | None = None
    name: str = ""
    text: str = ""
    follow_up_hours: int | None = None  # our own reminder, never shown as law


@dataclass(frozen=True, slots=True)
class Match:
    """When a ground may fit: ages minor | adult | adult_pictured_as_minor | minor_last_resort,
    images real | ai | drawn, and the tie with the place that is needed (one of `tie_any_of`, all of
    `tie_all_of`)."""

    ages: tuple[str, ...]
    images: tuple[str, ...]
    tie_any_of: tuple[str, ...]
    tie_all_of: tuple[str, ...] = ()
    before_publication: bool = False  # may be used on a threat, with nothing out yet
    consent_withdrawn: bool = False  # fits a person who once agreed to publication and no longer does


@dataclass(frozen=True, slots=True)
class NextStep:
    do: str
    address: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True)
class Law:
    key: str
    jurisdiction: str  # ISO 3166 code, US-CA style for states, EU, INT
    name: str
    short_name: str  # as a survivor sees it, e.g. "TAKE IT DOWN Act (US law)"
    citation: str
    role: Role
    priority: int
    status: str  # in_force | not_yet_in_force | pending
    confidence: Confidence
    match: Match
    clock: Clock
    elements: tuple[Element, ...] = ()  # of a request; empty where nothing is asked
    kinds: tuple[Kind, ...] = ()  # platform kinds it binds; empty: every kind that shows others' content
    process: Purpose | None = None  # the platform's own channel this law is used through
    resources: tuple[str, ...] = ()  # keys of those that are its authority or take reports for it
    in_force: date | None = None
    more_clocks: tuple[Clock, ...] = ()
    regulator: str = ""
    complaint_address: str = ""
    who_may_file: tuple[str, ...] = ()
    # May an advocate with the person's written yes sign by their own name? Only where `who_may_file` says so
    # for everybody the law is for; what fits some cases only, or is in doubt, stays with the person.
    advocate_may_sign: bool = False
    if_refused: tuple[NextStep, ...] = ()
    if_silent: tuple[NextStep, ...] = ()
    warnings: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    verified_on: date | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def may_be_cited(self) -> bool:
        """May a letter name it? Not a bill, not a law not yet in force, not a low-confidence fact."""
        return (
            self.status == "in_force"
            and self.confidence is not Confidence.LOW
            and self.role is not Role.STATUS
        )


# What a person dials, opens or writes to.
WAYS_TO_REACH = frozenset({"url", "phone", "text", "chat", "whatsapp", "email"})


@dataclass(frozen=True, slots=True)
class Resource:
    key: str
    name: str
    country: str  # ISO code, EU or INT
    url: str
    url_status: str  # seen | unverified
    languages: tuple[str, ...]
    who: tuple[Who, ...]
    age_at_image: AgeAtImage
    needs: tuple[Need, ...]
    does: str  # for survivors, grade 6
    does_not: str  # for survivors, grade 6
    anonymous: Answer
    hours: str
    group: str
    list_by_default: bool
    priority: int
    confidence: Confidence
    sources: tuple[Source, ...]
    checked_on: date | None = None
    kind: str = ""  # crisis | child | parent | victim | image_abuse | directory | emergency
    phone: str = ""
    text: str = ""
    chat: str = ""
    whatsapp: str = ""
    email: str = ""
    cost: str = ""
    caution: str = ""  # for whoever places the record; not shown to survivors
    replaces: str = ""
    complements: str = ""
    url_pattern: str = ""
    numbers: dict[str, str] = field(default_factory=dict)  # emergency numbers by country
    unverified: dict[str, Any] = field(default_factory=dict)  # kept, never shown to survivors
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def is_link(self) -> bool:
        return (
            self.url_status == "seen"
            and self.confidence is not Confidence.LOW
            and self.url.startswith("https://")
        )

    @property
    def as_shown(self) -> Resource:
        """This record without the ways to reach it that nobody has confirmed: a wrong number does harm."""
        nothing: dict[str, Any] = dict.fromkeys(WAYS_TO_REACH & self.unverified.keys(), "")
        return replace(self, **nothing) if nothing else self
