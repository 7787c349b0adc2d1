"""A mark beside the databases while a restore is under way: until it is gone, nothing of the site starts."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

NAME = "restoring"
SAYS = (
    "A restore was begun and not finished: what was deleted may be back. "
    "Run `manage.py restore` again with the same folders."
)


def mark() -> None:
    """From here on nothing starts. On the disk when this returns."""
    handle = os.open(_path(), os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    _remember_folder()


def unmark() -> None:
    """It is finished."""
    _path().unlink(missing_ok=True)
    _remember_folder()


def is_marked() -> bool:
    """Did a restore end halfway?"""
    return _path().exists()


@register()
def finished(**_: Any) -> list[CheckMessage]:
    """Django runs it before the site opens and before each command that needs the databases."""
    return [Error(SAYS, id="steward.E001")] if is_marked() else []


def _path() -> Path:
    return Path(settings.DATA_DIR) / NAME


def _remember_folder() -> None:
    handle = os.open(settings.DATA_DIR, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
