"""Take a mail apart without decoding anything: its headers, its parts in order, and when to stop."""

from __future__ import annotations

from collections.abc import Iterator
from email.feedparser import FeedParser
from email.message import Message
from email.policy import Policy, compat32
from typing import TYPE_CHECKING, Any

from survivor_portal.mails import _limits as limits
from survivor_portal.mails._records import Why

if TYPE_CHECKING:
    Part = Message[str, str]
else:  # at run time the class takes no parameters
    Part = Message

# Said twice, it is one thing to one program and another thing to the next (RFC 5322 3.6, RFC 2045).
_ONCE = frozenset(
    {
        "from", "sender", "to", "subject", "date", "message-id", "auto-submitted", "mime-version",
        "content-type", "content-transfer-encoding", "content-disposition",
    }
)  # fmt: skip
_OF_A_PART = frozenset({"content-type", "content-transfer-encoding", "content-disposition"})
_CHUNK = 8192
AS_BYTES = "latin-1"


class Stop(Exception):
    """This mail is not taken."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


def parse(data: bytes) -> Part:
    """The mail as a tree of parts, nothing decoded. Raises Stop."""
    if b"\0" in data or b"\r" in data.replace(b"\r\n", b""):
        raise Stop(Why.DAMAGED)
    count = 0

    def a_part(policy: Policy[Any] = compat32) -> Part:
        nonlocal count
        count += 1
        if count > limits.MOST_PARTS:
            raise Stop(Why.TOO_MANY_PARTS)
        return Message(policy)

    parser = FeedParser(a_part, policy=compat32)
    count = 0  # the parser tries out what it is given
    for start in range(0, len(data), _CHUNK):
        # One character for each byte. From bytes, the library would decode parts by itself, with any codec.
        parser.feed(data[start : start + _CHUNK].decode(AS_BYTES))
    whole: Part = parser.close()
    _check(whole, 1)
    return whole


def _check(part: Part, depth: int) -> None:
    if depth > limits.DEEPEST:
        raise Stop(Why.TOO_DEEP)
    if part.defects:
        raise Stop(Why.DAMAGED)
    headers = list(part.raw_items())
    if len(headers) > limits.MOST_HEADERS:
        raise Stop(Why.DAMAGED)
    seen: set[str] = set()
    for name, value in headers:
        key = name.lower()
        most = limits.LONGEST_PART_HEADER if key in _OF_A_PART else limits.LONGEST_HEADER
        if len(value) > most or (key in _ONCE and key in seen):
            raise Stop(Why.DAMAGED)
        seen.add(key)
    if part.is_multipart():
        for one in inside(part):
            _check(one, depth + 1)


def inside(part: Part) -> list[Part]:
    """The parts of a box, or the mail within a mail; none of what is text or a file."""
    payload = part.get_payload()
    return [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []


def leaves(part: Part) -> Iterator[tuple[Part, bool]]:
    """The parts that are no boxes for others, in order, and whether each stands beside another form of the
    same words. A mail within the mail is one part."""
    if part.get_content_maintype() != "multipart":
        yield part, False
        return
    is_choice = part.get_content_subtype() == "alternative"
    for one in inside(part):
        for leaf, among in leaves(one):
            yield leaf, among or is_choice


def header(part: Part, name: str) -> str:
    """The raw value of a header on one line, "" where there is none."""
    found = next((value for key, value in part.raw_items() if key.lower() == name), "")
    return " ".join(str(found).split())


def headers(part: Part, name: str) -> list[tuple[int, str]]:
    """Each value of that name on one line, with its place among all headers."""
    return [
        (place, " ".join(str(value).split()))
        for place, (key, value) in enumerate(part.raw_items())
        if key.lower() == name
    ]


def is_file(part: Part) -> bool:
    """Is this part sent as a file, whatever is in it?"""
    return header(part, "content-disposition").lower().startswith("attachment")


# What may be told of what was thrown away. A name nobody knows is the sender's own words.
_KNOWN = {
    "image": ("jpeg", "png", "gif", "webp", "heic", "heif", "avif", "tiff", "bmp", "svg+xml"),
    "video": ("mp4", "quicktime", "webm", "mpeg", "x-matroska", "3gpp"),
    "audio": ("mpeg", "mp4", "ogg", "wav", "webm", "aac"),
    "application": (
        "pdf", "zip", "octet-stream", "json", "xml", "msword", "rtf", "pgp-signature", "pkcs7-signature",
        "ms-tnef", "x-7z-compressed", "vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    "text": ("plain", "html", "csv", "calendar", "rtf", "xml"),
    "message": ("rfc822", "delivery-status", "partial", "external-body", "disposition-notification"),
    "font": (),
    "model": (),
}  # fmt: skip


def kind(part: Part) -> str:
    """What a part says it is, in words of our own list: "image/jpeg", "image/other", "other"."""
    main, sub = part.get_content_maintype(), part.get_content_subtype()
    if main not in _KNOWN:
        return "other"
    return f"{main}/{sub if sub in _KNOWN[main] else 'other'}"
