"""What comes out: a letter, what stands in it, and what each law still misses."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Section:
    """One block as it stands in the letter. `placed` False: a line to be filled in by hand, or nothing."""

    block: str
    heading: str
    text: str
    placed: bool


@dataclass(frozen=True, slots=True)
class Missing:
    """A required element that is not there. Without element and block: the law itself does not fit."""

    element_key: str
    block: str
    code: str


@dataclass(frozen=True, slots=True)
class GroundState:
    """Is the letter a valid request under this law, and if not, what is missing?"""

    law: str
    ready: bool
    missing: tuple[Missing, ...] = ()


@dataclass(frozen=True, slots=True)
class Declaration:
    """A statement the signer makes: the exact text of the letter and one plain sentence that explains it."""

    key: str
    text: str
    plain: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A block that is not in the letter, and why."""

    block: str
    code: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A whole letter. Who shows `text` shows all of it: it is what leaves."""

    subject: str
    sections: tuple[Section, ...]
    states: tuple[GroundState, ...] = ()
    declarations: tuple[Declaration, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    ready: bool = False

    @property
    def text(self) -> str:
        parts = [
            f"{section.heading}\n{section.text}" if section.heading else section.text
            for section in self.sections
            if section.text
        ]
        return "\n\n".join(parts) + "\n"

    def section(self, block: str) -> Section | None:
        """The section of that block, if the letter has one."""
        return next((section for section in self.sections if section.block == block), None)
