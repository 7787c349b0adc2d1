"""Counts in a Redis that all web processes share, under names that nobody can turn back.

The names are keyed hashes. The key is drawn anew each hour by whoever needs it first and lies in the same
Redis, where it goes by itself as soon as nothing is named with it. That Redis is to keep nothing on disk.
"""

import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from math import ceil
from typing import Any, TypeVar

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError
from redis.retry import Retry

from survivor_portal.counts.kinds import HOUR, Kind, end_of, hidden, span

T = TypeVar("T")

# A page waits no longer for a count than this, seconds.
PATIENCE = 0.5
_PREFIX = "counts:"

# The order in which names were met tells which one to forget; a number, so that no time stands beside a name.
_UP = """
local count = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '0')
local limit, most, lasts = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
if count < limit then redis.call('HINCRBY', KEYS[1], ARGV[1], 1)
else redis.call('HSET', KEYS[1], ARGV[1], count) end
redis.call('ZADD', KEYS[2], redis.call('HINCRBY', KEYS[1], 'met', 1), ARGV[1])
while redis.call('ZCARD', KEYS[2]) > most do
  redis.call('HDEL', KEYS[1], redis.call('ZPOPMIN', KEYS[2])[1])
end
redis.call('EXPIRE', KEYS[1], lasts)
redis.call('EXPIRE', KEYS[2], lasts)
return count < limit and 1 or 0
"""
_DOWN = """
if tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '0') > 0 then
  redis.call('HINCRBY', KEYS[1], ARGV[1], -1)
end
"""
_NOTE = """
local now, ends, most, lasts = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local known = 0
for i = 5, #ARGV do known = known + redis.call('ZREM', KEYS[1], ARGV[i]) end
redis.call('ZADD', KEYS[1], ends, ARGV[5])
while redis.call('ZCARD', KEYS[1]) > most do redis.call('ZPOPMIN', KEYS[1]) end
redis.call('EXPIRE', KEYS[1], lasts)
return known == 0 and 1 or 0
"""


class Unreachable(Exception):
    """The shared place does not answer, or not in time."""


class Shared:
    """A place all processes with this address share. Every operation may raise Unreachable."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(
            url,
            socket_timeout=PATIENCE,
            socket_connect_timeout=PATIENCE,
            # One more try: after Redis was started anew, each connection of before fails once.
            retry=Retry(NoBackoff(), 1),
        )
        self._up = self._redis.register_script(_UP)
        self._down = self._redis.register_script(_DOWN)
        self._note = self._redis.register_script(_NOTE)

    def up(self, kind: Kind, name: str, now: datetime, limit: int) -> bool:
        def do() -> bool:
            own = hidden(self._key(kind, now), kind, name)
            return bool(self._up(self._count(kind, now), [own, limit, kind.most, _rest(kind, now)]))

        return _answered(do)

    def down(self, kind: Kind, name: str, now: datetime) -> None:
        def do() -> None:
            own = hidden(self._key(kind, now), kind, name)
            self._down(self._count(kind, now)[:1], [own])

        _answered(do)

    def note(self, kind: Kind, name: str, now: datetime) -> bool:
        def do() -> bool:
            key = self._key(kind, now)
            others = [other for other in self._keys(kind, now) if other != key]
            own = [hidden(each, kind, name) for each in (key, *others)]
            ends = now + kind.lasts
            lasts = ceil(kind.lasts.total_seconds())
            return bool(
                self._note([self._notes(kind)], [now.timestamp(), ends.timestamp(), kind.most, lasts, *own])
            )

        return _answered(do)

    def knows(self, kind: Kind, name: str, now: datetime) -> bool:
        def do() -> bool:
            own = [hidden(key, kind, name) for key in self._keys(kind, now)]
            if not own:
                return False
            # The type asks for text; the names are bytes.
            ends: Any = self._redis.execute_command("ZMSCORE", self._notes(kind), *own)
            return any(end is not None and now.timestamp() < end for end in ends)

        return _answered(do)

    def writes_to_disk(self) -> bool:
        """Whether that Redis keeps on disk what it is told."""

        def do() -> bool:
            found: Any = self._redis.info("persistence")
            save: Any = {}
            # Not every user of a Redis may ask for its settings.
            with suppress(ResponseError):
                save = self._redis.config_get("save")
            return bool(found.get("aof_enabled")) or bool(save.get("save"))

        return _answered(do)

    def _key(self, kind: Kind, now: datetime) -> bytes:
        """The key of this hour, the same for all who ask."""
        number = span(now, HOUR)
        name = self._key_name(kind, number)
        # As long as something may be named with it.
        lasts = ceil((end_of(number, HOUR) - now + kind.lasts).total_seconds())
        with self._redis.pipeline() as asked:
            asked.set(name, secrets.token_bytes(32), nx=True, ex=lasts)
            asked.get(name)
            found: Any = asked.execute()[1]
        return bytes(found)

    def _keys(self, kind: Kind, now: datetime) -> list[bytes]:
        """The keys of the hours in which something was noted that may still be known, this one too."""
        first, last = span(now - kind.lasts, HOUR), span(now, HOUR)
        found: Any = self._redis.mget([self._key_name(kind, number) for number in range(first, last + 1)])
        return [key for key in found if key is not None]

    @staticmethod
    def _key_name(kind: Kind, number: int) -> str:
        return f"{_PREFIX}{kind.key}:key:{number}"

    @staticmethod
    def _count(kind: Kind, now: datetime) -> list[str]:
        number = span(now, kind.lasts)
        return [f"{_PREFIX}{kind.key}:{number}", f"{_PREFIX}{kind.key}:{number}:met"]

    @staticmethod
    def _notes(kind: Kind) -> str:
        return f"{_PREFIX}{kind.key}"


def _rest(kind: Kind, now: datetime) -> int:
    """Seconds until the span of `now` is over, one more for clocks that differ a little."""
    return ceil((end_of(span(now, kind.lasts), kind.lasts) - now + timedelta(seconds=1)).total_seconds())


def _answered(do: Callable[[], T]) -> T:
    try:
        return do()
    except (RedisError, OSError) as error:
        # Without the cause: a line of Redis' own words may quote what was sent.
        raise Unreachable(type(error).__name__) from None
