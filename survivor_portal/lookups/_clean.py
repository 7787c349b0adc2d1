"""What a register says of a company, made fit to be shown: a name, a mail address, or nothing."""

from __future__ import annotations

import re
import unicodedata

LONGEST_NAME = 120
LONGEST_MAIL = 254

# RFC 5321 allows more; whoever publishes an address for abuse uses these.
_MAIL = re.compile(
    r"[A-Za-z0-9](?:[A-Za-z0-9._%+-]{0,62}[A-Za-z0-9_+-])?"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)
# Words that stand where an address was taken away.
_NO_ADDRESS = re.compile(
    r"redacted|privacy|not[ ._-]?disclosed|please[ ._-]?query|removed@|withheld|data[ ._-]?protected", re.I
)
_NO_NAME = re.compile(r"redacted|not[ ._-]?disclosed|please[ ._-]?query|withheld for|data protected", re.I)


def mail(text: object) -> str:
    """The mail address, in plain letters; "" for anything else, such as REDACTED."""
    if not isinstance(text, str) or len(text) > LONGEST_MAIL:
        return ""
    text = text.strip()
    if _NO_ADDRESS.search(text) or not _MAIL.fullmatch(text) or ".." in text:
        return ""
    return text


def name(text: object) -> str:
    """A company's name on one line, without characters that hide or turn around others; "" for none."""
    if not isinstance(text, str):
        return ""
    shown = "".join(
        " " if character.isspace() or unicodedata.category(character)[0] == "C" else character
        for character in text[: 8 * LONGEST_NAME]
        if unicodedata.category(character) != "Cf"
    )
    shown = " ".join(shown.split())[:LONGEST_NAME].rstrip()
    return "" if _NO_NAME.search(shown) or not any(c.isalnum() for c in shown) else shown


def country(text: object) -> str:
    """Two capital letters, "" for anything else."""
    return text.upper() if isinstance(text, str) and re.fullmatch("[A-Za-z]{2}", text) else ""
