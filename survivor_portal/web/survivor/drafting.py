"""Compose the letter of a step from what a person answered, pasted and signed. No request, no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from survivor_portal import directory, intake, letters
from survivor_portal.directory import Age, Asker, Confidence, Happened, Kind, Picture, Reported
from survivor_portal.intake import Note, Step
from survivor_portal.web.forms import Words
from survivor_portal.web.survivor import flow
from survivor_portal.web.survivor.flow import Stand


@dataclass(frozen=True, slots=True)
class Draft:
    """One step's letter in the making."""

    step: Step
    site: str
    to: letters.Addressee
    facts: letters.Facts
    signer: letters.Signer
    parts: tuple[letters.Letter, ...]
    sheet: letters.FormSheet | None
    declarations: tuple[letters.Declaration, ...]
    wanted: frozenset[str]
    place: Words

    @property
    def letter(self) -> letters.Letter:
        return self.parts[0]


def draft(stand: Stand, step: Step, site: str, today: date) -> Draft:
    """Compose the letter of this step with what the person gave so far."""
    facts = facts_of(stand, _items(stand, step))
    to = _addressee(step, site, stand.parties.get(site, {}))
    signer = signer_of(stand, flow.place_of(step.id, site))
    channel = step.channel
    groups = letters.split_items(facts.items, channel.link_limit if channel else None)
    parts = tuple(
        _compose(step, to, facts, group, signer, today, (n, len(groups))) for n, group in enumerate(groups, 1)
    )
    sheet = (
        letters.form_sheet(channel, parts[0], facts=facts, signer=signer)
        if channel and channel.asks_for
        else None
    )
    return Draft(
        step=step,
        site=site,
        to=to,
        facts=facts,
        signer=signer,
        parts=parts,
        sheet=sheet,
        declarations=parts[0].declarations if may_type(stand) else (),
        wanted=_wanted(step, stand, parts[0]),
        place=_place(step),
    )


def _compose(
    step: Step,
    to: letters.Addressee,
    facts: letters.Facts,
    items: tuple[letters.Item, ...],
    signer: letters.Signer,
    today: date,
    part: tuple[int, int],
) -> letters.Letter:
    part_facts = replace(facts, items=items)
    if step.letter == "request":
        return letters.compose(step.grounds, to=to, facts=part_facts, signer=signer, today=today, part=part)
    return letters.service_text(step.letter, to=to, facts=part_facts, signer=signer, today=today, part=part)


def may_type(stand: Stand) -> bool:
    """A child under 13 alone types nothing (rulings 1)."""
    return not stand.answers.is_young_child_alone


def facts_of(stand: Stand, items: tuple[letters.Item, ...]) -> letters.Facts:
    """What a letter may know of the answers, about these items."""
    answers = stand.answers
    told = answers.reported not in (None, Reported.NOT_YET)
    return letters.Facts(
        asker=answers.asker or Asker.SELF,
        age_then=answers.age_then or Age.NOT_SURE,
        age_now=answers.age_now or (Age.ADULT if answers.age_then is Age.ADULT else Age.NOT_SURE),
        picture=answers.picture or Picture.NOT_SURE,
        happened=answers.happened or Happened.POSTED,
        consent=answers.consent,
        maker=answers.maker,
        forced={"yes": True, "no": False}.get(answers.forced or ""),
        country=answers.country,
        region=answers.region,
        home_safe=answers.home_safe,
        reported=answers.reported,
        told_on=stand.typed["told_on"] if told else "",
        ticket=stand.typed["ticket"] if told else "",
        items=items,
    )


def _items(stand: Stand, step: Step) -> tuple[letters.Item, ...]:
    wanted = set(step.items)
    mine = (item for item in stand.items if item.number in wanted)
    return tuple(_item(number, item) for number, item in enumerate(mine, 1))


def _item(number: int, item: intake.Item) -> letters.Item:
    """A line of this letter, numbered within it: nobody learns from it what else there is."""
    name = directory.platform(item.platform).name if item.platform else item.site
    return letters.Item(number, item.url, platform=name, account=item.account, where=item.where)


_KINDS = {Kind.SEARCH: "search", Kind.CDN: "cdn", Kind.REGISTRAR: "registrar", Kind.HOSTING: "host"}


def _addressee(step: Step, site: str, around: Mapping[str, Any]) -> letters.Addressee:
    """`around`: the companies of the site that the person said to be the ones, by what they can do."""
    channel = step.channel
    if step.platform and channel:
        platform = directory.platform(step.platform)
        return letters.Addressee(
            platform.name,
            kind=_KINDS.get(platform.kind, "platform"),
            method=channel.method.value,
            address=channel.address if channel.confidence is not Confidence.LOW else "",
            process_known=Note.PROCESS_UNKNOWN not in step.notes,
        )
    kind = {"owner": "owner", "host": "host", "cdn": "cdn", "registrar": "registrar", "police": "police"}.get(
        step.key.value, "authority"
    )
    if step.letter in ("hotline", "cybertip"):
        kind = "hotline"
    if step.letter in ("school", "search"):
        kind = step.letter
    name = site
    if step.resources and not site:
        name = directory.resource(step.resources[0]).name
    elif step.grounds and not site:
        name = directory.law(step.grounds[0]).regulator
    if company := around.get(kind):
        return letters.Addressee(str(company["name"]) or name, kind=kind, address=str(company["address"]))
    return letters.Addressee(name, kind=kind, address=step.address if not site else "")


def signer_of(stand: Stand, place: str) -> letters.Signer:
    """Who signs, with what was confirmed at the letter of this place (`flow.place_of`)."""
    given: Mapping[str, Any] = stand.signer if may_type(stand) else {}
    contacts = [(kind, str(given.get(kind, ""))) for kind in ("email", "phone", "post") if given.get(kind)]
    first = contacts[0] if contacts else ("email", "")
    on = str(given.get("on", ""))
    return letters.Signer(
        name=str(given.get("name", "")),
        contact=first[1],
        contact_kind=first[0],
        confirmed=frozenset(stand.confirmed.get(place, ())),
        signed_on=date.fromisoformat(on) if on else None,
        account_there=given.get("account_there"),
        resident=given.get("resident"),
        also=tuple(contacts[1:]),
    )


def _wanted(step: Step, stand: Stand, letter: letters.Letter) -> frozenset[str]:
    """Which boxes this letter needs. A host's, a hotline's and a child's letter need none."""
    if step.letter != "request" or not may_type(stand) or not stand.plan.may_sign:
        return frozenset()
    laws = [directory.law(key) for key in step.grounds]
    blocks = {block for law in laws for element in law.elements for block in element.block.split("+")}
    blocks |= {section.block for section in letter.sections}
    name_left_out = any(out.code == "name_not_needed" for out in letter.left_out)
    wanted = {"email"}
    if ("signature" in blocks and not name_left_out) or letter.declarations:
        wanted.add("name")
    if any(law.extra.get("letter", {}).get("contact_kinds_all") for law in laws):
        wanted |= {"phone", "post"}
    if "account" in blocks:
        wanted.add("account_there")
    if "residence" in blocks:
        wanted.add("resident")
    return frozenset(wanted)


_PLACES = {
    "US-CA": _("California"),
    "US-TX": _("Texas"),
    "US-NY": _("New York"),
    "CA-BC": _("British Columbia"),
}


def _place(step: Step) -> Words:
    for key in step.grounds:
        place = directory.law(key).jurisdiction
        if place in _PLACES:
            return _PLACES[place]
        if place == "EU":
            return _("the European Union")
        name = next((country.name for country in directory.countries() if country.code == place), "")
        if name:
            return name
    return _("that country")
