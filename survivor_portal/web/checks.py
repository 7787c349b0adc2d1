"""Django's system check for the directory: a broken record stops `manage.py check` and every start."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register

from survivor_portal import directory


@register("directory")
def the_directory_is_sound(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Every problem as an error, "file:line: reason". Run on every check, whatever app was asked for."""
    return [Error(str(problem), id="directory.E001") for problem in _problems()]


def _problems() -> tuple[directory.Problem, ...]:
    try:
        return directory.check()
    except directory.DirectoryError as broken:
        return broken.problems
