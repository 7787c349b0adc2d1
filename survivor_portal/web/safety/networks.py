"""Count tries by network for an hour, under a name that nobody can turn back into an address.

The name is a keyed hash of the first part of the address (/24, /48). Every hour another key is drawn and all
counts go with the old one (`survivor_portal.counts`). The address itself is read here and not kept.

Who comes through the onion service arrives from this machine, and so does everybody when a proxy is not named
in the settings: such an address says nothing of who is there, and one count for all of them would let one
person lock the door for the others. There only the counts by code and for the whole site stand.
"""

from datetime import datetime
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

from survivor_portal import counts

NETWORKS = 50_000
_OF_THIS_HOUSE = tuple(
    ip_network(block)
    for block in (
        "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16",
        "::1/128", "fc00::/7", "fe80::/10",
    )
)  # fmt: skip


class What(StrEnum):
    """What is counted."""

    opening = "opening"
    keeping = "keeping"


MOST = {What.opening: 60, What.keeping: 20}
KINDS = {what: counts.Kind(what.value, counts.HOUR, NETWORKS) for what in What}


class Full(Exception):
    """This network did enough of it in this hour. It says when the next hour begins."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at


def charge(request: HttpRequest, what: What, now: datetime) -> None:
    """Count this before it is done. Raises Full."""
    network = _network(request)
    if network and not counts.up(KINDS[what], network, now, MOST[what]):
        raise Full(counts.end_of(counts.span(now, counts.HOUR), counts.HOUR))


def give_back(request: HttpRequest, what: What, now: datetime) -> None:
    """What was charged did not come to it, or was no try in vain."""
    network = _network(request)
    if network:
        counts.down(KINDS[what], network, now)


def _network(request: HttpRequest) -> str:
    """The network of whoever asks; "" where nothing can be said of it."""
    address = _address(request)
    if address is None or any(address in block for block in _OF_THIS_HOUSE):
        return ""
    return str(ip_network((address, 24 if address.version == 4 else 48), strict=False))


def _address(request: HttpRequest) -> IPv4Address | IPv6Address | None:
    """The address the outermost of our proxies saw. What stands left of it anybody may have made up."""
    proxies, text = settings.TRUSTED_PROXIES, request.META.get("REMOTE_ADDR", "")
    if proxies:
        text = request.META.get("HTTP_X_FORWARDED_FOR", text).rsplit(",", proxies)[-proxies:][0]
    try:
        address = ip_address(_without_port(text.strip()))
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


def _without_port(text: str) -> str:
    """Some proxies write 192.0.2.7:4711 or [2001:db8::7]:4711."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text
