"""Each shared block: from the answers to its words, or to the reason why it is not there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from survivor_portal import directory
from survivor_portal.directory import Law
from survivor_portal.directory import Age, Asker, Happened, Maker, Picture, Reported
from survivor_portal.letters._facts import Addressee, Facts, Item, Signer
from survivor_portal.letters._reading import consent_was_given, reading, teen_decides
from survivor_portal.letters._texts import Texts

MONTHS = (
    "January February March April May June July August September October November December".split()
)
EARLIER_ANSWERS = (Reported.SILENT, Reported.REFUSED, Reported.ASKED_MORE, Reported.PARTLY)


@dataclass(frozen=True, slots=True)
class Case:
    """All a block may look at."""

    facts: Facts
    signer: Signer
    to: Addressee
    today: date
    texts: Texts
    laws: tuple[Law, ...] = ()
    required: frozenset[str] = frozenset()
    named: bool = True  # does anything in this letter call for a name?

    @property
    def voice(self) -> str:
        """self | parent | advocate, for the choice of a variant."""
        return "self" if self.facts.capacity in ("self", "friend") else self.facts.capacity

    @property
    def authority_given(self) -> bool:
        return self.facts.capacity != "advocate" or "authority" in self.signer.confirmed

    def say(self, block: str, variant: str, **fill: str) -> str:
        return self.texts.block(block, variant).format_map(fill)


@dataclass(frozen=True, slots=True)
class Outcome:
    """`placed` with words; or not, with a code and perhaps a line to fill in by hand; `needless` when the case
    has no use for the block, which satisfies whoever asked for it."""

    placed: bool
    text: str = ""
    code: str = ""
    needless: bool = False


NEEDLESS = Outcome(False, needless=True)


def _placed(text: str) -> Outcome:
    return Outcome(True, text)


def _out(code: str, blank: str = "") -> Outcome:
    return Outcome(False, blank, code)


def one_line(text: str) -> str:
    """Typed text as one printable line: no control characters, no runs of blanks."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def day(moment: date) -> str:
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"


def may_not_sign(facts: Facts) -> str:
    """Why nobody here may sign or declare, as a code; "" when the asker may."""
    if facts.asker is Asker.FRIEND:
        return "friend_no_letter"
    if facts.asker is Asker.PARENT and facts.home_safe is False:
        return "home_not_safe"
    if facts.asker is Asker.SELF and facts.too_young:
        return "under_13_with_adult"
    return ""


def _items(case: Case) -> Outcome:
    usable = [item for item in case.facts.items if item.can_be_found]
    threatened = case.facts.happened is not Happened.POSTED
    if not usable:
        if threatened and case.laws and all(law.match.before_publication for law in case.laws):
            return _placed(case.say("items", "threat"))
        code = "nothing_posted" if case.facts.happened is Happened.THREAT else "no_items"
        return _out(code, case.say("items", "blank"))
    text = "\n".join(_item_line(case, item) for item in usable)
    if any(reading(law).get("links_only", False) for law in case.laws) and not any(i.link.strip() for i in usable):
        return _out("link_needed", text)
    return _placed(text)


def _item_line(case: Case, item: Item) -> str:
    number = str(item.number)
    link = one_line(item.link)
    parts = [case.say("items", "link", number=number, link=link) if link else case.say("items", "no_link", number=number)]
    if case.to.kind not in ("platform", "owner"):
        parts += [case.say("items", "platform", text=one_line(item.platform))] if item.platform.strip() else []
    for name in ("account", "when", "where"):
        if text := one_line(getattr(item, name)):
            parts.append(case.say("items", name, text=text))
    return "; ".join(parts)


def _shown(case: Case) -> Outcome:
    if case.facts.asker is Asker.FRIEND:
        return _out("friend_no_letter")
    if not case.authority_given:
        return _out("authority_not_confirmed")
    return _placed(case.say("shown", case.voice))


def _age(case: Case) -> Outcome:
    facts = case.facts
    if not facts.minor:
        return NEEDLESS
    band = facts.age_then.value
    own = case.say("age", f"self_{band}" if case.voice == "self" else band)
    return _placed(case.say("age", case.voice, band=own))


def _residence(case: Case) -> Outcome:
    if case.signer.resident is False:
        return _out("residence_needed")
    places = [place for law in case.laws if _asks(law, "residence") for place in [_place(law, case)] if place]
    wanted = [law for law in case.laws if _asks(law, "residence")]
    if not wanted or len(places) < len(wanted):
        return _out("residence_needed")
    return _placed(case.say("residence", case.voice, place=", ".join(dict.fromkeys(places))))


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
    return _placed(case.say("account", case.voice)) if case.signer.account_there else _out("account_needed")


def _work(case: Case) -> Outcome:
    if case.facts.minor:
        return _out("never_for_minors")
    if case.facts.maker is not Maker.SHOWN or case.voice == "parent":
        return _out("not_the_maker")
    return _placed(case.say("work", case.voice))


def _consent(case: Case) -> Outcome:
    if case.facts.minor:
        return NEEDLESS
    if case.facts.consent is None:
        return _out("consent_not_said")
    voice = "self" if case.voice == "self" else "advocate"
    return _placed(case.say("consent", f"{case.facts.consent.value}_{voice}"))


def _realistic(case: Case) -> Outcome:
    if case.facts.picture is Picture.DRAWN:
        return _out("drawn_not_covered")
    if case.facts.picture not in (Picture.AI, Picture.EDITED):
        return NEEDLESS
    return _placed(case.say("realistic", "text"))


def _knowledge(case: Case) -> Outcome:
    if not case.facts.minor:
        return _out("law_not_for_this_age")
    words = case.say("knowledge", "unsure" if case.facts.age_then is Age.NOT_SURE else "sure")
    return _placed(f"{words} {case.say('knowledge', 'forced')}" if case.facts.forced else words)


def declared(key: str, facts: Facts, texts: Texts, laws: tuple[Law, ...] = ()) -> tuple[str, str, str]:
    """(text, plain sentence, "") of a declaration in this case, or ("", "", code) when the answers speak
    against it; all empty when nobody needs to say it."""
    voice = "self" if facts.capacity in ("self", "friend") else facts.capacity
    if code := may_not_sign(facts):
        return "", "", code
    if key in ("belief", "intimate") and consent_was_given(facts):
        return "", "", "consent_was_given"
    if key in ("belief", "intimate") and facts.picture is Picture.DRAWN:
        return "", "", "drawn_not_covered"
    if key == "perjury" and facts.minor:
        return "", "", "never_for_minors"
    if key == "perjury" and (facts.maker is not Maker.SHOWN or voice == "parent"):
        return "", "", "not_the_maker"
    if key == "authority" and (voice == "self" or (voice == "parent" and not any(teen_decides(law, facts) for law in laws))):
        return "", "", ""
    return *_declaration_words(key, facts, texts, voice), ""


def _declaration_words(key: str, facts: Facts, texts: Texts, voice: str) -> tuple[str, str]:
    if key == "accurate":
        return texts.block(key, "text"), texts.block(key, "plain")
    if key == "intimate":
        return texts.block(key, voice), texts.block(key, "plain")
    if key != "belief":
        return texts.block(key, voice), texts.block(key, f"plain_{voice}")
    plain = "young" if facts.too_young and voice != "self" else voice
    words = [texts.block(key, _belief_variant(facts, voice))]
    if facts.picture in (Picture.AI, Picture.EDITED):
        words.append(texts.block(key, "made"))
    if facts.forced:
        words.append(texts.block(key, "forced"))
    return " ".join(words), texts.block(key, f"plain_{plain}")


def _belief_variant(facts: Facts, voice: str) -> str:
    if voice == "parent":
        return "parent_young" if facts.too_young else "parent"
    if voice == "advocate":
        return "advocate_young" if facts.too_young else "advocate_minor" if facts.minor else "advocate_adult"
    if facts.age_then is Age.NOT_SURE:
        return "self_unsure"
    return "self_minor" if facts.minor else "self_adult"


def _declaration(key: str) -> Callable[[Case], Outcome]:
    def place(case: Case) -> Outcome:
        text, _, code = declared(key, case.facts, case.texts, case.laws)
        if code:
            return _out(code)
        if not text:
            return NEEDLESS
        if key != "authority" and key != "accurate" and not case.authority_given:
            return _out("authority_not_confirmed")
        if key not in case.signer.confirmed:
            return _out("not_confirmed")
        if case.named and not one_line(case.signer.name):
            return _out("no_name")
        return _placed(text)

    return place


def _process(case: Case) -> Outcome:
    if case.to.is_public_body:
        return _placed(case.say("process", "body"))
    return _placed(case.say("process", "platform" if case.to.process_known else "none"))


def _earlier(case: Case) -> Outcome:
    reported = case.facts.reported
    if reported is None:
        return _out("reported_not_said")
    if reported is Reported.NOT_YET and "earlier" not in case.required:
        return NEEDLESS
    words = [case.say("earlier", reported.value)]
    if reported is not Reported.NOT_YET:
        for name in ("told_on", "ticket", "answer"):
            if text := one_line(getattr(case.facts, name)):
                words.append(case.say("earlier", name, text=text))
    return _placed("\n".join(words))


def _breach(case: Case) -> Outcome:
    facts = case.facts
    if facts.reported not in EARLIER_ANSWERS:
        return _out("not_reported_yet")
    line = case.say("breach", "blank")
    told, ticket = one_line(facts.told_on), one_line(facts.ticket)
    words = [
        case.say("breach", "told", told_on=told or line, ticket=ticket or line),
        case.say("breach", facts.reported.value),
    ]
    if answer := one_line(facts.answer):
        words.append(case.say("breach", "answer", text=answer))
    text = "\n".join(words)
    return _placed(text) if told or ticket else _out("report_day_missing", text)


def _withheld(case: Case) -> Outcome:
    return _placed(case.say("withheld", "text"))


def _asks_lines(case: Case) -> Outcome:
    if case.to.is_public_body:
        names = ["body_act", "body_order", "body_identity", "no_image", "body_confirm"]
    else:
        names = ["remove", "copies", "preserve"]
        names += ["ncmec"] if case.facts.minor else []
        names += ["others"] if any(law.key == "eu-gdpr-17" for law in case.laws) else []
        names += ["identity", "no_image", "confirm"]
    return _placed("\n".join(f"- {case.say('asks', name)}" for name in names))


def _contact(case: Case) -> Outcome:
    if code := may_not_sign(case.facts):
        return _out(code, "" if code == "friend_no_letter" else case.say("contact", "blank_email"))
    wanted = {kind for law in case.laws for kind in reading(law).get("contact_kinds_all", ())}
    allowed = [frozenset(kinds) for law in case.laws if (kinds := reading(law).get("contact_kinds")) and _counts(law, case)]
    have = {kind: text for kind, text in reversed(case.signer.contacts)}
    lines = [case.say("contact", kind, text=one_line(text)) for kind, text in case.signer.contacts if kind in KINDS]
    lines += [case.say("contact", f"blank_{kind}") for kind in KINDS if kind in wanted - set(have)]
    if wanted - set(have):
        return _out("all_contacts_needed", "\n".join(lines))
    if not lines:
        return _out("no_contact", case.say("contact", "blank_email"))
    if any(not kinds & set(have) for kinds in allowed):
        return _out("email_needed", "\n".join([*lines, case.say("contact", "blank_email")]))
    if not case.to.is_public_body:
        lines.append(case.say("contact", "only"))
    return _placed("\n".join(lines))


KINDS = ("email", "phone", "post")


def _counts(law: Law, case: Case) -> bool:
    """Does this law ask for a contact in this case? (Article 16 DSA does not for pictures of children.)"""
    spared = reading(law).get("not_for_minors", ()) if case.facts.minor else ()
    return any("contact" in e.block.split("+") and e.required and e.key not in spared for e in law.elements)


def _signature(case: Case) -> Outcome:
    if not case.named:
        return _out("name_not_needed")
    blank = case.say("signature", "blank")
    if code := may_not_sign(case.facts):
        return _out(code, "" if code == "friend_no_letter" else blank)
    if not case.authority_given:
        return _out("authority_not_confirmed", blank)
    name = one_line(case.signer.name)
    if not name:
        return _out("no_name", blank)
    lines = [
        case.say("signature", "signed", name=name),
        case.say("signature", case.voice),
        case.say("signature", "date", date=day(case.signer.signed_on or case.today)),
    ]
    return _placed("\n".join(lines))


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
    "belief": _declaration("belief"),
    "intimate": _declaration("intimate"),
    "accurate": _declaration("accurate"),
    "perjury": _declaration("perjury"),
    "authority": _declaration("authority"),
    "process": _process,
    "earlier": _earlier,
    "breach": _breach,
    "withheld": _withheld,
    "asks": _asks_lines,
    "contact": _contact,
    "signature": _signature,
}
DECLARATIONS = ("belief", "intimate", "accurate", "perjury", "authority")


