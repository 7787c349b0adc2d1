"""A lock beside the databases that each process of the site shares, so that a restore finds them out."""

import fcntl
import os
from pathlib import Path

from django.conf import settings

NAME = ".here"
_held: list[int] = []


def stay() -> None:
    """This process is here until it ends. Raises OSError where the lock cannot be written."""
    handle = os.open(_path(), os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(handle, fcntl.LOCK_SH)
    _held.append(handle)


def somebody_is_here() -> bool:
    """Is a process of the site running on this machine?"""
    handle = os.open(_path(), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def _path() -> Path:
    return Path(settings.DATA_DIR) / NAME
