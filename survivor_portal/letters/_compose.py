"""Put a letter together from the grounds' own paragraphs and the shared blocks, and check it by structure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from survivor_portal.directory import Law
from survivor_portal.letters._blocks import AFTER, BEFORE
from survivor_portal.letters._case import Case, Outcome, one_line
from survivor_portal.letters._conditions import conditions
from survivor_portal.letters._declarations import declarations
from survivor_portal.letters._facts import Addressee, Facts, Signer
from survivor_portal.letters._letter import Declaration, GroundState, LeftOut, Letter, Missing, Section
from survivor_portal.letters._reading import (
    WHO_ELSE,
    bars,
    blocks_of,
    consent_was_given,
    law_of,
    needed,
    period,
)
from survivor_portal.letters._texts import Request, Texts, texts

QUIET = frozenset({"reported_not_said"})  # not worth a line when nothing asks for the block


def compose(
    grounds: Sequence[str],
    *,
    to: Addressee,
    facts: Facts,
    signer: Signer,
    today: date,
    language: str = "en",
    part: tuple[int, int] = (1, 1),
) -> Letter:
    """One letter that stands on all these laws (keys of the directory), each block once, in one order.

    Never raises for any answers. `ready` only when every required element of every law was placed.
    """
    return compose_from(texts(language), grounds, to=to, facts=facts, signer=signer, today=today, part=part)


def compose_from(
    words: Texts,
    grounds: Sequence[str],
    *,
    to: Addressee,
    facts: Facts,
    signer: Signer,
    today: date,
    part: tuple[int, int] = (1, 1),
) -> Letter:
    """The same with given words (tests take a line away and see what breaks)."""
    laws = tuple(law_of(key) for key in dict.fromkeys(grounds))
    asked = {law.key: words.request(law.key) for law in laws}
    barred = {law.key: _bars(law, asked[law.key], facts, signer) for law in laws}
    # What the answers contradict is not said: neither the law's name nor the blocks only it asks for.
    standing = tuple(law for law in laws if not set(barred[law.key]) - WHO_ELSE)
    listed = _listed(standing, asked, facts, to)
    case = Case(
        facts,
        signer,
        to,
        today,
        words,
        standing,
        required=frozenset(block for law in standing for e in needed(law, facts) for block in blocks_of(e)),
        named="signature" in listed,
    )
    placed = {name: block(case) for name, block in (BEFORE | AFTER).items() if name in listed}
    own = {law.key: _own(law, asked[law.key], facts, to, words) for law in standing}
    states = tuple(_state(law, case, placed, own, barred[law.key]) for law in laws)
    return Letter(
        subject=subject(case, part),
        sections=_sections(case, placed, own, asked, part) if standing else (),
        states=states,
        declarations=declarations_for([law.key for law in standing], facts, to=to, words=words),
        left_out=_left_out(case, placed, barred),
        ready=bool(states) and all(state.ready for state in states),
    )


def _bars(law: Law, request: Request | None, facts: Facts, signer: Signer) -> tuple[str, ...]:
    found = bars(law, facts, signer)
    return found if request is not None else (*found, "law_has_no_letter")


def declarations_for(
    grounds: Sequence[str], facts: Facts, *, to: Addressee | None = None, words: Texts | None = None
) -> tuple[Declaration, ...]:
    """The statements the signer would make in a letter on these grounds: those the answers do not contradict,
    each with its exact text. Show them, ask for each; nothing is ticked beforehand."""
    words = words or texts()
    laws = tuple(law_of(key) for key in dict.fromkeys(grounds))
    asked = {law.key: words.request(law.key) for law in laws}
    listed = _listed(laws, asked, facts, to or Addressee(""))
    return declarations(listed, facts, words, laws)


def _listed(
    laws: Sequence[Law], asked: dict[str, Request | None], facts: Facts, to: Addressee
) -> frozenset[str]:
    return frozenset(
        block
        for law in laws
        if (request := asked[law.key]) is not None
        for block in request.blocks(conditions(facts, to, law))
    )


def _own(law: Law, request: Request | None, facts: Facts, to: Addressee, words: Texts) -> str:
    if request is None:
        return ""
    fill = {"to": one_line(to.name), "clock": words.period(period(law.clock))}
    return "\n".join(text.format_map(fill) for text in request.own(conditions(facts, to, law)))


def _state(
    law: Law, case: Case, placed: dict[str, Outcome], own: dict[str, str], barred: tuple[str, ...]
) -> GroundState:
    missing = [Missing("", "", code) for code in barred]
    for element in needed(law, case.facts) if law in case.laws else ():
        for block in blocks_of(element):
            code = _lacks(block, law, placed, own)
            if code:
                missing.append(Missing(element.key, block, code))
    return GroundState(law.key, not missing, tuple(missing))


def _lacks(block: str, law: Law, placed: dict[str, Outcome], own: dict[str, str]) -> str:
    """Why a required block does not stand in the letter, as a code; "" when it does or is not needed."""
    if block == "ground":
        return "" if own[law.key] else "block_not_written"
    outcome = placed.get(block)
    if outcome is None:
        return "block_not_written"
    return "" if outcome.placed or outcome.needless else outcome.code


def _sections(
    case: Case,
    placed: dict[str, Outcome],
    own: dict[str, str],
    asked: dict[str, Request | None],
    part: tuple[int, int],
) -> tuple[Section, ...]:
    found = [Section("opening", "", _opening(case, asked, part), True)]
    found += [_section(case, name, placed[name]) for name in BEFORE if name in placed]
    found += [
        Section(f"ground:{law.key}", _name(law, asked), own[law.key], True)
        for law in case.laws
        if own[law.key]
    ]
    found += [_section(case, name, placed[name]) for name in AFTER if name in placed]
    return tuple(section for section in found if section.placed or section.text)


def _section(case: Case, name: str, outcome: Outcome) -> Section:
    """A line to fill in by hand stands only where a law asks for the block."""
    text = outcome.text if outcome.placed or name in case.required else ""
    return Section(name, case.texts.heading(name), text, outcome.placed)


def _name(law: Law, asked: dict[str, Request | None]) -> str:
    request = asked[law.key]
    return request.heading if request is not None and request.heading else law.short_name


def _opening(case: Case, asked: dict[str, Request | None], part: tuple[int, int]) -> str:
    names = "; ".join(_name(law, asked) for law in case.laws)
    variant = "body" if case.to.is_public_body else "platform"
    text = case.say(
        "opening",
        variant,
        subject=subject(case, part),
        to=one_line(case.to.name),
        date=case.texts.day(case.signer.signed_on or case.today),
        grounds=names,
    )
    if part[1] > 1:
        text += "\n" + case.say("opening", "part", part=str(part[0]), parts=str(part[1]))
    return text


def subject(case: Case, part: tuple[int, int]) -> str:
    """What stands in the subject line: the kind of content, never a name."""
    facts = case.facts
    kind = "minor" if facts.minor else "withdrawn" if consent_was_given(facts) else "adult"
    if [law.key for law in case.laws] == ["us-dmca"]:
        words = case.say("subject", "copyright")
    elif not facts.items and facts.happened.value != "posted":
        words = case.say("subject", "threat")
    else:
        words = case.say("subject", f"body_{kind}" if case.to.is_public_body else kind)
    if part[1] > 1:
        words = case.say("subject", "part", subject=words, part=str(part[0]), parts=str(part[1]))
    return words


def _left_out(
    case: Case, placed: dict[str, Outcome], barred: dict[str, tuple[str, ...]]
) -> tuple[LeftOut, ...]:
    found = [LeftOut(f"ground:{key}", code) for key, codes in barred.items() for code in codes]
    found += [
        LeftOut(name, outcome.code)
        for name, outcome in placed.items()
        if outcome.code and not (outcome.code in QUIET and name not in case.required)
    ]
    if "process" in placed and not case.to.process_known and not case.to.is_public_body:
        found.append(LeftOut("process", "no_process_found"))
    return tuple(found)
