"""Whether the domain in the From line stands for a mail: said by our own server, or looked up ourselves.

What others say of it counts nothing: whoever writes a mail can write that line too (RFC 8601, 5).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

import dkim

from survivor_portal import links
from survivor_portal.mails import _limits as limits
from survivor_portal.mails._parts import Part, Stop, header, headers
from survivor_portal.mails._records import Verdict, Why

# Text records of a name, or b"" / None where there are none; may raise anything.
Resolve = Callable[[str], bytes | None]

_ADDRESS = re.compile(r"[^\s@<>\"(),:;\\\[\]]{1,64}@([a-z0-9](?:[a-z0-9.-]{0,188}[a-z0-9])?)", re.IGNORECASE)
_COMMENT = re.compile(r"\(([^()]{0,400})\)")
_RESULT = re.compile(r"(?:^|;)\s{0,9}(dmarc|dkim)\s{0,3}=\s{0,3}([a-z]{1,20})\b([^;]{0,600})", re.IGNORECASE)
_SIGNED_BY = re.compile(r"\bheader\.[di]\s{0,3}=\s{0,3}(?:[^\s@;]{0,64}@)?([a-z0-9.-]{1,190})", re.IGNORECASE)
_REJECT = re.compile(
    r"\bp\s{0,3}=\s{0,3}reject\b|\bpolicy\.[a-z-]{1,40}\s{0,3}=\s{0,3}reject\b", re.IGNORECASE
)
_TAG_D = re.compile(r"(?:^|;)\s{0,9}d\s{0,9}=\s{0,9}([a-z0-9.-]{1,190})\s{0,9}(?:;|$)", re.IGNORECASE)
# A signature over a part of the text lets anybody add the rest (RFC 6376, 8.2).
_TAG_L = re.compile(r"(?:^|;)\s{0,9}l\s{0,9}=", re.IGNORECASE)
_MOST_SIGNATURES = 4
# The library folds spaces with a pattern that costs the square of a run of them.
# The library tells a log what stands in a mail.
_SILENT = logging.Logger("mails", logging.CRITICAL + 1)
_MANY_SPACES = re.compile(rb"[ \t]{200}")


def address(mail: Part) -> str:
    """The bare address of the From line; "" where it names none, several, or hides one in a name."""
    raw = header(mail, "from")[:1000]
    last = raw.rpartition("<")[2].partition(">")[0] if raw.endswith(">") else raw
    found = _ADDRESS.fullmatch(last.strip())
    if found is None or len(found[0]) > limits.LONGEST_ADDRESS or not found[0].isascii():
        return ""
    return found[0]


def verdict(mail: Part, data: bytes, sender: str, authserv_id: str, resolve: Resolve | None) -> Verdict:
    """What is known of the sender's domain. Raises Stop where it asks that such mail be refused."""
    if authserv_id:
        return _as_told(mail, sender, authserv_id)
    return _looked_up(mail, data, sender, resolve) if resolve is not None and sender else Verdict.NONE


def _as_told(mail: Part, sender: str, authserv_id: str) -> Verdict:
    """Read what our own server wrote. It stands above the Received line of whoever handed the mail to it."""
    received = [place for place, _value in headers(mail, "received")]
    below = received[1] if len(received) > 1 else None
    told: list[Verdict] = []
    for place, value in headers(mail, "authentication-results"):
        name, _semicolon, results = value.partition(";")
        if name.split()[:1] != [authserv_id] or (below is not None and place > below):
            continue
        told.append(_one(results[:4000], sender))
    # Two lines that differ: one of them is not ours.
    return told[0] if len(set(told)) == 1 else Verdict.NONE


def _one(results: str, sender: str) -> Verdict:
    comments = " ".join(_COMMENT.findall(results))
    found = [
        (method.lower(), result.lower(), rest)
        for method, result, rest in _RESULT.findall(_COMMENT.sub(" ", results))
    ]
    dmarc = [(result, rest) for method, result, rest in found if method == "dmarc"]
    if len(dmarc) == 1 and dmarc[0][0] in ("pass", "fail"):
        result, rest = dmarc[0]
        if result == "pass":
            return Verdict.VERIFIED
        if _REJECT.search(f"{comments} {rest}"):
            raise Stop(Why.NOT_THEIRS)
        return Verdict.FAILED
    signed = [
        (result, by[1])
        for method, result, rest in found
        if method == "dkim" and (by := _SIGNED_BY.search(rest))
    ]
    own = {result for result, by in signed if _is_aligned(by, sender)}
    if "pass" in own:
        return Verdict.VERIFIED
    return Verdict.FAILED if "fail" in own else Verdict.NONE


def _looked_up(mail: Part, data: bytes, sender: str, resolve: Resolve) -> Verdict:
    """Check the sender's own signature, as far as it is one. Where it has none nothing is known: whether the
    machine it came from may send for it is not looked at, so no such mail is refused."""
    if _MANY_SPACES.search(data):
        return Verdict.NONE
    own = []
    for number, (_place, value) in enumerate(headers(mail, "dkim-signature")[:_MOST_SIGNATURES]):
        by = _TAG_D.search(value)
        if by and _is_aligned(by[1], sender) and not _TAG_L.search(value):
            own.append(_holds(data, number, resolve))
    if True in own:
        return Verdict.VERIFIED
    return Verdict.FAILED if False in own else Verdict.NONE


def _holds(data: bytes, number: int, resolve: Resolve) -> bool | None:
    """Does that signature fit? None where the key could not be had."""
    asked: list[bool] = []

    def key(name: bytes | str, timeout: float = 5) -> bytes:
        text = resolve(name.decode("ascii") if isinstance(name, bytes) else name)
        asked.append(bool(text))
        return text or b""

    try:
        holds = bool(dkim.DKIM(data, logger=_SILENT, minkey=1024).verify(idx=number, dnsfunc=key))
    except Exception:  # its parser raises many things for what it was never meant to see
        holds = False
    return holds if holds or any(asked) else None


def _is_aligned(domain: str, sender: str) -> bool:
    """Do both belong to whoever registered the one? (RFC 7489, 3.1.1, relaxed)"""
    theirs, own = domain.lower().rstrip("."), sender.rpartition("@")[2].lower()
    if not own or not theirs:
        return False
    return theirs == own or (links.registrable(theirs) or theirs) == (links.registrable(own) or own)
