"""Carry a list from the page that checked it to the yes after it, sealed to the desk it was checked at.

So nothing of it is kept between the two, and what is made is what was checked, sign for sign.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from dataclasses import asdict, dataclass, field

from django.conf import settings

from survivor_portal import seals
from survivor_portal.advocates.opened import Session
from survivor_portal.lists import MOST_BYTES

PURPOSE = "list"
# What else stands in the form and around it.
_ROOM = 64 * 1024
CASES, LINKS = "cases", "links"


class TooLong(Exception):
    """It would not come back: a form holds less than this."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A list that was checked. `run`: a random name of this doing; `target`: the team or the
    case it is for."""

    kind: str
    target: str
    run: str
    text: str = field(repr=False)


def sealed(session: Session, carried: Carried) -> str:
    """The list as it stands in the form. Raises TooLong."""
    plain = zlib.compress(json.dumps(asdict(carried)).encode(), 6)
    envelope = seals.lock(_key(session), plain, context=session.row_id.encode())
    text = base64.b64encode(envelope).decode()
    if len(text) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE - _ROOM:
        raise TooLong
    return text


def opened(session: Session, text: str) -> Carried | None:
    """The list again; None where it was carried by another desk, or changed on the way."""
    try:
        envelope = base64.b64decode(text, validate=True)
        plain = seals.unlock(_key(session), envelope, context=session.row_id.encode())
    except (binascii.Error, ValueError, seals.WrongKey):
        return None
    # It is ours, so it holds no more than was let in.
    reader = zlib.decompressobj()
    return Carried(**json.loads(reader.decompress(plain, 8 * MOST_BYTES)))


def _key(session: Session) -> bytes:
    return seals.token_key(session.token, PURPOSE)
