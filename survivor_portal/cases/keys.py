"""What is in hand while a case is open: its two keys, and how its documents are sealed with them."""

import json
import secrets
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings

from survivor_portal import seals

Document = dict[str, Any]
OWNER = "owner"


@dataclass(frozen=True, slots=True)
class OpenCase:
    """An opened case. Holds keys: never store it, cache it, log it or hand it to a template.

    `by`: who has it open, and so signs what is written in its book. Whoever may only read, writes nothing.
    """

    id: str
    case_key: bytes = field(repr=False)
    shred: bytes = field(repr=False)
    expires_on: date
    # How often the case got a new key; who still has an earlier one must open it again.
    key_number: int = 1
    by: str = OWNER
    may_write: bool = True


class NotTheOwners(Exception):
    """Only the owner of a case may do this, not somebody who was let in."""


def owners_only(case: OpenCase) -> None:
    """Raises NotTheOwners where somebody else has the case open."""
    if case.by != OWNER:
        raise NotTheOwners


def new_id() -> str:
    """A name for a row that says nothing."""
    return secrets.token_hex(16)


def index(purpose: str, value: str) -> str:
    """The blind index under which something is found."""
    return seals.blind_index(settings.INDEX_KEY.encode(), purpose, value).hex()


def seal(case: OpenCase, table: str, row: str, revision: int, document: Document) -> bytes:
    """The envelope of a document for this row of this table in this revision, and no other."""
    return seals.lock_record(
        case.case_key, case.shred, packed(document), seals.Place(table, row, case.id, revision)
    )


def unseal(case: OpenCase, table: str, row: str, revision: int, envelope: bytes) -> Document:
    """The document again. Raises seals.WrongKey where it was changed, moved, or is of another revision."""
    place = seals.Place(table, row, case.id, revision)
    return unpacked(seals.unlock_record(case.case_key, case.shred, bytes(envelope), place))


def reseal(old: OpenCase, new: OpenCase, table: str, row: str, revision: int, envelope: bytes) -> bytes:
    """The same document for the same place, under the key the case has now. Raises seals.WrongKey."""
    return seal(new, table, row, revision, unseal(old, table, row, revision, envelope))


def packed(document: Document) -> bytes:
    """One way to write a document, so that its hash is always the same."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8", "surrogatepass")


def unpacked(text: bytes) -> Document:
    """The document again."""
    document: Document = json.loads(text.decode("utf-8", "surrogatepass"))
    return document
