"""The statements a signer makes: which fit the answers, and when they may stand in a letter."""

from __future__ import annotations

from collections.abc import Callable

from survivor_portal.directory import Age, Law, Maker, Picture
from survivor_portal.letters._case import NEEDLESS, Case, Outcome, may_not_sign, one_line, out, placed
from survivor_portal.letters._facts import Facts
from survivor_portal.letters._letter import Declaration
from survivor_portal.letters._reading import consent_was_given, teen_decides
from survivor_portal.letters._texts import Texts

DECLARATIONS = ("belief", "intimate", "accurate", "perjury", "authority")


def declarations(
    listed: frozenset[str], facts: Facts, texts: Texts, laws: tuple[Law, ...] = ()
) -> tuple[Declaration, ...]:
    """Those of the listed blocks that are statements and that the answers do not contradict."""
    found = []
    for key in DECLARATIONS:
        text, plain, _ = declared(key, facts, texts, laws) if key in listed else ("", "", "")
        if text:
            found.append(Declaration(key, text, plain))
    return tuple(found)


def declared(key: str, facts: Facts, texts: Texts, laws: tuple[Law, ...] = ()) -> tuple[str, str, str]:
    """(text, plain sentence, "") of a declaration in this case, or ("", "", code) when the answers speak
    against it; all empty when nobody needs to say it."""
    voice = facts.capacity
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
    if key == "authority" and (
        voice == "self" or (voice == "parent" and not any(teen_decides(law, facts) for law in laws))
    ):
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


def declaration(key: str) -> Callable[[Case], Outcome]:
    def place(case: Case) -> Outcome:
        text, _, code = declared(key, case.facts, case.texts, case.laws)
        if code:
            return out(code)
        if not text:
            return NEEDLESS
        if key != "authority" and key != "accurate" and not case.authority_given:
            return out("authority_not_confirmed")
        if key not in case.signer.confirmed:
            return out("not_confirmed")
        if case.named and not one_line(case.signer.name):
            return out("no_name")
        return placed(text)

    return place
