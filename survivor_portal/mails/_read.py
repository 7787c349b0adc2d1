"""Read one mail, in an order in which nothing dear is done for a mail that is not taken."""

from __future__ import annotations

import email.utils
import re
from collections import Counter
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header

from survivor_portal import links
from survivor_portal.mails import _decode, _html, _parts, _sender, _text
from survivor_portal.mails import _limits as limits
from survivor_portal.mails._parts import Part, Stop, header
from survivor_portal.mails._records import Read, Refused, Removed, Why

_ID = re.compile(r"<[!-;=?-~]{1,250}>")
_FINAL = re.compile(r"failed\b", re.IGNORECASE)
# What a report gives back of the mail it is about (RFC 6522, 3; RFC 6533, 6 for other alphabets).
_WHOLE = ("message/rfc822", "message/global", "message/rfc822-headers", "message/global-headers")
_HEAD_ONLY = "text/rfc822-headers"
_HEAD_END = re.compile(r"\r?\n[ \t]*\r?\n")
_FOLD = re.compile(r"\r?\n[ \t]+")


def read(data: bytes, *, authserv_id: str = "", resolve: _sender.Resolve | None = None) -> Read | Refused:
    """A mail as it came in, or why it is not taken. Never raises, whatever the bytes.

    `authserv_id`: the name under which our own mail server writes what it found out about the sender. Only
    without one, and with `resolve` (text records of a name), the signature is checked here.
    """
    try:
        return read_or_stop(data, authserv_id=authserv_id, resolve=resolve)
    except Stop as stopped:
        return Refused(stopped.why)
    except RecursionError:
        return Refused(Why.TOO_DEEP)
    except Exception:  # whatever else a parser trips over, such a mail is not taken
        return Refused(Why.DAMAGED)


def read_or_stop(data: bytes, *, authserv_id: str, resolve: _sender.Resolve | None) -> Read:
    """As `read`. Raises Stop for what is refused; anything else it raises is a mistake of ours."""
    if len(data) > limits.LARGEST:
        raise Stop(Why.TOO_LARGE)
    mail = _parts.parse(data)
    is_bounce, is_report = _report(mail)
    text, removed, is_cut = _words(mail, is_report)
    sender = _sender.address(mail)
    return Read(
        text=text,
        subject=_subject(mail),
        sender=sender,
        sent_at=_date(mail),
        message_id=_message_id(mail),
        removed=removed,
        verdict=_sender.verdict(mail, data, sender, authserv_id, resolve),
        is_bounce=is_bounce,
        returned=_returned(mail) if is_report else "",
        is_auto=is_report or _is_auto(mail),
        is_cut=is_cut,
    )


def _words(mail: Part, is_report: bool) -> tuple[str, tuple[Removed, ...], bool]:
    """The first plain text that says something, else the first HTML; all other parts counted, undecoded."""
    leaves = list(_parts.leaves(mail))
    is_cut = False
    for wanted in ("text/plain", "text/html"):
        for chosen, among in leaves:
            if chosen.get_content_type() != wanted or _parts.is_file(chosen):
                continue
            try:
                text, is_cut = _text_of(chosen)
            except Stop as stopped:
                # A report often repeats the head of our own mail. That it failed is what counts.
                if is_report and stopped.why is Why.HEADERS_IN_TEXT:
                    text, is_cut = "", True
                else:
                    raise
            if text:
                # The other form of the same words is no file they sent.
                rest = [
                    leaf
                    for leaf, beside in leaves
                    if leaf is not chosen
                    and not (among and beside and leaf.get_content_type() == "text/html")
                    and not _is_empty_text(leaf)
                ]
                return text, _removed(rest), is_cut
    return "", _removed([leaf for leaf, _beside in leaves if not _is_empty_text(leaf)]), is_cut


def _text_of(part: Part) -> tuple[str, bool]:
    text = _decode.characters(_decode.body(part), _decode.charset(part))
    if part.get_content_type() == "text/html":
        # Pictures written into the page are most of it, and are cut before a parser sees them.
        text, count = links.cut_image_data(text)
        text = _html.words(text)
        done, is_cut = _text.kept(text)
        return done, is_cut or bool(count)
    return _text.kept(text)


def _is_empty_text(part: Part) -> bool:
    payload = part.get_payload()
    return (
        part.get_content_type() in ("text/plain", "text/html")
        and not _parts.is_file(part)
        and isinstance(payload, str)
        and not payload.strip()
    )


def _removed(parts: list[Part]) -> tuple[Removed, ...]:
    counted = Counter(_parts.kind(part) for part in parts)
    return tuple(Removed(kind, count) for kind, count in sorted(counted.items()))


def _report(mail: Part) -> tuple[bool, bool]:
    """Does a server say that our mail was not delivered, and is it such a report at all? (RFC 3464)

    Of its fields only the word behind "Action" is read: a delay is no failure.
    """
    named = mail.get_param("report-type", "")
    if mail.get_content_type() != "multipart/report" or str(named).lower() != "delivery-status":
        return False, False
    actions = [
        value
        for part in mail.walk()
        if part.get_content_type() == "message/delivery-status"
        for block in part.walk()
        if (value := header(block, "action"))
    ]
    return any(_FINAL.match(value) for value in actions) or not actions, True


def _returned(report: Part) -> str:
    """The Message-ID of the mail a report gives back, "" where it names none or several.

    Only the head of that mail is looked at, and undecoded, as all of it.
    """
    named: list[str] = []
    for part in _parts.inside(report):
        kind, payload = part.get_content_type(), part.get_payload()
        if kind in _WHOLE:
            named += [_message_id(one) for one in _parts.inside(part)]
        elif kind == _HEAD_ONLY and isinstance(payload, str):
            named += _named_in_head(payload[: limits.LONGEST_HEADER])
    return named[0] if len(named) == 1 else ""


def _named_in_head(text: str) -> list[str]:
    """Each Message-ID among these head lines; "" for one that is none."""
    head = _FOLD.sub(" ", _HEAD_END.split(text.lstrip("\r\n"), maxsplit=1)[0])
    values = [
        value.strip()
        for name, _colon, value in (line.partition(":") for line in head.splitlines())
        if name.strip().lower() == "message-id"
    ]
    return [value if _ID.fullmatch(value) else "" for value in values]


def _is_auto(mail: Part) -> bool:
    """Does it say of itself that a program wrote it? (RFC 3834)"""
    said = header(mail, "auto-submitted").lower()
    if said and not said.startswith("no"):
        return True
    return bool(header(mail, "x-auto-response-suppress") or header(mail, "x-autoreply")) or header(
        mail, "precedence"
    ).lower() in ("auto_reply", "auto-reply")


def _subject(mail: Part) -> str:
    raw = header(mail, "subject")[: 4 * limits.LONGEST_SUBJECT]
    try:
        pieces = decode_header(raw)
    except (HeaderParseError, ValueError):
        return ""
    text = "".join(
        _decode.characters(piece if isinstance(piece, bytes) else piece.encode(_parts.AS_BYTES), name or "")
        for piece, name in pieces
    )
    return _text.one_line(text, limits.LONGEST_SUBJECT)


def _date(mail: Part) -> datetime | None:
    try:
        found = email.utils.parsedate_to_datetime(header(mail, "date")[:100])
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _message_id(mail: Part) -> str:
    found = _ID.fullmatch(header(mail, "message-id")[: limits.LONGEST_ID + 2])
    return found[0] if found else ""
