"""Ask a listed platform whether a link still leads anywhere: one question, of which the status alone is read.

It proves nothing. Many sites answer alike whether something is there or not, and some hide it from those who
are not signed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from urllib.parse import quote

from survivor_portal import directory, links
from survivor_portal.directory import Confidence, Kind, Platform, Risk
from survivor_portal.lookups._http import Unreadable, status_of
from survivor_portal.lookups._wire import Deadline, NoConnection, NotPublic, Wire

SECONDS = 10.0
_LONGEST = 2000
# Their hosts are other people's: whoever rents one would see that somebody asks.
_RENTED = frozenset({Kind.HOSTING, Kind.CDN, Kind.REGISTRAR, Kind.LEAK, Kind.NUDIFY, Kind.PAYMENT})
_GONE = frozenset({404, 410})
_THERE = frozenset({200})


class Check(StrEnum):
    """What the answer looks like."""

    GONE = "gone"
    THERE = "there"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Question:
    """One question: how, of which host, for what. `gone` and `unclear`: what the site's answers mean."""

    method: str
    host: str
    target: str
    gone: frozenset[int] = _GONE
    unclear: frozenset[int] = frozenset()


def question(url: str, *, hosts: frozenset[str] | None = None) -> Question | None:
    """What to ask about this link; None where nothing may be asked. Asks nobody.

    Only https, port 443, a host of the directory's platforms or below one, no credentials. `hosts` stands in
    for the directory's in tests.
    """
    if len(url) > _LONGEST or not url.isprintable() or not url.startswith("https://"):
        return None
    link = links.parse(url)
    if link.problems or link.scheme != "https" or link.port not in (None, 443) or link.target is not None:
        return None
    # What was cut away in reading, such as a password, might be what made it another address.
    if "@" in url.partition("://")[2].partition("/")[0] or "\\" in url:
        return None
    host = link.host
    if hosts is not None:
        return _head(link) if _is_below(host, hosts) else None
    platform = _platform(link)
    if platform is None or not _is_below(host, frozenset(platform.domains)):
        return None
    return _of_platform(platform, link)


def check(url: str, wire: Wire, *, hosts: frozenset[str] | None = None) -> Check:
    """Ask, once. Whatever goes wrong is unclear, and so is a link that may not be asked about."""
    asked = question(url, hosts=hosts)
    if asked is None:
        return Check.UNCLEAR
    try:
        status = status_of(wire, asked.method, asked.host, asked.target, Deadline.after(SECONDS))
    except (NotPublic, NoConnection, Unreadable):
        return Check.UNCLEAR
    if status in asked.gone:
        return Check.GONE
    return Check.THERE if status in _THERE - asked.unclear else Check.UNCLEAR


def _is_below(host: str, hosts: frozenset[str]) -> bool:
    labels = host.split(".")
    return any(".".join(labels[start:]) in hosts for start in range(len(labels)))


def _platform(link: links.Link) -> Platform | None:
    found = directory.recognise(link)
    platform = found.platform
    if platform is None or found.tenant_of is not None or platform.kind in _RENTED:
        return None
    if platform.contact_risk.level is Risk.HOSTILE or not platform.publish_hosts or platform.retired_on:
        return None
    return platform


def _of_platform(platform: Platform, link: links.Link) -> Question | None:
    """By the site's own way to ask where its record has one; its record may also say that none tells."""
    way = platform.extra.get("link_check")
    if not isinstance(way, dict):
        return _head(link)
    if way.get("method") != "oembed" or way.get("confidence") == Confidence.LOW:
        # "none": its answers are known to say nothing. A way we are not sure of is not used either.
        return None
    return _oembed(platform, link, str(way.get("endpoint", "")), way)


@lru_cache(maxsize=256)
def _endpoint(text: str, host: str) -> tuple[str, str, str]:
    """Host of the endpoint, and what stands before and after the link in it."""
    before, _, rest = text.replace("<server>", host).partition("<")
    end = links.parse(before)
    return (
        end.host if end.usable else "",
        before.partition("://")[2].partition("/")[2],
        rest.partition(">")[2],
    )


def _oembed(platform: Platform, link: links.Link, text: str, way: dict[str, object]) -> Question | None:
    host, before, after = _endpoint(text, link.host)
    if not text.startswith("https://") or not _is_below(host, frozenset(platform.domains)):
        return None
    target = f"/{before}{quote(link.url.partition('#')[0], safe='')}{after}"
    gone, unclear = way.get("gone_statuses"), way.get("ambiguous_statuses")
    return Question("GET", host, target, _numbers(gone), _numbers(unclear))


def _numbers(found: object) -> frozenset[int]:
    return frozenset(one for one in found if isinstance(one, int)) if isinstance(found, list) else frozenset()


def _head(link: links.Link) -> Question:
    target = quote(link.path or "/", safe="/%:@!$&'()*+,;=~-._")
    if link.query:
        target += "?" + quote(link.query, safe="/%:@!$&'()*+,;=~-._?")
    return Question("HEAD", link.host, target if target.startswith("/") else f"/{target}")
