"""The keys, held by the key process: each question goes to it over a socket. The names are those of `near`.

One line a thread, kept open. Where the key process does not answer, or gives out no more in this minute,
NotNow is raised. Nothing has happened then, but for one thing: a key that was to be made may have been.
"""

import os
import select
import socket
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import islice

from django.conf import settings

from survivor_portal.keystore import epochs, frames
from survivor_portal.keystore.asked import MOST_IDS, MOST_KEYS
from survivor_portal.keystore.away import NoAnswer, TooMany
from survivor_portal.keystore.frames import Message
from survivor_portal.keystore.rotation import NotRotated, Rotated
from survivor_portal.keystore.standing import Standing

PATIENCE = 15.0
# To wrap every key anew takes a while where there are very many.
PATIENCE_FOR_TURNING = 300.0

_mine = threading.local()


class NotAllowed(Exception):
    """This process may not ask that. It is a mistake in the program or its settings, or a break-in."""


def get_shreds(case_ids: Iterable[str]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for ids in _parts(case_ids, MOST_KEYS):
        found |= _keys(_ask({"do": "get_shreds", "ids": ids}))
    return found


def create_shreds(case_ids: Iterable[str]) -> dict[str, bytes]:
    made: dict[str, bytes] = {}
    for ids in _parts(case_ids, MOST_KEYS):
        made |= _keys(_ask({"do": "create_shreds", "ids": ids}, again=False))
    return made


def delete_shreds(case_ids: Iterable[str]) -> int:
    return sum(int(_ask({"do": "delete_shreds", "ids": ids})["n"]) for ids in _parts(case_ids, MOST_IDS))


def existing_shreds(case_ids: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for ids in _parts(case_ids, MOST_IDS):
        found |= set(_ask({"do": "existing_shreds", "ids": ids})["ids"])
    return found


def put_capsule_key(capsule_id: str, key: bytes, expires_at: datetime) -> None:
    until = expires_at.astimezone(UTC).isoformat()
    _ask({"do": "put_capsule_key", "ids": [capsule_id], "key": key.hex(), "until": until}, again=False)


def get_capsule_key(capsule_id: str) -> bytes | None:
    return _keys(_ask({"do": "get_capsule_key", "ids": [capsule_id]})).get(capsule_id)


def delete_capsule_keys(capsule_ids: Iterable[str]) -> int:
    parts = _parts(capsule_ids, MOST_IDS)
    return sum(int(_ask({"do": "delete_capsule_keys", "ids": ids})["n"]) for ids in parts)


def expired_capsule_keys(now: datetime) -> set[str]:
    """As `near`; which moment it is, the key process knows by itself."""
    return set(_ask({"do": "expired_capsule_keys"})["ids"])


def turn(now: datetime, *, force: bool = False) -> Rotated | None:
    """As `near`; which moment it is, the key process knows by itself."""
    done = _ask({"do": "turn_now" if force else "turn"}, patience=PATIENCE_FOR_TURNING)["turned"]
    return Rotated(done["current"], done["rewrapped"], tuple(done["destroyed"])) if done else None


def standing() -> Standing:
    told = dict(_ask({"do": "standing"})["standing"])
    for name in ("made_at", "alarm_at"):
        told[name] = datetime.fromisoformat(told[name]) if told[name] else None
    return Standing(**told)


def _ask(question: Message, *, again: bool = True, patience: float = PATIENCE) -> Message:
    """The answer. With `again`, once more on a new line where the first broke."""
    try:
        answer = _exchange(question, patience)
    except frames.Broken:
        if not again:
            raise NoAnswer from None
        try:
            answer = _exchange(question, patience)
        except frames.Broken:
            raise NoAnswer from None
    match answer.get("no"):
        case None:
            return answer
        case "too many":
            raise TooMany
        case "no key of the day":
            raise epochs.NoEpoch
        case "not turned":
            raise NotRotated(str(answer.get("why", "")))
        case "failed":
            raise NoAnswer
        case _:
            raise NotAllowed


def _exchange(question: Message, patience: float) -> Message:
    line = _line()
    try:
        frames.send(line, question)
        answer = frames.receive(line, patience)
    except frames.Broken:
        hang_up()
        raise
    if answer is None:
        hang_up()
        raise frames.Broken
    return answer


def _line() -> socket.socket:
    """This thread's line to the key process; a new one if there is none or the other side let go of it."""
    line: socket.socket | None = getattr(_mine, "line", None)
    # A process that was forked off must not talk into its parent's line.
    if line is not None and _mine.process == os.getpid() and not _let_go(line):
        return line
    hang_up()
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        line.settimeout(frames.WITHIN)
        line.connect(settings.KEYS_SOCKET)
    except OSError:
        line.close()
        raise frames.Broken from None
    _mine.line, _mine.process = line, os.getpid()
    return line


def _let_go(line: socket.socket) -> bool:
    """Nothing is to come before a question: what can be read now is the end."""
    waiting = select.poll()
    waiting.register(line, select.POLLIN)
    return bool(waiting.poll(0))


def hang_up() -> None:
    """Close this thread's line, if there is one."""
    line: socket.socket | None = getattr(_mine, "line", None)
    if line is not None:
        _mine.line = None
        line.close()


def _keys(answer: Message) -> dict[str, bytes]:
    return {name: bytes.fromhex(key) for name, key in answer["keys"].items()}


def _parts(ids: Iterable[str], size: int) -> Iterable[list[str]]:
    left = iter(ids)
    while part := list(islice(left, size)):
        yield part
