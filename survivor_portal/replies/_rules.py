"""The general rules of each language, read from `rules/<language>.toml` and made ready to match."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from survivor_portal.replies._records import Kind, kind

RULES = Path(__file__).parent / "rules"
_KEYS = {"id", "kind", "why", "any", "unless", "before", "near"}
_WORD = re.compile(r"<(\w+)>")


class RuleError(ValueError):
    """A file of rules does not fit; the message names the file and the rule."""


@dataclass(frozen=True)
class Rule:
    """Words that show a kind, and words beside them that take it back."""

    id: str
    kind: Kind
    why: str
    any: re.Pattern[str]
    unless: re.Pattern[str] | None  # anywhere in the sentence
    before: re.Pattern[str] | None  # in the sentence up to the end of the words found
    near: re.Pattern[str] | None  # in the words found and the eight before them


@dataclass(frozen=True)
class Language:
    """One file: its rules in order, the words it is known by, and the guards others may borrow."""

    code: str
    rules: tuple[Rule, ...]
    stop_words: frozenset[str]
    contrast: re.Pattern[str]  # "however", "the other three": a removal and a refusal make a part
    conditional: re.Pattern[str]
    question: re.Pattern[str]


@cache
def languages() -> Mapping[str, Language]:
    """All languages by their code. A language is there as soon as its file is."""
    found = [read(path) for path in sorted(RULES.glob("*.toml"))]
    return {language.code: language for language in found}


def read(path: Path) -> Language:
    """Read one file of rules. Raises RuleError with its place."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
        words: dict[str, str] = {name: _spelt(value, {}) for name, value in table["words"].items()}
        guards: dict[str, str] = {name: _spelt(value, words) for name, value in table["guards"].items()}
        rules = tuple(_rule(entry, words, guards) for entry in table["rules"])
        if len({rule.id for rule in rules}) != len(rules):
            raise RuleError("two rules have the same id")
        return Language(
            code=path.stem,
            rules=rules,
            stop_words=frozenset(table["stop_words"].split()),
            contrast=re.compile(_spelt(table["contrast"], words), re.MULTILINE),
            conditional=re.compile(guards["conditional"], re.MULTILINE),
            question=re.compile(guards["question"], re.MULTILINE),
        )
    except (KeyError, ValueError, re.error) as problem:
        raise RuleError(f"{path.name}: {problem}") from problem


def _rule(entry: Mapping[str, Any], words: Mapping[str, str], guards: Mapping[str, str]) -> Rule:
    try:
        if unknown := set(entry) - _KEYS:
            raise RuleError(f"unknown {sorted(unknown)}")
        wanted = _one_of(entry["any"], words, guards)
        if wanted is None:
            raise RuleError("no words to look for")
        return Rule(
            id=entry["id"],
            kind=kind(entry["kind"]),
            why=entry["why"],
            any=wanted,
            unless=_one_of(entry.get("unless", ()), words, guards),
            before=_one_of(entry.get("before", ()), words, guards),
            near=_one_of(entry.get("near", ()), words, guards),
        )
    except (KeyError, ValueError, re.error) as problem:
        raise RuleError(f"rule {entry.get('id', '?')}: {problem}") from problem


def _one_of(
    patterns: Iterable[str], words: Mapping[str, str], guards: Mapping[str, str]
) -> re.Pattern[str] | None:
    """The patterns as one; `@name` stands for the guard of that name."""
    parts = [guards[p[1:]] if p.startswith("@") else _spelt(p, words) for p in patterns]
    return re.compile("|".join(f"(?:{part})" for part in parts), re.MULTILINE) if parts else None


def _spelt(pattern: str, words: Mapping[str, str]) -> str:
    """Put the lists of words in: `<item>` becomes what the file says an item is."""
    return _WORD.sub(lambda found: f"(?:{words[found[1]]})", pattern)
