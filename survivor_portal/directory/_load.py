"""Read the data folder into one directory, or say with file, line and reason what is wrong with it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from survivor_portal.directory._lines import line_of
from survivor_portal.directory._records import Law, Platform, Resource
from survivor_portal.directory._shapes import Reading, shape

DATA = Path(__file__).parent / "data"
LETTER = "request.md"
_KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_AT_LINE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)")


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong: in which file (path below the data folder), on which line, and why."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


class DirectoryError(Exception):
    """The directory cannot be used. `problems` holds them all; `file`, `line`, `reason` are the first's."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems
        self.file, self.line, self.reason = problems[0].file, problems[0].line, problems[0].reason


@dataclass(frozen=True, eq=False)  # compared as a thing, so that what is worked out from it can be kept
class Directory:
    """Everything in one data folder, by key, in the order of the keys."""

    folder: Path
    platforms: Mapping[str, Platform]
    laws: Mapping[str, Law]
    resources: Mapping[str, Resource]
    with_letter: frozenset[str] = frozenset()  # keys of the laws with a request beside them

    @cached_property
    def hosts(self) -> Mapping[str, str]:
        """Key of the platform of each domain."""
        return {domain: key for key, platform in self.platforms.items() for domain in platform.domains}


@lru_cache(maxsize=4)
def load(folder: Path = DATA) -> Directory:
    """Read all records of `folder` once. Raises DirectoryError with the problems of all files."""
    problems: list[Problem] = []
    read: dict[type[Any], dict[str, Any]] = {Platform: {}, Law: {}, Resource: {}}
    for cls, key, file in files(folder):
        record = _read(cls, key, file, folder, problems)
        if record is not None:
            read[cls][key] = record
    if problems:
        raise DirectoryError(tuple(sorted(problems)))
    letters = frozenset(key for key in read[Law] if (folder / "laws" / key / LETTER).is_file())
    return Directory(folder, read[Platform], read[Law], read[Resource], letters)


def files(folder: Path = DATA) -> Iterator[tuple[type[Any], str, Path]]:
    """Every record file of a data folder with its key: the file's name, for a law its folder's name."""
    for cls, name in ((Platform, "platforms"), (Resource, "resources")):
        for file in sorted((folder / name).glob("*.toml")):
            yield cls, file.stem, file
    for file in sorted((folder / "laws").glob("*/law.toml")):
        yield Law, file.parent.name, file


def file_of(cls: type[Any], key: str) -> str:
    """Path below the data folder of a record's file."""
    return {
        Platform: f"platforms/{key}.toml",
        Resource: f"resources/{key}.toml",
        Law: f"laws/{key}/law.toml",
    }[cls]


def _read(cls: type[Any], key: str, file: Path, folder: Path, problems: list[Problem]) -> Any:
    shown = file.relative_to(folder).as_posix()
    try:
        text = file.read_bytes().decode()
        table = tomllib.loads(text)
    except UnicodeDecodeError as error:
        problems.append(Problem(shown, error.object[: error.start].count(b"\n") + 1, "is not UTF-8 text"))
        return None
    except tomllib.TOMLDecodeError as error:
        at = _AT_LINE.search(str(error))
        line = int(at[1]) if at and at[1] else text.count("\n") + 1
        problems.append(Problem(shown, line, f"is not TOML: {_AT_LINE.sub('', str(error))}"))
        return None
    wrong: list[Reading] = []
    if not _KEY.fullmatch(key):
        wrong.append(((), f"the name {key!r} should be small letters, digits and single hyphens"))
    if table.setdefault("key", key) != key:
        wrong.append((("key",), f"key {table['key']!r} is not the name of the file, {key!r}"))
    record = shape(cls, table, wrong)
    problems.extend(Problem(shown, line_of(text, place), reason) for place, reason in wrong)
    return record
