"""Read the words of letters: shared blocks, each law's own paragraphs, texts for other desks."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from survivor_portal import directory

HERE = Path(__file__).parent
LAWS = directory.DATA / "laws"
REQUEST, NOTE = "request.md", "note.md"  # a note adds paragraphs to another law's letter
CONDITIONS = frozenset(
    {
        "minor",
        "adult",
        "unsure_age",
        "ai",
        "forced",
        "process",
        "clock",
        "withdrawn",
        "threat",
        "published",
        "self",
        "told",
        # only in letters that follow the first one
        "law",
        "request",
        "refused",
        "asked",
        "partly",
        "late",
        "received",
        "ticket",
        "replied",
    }
)
_CONDITION = re.compile(r"\[if ([a-z_ ]+)\]\s*")
_BLOCK = re.compile(r"\[\[([a-z]+)\]\]")


class TextError(ValueError):
    """A text file that cannot be used: which file, and why."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Own words (`text`) or a list of shared blocks (`blocks`), used when all `conditions` hold."""

    conditions: tuple[str, ...]
    text: str
    blocks: tuple[str, ...]

    def holds(self, true: Iterable[str]) -> bool:
        known = frozenset(true)
        return all(
            (word[3:] not in known) if word.startswith("no_") else (word in known) for word in self.conditions
        )


@dataclass(frozen=True, slots=True)
class Request:
    """A text file: its heading, its paragraphs in order."""

    heading: str
    paragraphs: tuple[Paragraph, ...]

    def own(self, true: Iterable[str]) -> tuple[str, ...]:
        known = tuple(true)
        return tuple(part.text for part in self.paragraphs if part.text and part.holds(known))

    def blocks(self, true: Iterable[str]) -> tuple[str, ...]:
        known = tuple(true)
        return tuple(block for part in self.paragraphs if part.holds(known) for block in part.blocks)


@dataclass(frozen=True, slots=True)
class Texts:
    """All words of one language. A block's variant that is missing is an error, never an empty line."""

    language: str
    shared: Mapping[str, Mapping[str, str]]
    laws: Path
    fallback: Path | None = None

    def block(self, name: str, variant: str) -> str:
        return self.shared[name][variant]

    def heading(self, name: str) -> str:
        return self.shared[name].get("heading", "")

    def day(self, moment: date) -> str:
        """ "22 November 2026" in this language."""
        month = self.shared["date"]["names"].split()[moment.month - 1]
        return self.shared["date"]["form"].format(day=moment.day, month=month, year=moment.year)

    def period(self, found: tuple[int, str] | None) -> str:
        """ "48 hours", "one month"; "" for none."""
        if found is None:
            return ""
        number, unit = found
        return self.shared["date"][f"one_{unit}" if number == 1 else unit].format(number=number)

    def request(self, law: str) -> Request | None:
        """The law's own words, or None when it has no letter."""
        return self._of_law(law, REQUEST, NOTE)

    def own(self, law: str, kind: str) -> Request | None:
        """The law's own words for a later letter (reminder, answer, complaint), or None."""
        return self._of_law(law, f"{kind}.md")

    def service(self, kind: str) -> Request | None:
        return self._shared("services", kind)

    def second(self, kind: str) -> Request | None:
        return self._shared("second", kind)

    def _of_law(self, law: str, *names: str) -> Request | None:
        for folder in (self.laws, self.fallback):
            for name in names:
                if folder is not None and (folder / law / name).is_file():
                    return read_request(folder / law / name)
        return None

    def _shared(self, room: str, kind: str) -> Request | None:
        for folder in (HERE / "translations" / self.language, HERE):
            file = folder / room / f"{kind}.md"
            if file.is_file():
                return read_request(file)
        return None


@lru_cache(maxsize=256)
def read_request(file: Path) -> Request:
    """Parse one text file. Raises TextError for a condition nobody knows or a stray bracket."""
    heading, paragraphs = "", []
    for chunk in re.split(r"\n\s*\n", file.read_text(encoding="utf-8").strip()):
        text = " ".join(chunk.split())
        if text.startswith("# "):
            heading = text[2:]
            continue
        conditions: tuple[str, ...] = ()
        if match := _CONDITION.match(text):
            conditions = tuple(match[1].split())
            text = text[match.end() :]
        unknown = [word for word in conditions if word.removeprefix("no_") not in CONDITIONS]
        if unknown:
            raise TextError(f"{file}: unknown condition {unknown[0]!r}")
        blocks = tuple(_BLOCK.findall(text))
        rest = _BLOCK.sub("", text).strip()
        if (blocks and rest) or "[[" in rest or "[if" in rest:
            raise TextError(f"{file}: blocks and words in one paragraph: {rest[:60]!r}")
        paragraphs.append(Paragraph(conditions, rest, blocks))
    return Request(heading, tuple(paragraphs))


@lru_cache(maxsize=16)
def texts(language: str = "en", laws: Path = LAWS) -> Texts:
    """The words of a language; what a language lacks is taken from English."""
    shared = _shared(HERE / "blocks.toml")
    folder = HERE / "translations" / language
    if language == "en" or not re.fullmatch(r"[a-z]{2,3}(?:-[a-z]+)?", language) or not folder.is_dir():
        return Texts("en", shared, laws)
    merged = {name: dict(variants) for name, variants in shared.items()}
    for name, variants in _shared(folder / "blocks.toml").items():
        merged.setdefault(name, {}).update(variants)
    return Texts(language, merged, folder / "laws", laws)


def _shared(file: Path) -> dict[str, dict[str, str]]:
    if not file.is_file():
        return {}
    return {
        name: {key: text.strip() for key, text in table.items()}
        for name, table in tomllib.loads(file.read_text(encoding="utf-8")).items()
    }
