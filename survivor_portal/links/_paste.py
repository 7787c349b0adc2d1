"""Paste: find every link in a text of any mess, and keep everything else beside them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import unquote

from survivor_portal.links._hosts import has_known_ending
from survivor_portal.links._link import Link, Problem
from survivor_portal.links._marks import BREAKS, INVISIBLE, link_end, opening, visible, without_breaks
from survivor_portal.links._read import OTHER_SCHEME, WEB_SCHEME, read
from survivor_portal.links._tables import SHORT_HOSTS
from survivor_portal.links._wrappers import holds_whole_addresses

# Text without a break; or an address in angle brackets, where mail programs break lines (RFC 3986, C).
_TOKEN = re.compile(rf"<\s*+(?:url:)?https?://[^<>\"]{{1,4000}}+>|[^{BREAKS}]++", re.IGNORECASE)
_WORD = re.compile(rf"[^{BREAKS}]++")
_NEXT_SCHEME = re.compile(
    r"h(?:tt|xx)ps?(?:\[:\]|\[://\]|:)(?:\\?/|\\){2}|(?<=[^\w.-])www\.(?=\w)", re.IGNORECASE
)
_PACKED_SCHEME = re.compile(r"https?%3a%2f%2f", re.IGNORECASE)
_PROOFPOINT = "/v3/__"
_INSIDE = frozenset("/=?#:&!%@")  # before an address that belongs to the one it stands in
_NOT_WEB = re.compile(
    r"(?:javascript|vbscript|data|file|blob|about|content|chrome|chrome-extension|magnet|intent):\S",
    re.IGNORECASE,
)
# What ends a link in pasted page source, Markdown and JSON.
_ENTITY_END = re.compile(
    r"(?:&|\\+u0026)(?:amp;)*+(?:quot|gt|lt|nbsp|apos|#0?3[49]|#x2[27]);|\\+u00(?:22|27|3[ce])|\]\("
    # forum code: [url=https://...]here[/url]
    r"|\[/[a-z]{1,10}\]|\](?=[^\[\]]*+\[/[a-z])",
    re.IGNORECASE,
)
_MAIL = re.compile(r"(?:mailto:)?[^\s@/:?#()\[\]]{1,64}@[^\s@/:?#()\[\]]+\.[^\s@/:?#()\[\]]+", re.IGNORECASE)
_HANDLE = re.compile(r"@[\w][\w.@-]*")
_BARE = re.compile(
    r"(?:[\w-]++(?:(?:\.|\[\.\]|\(\.\)|\[dot\]|\(dot\)|\\\.|[。．｡])[\w-]++)++)\.?(?::\d{1,5}(?![\w@]))?(?=[/?#\\]|$)(?P<tail>.*)",
    re.IGNORECASE | re.DOTALL,
)
_LEAD = re.compile(r"[\w-]{1,40}[:=](?=[\w-]+[.\[(])")
_NEXT_BARE = re.compile(r"[,;|](?=(?:[\w-]++\.)+[\w-]++[/\\])|[,;|](?=www\.)", re.IGNORECASE)
_FILE_ENDINGS = frozenset({"zip", "mov"})  # they are endings of sites too, yet "holiday.mov" is a file
_CONTINUED = re.compile(r"[\w%&=?./+-]*\d[\w%&=?./+-]*")
_LONGEST_BARE = 2000


class Piece(StrEnum):
    """What a stretch of pasted text is."""

    LINK = "link"
    REFUSED = "refused"  # an address, but not one that a request can name
    EMAIL = "email"
    HANDLE = "handle"
    TEXT = "text"


@dataclass(frozen=True)
class Segment:
    """A stretch of the pasted text, exactly as it was, and what was read out of it."""

    raw: str
    piece: Piece
    link: Link | None = None


@dataclass(frozen=True)
class Pasted:
    """A pasted text taken apart; the segments joined together are the text."""

    segments: tuple[Segment, ...]

    @property
    def links(self) -> tuple[Link, ...]:
        """The links a request can name, in the order they were pasted, repeats included."""
        return tuple(s.link for s in self.segments if s.link is not None and s.piece is Piece.LINK)

    @property
    def refused(self) -> tuple[Link, ...]:
        """What looks like an address and leads to no site; `problems` says why."""
        return tuple(s.link for s in self.segments if s.link is not None and s.piece is Piece.REFUSED)

    @property
    def leftovers(self) -> tuple[str, ...]:
        """All other words, line by line: user names, mail addresses, refused addresses, remarks."""
        found: list[str] = []
        for segment in self.segments:
            if segment.piece is Piece.TEXT:
                found += segment.raw.splitlines()
            elif segment.piece is not Piece.LINK:
                found.append(segment.raw)
        stripped = (visible(text).strip() for text in found)
        return tuple(text for text in stripped if any(sign.isalnum() for sign in text))


def parse(text: str) -> Link:
    """Read a text that should be one link. Of several the first counts; `problems` says what is wrong."""
    refused: Link | None = None
    for _, _, piece, link in _found(visible(text)):
        if piece is Piece.LINK and link is not None:
            return replace(link, raw=text)
        refused = refused or link
    if refused is not None:
        return replace(refused, raw=text)
    return Link(text, problems=(Problem.NO_HOST,))


def parse_many(text: str) -> Pasted:
    """Find all links in a text of any mess. Nothing is lost: the segments joined are the text."""
    segments: list[Segment] = []
    done = 0
    plain, place = visible(text), _places(text)
    for start, end, piece, link in _found(plain):
        start, end = place(start), place(end - 1) + 1
        link = link and replace(link, raw=text[start:end])
        if start > done:
            segments.append(Segment(text[done:start], Piece.TEXT))
        segments.append(Segment(text[start:end], piece, link))
        done = end
    if done < len(text):
        segments.append(Segment(text[done:], Piece.TEXT))
    return Pasted(tuple(segments))


def _places(text: str) -> Callable[[int], int]:
    """Give a function from a place among the visible signs to the place in the text as it was pasted."""
    if len(visible(text)) == len(text):
        return lambda place: place
    return [place for place, sign in enumerate(text) if sign not in INVISIBLE].__getitem__


_Found = tuple[int, int, Piece, Link | None]


def _found(text: str) -> Iterator[_Found]:
    """Give start, end, kind and link of everything that is not plain text, in order."""
    after = 0
    for token in _TOKEN.finditer(text):
        start, end = token.span()
        if start < after:
            continue
        if text[start] == "<" and end - start > 1:
            yield from _in_angles(text, start, end)
            continue
        for found in _in_token(text, start, end):
            if found[2] is Piece.LINK and found[1] == end and (joined := _over_the_line(text, found[0], end)):
                found, after = joined, joined[1]
            yield found


def _in_angles(text: str, start: int, end: int) -> Iterator[_Found]:
    """An address in angle brackets may run over several lines; all else in there is read word by word."""
    first = start + 1 + len(text[start + 1 : end]) - len(text[start + 1 : end].lstrip())
    first += 4 if text[first : first + 4].lower() == "url:" else 0
    last = first + len(text[first : end - 1].rstrip())
    lines = text[first:last].splitlines()
    if len(lines) > 1 and not any(len(line.split()) > 1 for line in lines):
        link = _read_whole("".join(line.strip() for line in lines))
        if link:
            yield first, last, Piece.LINK, replace(link, raw=text[first:last])
            return
    for word in _WORD.finditer(text, start, end):
        yield from _in_token(text, *word.span())


def _over_the_line(text: str, start: int, end: int) -> _Found | None:
    """Join a link that a program broke in its middle: a full line that ends in a joint, and a lone rest."""
    line_start = text.rfind("\n", max(0, end - 1000), end) + 1
    if text[end - 1] not in "=&?%_-" or end - line_start < 60 or text[end : end + 1] not in ("\n", "\r"):
        return None
    rest_start = end + len(text[end : end + 8]) - len(text[end : end + 8].lstrip())
    newline = text.find("\n", rest_start, rest_start + 1000)
    rest = text[rest_start : newline if newline >= 0 else rest_start + 1000].rstrip()
    if not _CONTINUED.fullmatch(rest) or _BARE.match(rest):
        return None
    last = rest_start + link_end(rest)
    link = _read_whole(text[start:end] + text[rest_start:last])
    return (start, last, Piece.LINK, replace(link, raw=text[start:last])) if link else None


def _read_whole(text: str) -> Link | None:
    """Read text that was joined from several lines, if it is one link and nothing besides."""
    found = list(_in_token(text, 0, len(text))) if _WORD.fullmatch(text) else []
    if len(found) == 1 and found[0][:3] == (0, len(text), Piece.LINK):
        return found[0][3]
    return None


def _in_token(text: str, start: int, end: int) -> Iterator[_Found]:
    """Everything in one stretch without breaks, which may hold several links glued together."""
    token = text[start:end]
    if not ("." in token or ":" in token or "@" in token or "//" in token or "%3" in token or "。" in token):
        return
    for first, last in _cuts(token):
        piece = token[first:last]
        first += opening(piece)
        if first < last:
            for found in _one(token[first:last]):
                yield start + first + found[0], start + first + found[1], found[2], found[3]


def _cuts(token: str) -> Iterator[tuple[int, int]]:
    """Cut a stretch where another address begins that does not belong to the one before."""
    if _NOT_WEB.match(token):
        yield 0, len(token)
        return
    begin = 0
    for found in _NEXT_SCHEME.finditer(token):
        place = found.start()
        if place > begin and not _belongs(token, begin, place):
            yield from _cuts_bare(token, begin, place)
            begin = place
    yield from _cuts_bare(token, begin, len(token))


def _cuts_bare(token: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    for found in _NEXT_BARE.finditer(token, begin, end):
        following = token[found.end() : found.end() + 300]
        if following[:4].lower() == "www." or has_known_ending(_host_of(following)):
            yield begin, found.start()
            begin = found.end()
    yield begin, end


def _belongs(token: str, begin: int, place: int) -> bool:
    """Whether the address at `place` is a part of the one that begins at `begin`, as in a redirect."""
    if token[place - 1] not in _INSIDE and not token.endswith(_PROOFPOINT, begin, place):
        return False
    before = token[begin : min(place, begin + 300)]
    before = before[opening(before) :]
    if scheme := WEB_SCHEME.match(before):
        before = before[scheme.end() :]
        if not before:
            return token[place] in "wW"  # "https://www.", but not "https://https://"
    elif not _BARE.match(before):
        return False
    host = _host_of(before)
    if token[place - 1] != "/" or holds_whole_addresses(host):
        return bool(host)
    # Two links pasted without a blank look like this as well; a proxy has nothing but its name in front.
    return begin + len(token[begin:place].rstrip("/")) <= begin + token[begin:place].find(host) + len(host)


def _host_of(text: str) -> str:
    return re.split(r"[/?#:\\]", text, maxsplit=1)[0].lower()


def _one(text: str) -> Iterator[tuple[int, int, Piece, Link | None]]:
    """Read one stretch as a link, a mail address or a user name; give nothing for other words."""
    if found := _ENTITY_END.search(text):
        text = text[: found.start()]
    end = link_end(text)
    text = text[: end + 1] if text[end : end + 1] == "…" else text[:end]
    text = _plain_code(text)
    if not text:
        return
    if _PACKED_SCHEME.match(text):
        unpacked = without_breaks(visible(unquote(text)))
        for _, _, piece, link in _in_token(unpacked, 0, len(unpacked)):
            yield 0, len(text), piece, link and replace(link, raw=text)
            return
    elif WEB_SCHEME.match(text) or text.startswith("//"):
        yield from _as_link(0, text)
    elif _NOT_WEB.match(text):
        yield 0, len(text), Piece.REFUSED, Link(text, problems=(Problem.NOT_WEB,))
    elif _MAIL.fullmatch(text):
        yield 0, len(text), Piece.EMAIL, None
    elif _HANDLE.fullmatch(text):
        yield 0, len(text), Piece.HANDLE, None
    elif text[:3].lower() == "tg:" or ("://" in text and OTHER_SCHEME.match(text)):
        yield from _as_link(0, text)
    else:
        yield from _as_bare(text)


def _plain_code(text: str) -> str:
    """Cut words glued to a short link; its code is plain letters and digits."""
    if text.isascii():
        return text
    scheme = WEB_SCHEME.match(text)
    start = scheme.end() if scheme else 2 if text.startswith("//") else 0
    if _host_of(text[start : start + 300]).removeprefix("www.") in SHORT_HOSTS:
        for place in range(start, len(text)):
            if not text[place].isascii():
                return text[:place]
    return text


def _as_link(start: int, text: str) -> Iterator[tuple[int, int, Piece, Link | None]]:
    link = read(text)
    piece = Piece.LINK if link.usable else Piece.REFUSED
    if link.problems == (Problem.NO_HOST,) and len(text) < 12:
        return  # "https://" alone, or two slashes in a sentence
    yield start, start + len(text), piece, link


def _as_bare(text: str) -> Iterator[tuple[int, int, Piece, Link | None]]:
    """An address without a scheme: it needs a path behind it, or an ending that exists."""
    start = 0
    if lead := _LEAD.match(text):
        start = lead.end()
    elif not text[0].isascii():
        # Scripts without blanks glue words to addresses. A name may start in one script and go on in another,
        # but far fewer do.
        first = next((place for place, sign in enumerate(text) if sign.isascii()), len(text))
        start = first if text[first : first + 1].isalnum() else 0
    text = _plain_code(text[start:])
    found = _BARE.match(text)
    if not found:
        return
    link = read(text) if len(text) <= _LONGEST_BARE else Link(text)
    if not link.usable:
        return
    ending = link.host.rpartition(".")[2]
    known = has_known_ending(link.host)
    if link.path in ("", "/") and not link.query and not link.fragment and not link.host.startswith("www."):
        if not known or ending in _FILE_ENDINGS:
            return
    elif not known and not (ending.isalpha() and len(ending) > 1) and not ending.isdigit():
        return
    elif ending.isdigit() and link.host.count(".") == 3 and text[: len(link.host)] != link.host:
        return  # 3.50/day is a price, although browsers would read an address
    yield start, start + len(text), Piece.LINK, link
