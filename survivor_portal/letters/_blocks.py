"""Each shared block: from the answers to its words, or to the reason why it is not there."""

from __future__ import annotations

from collections.abc import Callable

from survivor_portal import directory
from survivor_portal.directory import Age, Asker, Happened, Law, Maker, Picture, Reported
from survivor_portal.letters._case import NEEDLESS, Case, Outcome, may_not_sign, one_line, out, placed
from survivor_portal.letters._declarations import declaration
from survivor_portal.letters._facts import Item
from survivor_portal.letters._reading import reading

EARLIER_ANSWERS = (Reported.SILENT, Reported.REFUSED, Reported.ASKED_MORE, Reported.PARTLY)


def _items(case: Case) -> Outcome:
    usable = [item for item in case.facts.items if item.can_be_found]
    threatened = case.facts.happened is not Happened.POSTED
    if not usable:
        before = case.before_all or (
            bool(case.laws) and all(law.match.before_publication for law in case.laws)
        )
        if threatened and before:
            return placed(case.say("items", "threat"))
        code = "nothing_posted" if case.facts.happened is Happened.THREAT else "no_items"
        return out(code, case.say("items", "blank"))
    text = "\n".join(_item_line(case, item) for item in usable)
    if any(reading(law).get("links_only", False) for law in case.laws) and not any(
        i.link.strip() for i in usable
    ):
        return out("link_needed", text)
    return placed(text)


def _item_line(case: Case, item: Item) -> str:
    number = str(item.number)
    link = one_line(item.link)
    parts = [
        case.say("items", "link", number=number, link=link)
        if link
        else case.say("items", "no_link", number=number)
    ]
    if case.to.kind not in ("platform", "owner"):
        parts += (
            [case.say("items", "platform", text=one_line(item.platform))] if item.platform.strip() else []
        )
    for name in ("account", "when", "where"):
        if text := one_line(getattr(item, name)):
            parts.append(case.say("items", name, text=text))
    return "; ".join(parts)


def _shown(case: Case) -> Outcome:
    if case.facts.asker is Asker.FRIEND:
        return out("friend_no_letter")
    if not case.authority_given:
        return out("authority_not_confirmed")
    return placed(case.say("shown", _about_a_threat(case) + case.voice))


def _age(case: Case) -> Outcome:
    facts = case.facts
    if not facts.minor:
        return NEEDLESS
    band = facts.age_shown.value
    own = case.say("age", f"self_{band}" if case.voice == "self" else band)
    return placed(case.say("age", _about_a_threat(case) + case.voice, band=own))


def _about_a_threat(case: Case) -> str:
    """With nothing out, the items are accounts or talks, and nobody is shown in them."""
    return "threat_" if case.facts.happened is Happened.THREAT else ""


def _residence(case: Case) -> Outcome:
    if case.signer.resident is False:
        return out("residence_needed")
    wanted = [law for law in case.laws if _asks(law, "residence") or "place" in reading(law)]
    places = [place for law in wanted if (place := _place(law, case))]
    if not wanted or len(places) < len(wanted):
        return out("residence_needed")
    return placed(case.say("residence", case.voice, place=", ".join(dict.fromkeys(places))))


def _asks(law: Law, block: str) -> bool:
    return any(block in element.block.split("+") for element in law.elements)


def _place(law: Law, case: Case) -> str:
    """The place the writer says to live in, when it is the law's; "" when it is not."""
    facts, place = case.facts, law.jurisdiction
    own = str(reading(law).get("place", ""))
    if place == "EU":
        return _country_name(facts.country) if directory.eu_member(facts.country) else ""
    lives_there = place in (facts.country, facts.region)
    return own if lives_there or case.signer.resident is True else ""


def _country_name(code: str) -> str:
    return next((country.name for country in directory.countries() if country.code == code), code)


def _account(case: Case) -> Outcome:
    return placed(case.say("account", case.voice)) if case.signer.account_there else out("account_needed")


def _work(case: Case) -> Outcome:
    if case.facts.minor:
        return out("never_for_minors")
    if case.facts.maker is not Maker.SHOWN or case.voice == "parent":
        return out("not_the_maker")
    return placed(case.say("work", case.voice))


def _consent(case: Case) -> Outcome:
    if case.facts.minor:
        return NEEDLESS
    if case.facts.consent is None:
        return out("consent_not_said")
    voice = "self" if case.voice == "self" else "advocate"
    return placed(case.say("consent", f"{case.facts.consent.value}_{voice}"))


def _realistic(case: Case) -> Outcome:
    if case.facts.picture is Picture.DRAWN:
        return out("drawn_not_covered")
    if case.facts.picture not in (Picture.AI, Picture.EDITED):
        return NEEDLESS
    return placed(case.say("realistic", "text"))


def _knowledge(case: Case) -> Outcome:
    if not case.facts.minor:
        return out("law_not_for_this_age")
    words = case.say("knowledge", "unsure" if case.facts.age_then is Age.NOT_SURE else "sure")
    return placed(f"{words} {case.say('knowledge', 'forced')}" if case.facts.forced else words)


def _process(case: Case) -> Outcome:
    if case.to.is_public_body:
        return placed(case.say("process", "body"))
    return placed(case.say("process", "platform" if case.to.process_known else "none"))


def _earlier(case: Case) -> Outcome:
    reported = case.facts.reported
    if reported is None:
        return out("reported_not_said")
    if reported is Reported.NOT_YET and "earlier" not in case.required:
        return NEEDLESS
    words = [case.say("earlier", reported.value)]
    if reported is not Reported.NOT_YET:
        for name in ("told_on", "ticket", "answer"):
            if text := one_line(getattr(case.facts, name)):
                words.append(case.say("earlier", name, text=text))
    return placed("\n".join(words))


def _breach(case: Case) -> Outcome:
    facts = case.facts
    if facts.reported not in EARLIER_ANSWERS:
        return out("not_reported_yet")
    line = case.say("breach", "blank")
    told, ticket = one_line(facts.told_on), one_line(facts.ticket)
    words = [
        case.say("breach", "told", told_on=told or line, ticket=ticket or line),
        case.say("breach", facts.reported.value),
    ]
    if answer := one_line(facts.answer):
        words.append(case.say("breach", "answer", text=answer))
    text = "\n".join(words)
    return placed(text) if told or ticket else out("report_day_missing", text)


def _withheld(case: Case) -> Outcome:
    return placed(case.say("withheld", "text"))


def _asks_lines(case: Case) -> Outcome:
    if case.to.is_public_body:
        names = ["body_act", "body_order", "body_identity", "no_image", "body_confirm"]
    else:
        names = ["remove", "copies", "preserve"]
        names += ["ncmec"] if case.facts.minor else []
        names += ["others"] if any(law.key == "eu-gdpr-17" for law in case.laws) else []
        names += ["identity", "no_image", "confirm"]
    return placed("\n".join(f"- {case.say('asks', name)}" for name in names))


def _contact(case: Case) -> Outcome:
    """One contact, or as many as a law insists on; never a street or a number just because it is known."""
    if code := may_not_sign(case.facts):
        return out(code, "" if code == "friend_no_letter" else case.say("contact", "blank_email"))
    # Hosts, networks, registrars and owners pass on what they get: at most a mail address.
    possible = KINDS[:1] if not case.laws and case.to.kind in NAMELESS else KINDS
    have = {kind: one_line(text) for kind, text in reversed(case.signer.contacts) if kind in possible}
    first = next((kind for kind, _ in case.signer.contacts if kind in have), "")
    wanted = {kind for law in case.laws for kind in reading(law).get("contact_kinds_all", ())}
    for law in case.laws:
        kinds = reading(law).get("contact_kinds", ())
        if kinds and _counts(law, case) and not {*wanted, first} & set(kinds):
            wanted.add(next((kind for kind in kinds if kind in have), kinds[0]))
    if not wanted and first:
        wanted.add(first)
    lines = [
        case.say("contact", kind, text=have[kind]) if kind in have else case.say("contact", f"blank_{kind}")
        for kind in KINDS
        if kind in wanted
    ]
    if not lines:
        return out("no_contact", case.say("contact", "blank_email"))
    if lacking := wanted - have.keys():
        return out("email_needed" if lacking == {"email"} else "all_contacts_needed", "\n".join(lines))
    if not case.to.is_public_body:
        lines.append(case.say("contact", "only"))
    return placed("\n".join(lines))


KINDS = ("email", "phone", "post")
NAMELESS = ("host", "cdn", "registrar", "owner")


def _counts(law: Law, case: Case) -> bool:
    """Does this law ask for a contact in this case? (Article 16 DSA does not for pictures of children.)"""
    spared = reading(law).get("not_for_minors", ()) if case.facts.minor else ()
    return any("contact" in e.block.split("+") and e.required and e.key not in spared for e in law.elements)


def _signature(case: Case) -> Outcome:
    if not case.named:
        return out("name_not_needed")
    blank = case.say("signature", "blank")
    if code := may_not_sign(case.facts):
        return out(code, "" if code == "friend_no_letter" else blank)
    if not case.authority_given:
        return out("authority_not_confirmed", blank)
    name = one_line(case.signer.name)
    if not name:
        return out("no_name", blank)
    lines = [
        case.say("signature", "signed", name=name),
        case.say("signature", case.voice),
        case.say("signature", "date", date=case.texts.day(case.signer.signed_on or case.today)),
    ]
    return placed("\n".join(lines))


# The one order in which blocks stand, before and after the laws' own paragraphs.
BEFORE: dict[str, Callable[[Case], Outcome]] = {
    "items": _items,
    "shown": _shown,
    "age": _age,
    "residence": _residence,
    "account": _account,
    "work": _work,
    "consent": _consent,
    "realistic": _realistic,
    "knowledge": _knowledge,
}
AFTER: dict[str, Callable[[Case], Outcome]] = {
    "belief": declaration("belief"),
    "intimate": declaration("intimate"),
    "accurate": declaration("accurate"),
    "perjury": declaration("perjury"),
    "authority": declaration("authority"),
    "process": _process,
    "earlier": _earlier,
    "breach": _breach,
    "withheld": _withheld,
    "asks": _asks_lines,
    "contact": _contact,
    "signature": _signature,
}
