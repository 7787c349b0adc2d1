"""Write one mail: plain text, exactly the headers that are meant, nothing else.

It is put together by hand and not by a library that folds and re-encodes: what a header may hold is then to
be read here. A value with a line break or a control character in it is refused, never mended.
"""

import base64
import re
import secrets
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

LONGEST_SUBJECT = 300
LONGEST_NAME = 120
LONGEST_ADDRESS = 254  # RFC 5321 section 4.5.3.1.3, without the angle brackets
LONGEST_LOCAL = 64
MOST_REFERENCES = 20
# RFC 5321 section 4.1.2, without quoted local parts and address literals: nobody publishes one.
_ADDRESS = re.compile(
    r"([A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*)"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]"
)
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,200}@[!-;=?-~]{1,250}>")
# What needs no encoding and no folding; "=?" would begin an encoded word.
_SIMPLE = re.compile(r"(?!.*=\?)[!-~]+(?: [!-~]+)*")
_SIMPLE_NAME = re.compile(r"[A-Za-z0-9]+(?: [A-Za-z0-9]+)*")
_LONGEST_SIMPLE = 60
# An encoded word has at most 75 characters (RFC 2047 section 2), its line at most 76 with the header's name.
_BYTES_A_WORD = 39
_LONGEST_LINE = 76  # RFC 2045 section 6.7, rule 5, with the "=" at its end
_FORBIDDEN = {"Cc", "Cs", "Zl", "Zp"}
_DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Unfit(ValueError):
    """A value that no header may hold. It says which header, never what stood in it."""


@dataclass(frozen=True, slots=True)
class Message:
    """One mail. `more`: further headers by name, for what is no letter of a person."""

    sender: str
    to: str
    subject: str
    text: str
    message_id: str
    at: datetime
    sender_name: str = ""
    references: tuple[str, ...] = ()  # Message-IDs of the thread, oldest first; the last one is answered
    more: tuple[tuple[str, str], ...] = ()


def new_message_id(domain: str) -> str:
    """A Message-ID that says nothing: no time, no machine, no case."""
    return f"<{secrets.token_hex(16)}@{domain}>"


def is_address(text: str) -> bool:
    """Is this a mail address that a letter may go to?"""
    found = _ADDRESS.fullmatch(text)
    return found is not None and len(text) <= LONGEST_ADDRESS and len(found.group(1)) <= LONGEST_LOCAL


def plain(text: str) -> str:
    """The text of a mail as it leaves: one kind of line end, no control characters, an end."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = (
        character
        for character in lines
        if character in "\n\t" or unicodedata.category(character) not in _FORBIDDEN
    )
    return "".join(kept).rstrip() + "\n"


def written(message: Message) -> bytes:
    """The whole mail (RFC 5322), ASCII only, no line over 998 characters, all end in CRLF. Raises Unfit."""
    headers = [
        ("From", _mailbox("From", message.sender, message.sender_name)),
        ("To", _mailbox("To", message.to)),
        ("Subject", _words("Subject", message.subject, LONGEST_SUBJECT)),
        ("Date", format_datetime(message.at.astimezone(UTC))),
        ("Message-ID", _message_id("Message-ID", message.message_id)),
        *_thread(message.references[-MOST_REFERENCES:]),
        *((name, _more(name, value)) for name, value in message.more),
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Transfer-Encoding", "quoted-printable"),
    ]
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return head.encode("ascii") + b"\r\n" + _body(message.text)


def _mailbox(header: str, address: str, name: str = "") -> str:
    if not is_address(address):
        raise Unfit(header)
    if not name:
        return address
    if len(name) <= _LONGEST_SIMPLE and _SIMPLE_NAME.fullmatch(name):
        return f'"{name}" <{address}>'
    return f"{_encoded(_checked(header, name, LONGEST_NAME))}\r\n <{address}>"


def _words(header: str, text: str, longest: int) -> str:
    _checked(header, text, longest)
    return text if len(text) <= _LONGEST_SIMPLE and _SIMPLE.fullmatch(text) else _encoded(text)


def _checked(header: str, text: str, longest: int) -> str:
    if not text.strip() or len(text) > longest:
        raise Unfit(header)
    if any(unicodedata.category(one) in _FORBIDDEN or one in _DIRECTIONS for one in text):
        raise Unfit(header)
    return text


def _encoded(text: str) -> str:
    """Encoded words (RFC 2047), each of whole characters, each on a line of its own."""
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(part).decode('ascii')}?=" for part in _parts(text))


def _parts(text: str) -> Iterator[bytes]:
    part = b""
    for character in text:
        encoded = character.encode("utf-8")
        if len(part) + len(encoded) > _BYTES_A_WORD:
            yield part
            part = b""
        part += encoded
    yield part


def _message_id(header: str, text: str) -> str:
    if not _MESSAGE_ID.fullmatch(text):
        raise Unfit(header)
    return text


def _thread(references: tuple[str, ...]) -> list[tuple[str, str]]:
    if not references:
        return []
    known = [_message_id("References", one) for one in references]
    return [("In-Reply-To", known[-1]), ("References", "\r\n ".join(known))]


# The only further headers there are, and what each may hold.
_MORE = {
    "List-Unsubscribe": re.compile(r"<https?://[!-;=?-~]{1,300}>"),
    "List-Unsubscribe-Post": re.compile("List-Unsubscribe=One-Click"),
    "Auto-Submitted": re.compile("auto-generated"),
}


def _more(name: str, value: str) -> str:
    if name not in _MORE or not _MORE[name].fullmatch(value):
        raise Unfit(name if name in _MORE else "another header")
    return value


def _body(text: str) -> bytes:
    """Quoted-printable (RFC 2045 section 6.7): passes every server as it is, so the signature holds."""
    lines = plain(text).encode("utf-8").split(b"\n")[:-1]
    return "".join(f"{one}\r\n" for line in lines for one in _quoted(line)).encode("ascii")


def _quoted(line: bytes) -> Iterator[str]:
    """One line of text as lines of at most 76 characters. What some servers alter at the start of a line, a
    full stop and the word From, and blanks at its end, are written as numbers."""
    now = ""
    for place, byte in enumerate(line):
        character = chr(byte)
        is_last = place == len(line) - 1
        fits = ("!" <= character <= "~" and character != "=") or (character in " \t" and not is_last)
        piece = character if fits else f"={byte:02X}"
        if len(now) + len(piece) > _LONGEST_LINE - (not is_last):
            yield now + "="
            now = ""
        if not now and piece in ("F", "."):
            piece = f"={byte:02X}"
        now += piece
    yield now
