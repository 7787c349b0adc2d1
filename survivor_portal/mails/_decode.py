"""Turn the bytes of a text part into characters: two encodings, and the character sets people write in."""

from __future__ import annotations

import binascii
import quopri

from survivor_portal.mails._parts import AS_BYTES, Part, Stop, header
from survivor_portal.mails._records import Why

# The codecs of the standard library also unpack archives; only these are for text. RFC 2045 to 2047, WHATWG.
_CHARSETS = {
    "utf-8": "utf-8", "utf8": "utf-8", "us-ascii": "ascii", "ascii": "ascii", "utf-16": "utf-16",
    "utf-16le": "utf-16-le", "utf-16be": "utf-16-be", "koi8-r": "koi8-r", "koi8-u": "koi8-u",
    "gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "big5": "big5", "big5-hkscs": "big5hkscs",
    "euc-jp": "euc_jp", "iso-2022-jp": "iso2022_jp", "shift_jis": "cp932", "shift-jis": "cp932",
    "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "iso-2022-kr": "iso2022_kr", "tis-620": "cp874",
    "iso-8859-1": "cp1252", "latin1": "cp1252", "iso-8859-9": "cp1254", "macintosh": "mac-roman",
    **{f"iso-8859-{number}": f"iso8859-{number}" for number in (2, 3, 4, 5, 6, 7, 8, 10, 11, 13, 14, 15, 16)},
    "iso-8859-8-i": "iso8859-8",
    **{f"windows-{number}": f"cp{number}" for number in range(1250, 1259)},
    **{f"cp{number}": f"cp{number}" for number in range(1250, 1259)},
}  # fmt: skip
_AS_IT_IS = frozenset({"", "7bit", "8bit", "binary"})


def body(part: Part) -> bytes:
    """The bytes of a part that is text. Raises Stop for an encoding nobody knows, or that is broken."""
    payload = part.get_payload()
    if not isinstance(payload, str):
        raise Stop(Why.DAMAGED)
    raw = payload.encode(AS_BYTES)
    encoding = header(part, "content-transfer-encoding").lower()
    if encoding in _AS_IT_IS:
        return raw
    if encoding == "quoted-printable":
        return quopri.decodestring(raw)
    if encoding != "base64":
        raise Stop(Why.DAMAGED)
    try:
        return binascii.a2b_base64(b"".join(raw.split()), strict_mode=True)
    except binascii.Error:
        raise Stop(Why.DAMAGED) from None


def charset(part: Part) -> str:
    """The character set a part names, "" where it names none."""
    named = part.get_param("charset", "")
    return named if isinstance(named, str) else ""


def characters(raw: bytes, named: str) -> str:
    """The text of these bytes. Never raises: what fits no character set is marked, and counted later."""
    codec = _CHARSETS.get(named.strip().lower(), "utf-8")
    # Much is said to be ASCII and is not.
    for attempt in (codec, "utf-8", "cp1252") if codec in ("ascii", "utf-8") else (codec,):
        try:
            return raw.decode(attempt)
        except (UnicodeError, LookupError):
            continue
    return raw.decode(codec, "replace")
