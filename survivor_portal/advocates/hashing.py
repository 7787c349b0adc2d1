"""How the password of an account is hashed: Argon2id at the cost of a phrase, and not without the index key.

A copy of the database alone lets nobody try passwords: what is hashed is a keyed hash of the password, and
the key lies in a file of the site. There is only ever one index key, so no hash is ever lost with it.
"""

import unicodedata
from typing import Any

import argon2
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher

from survivor_portal import seals
from survivor_portal.counts.pool import SLOW_KEYS

PURPOSE = "password1"


class KeyedArgon2(Argon2PasswordHasher):
    """Both may raise `counts.pool.Busy`: no more slow keys at once than the machine has processors."""

    algorithm = "keyed-argon2"

    def encode(self, password: str, salt: str) -> str:
        with SLOW_KEYS.turn():
            return str(super().encode(_keyed(password), salt))

    def verify(self, password: str, encoded: str) -> bool:
        with SLOW_KEYS.turn():
            return bool(super().verify(_keyed(password), encoded))

    def params(self) -> Any:
        # One lane: with more, the memory that the pool bounds would be used by several threads at once.
        return argon2.Parameters(
            type=argon2.low_level.Type.ID,
            version=argon2.low_level.ARGON2_VERSION,
            salt_len=argon2.DEFAULT_RANDOM_SALT_LENGTH,
            hash_len=argon2.DEFAULT_HASH_LENGTH,
            time_cost=settings.PHRASE_COST.passes,
            memory_cost=settings.PHRASE_COST.kib,
            parallelism=1,
        )


def _keyed(password: str) -> str:
    """The same password typed on another keyboard is the same password: Unicode's form NFKC."""
    text = unicodedata.normalize("NFKC", password)
    return seals.blind_index(settings.INDEX_KEY.encode(), PURPOSE, text).hex()
