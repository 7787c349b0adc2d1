"""Under which names the accounts' library remembers things for minutes: nobody can turn them back.

Its own names hold ids of people and codes that were used.
"""

from django.conf import settings

from survivor_portal import seals

PURPOSE = "remembered1"


def name(key: str, key_prefix: str, version: int) -> str:
    """What stands for this name: 32 hex digits, the same each time, found only with the site's key."""
    whole = f"{key_prefix}:{version}:{key}"
    return seals.blind_index(settings.SECRET_KEY.encode(), PURPOSE, whole).hex()
