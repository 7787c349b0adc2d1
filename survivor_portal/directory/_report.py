"""What a person should look at in the directory: stale, doubtful, without a way, reported as broken."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from survivor_portal.directory._checks import ASKING
from survivor_portal.directory._load import Directory, load
from survivor_portal.directory._lookup import is_stale
from survivor_portal.directory._records import Channel, Platform
from survivor_portal.directory._vocabulary import Confidence, Method

# Counts of "this address did not work" by place ("platforms/x#ncii-1"); the site counts, the report shows.
Counts = Callable[[], Iterable[tuple[str, int]]]


@dataclass(frozen=True, slots=True)
class Section:
    """One heading of the report; each row names a place such as "platforms/x#ncii-1" and what to look at."""

    name: str
    rows: tuple[str, ...]


def report(
    today: date, *, broken: Counts | None = None, within: Directory | None = None
) -> tuple[Section, ...]:
    """The whole report, sections in the order of urgency, empty ones included."""
    directory = within or load()
    counted = sorted(broken(), key=lambda row: (-row[1], row[0])) if broken else []
    return (
        Section("reported as broken", tuple(f"{place}: {count} times" for place, count in counted)),
        Section("stale", tuple(_stale(directory, today))),
        Section("low confidence", tuple(_doubtful(directory))),
        Section("no address", tuple(_without_address(directory))),
        Section("no channel", tuple(_without_channel(directory))),
        Section("no letter", tuple(_without_letter(directory))),
        Section("kept but never shown", tuple(_hidden(directory))),
    )


def _channels(directory: Directory) -> Iterable[tuple[str, Platform, Channel]]:
    for platform in directory.platforms.values():
        for channel in platform.channels:
            yield f"platforms/{platform.key}#{channel.key}", platform, channel


def _stale(directory: Directory, today: date) -> Iterable[str]:
    for key, resource in directory.resources.items():
        if is_stale(resource, today):
            yield f"resources/{key}: {_since(resource.checked_on)}"
    for key, platform in directory.platforms.items():
        if is_stale(platform, today):
            yield f"platforms/{key}: {_since(platform.verified_on)}"
    for place, _, channel in _channels(directory):
        if is_stale(channel, today):
            yield f"{place}: {_since(channel.checked_on)}"
    for key, law in directory.laws.items():
        if is_stale(law, today):
            yield f"laws/{key}: {_since(law.verified_on)}"


def _since(day: date | None) -> str:
    return f"last checked {day.isoformat()}" if day else "never checked"


def _doubtful(directory: Directory) -> Iterable[str]:
    for place, _, channel in _channels(directory):
        if channel.confidence is Confidence.LOW:
            yield f"{place}: {channel.method} {channel.address}"
    for kind, records in (("laws", directory.laws), ("resources", directory.resources)):
        for key, record in records.items():
            if record.confidence is Confidence.LOW:
                yield f"{kind}/{key}: {record.name}"


def _without_address(directory: Directory) -> Iterable[str]:
    for place, _, channel in _channels(directory):
        followed = channel.is_link or channel.is_mail
        if channel.method in (Method.WEB_FORM, Method.EMAIL) and not followed:
            yield f"{place}: {channel.method}, shown as words: {channel.address}"
    for key, resource in directory.resources.items():
        if resource.list_by_default and not (
            resource.is_link or resource.phone or resource.text or resource.chat
        ):
            yield f"resources/{key}: nothing that can be called or opened"


def _without_channel(directory: Directory) -> Iterable[str]:
    for key, platform in directory.platforms.items():
        if not any(channel.confidence is not Confidence.LOW for channel in platform.channels):
            yield f"platforms/{key}: {len(platform.channels)} channels, none of them sure"


def _without_letter(directory: Directory) -> Iterable[str]:
    for key, law in directory.laws.items():
        if law.role in ASKING and key not in directory.with_letter:
            yield f"laws/{key}: {law.role} without request.md"


def _hidden(directory: Directory) -> Iterable[str]:
    replaced = {
        one.replaces: one.key for one in directory.resources.values() if one.replaces and one.list_by_default
    }
    for key, resource in directory.resources.items():
        if not resource.list_by_default:
            yield f"resources/{key}: not listed until somebody has opened or called it"
        elif key in replaced:
            yield f"resources/{key}: replaced by {replaced[key]}"
        if resource.unverified:
            yield f"resources/{key}: unverified parts: {', '.join(sorted(resource.unverified))}"
