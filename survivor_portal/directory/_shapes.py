"""Turn plain TOML values into typed records, strictly: whatever does not fit is a problem with a place."""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any

from survivor_portal.directory._records import ContentLink

Place = tuple[str | int, ...]  # ("channels", 2, "method"): where in a file a value stands
Reading = tuple[Place, str]  # a place and what is wrong there
Convert = Callable[[Any, Place, list[Reading]], Any]

WORDS = {str: "text", int: "a whole number", bool: "true or false", dict: "a table", list: "a list"}


def shape(cls: type[Any], value: dict[str, Any], wrong: list[Reading], place: Place = ()) -> Any:
    """Make a `cls` from a table. Problems are added to `wrong`; the answer is None if there were any."""
    return _converter(typing.cast(Any, cls))(value, place, wrong)


@cache
def _converter(kind: Any) -> Convert:
    origin = typing.get_origin(kind)
    if kind is Any:
        return lambda value, place, wrong: value
    if origin is tuple:
        return _list_of(_converter(typing.get_args(kind)[0]))
    if origin is dict:
        return _table_of(_converter(typing.get_args(kind)[1]))
    if origin in (types.UnionType, typing.Union):
        inner = [part for part in typing.get_args(kind) if part is not types.NoneType]
        return _converter(inner[0])  # TOML has no null: the key is left out instead
    if dataclasses.is_dataclass(kind):
        return _record(typing.cast("type[Any]", kind))
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _one_of(kind)
    if kind is date:
        return _day
    return _plain(kind)


def _plain(kind: type[Any]) -> Convert:
    def convert(value: Any, place: Place, wrong: list[Reading]) -> Any:
        if type(value) is kind:
            return value
        wrong.append((place, f"should be {WORDS[kind]}, not {_named(value)}"))
        return None

    return convert


def _day(value: Any, place: Place, wrong: list[Reading]) -> Any:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    wrong.append((place, f"should be a day such as 2026-11-22 without quotes, not {_named(value)}"))
    return None


def _one_of(kind: type[StrEnum]) -> Convert:
    members = {member.value: member for member in kind}

    def convert(value: Any, place: Place, wrong: list[Reading]) -> Any:
        if isinstance(value, str) and value in members:
            return members[value]
        wrong.append((place, f"{value!r} is not one of: {', '.join(members)}"))
        return None

    return convert


def _list_of(each: Convert) -> Convert:
    def convert(value: Any, place: Place, wrong: list[Reading]) -> Any:
        if type(value) is not list:
            wrong.append((place, f"should be a list, not {_named(value)}"))
            return ()
        return tuple(each(part, (*place, number), wrong) for number, part in enumerate(value))

    return convert


def _table_of(each: Convert) -> Convert:
    def convert(value: Any, place: Place, wrong: list[Reading]) -> Any:
        if type(value) is not dict:
            wrong.append((place, f"should be a table, not {_named(value)}"))
            return {}
        return {key: each(part, (*place, key), wrong) for key, part in value.items()}

    return convert


def _record(cls: type[Any]) -> Convert:
    hints = typing.get_type_hints(cls)
    fields = {field.name: _converter(hints[field.name]) for field in dataclasses.fields(cls)}
    needed = [
        field.name
        for field in dataclasses.fields(cls)
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    ]

    def convert(value: Any, place: Place, wrong: list[Reading]) -> Any:
        if type(value) is not dict:
            wrong.append((place, f"should be a table, not {_named(value)}"))
            return None
        before = len(wrong)
        wrong.extend(((*place, name), f"unknown key {name!r}") for name in value if name not in fields)
        wrong.extend((place, f"key {name!r} is missing") for name in needed if name not in value)
        made = {
            name: fields[name](part, (*place, name), wrong) for name, part in value.items() if name in fields
        }
        if cls is ContentLink and isinstance(made.get("pattern"), str):
            _must_compile(made["pattern"], (*place, "pattern"), wrong)
        return None if len(wrong) > before else cls(**made)

    return convert


def _must_compile(pattern: str, place: Place, wrong: list[Reading]) -> None:
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        wrong.append((place, f"is not a regular expression: {error}"))


def _named(value: Any) -> str:
    for kind, word in WORDS.items():
        if type(value) is kind:
            return word
    return "a moment" if isinstance(value, datetime) else type(value).__name__
