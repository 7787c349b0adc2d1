"""Texts for desks that are no ground of law: hotlines, police, search engines, hosts, schools."""

from __future__ import annotations

from datetime import date

from survivor_portal.directory import Asker
from survivor_portal.letters._blocks import AFTER, BEFORE
from survivor_portal.letters._case import Case, Outcome, one_line
from survivor_portal.letters._conditions import conditions
from survivor_portal.letters._declarations import declarations
from survivor_portal.letters._facts import Addressee, Facts, Signer
from survivor_portal.letters._letter import LeftOut, Letter, Section
from survivor_portal.letters._reading import law_of, period
from survivor_portal.letters._texts import texts

# What each text cannot do without. Everything else in it is left out when the answers lack it.
REQUIRED: dict[str, frozenset[str]] = {
    "cybertip": frozenset({"items"}),
    "hotline": frozenset({"items"}),
    "police": frozenset({"items"}),
    "search": frozenset({"items", "accurate"}),
    "host": frozenset({"items", "accurate"}),
    "cdn": frozenset({"items", "accurate"}),
    "registrar": frozenset({"items", "accurate"}),
    "owner": frozenset({"items"}),
    "school": frozenset(),
    "threat": frozenset({"items"}),
    "ftc": frozenset({"items", "breach"}),
}
# Anybody may tell a hotline; everything else is said for the person shown.
OPEN_TO_ALL = frozenset({"cybertip", "hotline"})


def service_text(
    kind: str,
    *,
    to: Addressee,
    facts: Facts,
    signer: Signer,
    today: date,
    language: str = "en",
    part: tuple[int, int] = (1, 1),
) -> Letter:
    """The text for one desk (a key of REQUIRED), without any state of law. Hosts, networks and registrars
    never get a name. Raises KeyError for a kind nobody knows, never for any answers."""
    words = texts(language)
    asked = words.service(kind)
    required = REQUIRED[kind]
    if asked is None:
        raise KeyError(kind)
    law = law_of("us-tida") if kind == "ftc" else None
    true = conditions(facts, to, law)
    listed = frozenset(asked.blocks(true))
    case = Case(
        facts, signer, to, today, words, (), required, "signature" in listed, before_all=kind in _THREATS
    )
    placed = {name: block(case) for name, block in (BEFORE | AFTER).items() if name in listed}
    # A friend who tells a hotline needs no word about signing.
    silent = {"reported_not_said", *(("friend_no_letter",) if kind in OPEN_TO_ALL else ())}
    left_out = [
        LeftOut(name, outcome.code)
        for name, outcome in placed.items()
        if outcome.code and outcome.code not in silent
    ]
    barred = facts.asker is Asker.FRIEND and kind not in OPEN_TO_ALL
    if barred:
        left_out.append(LeftOut("", "friend_no_letter"))
    fill = {
        "to": one_line(to.name),
        "platforms": platforms_of(facts) or one_line(to.name),
        "clock": words.period(period(law.clock)) if law else "",
    }
    own = "\n\n".join(text.format_map(fill) for text in asked.own(true))
    subject = asked.heading
    if part[1] > 1:
        subject = case.say("subject", "part", subject=subject, part=str(part[0]), parts=str(part[1]))
    opening = case.say("opening", "service", subject=subject, to=one_line(to.name), date=words.day(today))
    sections = [
        Section("opening", "", opening, True),
        Section(f"service:{kind}", "", own, True),
        *(_section(case, name, outcome) for name, outcome in placed.items()),
    ]
    met = all(name in placed and (placed[name].placed or placed[name].needless) for name in required)
    return Letter(
        subject=subject,
        sections=tuple(section for section in sections if section.placed or section.text),
        declarations=declarations(listed, facts, words),
        left_out=tuple(left_out),
        ready=met and not barred,
    )


_THREATS = frozenset({"cybertip", "hotline", "police", "threat"})  # may be told before anything is out


def _section(case: Case, name: str, outcome: Outcome) -> Section:
    text = outcome.text if outcome.placed or name in case.required or name == "signature" else ""
    return Section(name, case.texts.heading(name), text, outcome.placed)


def platforms_of(facts: Facts) -> str:
    """The names of the platforms the items are on, once each."""
    return ", ".join(dict.fromkeys(name for item in facts.items if (name := one_line(item.platform))))
