"""What a block may look at, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from survivor_portal.directory import Asker, Law
from survivor_portal.letters._facts import Addressee, Facts, Signer
from survivor_portal.letters._texts import Texts


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
    before_all: bool = False  # may be sent on a threat, with nothing published yet

    @property
    def voice(self) -> str:
        """self | parent | advocate, for the choice of a variant."""
        return "advocate" if self.facts.capacity == "friend" else self.facts.capacity

    @property
    def authority_given(self) -> bool:
        return self.facts.capacity != "advocate" or "authority" in self.signer.confirmed

    def say(self, block: str, variant: str, **fill: str) -> str:
        return self.texts.block(block, variant).format_map(fill)


@dataclass(frozen=True, slots=True)
class Outcome:
    """`placed` with words; or not, with a code and perhaps a line to fill in; `needless` when the case
    has no use for the block, which satisfies whoever asked for it."""

    placed: bool
    text: str = ""
    code: str = ""
    needless: bool = False


NEEDLESS = Outcome(False, needless=True)


def placed(text: str) -> Outcome:
    return Outcome(True, text)


def out(code: str, blank: str = "") -> Outcome:
    return Outcome(False, blank, code)


def one_line(text: str) -> str:
    """Typed text as one printable line: no control characters, no runs of blanks."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def may_not_sign(facts: Facts) -> str:
    """Why nobody here may sign or declare, as a code; "" when the asker may."""
    if facts.asker is Asker.FRIEND:
        return "friend_no_letter"
    if facts.asker is Asker.PARENT and facts.home_safe is False:
        return "home_not_safe"
    if facts.asker is Asker.SELF and facts.too_young:
        return "under_13_with_adult"
    return ""
