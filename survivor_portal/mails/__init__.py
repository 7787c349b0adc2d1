"""Read a mail that anybody may have sent: its words, who it says it is from, and nothing of its files."""

from survivor_portal.mails._limits import LARGEST, LONGEST
from survivor_portal.mails._read import read
from survivor_portal.mails._records import Read, Refused, Removed, Verdict, Why
from survivor_portal.mails._sender import Resolve

__all__ = [
    "LARGEST",
    "LONGEST",
    "Read",
    "Refused",
    "Removed",
    "Resolve",
    "Verdict",
    "Why",
    "read",
]
