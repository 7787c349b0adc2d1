"""Read what a platform answered: its class, side remarks and the deciding words. No Django, no database."""

from survivor_portal.replies._read import LONGEST, read_reply
from survivor_portal.replies._records import DECISIONS, Kind, Mark, Reading, Remark, ReplyClass, Verdict
from survivor_portal.replies._rules import RuleError, languages

__all__ = [
    "DECISIONS",
    "LONGEST",
    "Kind",
    "Mark",
    "Reading",
    "Remark",
    "ReplyClass",
    "RuleError",
    "Verdict",
    "languages",
    "read_reply",
]
