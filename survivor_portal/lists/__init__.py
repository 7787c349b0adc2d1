"""Lists: read what a helpline brings along in a table, and say by line and column what is wrong."""

from survivor_portal.lists._cases import LONGEST_RELEASE, name_key, read_cases
from survivor_portal.lists._columns import CASE_COLUMNS, LINK_COLUMNS, SCOPE_WORDS, Column
from survivor_portal.lists._places import read_links
from survivor_portal.lists._records import (
    MOST_BYTES,
    MOST_CASES,
    MOST_LINKS,
    Agreed,
    Fault,
    Ignored,
    Links,
    Listed,
    Wrong,
)
from survivor_portal.lists._text import Collected, NotText, TooLarge

__all__ = [
    "CASE_COLUMNS",
    "LINK_COLUMNS",
    "LONGEST_RELEASE",
    "MOST_BYTES",
    "MOST_CASES",
    "MOST_LINKS",
    "SCOPE_WORDS",
    "Agreed",
    "Collected",
    "Column",
    "Fault",
    "Ignored",
    "Links",
    "Listed",
    "NotText",
    "TooLarge",
    "Wrong",
    "name_key",
    "read_cases",
    "read_links",
]
