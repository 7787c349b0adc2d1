"""Who holds the keys: this process on a small site, the key process on a larger one."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from django.conf import settings

from survivor_portal.keystore import far, near
from survivor_portal.keystore.rotation import Rotated
from survivor_portal.keystore.standing import Standing


class Keys(Protocol):
    """What both can do; `near` says of each what it does. All may raise `away.NotNow`."""

    def get_shreds(self, case_ids: Iterable[str]) -> dict[str, bytes]: ...
    def create_shreds(self, case_ids: Iterable[str]) -> dict[str, bytes]: ...
    def delete_shreds(self, case_ids: Iterable[str]) -> int: ...
    def existing_shreds(self, case_ids: Iterable[str]) -> set[str]: ...
    def put_capsule_key(self, capsule_id: str, key: bytes, expires_at: datetime) -> None: ...
    def get_capsule_key(self, capsule_id: str) -> bytes | None: ...
    def delete_capsule_keys(self, capsule_ids: Iterable[str]) -> int: ...
    def expired_capsule_keys(self, now: datetime) -> set[str]: ...
    def turn(self, now: datetime, *, force: bool = False) -> Rotated | None: ...
    def standing(self) -> Standing: ...


def keys() -> Keys:
    """The one this process is to use."""
    return far if settings.KEYS_SOCKET else near


def turn(now: datetime, *, force: bool = False) -> Rotated | None:
    """Turn the key of the day if it is a day old, see `rotation.rotate`. A key process goes by its own clock.

    Raises `away.NotNow`, NoEpoch, NotRotated.
    """
    return keys().turn(now, force=force)


def standing() -> Standing:
    """How the keys of the days stand. Raises `away.NotNow`, NoEpoch."""
    return keys().standing()
