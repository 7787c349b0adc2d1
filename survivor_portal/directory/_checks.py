"""The rules a record must keep beyond its shape: one function a rule, its docstring is the reason.

The same functions run in the tests (one test a file), in Django's system check and in the report."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from survivor_portal.directory._countries import NAMES
from survivor_portal.directory._lines import line_of
from survivor_portal.directory._load import Directory, Problem, file_of, load
from survivor_portal.directory._records import Law, Platform, Resource
from survivor_portal.directory._shapes import Reading
from survivor_portal.directory._vocabulary import Confidence, Kind, Method, Risk, Role

# Roles whose texts are sent to somebody, so that blocks, clock and request must be there.
ASKING = frozenset(
    {
        Role.REMOVAL_REQUEST,
        Role.PLATFORM_APPEAL,
        Role.PRIORITY_CHANNEL,
        Role.AUTHORITY_ORDER,
        Role.REGULATOR_COMPLAINT,
        Role.PROVIDER_DUTY,
    }
)
_SHAMEFUL = (Kind.LEAK, Kind.NUDIFY)
_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?\.)+[a-z0-9-]{2,}")
_TLD = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*")
_REGION = re.compile(r"([A-Z]{2})(?:-[A-Z0-9]{1,3})?")


def sources_are_named(record: Platform | Law | Resource, directory: Directory) -> Iterator[Reading]:
    """A record nobody can trace is a record nobody should trust."""
    if not record.sources and not any(channel.source for channel in getattr(record, "channels", ())):
        yield ("sources",), "names no source"
    for number, source in enumerate(record.sources):
        if not source.url:
            yield ("sources", number, "url"), "a source without an address cannot be looked up"


def name_is_given(record: Platform | Law | Resource, directory: Directory) -> Iterator[Reading]:
    """A person has to see who is meant."""
    if not record.name.strip():
        yield ("name",), "the name is empty"


def domains_are_host_names(platform: Platform, directory: Directory) -> Iterator[Reading]:
    """A link's host is compared letter by letter: small letters, xn-- for other scripts, no www, no path."""
    for number, domain in enumerate(platform.domains):
        if not _HOST.fullmatch(domain) or domain.startswith("www."):
            yield ("domains", number), f"{domain!r} is not a bare host name in small letters"
    for number, tld in enumerate(platform.tlds):
        if not _TLD.fullmatch(tld):
            yield ("tlds", number), f"{tld!r} is not a top-level domain without its dot"


def domain_is_in_one_platform(platform: Platform, directory: Directory) -> Iterator[Reading]:
    """A link must lead to one platform, whatever order the files are read in."""
    for domain, times in Counter(platform.domains).items():
        if times > 1:
            yield ("domains", platform.domains.index(domain)), f"{domain!r} stands here twice"
    for other in directory.platforms.values():
        if other.key == platform.key:
            continue
        for domain in sorted(set(platform.domains) & set(other.domains)):
            yield ("domains", platform.domains.index(domain)), f"{domain!r} also belongs to {other.key!r}"


def content_links_work(platform: Platform, directory: Directory) -> Iterator[Reading]:
    """A pattern that does not compile, or that fits every text, would misread every link of the platform."""
    for number, content in enumerate(platform.content_links):
        try:
            pattern = re.compile(content.pattern, re.IGNORECASE)
        except re.error as error:
            yield ("content_links", number, "pattern"), f"is not a regular expression: {error}"
            continue
        if pattern.search(""):
            yield ("content_links", number, "pattern"), "fits every text"
        if strange := set(pattern.groupindex) - {"id", "account"}:
            yield (
                ("content_links", number, "pattern"),
                f"names a group nobody reads: {', '.join(sorted(strange))}",
            )


def channel_keys_are_unique(platform: Platform, directory: Directory) -> Iterator[Reading]:
    """A saved case and the count of broken addresses name a channel by its key."""
    seen: set[str] = set()
    for number, channel in enumerate(platform.channels):
        if channel.key in seen:
            yield ("channels", number, "key"), f"channel key {channel.key!r} stands here twice"
        seen.add(channel.key)
        if not re.fullmatch(rf"{channel.purpose}-\d+", channel.key):
            yield (
                ("channels", number, "key"),
                f"channel key {channel.key!r} should be {channel.purpose}-<number>",
            )


def channels_say_where(platform: Platform, directory: Directory) -> Iterator[Reading]:
    """A step without an address or words that lead to it is a dead end."""
    for number, channel in enumerate(platform.channels):
        if not channel.address.strip():
            yield ("channels", number, "address"), "has no address and no words that lead to one"
        if channel.link_limit is not None and channel.link_limit < 1:
            yield ("channels", number, "link_limit"), "a form takes at least one link"


def sure_channels_can_be_followed(platform: Platform, directory: Directory) -> Iterator[Reading]:
    """What we call sure must be traceable: a source with an address, and no web address over plain http."""
    for number, channel in enumerate(platform.channels):
        if channel.confidence is not Confidence.HIGH:
            continue
        if not channel.source.startswith(("https://", "http://")):
            yield ("channels", number, "source"), "is of high confidence but its source has no web address"
        if channel.method is Method.WEB_FORM and channel.address.startswith("http://"):
            yield ("channels", number, "address"), "is of high confidence but not an https address"


def hostile_platforms_have_a_reason(platform: Platform, directory: Directory) -> Iterator[Reading]:
    """We tell people not to write there; they and the platform may ask why."""
    risk = platform.contact_risk
    if risk.level in (Risk.HOSTILE, Risk.NAME_PASSED_ON) and not risk.why.strip():
        yield ("contact_risk",), f"contact risk {risk.level!s} has no reason"


def shameful_hosts_are_not_published(platform: Platform, directory: Directory) -> Iterator[Reading]:
    """The open data must not be a list of places where such pictures are."""
    if platform.kind in _SHAMEFUL and platform.publish_hosts:
        yield ("publish_hosts",), f"a platform of kind {platform.kind!s} needs publish_hosts = false"
    if platform.kind in _SHAMEFUL and platform.contact_risk.level is not Risk.HOSTILE:
        yield ("contact_risk",), f"a platform of kind {platform.kind!s} needs contact risk hostile"


def requests_have_their_blocks(law: Law, directory: Directory) -> Iterator[Reading]:
    """A letter is ready when each element's block is in it; an element without a block can never be."""
    if law.role not in ASKING:
        return
    if not law.elements:
        yield ("elements",), "says nothing a request must contain"
    for number, element in enumerate(law.elements):
        if not element.block.strip():
            yield ("elements", number, "block"), f"element {element.key!r} names no letter block"


def requests_have_a_text(law: Law, directory: Directory) -> Iterator[Reading]:
    """A ground without a request cannot be used."""
    if law.role in ASKING and law.key not in directory.with_letter:
        yield (), "has no request.md beside it"


def clock_is_given(law: Law, directory: Directory) -> Iterator[Reading]:
    """People plan by it. Where the law sets no number the clock says so in words."""
    if law.role in ASKING and not (law.clock.text.strip() or law.clock.effect.strip()):
        yield ("clock",), "does not say what is due, or that the law sets no time"
    for place, clock in (
        (("clock",), law.clock),
        *((("more_clocks", n), c) for n, c in enumerate(law.more_clocks)),
    ):
        for name in ("hours", "days", "months", "years", "follow_up_hours"):
            number = getattr(clock, name)
            if number is not None and number < 1:
                yield (*place, name), "a period has at least one unit"


def law_places_are_known(law: Law, directory: Directory) -> Iterator[Reading]:
    """A ground is chosen by where people and platforms are."""
    match = _REGION.fullmatch(law.jurisdiction)
    if law.jurisdiction not in ("EU", "INT") and not (match and match[1] in NAMES):
        yield ("jurisdiction",), f"{law.jurisdiction!r} is not a country, a state as US-CA, EU or INT"


def regulator_address_is_https(law: Law, directory: Directory) -> Iterator[Reading]:
    """A complaint carries a story; it goes over a locked line or by words a person can follow."""
    if law.complaint_address.startswith("http://"):
        yield ("complaint_address",), "should be an https address or empty"


def listed_resources_can_be_reached(resource: Resource, directory: Directory) -> Iterator[Reading]:
    """A helpline a person cannot reach is worse than none."""
    ways = (resource.phone, resource.text, resource.chat, resource.whatsapp, resource.email, resource.url)
    if resource.list_by_default and not any(ways) and not resource.numbers:
        yield ("list_by_default",), "is listed but has no phone, text, chat, mail or web address"


def listed_resources_are_sure(resource: Resource, directory: Directory) -> Iterator[Reading]:
    """Nobody in need should try a number we doubt."""
    if resource.list_by_default and resource.confidence is Confidence.LOW:
        yield ("list_by_default",), "is listed although of low confidence"


def listed_resources_say_what_they_do(resource: Resource, directory: Directory) -> Iterator[Reading]:
    """A person chooses by what a place does, what it does not, and when it is open."""
    for name in ("does", "does_not", "hours"):
        if resource.list_by_default and not getattr(resource, name).strip():
            yield (name,), f"is listed but {name!r} is empty"


def resource_places_are_known(resource: Resource, directory: Directory) -> Iterator[Reading]:
    """Help is found by country."""
    for place, country in (
        (("country",), resource.country),
        *((("numbers", c), c) for c in resource.numbers),
    ):
        if country not in NAMES and country not in ("EU", "INT"):
            yield place, f"{country!r} is not a country of ISO 3166, EU or INT"


def other_records_exist(record: Platform | Resource, directory: Directory) -> Iterator[Reading]:
    """A pointer to a record that is gone would hide one record and show none."""
    if isinstance(record, Platform):
        if record.successor and record.successor not in directory.platforms:
            yield ("successor",), f"there is no platform {record.successor!r}"
        return
    for name in ("replaces", "complements"):
        key = getattr(record, name)
        if key and (key not in directory.resources or key == record.key):
            yield (name,), f"there is no other resource {key!r}"


def law_resources_exist(law: Law, directory: Directory) -> Iterator[Reading]:
    """A step that names an authority needs the record with its address."""
    for number, key in enumerate(law.resources):
        if key not in directory.resources:
            yield ("resources", number), f"there is no resource {key!r}"


Rule = Callable[[Any, Directory], Iterator[Reading]]

RULES: dict[type[Any], tuple[Rule, ...]] = {
    Platform: (
        sources_are_named,
        name_is_given,
        domains_are_host_names,
        domain_is_in_one_platform,
        content_links_work,
        channel_keys_are_unique,
        channels_say_where,
        sure_channels_can_be_followed,
        hostile_platforms_have_a_reason,
        shameful_hosts_are_not_published,
        other_records_exist,
    ),
    Law: (
        sources_are_named,
        name_is_given,
        requests_have_their_blocks,
        requests_have_a_text,
        clock_is_given,
        law_places_are_known,
        regulator_address_is_https,
        law_resources_exist,
    ),
    Resource: (
        sources_are_named,
        name_is_given,
        listed_resources_can_be_reached,
        listed_resources_are_sure,
        listed_resources_say_what_they_do,
        resource_places_are_known,
        other_records_exist,
    ),
}


def check(directory: Directory | None = None) -> tuple[Problem, ...]:
    """All problems of all records. Raises DirectoryError if the folder cannot even be read."""
    directory = directory or load()
    problems: list[Problem] = []
    for records in (directory.platforms, directory.laws, directory.resources):
        for record in records.values():
            problems.extend(check_record(record, directory))
    return tuple(problems)


def check_record(record: Platform | Law | Resource, directory: Directory) -> tuple[Problem, ...]:
    """The problems of one record, each with the line of its file."""
    readings = [reading for rule in RULES[type(record)] for reading in rule(record, directory)]
    if not readings:
        return ()
    file = file_of(type(record), record.key)
    text = (directory.folder / file).read_text(encoding="utf-8")
    return tuple(Problem(file, line_of(text, place), reason) for place, reason in readings)
