"""Which company of the directory a register's answer means, and whether it is one that stands in front."""

from __future__ import annotations

from collections.abc import Iterable

from survivor_portal import directory, links
from survivor_portal.directory import Kind

# Words in a network's or a company's name: who runs it only passes on what lies elsewhere. "" for those the
# directory has no record of.
_IN_FRONT = {
    "cloudflare": "cloudflare",
    "akamai": "akamai-linode",
    "fastly": "fastly",
    "cloudfront": "aws",
    "incapsula": "",
    "imperva": "",
    "sucuri": "",
    "ddos-guard": "ddos-guard",
    "bunny": "bunny-net",
}


def platform(key: object) -> str:
    """The key again if the directory has such a platform, else ""."""
    try:
        return directory.platform(key).key if isinstance(key, str) else ""
    except directory.UnknownRecord:
        return ""


def of_mail(mail: str) -> str:
    """The key of the platform that has this mail address's host, "" for none."""
    return of_host(mail.rpartition("@")[2])


def of_host(host: str) -> str:
    """The key of the platform that has this host, "" for none."""
    if not host:
        return ""
    found = directory.recognise(links.parse(f"https://{host}/"))
    return found.platform.key if found.platform else ""


def in_front(names: Iterable[str], name_servers: Iterable[str]) -> tuple[str, str] | None:
    """The network that stands in front: its name and its key in the directory. None when nothing says so."""
    for text in names:
        lower = text.casefold()
        for word, key in _IN_FRONT.items():
            if word in lower:
                return _named(text, key)
    for server in name_servers:
        key = of_host(server)
        if server.endswith(".ns.cloudflare.com") or (key and directory.platform(key).kind is Kind.CDN):
            return _named(server, key)
    return None


def _named(text: str, key: str) -> tuple[str, str]:
    return (directory.platform(key).name if key else text), key
