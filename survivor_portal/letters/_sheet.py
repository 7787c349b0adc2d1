"""A form sheet: every field of a platform's form with its answer, in the form's own order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from survivor_portal import directory, links
from survivor_portal.directory import Ask, Channel
from survivor_portal.letters._case import one_line
from survivor_portal.letters._facts import Facts, Item, Signer
from survivor_portal.letters._letter import Letter


@dataclass(frozen=True, slots=True)
class FormField:
    """One field: the form's own words, our word, the answer to copy. `missing`: the form wants it and we have
    nothing. `note_code`: a sentence of CODES to show beside it, "" for none."""

    words: str
    what: Ask
    answer: str
    missing: bool = False
    note_code: str = ""


@dataclass(frozen=True, slots=True)
class FormSheet:
    fields: tuple[FormField, ...]


@dataclass(frozen=True, slots=True)
class _Source:
    letter: Letter
    facts: Facts
    signer: Signer

    def placed(self, *blocks: str) -> str:
        """The words of the first of these blocks that stands in the letter."""
        for block in blocks:
            section = self.letter.section(block)
            if section is not None and section.placed:
                return section.text
        return ""

    def all_placed(self, *blocks: str) -> str:
        return "\n".join(text for block in blocks if (text := self.placed(block)))

    @property
    def named(self) -> bool:
        return self.letter.section("signature") is not None


Answer = tuple[str, bool, str]  # answer, missing, note


def form_sheet(channel: Channel, letter: Letter, *, facts: Facts, signer: Signer) -> FormSheet:
    """Answers for what the channel asks for, taken from the letter where it has them. No field ever holds
    what the letter left out: an unconfirmed statement, a name the letter does not need, an ID."""
    source = _Source(letter, facts, signer)
    return FormSheet(
        tuple(FormField(asked.words, asked.what, *_FIELDS[asked.what](source)) for asked in channel.asks_for)
    )


def _text(text: str) -> Answer:
    return (text, False, "") if text else ("", True, "sheet_not_said")


def _block(*blocks: str) -> Callable[[_Source], Answer]:
    return lambda source: _text(source.placed(*blocks))


def _declared(*blocks: str) -> Callable[[_Source], Answer]:
    def answer(source: _Source) -> Answer:
        text = source.placed(*blocks)
        if text:
            return text, False, ""
        codes = {left.block: left.code for left in source.letter.left_out}
        code = next((codes[block] for block in blocks if block in codes), "sheet_yours")
        return "", True, code

    return answer


def _note(code: str) -> Callable[[_Source], Answer]:
    return lambda source: ("", False, code)


def _lines(read: Callable[[Item], str]) -> Callable[[_Source], Answer]:
    def answer(source: _Source) -> Answer:
        found = (one_line(read(item)) for item in source.facts.items)
        return _text("\n".join(dict.fromkeys(text for text in found if text)))

    return answer


def _place(item: Item) -> str:
    """The link, or what leads to the item where there is none."""
    return item.link.strip() or "; ".join(
        part for part in (item.account, item.where, item.when) if part.strip()
    )


def _category(source: _Source) -> Answer:
    return source.letter.subject.split(":")[0], False, "sheet_choose"


def _law(source: _Source) -> Answer:
    return _text("; ".join(s.heading for s in source.letter.sections if s.block.startswith("ground:")))


def _reason(source: _Source) -> Answer:
    grounds = [s.text for s in source.letter.sections if s.block.startswith(("ground:", "service:"))]
    return _text("\n".join(grounds))


def _description(source: _Source) -> Answer:
    """Who, what age, no consent, made how. Never what is to be seen."""
    return _text(source.all_placed("shown", "age", "consent", "realistic", "earlier"))


def _no_consent(source: _Source) -> Answer:
    if source.facts.minor and not source.placed("belief"):
        return _text(source.placed("intimate", "knowledge", "age"))
    return _declared("belief", "intimate", "consent")(source)


def _perjury(source: _Source) -> Answer:
    if source.facts.minor:
        return "", False, "never_for_minors"
    text = source.placed("perjury")
    return text, not text, "sheet_perjury"


def _name(source: _Source) -> Answer:
    if not source.named:
        return "", False, "name_not_needed"
    name = one_line(source.signer.name)
    return (name, False, "") if name else ("", True, "no_name")


def _contact(kind: str) -> Callable[[_Source], Answer]:
    def answer(source: _Source) -> Answer:
        contacts = dict(reversed(source.signer.contacts))
        text = one_line(contacts.get(kind, ""))
        return (
            (text, False, "")
            if text
            else ("", kind == "email", "no_contact" if kind == "email" else "sheet_not_said")
        )

    return answer


def _any_contact(source: _Source) -> Answer:
    """One way to answer is enough; a second is nobody's business."""
    text = next((one_line(text) for _, text in source.signer.contacts), "")
    return (text, False, "") if text else ("", True, "no_contact")


def _country(source: _Source) -> Answer:
    code = source.facts.country
    return _text(next((country.name for country in directory.countries() if country.code == code), ""))


def _identity(source: _Source) -> Answer:
    return "", False, "sheet_identity_minor" if source.facts.minor else "sheet_identity_proof"


def _ticket(source: _Source) -> Answer:
    text = one_line(source.facts.ticket)
    return text, False, "" if text else "sheet_no_ticket"


_FIELDS: Mapping[Ask, Callable[[_Source], Answer]] = {
    Ask.LINKS: _lines(_place),
    Ask.ACCOUNT: _lines(lambda item: item.account),
    Ask.WHEN: _lines(lambda item: item.when),
    Ask.DESCRIPTION: _description,
    Ask.CATEGORY: _category,
    Ask.REASON: _reason,
    Ask.LAW: _law,
    Ask.RELATION: _block("shown"),
    Ask.AGE: _block("age"),
    Ask.NO_CONSENT: _no_consent,
    Ask.GOOD_FAITH: _declared("accurate", "belief", "perjury"),
    Ask.ACCURACY: _declared("accurate", "perjury"),
    Ask.PERJURY: _perjury,
    Ask.SIGNATURE: _declared("signature"),
    Ask.NAME: _name,
    Ask.EMAIL: _contact("email"),
    Ask.CONTACT: _any_contact,
    Ask.POSTAL: _contact("post"),
    Ask.COUNTRY: _country,
    Ask.DOMAIN: _lines(lambda item: links.parse(item.link).host if item.link.strip() else ""),
    Ask.IP_ADDRESS: _note("sheet_not_said"),
    Ask.AUTHORITY: _declared("authority", "shown"),
    Ask.IDENTITY_PROOF: _identity,
    Ask.FACE_PICTURE: _note("sheet_face_picture"),
    Ask.EVIDENCE: _note("sheet_no_evidence"),
    Ask.WORK: _block("work"),
    Ask.TICKET: _ticket,
    Ask.INSTRUCTION: _note("sheet_choose"),
    Ask.OTHER: _note("sheet_yours"),
}
