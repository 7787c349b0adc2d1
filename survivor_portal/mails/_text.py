"""What of a text is kept: nothing that is encoded, hidden, or no text at all."""

from __future__ import annotations

import re
import unicodedata

from survivor_portal import links
from survivor_portal.mails import _limits as limits
from survivor_portal.mails._parts import Stop
from survivor_portal.mails._records import Why

# Lines that belong to the head of a part: if they stand in the text, a file may follow them.
_PART_HEADER = re.compile(
    r"^[ \t>]{0,20}(?:content-type:\s{0,9}[a-z]{1,20}/[a-z0-9]"
    r"|content-transfer-encoding:\s{0,9}[a-z0-9\"]"
    r"|content-disposition:\s{0,9}(?:attachment|inline|form-data)"
    r"|content-id:\s{0,9}<"
    r"|mime-version:\s{0,9}[0-9(])",
    re.IGNORECASE | re.MULTILINE,
)
_LINE_ENDS = re.compile(r"\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]")
_SPACES_AT_END = re.compile(r"[ \t\xa0]++$", re.MULTILINE)
_EMPTY_LINES = re.compile(r"\n{4,}")
# uuencode and yEnc: a head, lines that are full, an end.
_UU = re.compile(
    r"^begin(?:-base64)? [0-7]{3,4} [^\n]*+\n(?:[^\n]*+\n?)*?(?:^(?:end|====)[ \t]*+$|\Z)", re.MULTILINE
)
_UU_LINES = re.compile(r"(?:^M[ -`]{60}[ \t]*+\n?){4,}+(?:^[!-L][ -`]{1,60}$\n?)?", re.MULTILINE)
_YENC = re.compile(r"^=ybegin [^\n]*+\n(?:[^\n]*+\n?)*?(?:^=yend\b[^\n]*+$|\Z)", re.MULTILINE)
_ASCII85 = re.compile(r"<~[!-uz\s]{100,}+~>")
# No word and no name is that long, of all kinds of signs at that; hardly a link; no such lines are words.
_LONG_RUN = re.compile(r"[!-~]{100,}+")
_LONGEST_WORD = 400
_MIXED = re.compile(r"(?=[^a-z]*+[a-z])(?=[^A-Z]*+[A-Z])[^0-9]*+[0-9]")
_LINK = re.compile(r"://|[\w-]\.[a-z]{2,20}/", re.IGNORECASE)
_LONGEST_LINK = 4096
_FULL_LINES = re.compile(r"(?:^[>\t ]{0,9}[!-~]{40,}+[ \t]*+$\n?){6,}+", re.MULTILINE)
# No text has them, but for tab and line end; and what stands in for bytes that are no text.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffd]")
_ODD = frozenset({"Cc", "Cf", "Cs", "Co"})
_MOST_MARKS = 4  # signs stacked on one letter; more of them climb over the page


def kept(text: str) -> tuple[str, bool]:
    """The text without what is encoded or hidden, and whether anything was cut. Raises Stop."""
    text = _LINE_ENDS.sub("\n", text)
    if len(_CONTROLS.findall(text)) > limits.MOST_CONTROLS * len(text):
        raise Stop(Why.NOT_TEXT)
    if _PART_HEADER.search(_visible(text)):
        raise Stop(Why.HEADERS_IN_TEXT)
    is_cut = len(text) > limits.LONGEST_LOOKED_AT
    text = _visible(text[: limits.LONGEST_LOOKED_AT])
    text, count = without_data(text)
    text = _EMPTY_LINES.sub("\n\n\n", _SPACES_AT_END.sub("", text)).strip()
    return text[: limits.LONGEST].rstrip(), is_cut or bool(count) or len(text) > limits.LONGEST


def without_data(text: str) -> tuple[str, int]:
    """The text without runs of encoded data, and how many were cut."""
    count = 0
    for pattern in (_UU, _UU_LINES, _YENC, _ASCII85):
        text, found = pattern.subn(" ", text)
        count += found
    text, found = links.cut_image_data(text)
    count += found

    def cut(run: re.Match[str]) -> str:
        nonlocal count
        if "\n" in run[0]:
            lines = run[0].split()
            if 2 * sum(1 for line in lines if _LINK.search(line)) > len(lines):
                return run[0]
        elif _LINK.search(run[0]):
            if len(run[0]) < _LONGEST_LINK:
                return run[0]
        elif len(run[0]) < _LONGEST_WORD and not _MIXED.match(run[0]):
            return run[0]
        count += 1
        return "\n" if "\n" in run[0] else " "

    return _FULL_LINES.sub(cut, _LONG_RUN.sub(cut, text)), count


def one_line(text: str, longest: int) -> str:
    """A short text from a header, fit to be shown on one line."""
    return " ".join(_visible(_LINE_ENDS.sub(" ", text[: 4 * longest])).split())[:longest].rstrip()


def _visible(text: str) -> str:
    """Without signs nobody sees: zero width, direction, control, private, half characters."""
    if text.isascii() and text.isprintable():
        return text
    signs: list[str] = []
    stacked = 0
    for sign in text:
        if sign < "\x7f":
            stacked = 0
            if sign >= " " or sign in "\n\t":
                signs.append(sign)
            continue
        kind = _category(sign)
        if kind in _ODD or sign == "\ufffd":
            continue
        stacked = stacked + 1 if kind in ("Mn", "Me") else 0
        if stacked <= _MOST_MARKS:
            signs.append(sign)
    return "".join(signs)


_category = unicodedata.category
