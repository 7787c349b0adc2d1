"""The keys of the days, as files: made, read, and destroyed for good.

A key's file is `epoch-<number>-<moment it was made>`. Its folder never goes into a backup together with a
database: whoever holds both holds every shred key.
"""

import fcntl
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from survivor_portal import seals

_NAME = re.compile(r"epoch-(\d{6})-(\d{8}T\d{6})Z")
_STAMP = "%Y%m%dT%H%M%S"


class NoEpoch(Exception):
    """There is no key of the day, or it is not one: nothing may be kept until there is."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """One key of the days; the file may be gone by now."""

    number: int
    made_at: datetime
    path: Path = field(repr=False)

    def key(self) -> bytes:
        """The key itself, read anew each time: a process must not outlive the key it destroyed."""
        try:
            text = self.path.read_text("ascii").strip()
            key = bytes.fromhex(text.removeprefix(settings.EPOCH_MARK))
        except (OSError, ValueError):
            raise NoEpoch from None
        if len(key) != len(seals.new_key()):
            raise NoEpoch
        return key


@contextmanager
def reading() -> Iterator[None]:
    """While this lasts no key is made or destroyed."""
    with _locked(fcntl.LOCK_SH):
        yield


@contextmanager
def changing() -> Iterator[None]:
    """While this lasts nobody else reads, makes or destroys a key."""
    with _locked(fcntl.LOCK_EX):
        yield


def known() -> dict[int, Epoch]:
    """All keys that are there, oldest first, by number."""
    found = (_NAME.fullmatch(path.name) for path in sorted(_folder().iterdir()))
    return {
        int(name[1]): Epoch(
            int(name[1]), datetime.strptime(name[2], _STAMP).replace(tzinfo=UTC), _folder() / name[0]
        )
        for name in found
        if name
    }


def current() -> Epoch:
    """The newest key. Raises NoEpoch where there is none."""
    keys = known()
    if not keys:
        raise NoEpoch
    return keys[max(keys)]


def make(now: datetime) -> Epoch:
    """Make the next key. It is there whole or not at all, also when the power fails."""
    number = max(known(), default=0) + 1
    path = _folder() / f"epoch-{number:06d}-{now.astimezone(UTC).strftime(_STAMP)}Z"
    unfinished = path.with_suffix(".new")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(settings.EPOCH_MARK + seals.new_key().hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
    _remember_folder()
    return known()[number]


def destroy(epoch: Epoch) -> None:
    """Overwrite and remove a key. What was under it is unreadable from now on, in every backup too."""
    try:
        size = epoch.path.stat().st_size
        with epoch.path.open("r+b", buffering=0) as file:
            file.write(secrets.token_bytes(size))
            os.fsync(file.fileno())
        epoch.path.unlink()
    except FileNotFoundError:
        return
    _remember_folder()


def _folder() -> Path:
    folder = Path(settings.EPOCH_DIR)
    if not folder.is_dir():
        raise NoEpoch
    return folder


@contextmanager
def _locked(kind: int) -> Iterator[None]:
    handle = os.open(_folder() / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, kind)
        yield
    finally:
        os.close(handle)


def _remember_folder() -> None:
    # A file is only surely made, or surely gone, once its folder is on the disk.
    handle = os.open(_folder(), os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
