"""Look-ups: ask registers who hosts a site, and platforms whether a link is gone. Nobody else asks others."""

from survivor_portal.lookups._find import (
    Asker,
    NotASite,
    Party,
    Result,
    Role,
    find,
    from_plain,
    site_of,
    to_plain,
)
from survivor_portal.lookups._links import Check, Question, check, question
from survivor_portal.lookups._names import Names, NamesFailed, NoSuchName, Resolver
from survivor_portal.lookups._rdap import Trouble
from survivor_portal.lookups._wire import Wire

__all__ = [
    "Asker",
    "Check",
    "Names",
    "NamesFailed",
    "NoSuchName",
    "NotASite",
    "Party",
    "Question",
    "Resolver",
    "Result",
    "Role",
    "Trouble",
    "Wire",
    "check",
    "find",
    "from_plain",
    "question",
    "site_of",
    "to_plain",
]
