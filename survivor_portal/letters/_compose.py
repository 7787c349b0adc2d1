"""Put a letter together from the grounds' own paragraphs and the shared blocks, and check it by structure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from survivor_portal.directory import Law
from survivor_portal.letters._blocks import AFTER, BEFORE, DECLARATIONS, Case, Outcome, day, declared, one_line
from survivor_portal.letters._conditions import conditions
from survivor_portal.letters._facts import Addressee, Facts, Signer
from survivor_portal.letters._letter import Declaration, GroundState, LeftOut, Letter, Missing, Section
from survivor_portal.letters._reading import bars, blocks_of, clock_words, consent_was_given, law_of, needed
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
    listed = _listed(laws, asked, facts, to)
    case = Case(
        facts,
        signer,
        to,
        today,
        words,
        laws,
        required=frozenset(block for law in laws for e in needed(law, facts) for block in blocks_of(e)),
        named="signature" in listed,
    )
    placed = {name: block(case) for name, block in (BEFORE | AFTER).items() if name in listed}
    own = {law.key: _own(law, asked[law.key], facts, to, words) for law in laws}
    states = tuple(_state(law, case, placed, own, asked[law.key]) for law in laws)
    return Letter(
        subject=subject(case, part),
        sections=_sections(case, placed, own, asked, part),
        states=states,
        declarations=declarations_for(grounds, facts, to=to, words=words),
        left_out=_left_out(case, placed),
        ready=bool(states) and all(state.ready for state in states),
    )


def declarations_for(
    grounds: Sequence[str], facts: Facts, *, to: Addressee | None = None, words: Texts | None = None
) -> tuple[Declaration, ...]:
    """The statements the signer would make in a letter on these grounds: those the answers do not contradict,
    each with its exact text. Show them, ask for each; nothing is ticked beforehand."""
    words = words or texts()
    laws = tuple(law_of(key) for key in dict.fromkeys(grounds))
    asked = {law.key: words.request(law.key) for law in laws}
    listed = _listed(laws, asked, facts, to or Addressee(""))
    found = []
    for key in DECLARATIONS:
        text, plain, _ = declared(key, facts, words, laws) if key in listed else ("", "", "")
        if text:
            found.append(Declaration(key, text, plain))
    return tuple(found)


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
    if request is None or not law.may_be_cited:
        return ""
    fill = {"to": one_line(to.name), "clock": clock_words(law.clock)}
    return "\n".join(text.format_map(fill) for text in request.own(conditions(facts, to, law)))


def _state(
    law: Law, case: Case, placed: dict[str, Outcome], own: dict[str, str], request: Request | None
) -> GroundState:
    missing = [Missing("", "", code) for code in bars(law, case.facts, case.signer)]
    if request is None:
        missing.append(Missing("", "", "law_has_no_letter"))
    for element in needed(law, case.facts):
        for block in blocks_of(element):
            if block == "ground":
                if not own[law.key]:
                    missing.append(Missing(element.key, block, "block_not_written"))
                continue
            outcome = placed.get(block)
            if outcome is None:
                missing.append(Missing(element.key, block, "block_not_written"))
            elif not outcome.placed and not outcome.needless:
                missing.append(Missing(element.key, block, outcome.code))
    return GroundState(law.key, not missing, tuple(missing))


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
        Section(f"ground:{law.key}", _name(law, asked), own[law.key], True) for law in case.laws if own[law.key]
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
    names = "; ".join(_name(law, asked) for law in case.laws if law.may_be_cited)
    variant = "body" if case.to.is_public_body else "platform"
    text = case.say(
        "opening",
        variant,
        subject=subject(case, part),
        to=one_line(case.to.name),
        date=day(case.signer.signed_on or case.today),
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


def _left_out(case: Case, placed: dict[str, Outcome]) -> tuple[LeftOut, ...]:
    found = [
        LeftOut(name, outcome.code)
        for name, outcome in placed.items()
        if outcome.code and not (outcome.code in QUIET and name not in case.required)
    ]
    if "process" in placed and not case.to.process_known and not case.to.is_public_body:
        found.append(LeftOut("process", "no_process_found"))
    return tuple(found)


