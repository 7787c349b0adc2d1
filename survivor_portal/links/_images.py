"""Images: cut picture data out of pasted text, so that none is kept, shown again or logged."""

import re

_SHORTEST = 512
_SHORTEST_IN_LINK = 4096  # links with keys, signatures and packed addresses run to two or three thousand
_SHORTEST_LINE = 40
_SHORTEST_REST = 16
_FEWEST_SIGNS = 10  # a key held down, or a line of dashes, is no picture

_FEWEST_DIGITS_A_LINE = 24  # a list of numbers, one a line, is no dump

_END = r"(?=[\s\"'<>`)]|\Z)"
_CODED = r"[A-Za-z0-9+/=_-]"
# The address, and the lines a mail program broke off it: long ones, or short ones no user name looks like.
_DATA = re.compile(
    r"(?<![A-Za-z0-9])(?i:data):(?:[A-Za-z]++/[\w.+-]++)?(?:;[\w.=+-]++)*+,[^\s\"'<>`]*+"
    rf"(?:[^\S\n]*+\n\s*+(?:{_CODED}{{40,}}+|(?={_CODED}*[0-9])(?={_CODED}*[A-Z]){_CODED}{{16,39}}+){_END})*+"
    rf"(?:[^\S\n]*+\n\s*+[A-Za-z0-9+/_-]{{1,76}}+={{1,2}}+{_END})?"
)
_WORD = re.compile(r"\S++")
_RUN = re.compile(r"[A-Za-z0-9+/=_\\%-]++")
_HEX = re.compile(r"(?<![0-9a-z])(?:(?:0x|\\x)?[0-9a-f]{2}(?:[0-9a-f]{2})*+[\s,:;]*+)++", re.IGNORECASE)
_LINE = re.compile(r"[^\n]*+\n?")
_BASE64_LINE = re.compile(r"[\s>]*+[A-Za-z0-9+/=_-]++\s*+")
_DUMP_LINE = re.compile(
    r"\s*+[0-9a-f]{4,16}:?\s++(?:(?:[0-9a-f]{2}){1,8}[\s|]++){4,}+[^\n]*+\s*+", re.IGNORECASE
)
_LINK = re.compile(r"://|[\w-]\.[a-z]{2,}/", re.IGNORECASE)


def cut_image_data(text: str) -> tuple[str, int]:
    """Give the text without `data:` addresses and long runs of base64 or hex, and how many were cut.

    A cut leaves one blank. Links stay, long ones with keys and signatures too.
    """
    text, addresses = _cut(text, [found.span() for found in _DATA.finditer(text)])
    text, runs = _cut(
        text,
        _long_words(text)
        + _long_hex(text)
        + _blocks(text, _BASE64_LINE, _SHORTEST_LINE)
        + _blocks(text, _DUMP_LINE, 0),
    )
    return text, addresses + runs


def _cut(text: str, spans: list[tuple[int, int]]) -> tuple[str, int]:
    kept: list[str] = []
    done = 0
    cuts = _joined(spans)
    for start, end in cuts:
        kept.append(text[done:start])
        done = end
    kept.append(text[done:])
    return " ".join(kept), len(cuts)


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sort spans and join those that overlap or touch."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _long_words(text: str) -> list[tuple[int, int]]:
    """Runs of the base64 alphabet; inside a link they must be longer than any key."""
    found: list[tuple[int, int]] = []
    for word in _WORD.finditer(text):
        if word.end() - word.start() < _SHORTEST:
            continue
        link = _LINK.search(text, *word.span())
        for run in _RUN.finditer(text, *word.span()):
            in_link = link is not None and link.start() < run.start()
            if len(run[0]) >= (_SHORTEST_IN_LINK if in_link else _SHORTEST) and _is_data(run[0]):
                found.append((run.start(), word.end() if in_link else run.end()))
    return found


def _long_hex(text: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for run in _HEX.finditer(text):
        digits = sum(sign not in " \t\r\n,:;" for sign in run[0]) if len(run[0]) >= _SHORTEST else 0
        lines = 1 + run[0].strip().count("\n")
        if digits >= max(_SHORTEST, _FEWEST_DIGITS_A_LINE * lines) and _is_data(run[0]):
            found.append((run.start(), run.start() + len(run[0].rstrip())))
    return found


def _blocks(text: str, kind: "re.Pattern[str]", shortest_line: int) -> list[tuple[int, int]]:
    """Several lines in a row that hold nothing but data; the last of them may be short."""
    found: list[tuple[int, int]] = []
    start = end = size = 0
    for line in _LINE.finditer(text):
        bare = line[0].strip()
        if kind.fullmatch(line[0]) and (len(bare) >= shortest_line or (size and _is_last(bare))):
            start = line.start() if not size else start
            size, end = size + len(bare), line.start() + len(line[0].rstrip())
            continue
        if size >= _SHORTEST and _is_data(text[start:end]):
            found.append((start, end))
        size = 0
    if size >= _SHORTEST and _is_data(text[start:end]):
        found.append((start, end))
    return found


def _is_last(line: str) -> bool:
    """Whether a short line is the rest of the data above it, and not a word or a user name below it."""
    mixed = any(map(str.isdigit, line)) and any(map(str.isupper, line)) and any(map(str.islower, line))
    return line.endswith("=") or (len(line) >= _SHORTEST_REST and mixed)


def _is_data(run: str) -> bool:
    return len(set(run[:65_536])) >= _FEWEST_SIGNS
