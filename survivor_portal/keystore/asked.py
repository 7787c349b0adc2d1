"""What may be asked of the key process, by whom, and in which shape: everything else is refused."""

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum

from survivor_portal.keystore import near
from survivor_portal.keystore.frames import Message

MOST_IDS = 5000
MOST_KEYS = 100
_ID = re.compile("[0-9a-f]{32}")
_KEY = re.compile("[0-9a-f]{64}")


class Role(StrEnum):
    """Who asks. Each has a socket of its own."""

    web = "web"
    worker = "worker"
    operator = "operator"


class Malformed(Exception):
    """It is not in the shape of a question."""


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that may be asked: by whom, for how many rows at once, whether it gives out keys."""

    roles: frozenset[Role]
    most_ids: int
    gives_keys: bool
    answer: Callable[[Message, list[str], datetime], Message]


def ids_of(message: Message, most: int) -> list[str]:
    """The ids a question names, each once. Raises Malformed."""
    ids = message.get("ids", [])
    if not isinstance(ids, list) or len(ids) > most:
        raise Malformed
    if not all(isinstance(name, str) and _ID.fullmatch(name) for name in ids):
        raise Malformed
    return list(dict.fromkeys(ids))


def _get_shreds(_: Message, ids: list[str], now: datetime) -> Message:
    return _keys(near.get_shreds(ids))


def _create_shreds(_: Message, ids: list[str], now: datetime) -> Message:
    return _keys(near.create_shreds(ids))


def _delete_shreds(_: Message, ids: list[str], now: datetime) -> Message:
    return {"n": near.delete_shreds(ids)}


def _existing_shreds(_: Message, ids: list[str], now: datetime) -> Message:
    return {"ids": sorted(near.existing_shreds(ids))}


def _put_capsule_key(message: Message, ids: list[str], now: datetime) -> Message:
    key, until = message.get("key"), message.get("until")
    if len(ids) != 1 or not (isinstance(key, str) and _KEY.fullmatch(key)) or not isinstance(until, str):
        raise Malformed
    try:
        expires_at = datetime.fromisoformat(until).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Malformed from None
    near.put_capsule_key(ids[0], bytes.fromhex(key), expires_at)
    return {}


def _get_capsule_key(_: Message, ids: list[str], now: datetime) -> Message:
    found = ((name, near.get_capsule_key(name)) for name in ids)
    return _keys({name: key for name, key in found if key is not None})


def _delete_capsule_keys(_: Message, ids: list[str], now: datetime) -> Message:
    return {"n": near.delete_capsule_keys(ids)}


def _expired_capsule_keys(_: Message, ids: list[str], now: datetime) -> Message:
    return {"ids": sorted(near.expired_capsule_keys(now))}


def _turn(_: Message, ids: list[str], now: datetime) -> Message:
    done = near.turn(now)
    return {"turned": asdict(done) if done else None}


def _turn_now(_: Message, ids: list[str], now: datetime) -> Message:
    done = near.turn(now, force=True)
    return {"turned": asdict(done) if done else None}


def _keys(keys: Mapping[str, bytes]) -> Message:
    return {"keys": {name: key.hex() for name, key in keys.items()}}


_WEB, _WORKER, _OPERATOR = (frozenset({role}) for role in Role)

# Pages open cases; a worker never does. What waits for a worker, only a worker opens. Deleting, both may.
QUESTIONS: dict[str, Question] = {
    "get_shreds": Question(_WEB, MOST_KEYS, True, _get_shreds),
    "create_shreds": Question(_WEB, MOST_KEYS, True, _create_shreds),
    "delete_shreds": Question(_WEB | _WORKER, MOST_IDS, False, _delete_shreds),
    "existing_shreds": Question(_WEB | _WORKER, MOST_IDS, False, _existing_shreds),
    "put_capsule_key": Question(_WEB, 1, False, _put_capsule_key),
    "get_capsule_key": Question(_WORKER, 1, True, _get_capsule_key),
    "delete_capsule_keys": Question(_WEB | _WORKER, MOST_IDS, False, _delete_capsule_keys),
    "expired_capsule_keys": Question(_WORKER, 0, False, _expired_capsule_keys),
    "turn": Question(_WORKER | _OPERATOR, 0, False, _turn),
    "turn_now": Question(_OPERATOR, 0, False, _turn_now),
}
