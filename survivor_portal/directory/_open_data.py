"""The directory as open data: one JSON document, and the JSON Schema made from the same dataclasses."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import types
import typing
from datetime import date
from enum import StrEnum
from typing import Any

from survivor_portal.directory._load import Directory, load
from survivor_portal.directory._records import Law, Platform, Resource

FORMAT = "1"  # changes when a reader of the older form would stumble
LICENCE = "CC0-1.0"
LICENCE_URL = "https://creativecommons.org/publicdomain/zero/1.0/"
NOT_PUBLISHED = "[host not published]"

# Resources keep what nobody has confirmed yet; handing that on would make it look like a fact.
_KEPT_BACK = {Resource: frozenset({"unverified"})}
# Left out of a platform whose hosts are not published: names and sources lead there as well. What stays is
# enough to know a host one already has, and to be warned.
_UNNAMED = (
    "key",
    "name",
    "operator",
    "domains",
    "content_links",
    "channels",
    "tlds",
    "successor",
    "notes",
    "sources",
    "extra",
)


def open_data(*, within: Directory | None = None) -> dict[str, Any]:
    """Everything in the directory as plain JSON values. The hosts of sites made for such pictures are given
    as SHA-256 of the host's name only, so that the document is no list of places to go."""
    directory = within or load()
    records: list[Platform | Law | Resource] = [
        *directory.platforms.values(),
        *directory.laws.values(),
        *directory.resources.values(),
    ]
    days = [day for record in records if (day := _checked(record))]
    document = {
        "format": FORMAT,
        "licence": LICENCE,
        "licence_url": LICENCE_URL,
        "updated_on": max(days).isoformat() if days else "",
        "platforms": [_platform(one) for one in directory.platforms.values()],
        "laws": [_record(one) for one in directory.laws.values()],
        "resources": [_record(one.as_shown) for one in directory.resources.values()],
    }
    hidden = [host for one in directory.platforms.values() if not one.publish_hosts for host in one.domains]
    return typing.cast("dict[str, Any]", _without(document, hidden) if hidden else document)


def open_data_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) that `open_data` fits."""
    definitions: dict[str, Any] = {}
    lists = {
        name: {"type": "array", "items": _schema(cls, definitions)}
        for name, cls in (("platforms", Platform), ("laws", Law), ("resources", Resource))
    }
    platform = definitions["Platform"]
    platform["properties"]["hosts_sha256"] = {
        "type": "array",
        "items": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        "description": "SHA-256 of each host's name in small letters, where the names are not published",
    }
    platform["required"] = [name for name in platform["required"] if name not in _UNNAMED]
    platform["if"] = {"properties": {"publish_hosts": {"const": False}}}
    platform["then"] = {
        "required": ["hosts_sha256"],
        "properties": dict.fromkeys(_UNNAMED, False),
    }
    platform["else"] = {"required": list(_UNNAMED), "properties": {"hosts_sha256": False}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Platforms, laws and resources",
        "type": "object",
        "required": ["format", "licence", "licence_url", "updated_on", *lists],
        "properties": {
            "format": {"const": FORMAT},
            "licence": {"const": LICENCE},
            "licence_url": {"const": LICENCE_URL},
            "updated_on": {"type": "string"},
            **lists,
        },
        "additionalProperties": False,
        "$defs": definitions,
    }


def _checked(record: Platform | Law | Resource) -> date | None:
    return record.checked_on if isinstance(record, Resource) else record.verified_on


def _platform(platform: Platform) -> dict[str, Any]:
    record = _record(platform)
    if not platform.publish_hosts:
        for name in _UNNAMED:
            del record[name]
        record["hosts_sha256"] = [
            hashlib.sha256(host.lower().encode()).hexdigest() for host in platform.domains
        ]
    return record


def _record(value: Any) -> dict[str, Any]:
    return {
        field.name: _plain(getattr(value, field.name))
        for field in dataclasses.fields(value)
        if field.name not in _KEPT_BACK.get(type(value), ())
    }


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return _record(value)
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(part) for part in value]
    return value


def _without(value: Any, hosts: list[str]) -> Any:
    """The same values with each of `hosts` blotted out of every text: notes and sources name them as well."""
    names = "|".join(map(re.escape, sorted(hosts, key=len, reverse=True)))
    pattern = re.compile(rf"(?<![\w-])(?:[\w-]+\.)*(?:{names})(?![\w-])", re.IGNORECASE)

    def walk(part: Any) -> Any:
        if isinstance(part, str):
            return pattern.sub(NOT_PUBLISHED, part)
        if isinstance(part, dict):
            return {key: walk(inner) for key, inner in part.items()}
        if isinstance(part, list):
            return [walk(inner) for inner in part]
        return part

    return walk(value)


def _schema(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if kind is Any:
        return {}
    if origin is tuple:
        return {"type": "array", "items": _schema(inner[0], definitions)}
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema(inner[1], definitions)}
    if origin in (types.UnionType, typing.Union):
        return {"anyOf": [_schema(part, definitions) for part in inner]}
    if dataclasses.is_dataclass(kind):
        return _definition(typing.cast("type[Any]", kind), definitions)
    if kind is date:
        return {"type": "string", "format": "date"}
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return {"enum": [member.value for member in kind]}
    return {"type": {str: "string", int: "integer", bool: "boolean", types.NoneType: "null"}[kind]}


def _definition(cls: type[Any], definitions: dict[str, Any]) -> dict[str, Any]:
    if cls.__name__ not in definitions:
        hints = typing.get_type_hints(cls)
        names = [
            field.name
            for field in dataclasses.fields(cls)
            if field.name not in _KEPT_BACK.get(cls, frozenset())
        ]
        definitions[cls.__name__] = {
            "type": "object",
            "description": " ".join((cls.__doc__ or "").split()) if not _is_generated(cls) else cls.__name__,
            "properties": {name: _schema(hints[name], definitions) for name in names},
            "required": names,
            "additionalProperties": False,
        }
    return {"$ref": f"#/$defs/{cls.__name__}"}


def _is_generated(cls: type[Any]) -> bool:
    """Dataclasses without a docstring get their signature as one, which tells a reader nothing."""
    return (cls.__doc__ or "").startswith(f"{cls.__name__}(")
