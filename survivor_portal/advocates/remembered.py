"""How what the accounts' library remembers for minutes is named and written in a place all processes share.

Its own names hold ids of people and codes that were used. Ours are keyed hashes that nobody can turn back.
"""

import json
from typing import Any

from django.conf import settings

from survivor_portal import seals

PURPOSE = "remembered1"


def name(key: str, key_prefix: str, version: int) -> str:
    """What stands for this name: 32 hex digits, the same each time, found only with the site's key."""
    whole = f"{key_prefix}:{version}:{key}"
    return seals.blind_index(settings.SECRET_KEY.encode(), PURPOSE, whole).hex()


class Plain:
    """Writes values as JSON: moments, counts, yes and no. Anything else raises TypeError."""

    def dumps(self, value: Any) -> bytes:
        return json.dumps(value).encode("ascii")

    def loads(self, data: bytes) -> Any:
        return json.loads(data)
