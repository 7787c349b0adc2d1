"""Who stands around a site nobody knows: its host, who is in front of it, its registrar; found or typed in.

A letter gets an address only after the person said that this is the one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from django import forms
from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from survivor_portal import directory, intake, links, lookups
from survivor_portal.directory import Purpose, Risk
from survivor_portal.intake import At, Step, StepKey
from survivor_portal.lookups import Role, Trouble
from survivor_portal.web.forms import Question, Words
from survivor_portal.web.safety.opened import opened_of
from survivor_portal.web.survivor import asked, cards, flow
from survivor_portal.web.survivor.cards import Way
from survivor_portal.web.survivor.drafting import may_type
from survivor_portal.web.survivor.flow import Stand
from survivor_portal.web.survivor.holder import holder_of

ROLES = {StepKey.HOST: Role.HOST, StepKey.CDN: Role.CDN, StepKey.REGISTRAR: Role.REGISTRAR}
STEPS = frozenset({"party", "party_take", "party_drop", "look_up"})
MOST_NAME, MOST_ADDRESS = 120, 300
AUTO_ID = "around_%s"  # other forms of the page have boxes of the same names
_MAIL = re.compile(r"[^\s@<>\"]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE)

COMPANY: dict[Role, Words] = {
    Role.HOST: _("The host"),
    Role.CDN: _("The company in front"),
    Role.REGISTRAR: _("The registrar"),
}
TROUBLES: dict[Trouble, Words] = {
    Trouble.NO_REGISTER: _("There is no public register that we can ask."),
    Trouble.UNKNOWN: _("The register does not know it."),
    Trouble.BUSY: _("The register is busy. You can ask again in a while."),
    Trouble.NO_ANSWER: _("The register did not answer. You can ask again."),
    Trouble.UNREADABLE: _("We could not read the answer."),
    Trouble.NO_ADDRESS: _("The name leads nowhere right now."),
    Trouble.NOT_PUBLIC: _("The name leads to a private place, so we stopped there."),
    Trouble.NOTHING_SAID: _("The register names no company."),
}
NOT_SAFE: Words = _(
    "We know this company. It may not be safe to write to it. Take another step of your plan."
)


class Company(Question):
    """A company that somebody found by hand."""

    step: ClassVar[str] = "party"
    button = _("Put this into the letter")
    name = forms.CharField(label=_("Name of the company"), required=False, max_length=MOST_NAME)
    address = forms.CharField(
        label=_("Their mail address or web form for abuse"),
        max_length=MOST_ADDRESS,
        error_messages={"required": _("Please paste the address you found.")},
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    letter = forms.CharField(widget=forms.HiddenInput, required=False)
    site = forms.CharField(widget=forms.HiddenInput, required=False)

    @property
    def helper(self) -> FormHelper:
        helper = super().helper
        helper.form_id = "company"  # "Stay" belongs to the statements of the letter
        helper.form_show_errors = False  # this page shows them at its top
        return helper

    def clean_name(self) -> str:
        return " ".join(str(self.cleaned_data["name"]).split())

    def clean_address(self) -> str:
        address = str(self.cleaned_data["address"]).strip().removeprefix("mailto:")
        if _MAIL.fullmatch(address):
            host = address.rpartition("@")[2]
        else:
            link = links.parse(address)
            host = link.host if link.usable and link.scheme == "https" and " " not in address else ""
            address = link.url
        if not host:
            raise forms.ValidationError(
                _("This is no whole mail address or web address. One looks like abuse@host.example.")
            )
        if is_hostile(host):
            raise forms.ValidationError(NOT_SAFE)
        return address


@dataclass(frozen=True, slots=True)
class Line:
    """A company that a look-up named, as the page shows it. `is_of_letter`: this letter would go to it."""

    party: lookups.Party
    title: Words
    is_of_letter: bool
    is_safe: bool

    @property
    def role(self) -> str:
        return self.party.role.value


@dataclass(frozen=True, slots=True)
class Around:
    """What a letter's page shows of the company it goes to."""

    role: Role
    site: str
    title: Words
    chosen: Mapping[str, Any]
    ways: tuple[Way, ...]
    passes_on: bool
    form: Company | None
    may_ask: bool
    needs_case: bool
    is_waiting: bool
    asked_at: datetime | None
    result: lookups.Result | None
    failed: bool
    lines: tuple[Line, ...]
    troubles: tuple[tuple[Words, Words], ...]

    @property
    def is_typed(self) -> bool:
        return self.chosen.get("how") == "hand"

    @property
    def at(self) -> datetime | None:
        return datetime.fromisoformat(self.chosen["at"]) if self.chosen.get("at") else None

    @property
    def front(self) -> Line | None:
        """Who is in front, where the letter is for the host and only that was found."""
        if self.role is not Role.HOST or any(line.party.role is Role.HOST for line in self.lines):
            return None
        return next((line for line in self.lines if line.party.role is Role.CDN), None)


def around(request: HttpRequest, stand: Stand, step: Step, form: Company | None = None) -> Around | None:
    """What is known of the company this letter goes to; None for a letter to anybody else."""
    role = ROLES.get(step.key)
    if role is None or not stand.site:
        return None
    session = opened_of(request).loaded
    now = timezone.now()
    known = asked.looked_up(session.case, stand.site) if session else None
    result = known.result if known else None
    waiting = bool(known and known.is_waiting(now))
    chosen = stand.parties.get(stand.site, {}).get(role.value, {})
    platform = _platform_of(str(chosen.get("address", "")))
    initial = {"letter": step.id, "site": stand.site}
    askable = may_type(stand) and bool(asked.may_look_up(stand.site))
    return Around(
        role=role,
        site=asked.may_be_named(stand.site) or stand.site,
        title=COMPANY[role],
        chosen=chosen,
        ways=_ways(platform, stand),
        passes_on=bool(platform) and directory.platform(platform).contact_risk.level is Risk.NAME_PASSED_ON,
        form=(form or Company(initial=initial, auto_id=AUTO_ID)) if may_type(stand) else None,
        may_ask=askable and session is not None and not waiting,
        needs_case=askable and session is None and bool(settings.CASES_OPEN),
        is_waiting=waiting,
        asked_at=known.asked_at if known else None,
        result=result,
        failed=bool(known and known.failed),
        lines=tuple(
            Line(
                party,
                COMPANY[party.role],
                party.role is role,
                not _hurts(party),
            )
            for party in (result.parties if result else ())
        ),
        troubles=tuple((COMPANY[of], TROUBLES[why]) for of, why in (result.troubles if result else ())),
    )


def act(request: HttpRequest, stand: Stand, step_name: str) -> Company | None:
    """Do what a button or the form of such a letter says. A form that does not hold is given back."""
    step = stand.plan.step(stand.letter)
    role = ROLES.get(step.key) if step else None
    if step is None or role is None or not stand.site or not may_type(stand):
        return None
    if step_name == "party":
        form = Company(request.POST, auto_id=AUTO_ID)
        if not form.is_valid():
            return form
        _choose(request, stand.site, role, _typed(form.cleaned_data))
    elif step_name == "party_drop":
        holder_of(request).change(lambda data: _drop(data, stand.site, role))
    elif (session := opened_of(request).open()) is not None:
        now = timezone.now()
        if step_name == "look_up":
            asked.look_up(session.case, stand.site, now)
        elif step_name == "party_take":
            known = asked.looked_up(session.case, stand.site)
            _take(request, stand.site, role, known.result if known else None, request.POST)
    return None


def as_typed(post: QueryDict) -> Company:
    """The form again with what was typed. Nothing is wrong with it: its token was lost."""
    form = Company(post, auto_id=AUTO_ID)
    form.errors.clear()
    return form


def is_hostile(host: str) -> bool:
    """Does this host belong to somebody of whom it is known that writing there hurts?"""
    found = directory.recognise(links.parse(f"https://{host}/"))
    return found.platform is not None and _is_bad(found.platform.key)


def _hurts(party: lookups.Party) -> bool:
    return bool(party.platform) and _is_bad(party.platform)


def _is_bad(key: str) -> bool:
    return directory.platform(key).contact_risk.level is Risk.HOSTILE


def _typed(given: Mapping[str, Any]) -> flow.Data:
    return {"name": given["name"], "address": given["address"], "how": "hand"}


def _take(
    request: HttpRequest, site: str, role: Role, result: lookups.Result | None, post: QueryDict
) -> None:
    """The address a look-up found is the one. The form names it: a newer answer is not taken unseen."""
    for party in result.parties if result else ():
        if party.role is role and party.mail and party.mail == post.get("mail"):
            assert result is not None
            if _hurts(party):
                return
            found = {
                "name": party.name,
                "address": party.mail,
                "how": "look_up",
                "said_as": party.said_as,
                "source": party.source,
                "at": result.at.isoformat(),
            }
            _choose(request, site, role, found)
            return


def _choose(request: HttpRequest, site: str, role: Role, company: flow.Data) -> None:
    def keep(data: flow.Data) -> None:
        data.setdefault("parties", {}).setdefault(site, {})[role.value] = company

    holder_of(request).change(keep)


def _drop(data: flow.Data, site: str, role: Role) -> None:
    data.get("parties", {}).get(site, {}).pop(role.value, None)


def _platform_of(address: str) -> str:
    host = address.rpartition("@")[2] if "@" in address else links.parse(address).host
    found = directory.recognise(links.parse(f"https://{host}/")) if host else None
    return found.platform.key if found and found.platform else ""


def _ways(platform: str, stand: Stand) -> tuple[Way, ...]:
    """What the directory knows of reaching a company that it has a record of."""
    if not platform or _is_bad(platform):
        return ()
    minor = stand.answers.counts_as_minor
    first = (Purpose.MINOR_SEXUAL,) if minor else (Purpose.NCII, Purpose.PRIVACY)
    found = intake.ways(directory.platform(platform), (*first, Purpose.GENERAL_ABUSE), minor)
    today = timezone.now().date()
    return tuple(cards.way(At(platform, one.channel), today) for one in found[:2])
