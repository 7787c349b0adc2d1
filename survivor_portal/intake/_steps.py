"""The shape of a plan: steps in order, each with where, on which grounds, with which letter, at what cost."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from survivor_portal import directory
from survivor_portal.directory import Answer, Ask, Channel, Confidence, Purpose, Risk


class StepKey(StrEnum):
    """What a step is. The order here is the order of urgency in a plan, unless a rule says otherwise."""

    DANGER = "danger"  # call the emergency number
    CHILD_LINE = "child_line"  # a child helpline first: home is not safe, or a child alone
    THREAT = "threat"  # what to do about a blackmailer, in the agreed order
    TELL = "tell"  # tell one person; words to begin with
    HOTLINE = "hotline"  # CyberTipline or the national hotline
    CHILD_FORM = "child_form"  # the platform's child-safety form, as a notice of knowledge
    THREAT_FORM = "threat_form"  # nothing is out yet: the report of the account that threatens
    REQUEST = "request"  # a request under the law of the place
    REQUEST_48H = "request_48h"  # the US request with its 48 hours
    NO_WAY = "no_way"  # the platform publishes no way to reach it
    SHIELD = "shield"  # hostile operator: do not write in your own name
    AUTHORITY = "authority"  # an authority that can order removal
    LEGAL_FIRST = "legal_first"  # a free lawyer before police: own exposure of a young person
    POLICE = "police"
    SEARCH = "search"
    HASH = "hash"
    OWNER = "owner"  # the owner of a site nobody knows, only where safe
    HOST = "host"
    CDN = "cdn"
    REGISTRAR = "registrar"
    STATE_LAW = "state_law"  # a second request under a state's law
    FLAGGER = "flagger"  # a trusted flagger files for you
    TRAFFICKING = "trafficking"
    DATA_LAW = "data_law"  # erasure under data-protection law: a back-up
    SCHOOL = "school"
    REGULATOR = "regulator"  # after a no, or after silence
    APPEAL = "appeal"
    COPYRIGHT = "copyright"  # adults only, last, name risk first
    LAWYER = "lawyer"
    SUPPORT = "support"


class When(StrEnum):
    NOW = "now"
    TODAY = "today"
    LATER = "later"
    IF_NO = "if_no"  # after a no, or after silence


class Note(StrEnum):
    """Why a step stands where it stands, or what to mind. The pages hold the words."""

    KNOWLEDGE = "knowledge"
    PROCESS_UNKNOWN = "process_unknown"
    HASH_CONDITION = "hash_condition"
    POLICE_AFTER_LEGAL = "police_after_legal"
    PRESERVATION = "preservation"
    NAME_RISK = "name_risk"
    OWNER_NOT_SAFE = "owner_not_safe"
    NOT_A_PARENT = "not_a_parent"
    TWO_TAKE_IT_DOWNS = "two_take_it_downs"
    NO_IMAGE = "no_image"
    LOOK_UP_HOST = "look_up_host"
    ABROAD = "abroad"
    STATE_ACCOUNT = "state_account"
    REFUSED = "refused"
    SILENT = "silent"
    EXPOSED_TRAFFICKING = "exposed_trafficking"
    SHORT_LINK = "short_link"
    ONLY_WORDS = "only_words"
    ASK_TO_CHECK = "ask_to_check"
    NO_LETTER_FOR_OTHERS = "no_letter_for_others"


@dataclass(frozen=True, slots=True)
class At:
    """One channel of one platform."""

    platform: str
    channel: str

    @property
    def record(self) -> Channel:
        return next(c for c in directory.platform(self.platform).channels if c.key == self.channel)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a step costs the person. UNKNOWN is an honest answer."""

    account: Answer = Answer.UNKNOWN
    identity: bool = False  # proof of identity is asked for
    name_seen: Risk = Risk.UNKNOWN  # what happens to the reporter's name
    reversible: bool = False  # the other side can have it put back


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `channels`: the ways to a platform, best first. `resources`: keys of hotlines, services,
    authorities. `grounds`: keys of the laws its letter stands on. `letter`: "" none, "request" a letter on
    `grounds`, else the kind of service text. `items`: the numbers of the items it is about."""

    key: StepKey
    when: When
    platform: str = ""
    sites: tuple[str, ...] = ()  # for host, CDN, registrar, owner: one letter each
    channels: tuple[At, ...] = ()
    resources: tuple[str, ...] = ()
    grounds: tuple[str, ...] = ()
    letter: str = ""
    items: tuple[int, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def id(self) -> str:
        """The same step has the same id in every plan of a visit."""
        party = (
            self.platform or self.resources[0]
            if self.key is StepKey.REGULATOR and self.resources
            else self.platform
        )
        return ":".join((self.key.value, party, "+".join(self.grounds)))

    @property
    def channel(self) -> Channel | None:
        return self.channels[0].record if self.channels else None

    @property
    def address(self) -> str:
        """Where to turn: an address, or words that lead to one. "" for steps that need none."""
        if self.channel:
            return self.channel.address
        for key in self.resources:
            resource = directory.resource(key)
            if found := resource.phone or resource.text or resource.chat or resource.url:
                return found
        for key in self.grounds:
            if directory.law(key).complaint_address:
                return directory.law(key).complaint_address
        return ""

    @property
    def confidence(self) -> Confidence | None:
        return self.channel.confidence if self.channel else None

    @property
    def cost(self) -> Cost:
        channel = self.channel
        if channel is None:
            return Cost()
        risk = directory.platform(self.channels[0].platform).contact_risk
        copyright_only = risk.why.casefold().startswith("copyright")
        passed_on = risk.level is Risk.NAME_PASSED_ON and (
            not copyright_only or channel.purpose is Purpose.COPYRIGHT
        )
        return Cost(
            account=channel.account_needed,
            identity=any(asked.what in (Ask.IDENTITY_PROOF, Ask.FACE_PICTURE) for asked in channel.asks_for),
            name_seen=Risk.NAME_PASSED_ON if passed_on else Risk.UNKNOWN if copyright_only else risk.level,
            reversible=channel.purpose is Purpose.COPYRIGHT,
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in order, and what holds for the whole plan."""

    steps: tuple[Step, ...]
    counts_as_minor: bool
    may_sign: bool
    may_write: bool

    def step(self, step_id: str) -> Step | None:
        return next((step for step in self.steps if step.id == step_id), None)
