"""Look records up: one by its key, all of a sort, and the channels of a platform in the order of use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TypeVar

from survivor_portal.directory._load import LETTER, Directory, load
from survivor_portal.directory._records import Channel, Law, Platform, Resource
from survivor_portal.directory._vocabulary import Confidence, Method, Purpose, Subject

R = TypeVar("R", Platform, Law, Resource)

# How long a fact counts as fresh, from the day it was last checked.
FRESH_RESOURCE = timedelta(days=90)
FRESH_CHANNEL = timedelta(days=180)
FRESH_LAW = timedelta(days=365)

_SURE_FIRST = tuple(Confidence)
_EASY_FIRST = tuple(Method)


class UnknownRecord(KeyError):
    """There is no record of that key."""


def platform(key: str, *, within: Directory | None = None) -> Platform:
    """The platform of that key. Raises UnknownRecord."""
    return _one((within or load()).platforms, key)


def law(key: str, *, within: Directory | None = None) -> Law:
    """The law of that key. Raises UnknownRecord."""
    return _one((within or load()).laws, key)


def resource(key: str, *, within: Directory | None = None) -> Resource:
    """The resource of that key as it may be shown, also one that no list shows. Raises UnknownRecord."""
    return _one((within or load()).resources, key).as_shown


def platforms(*, within: Directory | None = None) -> tuple[Platform, ...]:
    """All platforms, in the order of their keys. Not for a page: no page lists platforms to browse."""
    return tuple((within or load()).platforms.values())


def laws(*, within: Directory | None = None) -> tuple[Law, ...]:
    """All laws, in the order of their keys."""
    return tuple((within or load()).laws.values())


def resources(*, within: Directory | None = None) -> tuple[Resource, ...]:
    """All resources as they stand in their files. Pages use `resources_for` and `crisis_help` instead."""
    return tuple((within or load()).resources.values())


def law_text(key: str, name: str = LETTER, *, within: Directory | None = None) -> str | None:
    """A text that lies beside a law's record, such as its request; None where there is none."""
    directory = within or load()
    file = directory.folder / "laws" / _one(directory.laws, key).key / name
    return file.read_text(encoding="utf-8") if file.is_file() else None


def channels(platform: Platform, purposes: Sequence[Purpose], subject: Subject) -> tuple[Channel, ...]:
    """The channels that take one of `purposes` for a picture of `subject`, best first: in the order of the
    purposes, then the surest, then the easiest to use. What we are not sure of comes after all the rest."""
    fitting = [
        channel
        for channel in platform.channels
        if channel.purpose in purposes and _fits(channel.subject, subject)
    ]
    return tuple(
        sorted(
            fitting,
            key=lambda channel: (
                channel.confidence is Confidence.LOW,
                purposes.index(channel.purpose),
                _SURE_FIRST.index(channel.confidence),
                _EASY_FIRST.index(channel.method),
            ),
        )
    )


def is_stale(record: Platform | Channel | Law | Resource, today: date) -> bool:
    """Was the record checked too long ago to be relied on, or never?"""
    match record:
        case Resource():
            checked, fresh = record.checked_on, FRESH_RESOURCE
        case Channel():
            checked, fresh = record.checked_on, FRESH_CHANNEL
        case Platform():
            checked, fresh = record.verified_on, FRESH_CHANNEL
        case Law():
            checked, fresh = record.verified_on, FRESH_LAW
    return checked is None or today - checked > fresh


def _fits(takes: Subject, wanted: Subject) -> bool:
    return takes is wanted or Subject.ANY in (takes, wanted)


def _one(records: Mapping[str, R], key: str) -> R:
    try:
        return records[key]
    except KeyError:
        raise UnknownRecord(key) from None
