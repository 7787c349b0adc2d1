"""Say where a link leads: which platform, whose space on it, which item. Offline, from its text alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from survivor_portal import links
from survivor_portal.directory._load import Directory, load
from survivor_portal.directory._records import ContentLink, Platform
from survivor_portal.directory._vocabulary import Kind

# No real link to an item is longer; more would only give a pattern room to run.
_LONGEST = 2000

# Names a host keeps for itself, which are not a customer's space.
_OWN = "www m mobile support help docs abuse login account accounts api status blog forum"
_OWN_NAMES = frozenset(_OWN.split())


@dataclass(frozen=True, slots=True)
class Found:
    """Where a link leads.

    `platform` can act, None if the host is in no record. `tenant_of` is the same platform when the link
    leads to a customer's own space on it (x.pages.dev); then `account` is the customer's name. `kind` is the
    form of link ("post"), `item_id` and `account` are "" where the link does not tell. Two links with the
    same `key` are the same item. `registrable` is the name somebody registered, or has as a customer."""

    platform: Platform | None
    tenant_of: Platform | None
    kind: str
    item_id: str
    account: str
    key: str
    registrable: str


def recognise(link: links.Link, *, within: Directory | None = None) -> Found:
    """Recognise one link; never raises. A wrapper's or archive's `target` is the caller's to ask for."""
    host = link.host.rstrip(".").lower()
    platform, domain = _platform_of(host, within or load())
    own = links.registrable(host) or host
    space = links.registrable(host, private=True) or own
    if platform is None:
        return Found(None, None, "", "", "", _same(link), space)
    content, item_id, account = _item(link, host, platform)
    tenant = _tenant(host, domain, own, space, platform)
    if tenant and not account:
        account = tenant
    return Found(
        platform=platform,
        tenant_of=platform if tenant else None,
        kind=content.what if content else "",
        item_id=item_id,
        account=account,
        key=_key(link, platform, content, item_id),
        registrable=space if tenant else own,
    )


def _platform_of(host: str, directory: Directory) -> tuple[Platform | None, str]:
    """The platform with the longest domain that is the host or that the host lies under."""
    labels = host.split(".")
    for start in range(len(labels)):
        domain = ".".join(labels[start:])
        if key := directory.hosts.get(domain):
            return directory.platforms[key], domain
    return None, ""


def _item(link: links.Link, host: str, platform: Platform) -> tuple[ContentLink | None, str, str]:
    text = host.removeprefix("www.") + link.path
    text += f"?{link.query}" if link.query else ""
    text += f"#{link.fragment}" if link.fragment else ""
    text = text[:_LONGEST]
    for content in platform.content_links:
        if match := _compiled(content.pattern).search(text):
            groups = match.groupdict(default="")
            return content, groups.get("id", ""), groups.get("account", "")
    return None, "", ""


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _tenant(host: str, domain: str, own: str, space: str, platform: Platform) -> str:
    """The customer's name in a host such as x.pages.dev, "" when the host is the platform's own."""
    if space != own and host != domain:
        return space.split(".", 1)[0]
    # Some big hosts are missing from the public suffix list, so their own domains count as well.
    if platform.kind is Kind.HOSTING and host != domain:
        name = host.removesuffix(f".{domain}").rsplit(".", 1)[-1]
        return "" if name in _OWN_NAMES else name
    return ""


def _key(link: links.Link, platform: Platform, content: ContentLink | None, item_id: str) -> str:
    if content and item_id:
        return f"{platform.key}:{content.what}:{item_id}"
    return _same(link)


def _same(link: links.Link) -> str:
    return link.identity or link.url or link.raw
