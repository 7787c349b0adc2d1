"""The corpus of replies, and how the reader fares: `python -m tests.reply_corpus [held-out]` prints it."""

import hashlib
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from survivor_portal.replies import Reading, Remark, ReplyClass, read_reply

CORPUS = Path(__file__).parent / "data" / "replies"
SALT = "23647"  # found by trying numbers until a third of each language fell into the held-out part


@dataclass(frozen=True)
class Case:
    """One reply, and what a person says it says."""

    name: str
    language: str
    text: str
    classes: frozenset[ReplyClass]
    remarks: frozenset[Remark]
    held_out: bool
    platform: str | None = None

    @property
    def main(self) -> ReplyClass:
        return next(kind for kind in ReplyClass if kind in self.classes)

    def read(self) -> Reading:
        return read_reply(self.text, self.platform)

    def is_read_right(self) -> bool:
        reading = self.read()
        return (
            self.classes == {verdict.kind for verdict in reading.classes}
            and self.remarks == {verdict.kind for verdict in reading.remarks}
        )  # fmt: skip


def falls_in_held_out_part(name: str) -> bool:
    """By the hash of `language/name`, so that nobody chooses."""
    return int(hashlib.sha256(f"{SALT}/{name}".encode()).hexdigest(), 16) % 3 == 0


@cache
def corpus() -> tuple[Case, ...]:
    """Every reply of the corpus."""
    return tuple(_case(path) for path in sorted(CORPUS.glob("*/*.toml")))


def part(held_out: bool) -> tuple[Case, ...]:
    """The development part, or the one kept back."""
    return tuple(case for case in corpus() if case.held_out is held_out)


def _case(path: Path) -> Case:
    table = tomllib.loads(path.read_text("utf-8"))
    return Case(
        name=f"{path.parent.name}/{path.stem}",
        language=path.parent.name,
        text=table["text"],
        classes=frozenset(map(ReplyClass, table["classes"])),
        remarks=frozenset(map(Remark, table["remarks"])),
        held_out=table["held_out"],
        platform=table.get("platform"),
    )


def measured(cases: Iterable[Case]) -> str:
    """Main class written by main class read, and the figures below it, as Markdown."""
    cases = tuple(cases)
    pairs = Counter((case.main, case.read().main.kind) for case in cases)
    shown = [kind for kind in ReplyClass if any(kind in pair for pair in pairs)]
    lines = [
        "| written \\ read | " + " | ".join(kind.replace("_", " ") for kind in shown) + " |",
        "|---|" + "---:|" * len(shown),
        *(
            f"| **{row.replace('_', ' ')}** | "
            + " | ".join(str(pairs[row, column] or "·") for column in shown)
            + " |"
            for row in shown
        ),
        "",
        f"{len(cases)} replies. Main class right: {sum(n for (a, b), n in pairs.items() if a == b)}. "
        f"Every class and remark right: {sum(case.is_read_right() for case in cases)}. "
        f"Not removed, read as removed: {wrongly(ReplyClass.REMOVED, cases)}. "
        f"Not refused, read as refused: {wrongly(ReplyClass.REFUSED, cases)}.",
    ]
    wrong = [case.name for case in cases if not case.is_read_right()]
    if wrong:
        lines += ["", "Not read right: " + ", ".join(f"`{name}`" for name in wrong) + "."]
    return "\n".join(lines) + "\n"


def wrongly(kind: ReplyClass, cases: Iterable[Case]) -> int:
    """How many replies are read as `kind` and are not."""
    return sum(case.read().says(kind) and kind not in case.classes for case in cases)


if __name__ == "__main__":
    print(measured(part(held_out="held-out" in sys.argv)), end="")
