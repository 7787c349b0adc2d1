"""Images: cut picture data out of pasted text, so that none is kept, shown again or logged."""

import re

_SHORTEST = 512
_SHORTEST_IN_LINK = 4096  # links with keys, signatures and packed addresses run to two or three thousand
_SHORTEST_LINE = 40
_FEWEST_SIGNS = 10  # a key held down, or a line of dashes, is no picture

_DATA = re.compile(
    r"(?<![a-z0-9])data:(?:[a-z]++/[\w.+-]++)?(?:;[\w.=+-]++)*+,[^\s\"'<>`]*+"
    r"(?:\s*+\n\s*+[A-Za-z0-9+/=_-]{16,}+(?=[\s\"'<>`)]|\Z))*+(?:\s*+\n\s*+[A-Za-z0-9+/_-]{1,76}+={1,2}+(?=[\s\"'<>`)]|\Z))?",
    re.IGNORECASE,
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
        if digits >= _SHORTEST and _is_data(run[0]) and any(sign in " \n,:;\\" for sign in run[0].strip()):
            found.append((run.start(), run.start() + len(run[0].rstrip())))
    return found


def _blocks(text: str, kind: "re.Pattern[str]", shortest_line: int) -> list[tuple[int, int]]:
    """Several lines in a row that hold nothing but data; the last of them may be short."""
    found: list[tuple[int, int]] = []
    start = end = size = 0
    for line in _LINE.finditer(text):
        bare = line[0].strip()
        if kind.fullmatch(line[0]) and (len(bare) >= shortest_line or (size and bare.endswith("="))):
            start = line.start() if not size else start
            size, end = size + len(bare), line.start() + len(line[0].rstrip())
            continue
        if size >= _SHORTEST and _is_data(text[start:end]):
            found.append((start, end))
        size = 0
    if size >= _SHORTEST and _is_data(text[start:end]):
        found.append((start, end))
    return found


def _is_data(run: str) -> bool:
    return len(set(run[:65_536])) >= _FEWEST_SIGNS
