"""Which addresses of machines are somebody's public ones: nothing else is ever connected to."""

from __future__ import annotations

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# What Python's own table calls public and is not: relays, translators, segment routing.
_DENIED = tuple(
    ipaddress.ip_network(network)
    for network in (
        "192.88.99.0/24",  # 6to4 relays, RFC 7526
        "192.0.0.0/24",  # protocol assignments, RFC 6890; parts of it count as public
        "64:ff9b::/96",  # an IPv4 address in disguise, RFC 6052
        "64:ff9b:1::/48",  # the same for one's own network, RFC 8215
        "::/96",  # IPv4-compatible, RFC 4291
        "2002::/16",  # 6to4, RFC 3056
        "2001::/32",  # Teredo, RFC 4380
        "5f00::/16",  # segment routing, RFC 9602
    )
)


def public(text: str) -> Address | None:
    """The address, None for what is no address or leads to no public machine."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if not address.is_global or address.is_multicast or address.is_reserved or address.is_unspecified:
        return None
    if any(address.version == net.version and address in net for net in _DENIED):
        return None
    return address
