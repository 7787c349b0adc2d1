"""Reads the little of YAML that `deploy/compose.yaml` is written in, and nothing else.

Maps and lists by indentation, plain and double-quoted words, lists in brackets on one line. What is not that
is an error, so that no line is read otherwise than a container engine would.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

_KEY = re.compile(r"([\w./-]+):(?: (.+))?")
# Words that YAML takes for something else than a word.
_NOT_WORDS = re.compile(r"(?i)(y|n|yes|no|on|off|true|false|null|~|[-+.\d].*[:.].*|0.+)")


class NotOurs(Exception):
    """A line of another kind than this file has; the message says which."""


@dataclass(frozen=True)
class Line:
    """One line that counts: its number, its indentation, its words."""

    number: int
    depth: int
    text: str


def read(text: str) -> dict[str, Any]:
    """The file as maps, lists, words, whole numbers and yes or no. Raises NotOurs."""
    lines = []
    for number, raw in enumerate(text.splitlines(), start=1):
        if not raw.strip() or raw.lstrip().startswith("#"):
            continue
        if raw != raw.rstrip() or "\t" in raw or " #" in raw:
            raise NotOurs(f"line {number}: spaces at the end, a tab, or a remark beside words")
        depth = len(raw) - len(raw.lstrip())
        lines.append(Line(number, depth, raw.strip()))
    found, rest = _block(lines, 0)
    if rest:
        raise NotOurs(f"line {rest[0].number}: not where it belongs")
    if not isinstance(found, dict):
        raise NotOurs("a list at the top")
    return found


def _block(lines: list[Line], depth: int) -> tuple[Any, list[Line]]:
    is_list = lines[0].text.startswith("- ")
    found: Any = [] if is_list else {}
    while lines and lines[0].depth == depth:
        line, lines = lines[0], lines[1:]
        if is_list:
            if not line.text.startswith("- "):
                raise NotOurs(f"line {line.number}: not of the list")
            found.append(_word(line, line.text[2:]))
            continue
        match = _KEY.fullmatch(line.text)
        if match is None or match[1] in found:
            raise NotOurs(f"line {line.number}: no key, or one that stands twice")
        if match[2]:
            found[match[1]] = _word(line, match[2])
        elif lines and lines[0].depth > depth:
            if lines[0].depth != depth + 2:
                raise NotOurs(f"line {lines[0].number}: indented by other than two")
            found[match[1]], lines = _block(lines, depth + 2)
        else:
            found[match[1]] = None
    if lines and lines[0].depth > depth:
        raise NotOurs(f"line {lines[0].number}: deeper than what it belongs to")
    return found, lines


def _word(line: Line, text: str) -> Any:
    if text.startswith(("[", '"')):
        try:
            # In this form the two languages are the same.
            return json.loads(text)
        except ValueError:
            raise NotOurs(f"line {line.number}: brackets or quotes that do not close") from None
    if text in ("true", "false"):
        return text == "true"
    if text.isascii() and text.isdecimal() and (text == "0" or text[0] != "0"):
        return int(text)
    if _NOT_WORDS.fullmatch(text) or text[0] in "&*!|>%@`{}'," or ": " in text:
        raise NotOurs(f"line {line.number}: needs quotes")
    return text
