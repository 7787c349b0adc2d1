"""Which register answers for which name or address: IANA's list (RFC 9224), fetched once a day."""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from survivor_portal.lookups._addresses import Address
from survivor_portal.lookups._http import Unreadable, get
from survivor_portal.lookups._wire import Deadline, NoConnection, NotPublic, Wire

IANA = "data.iana.org"
KEPT = 24 * 60 * 60.0
_PARTS = ("dns", "ipv4", "ipv6")
_MOST = 2 * 1024 * 1024
_SECONDS = 8.0


class NoList(Exception):
    """The list could not be had, and none is kept from earlier."""


@dataclass(frozen=True, slots=True)
class Registers:
    """Where to ask: each a base such as ("rdap.registry.example", "/v1/")."""

    names: dict[str, tuple[str, str]]
    networks: tuple[tuple[Any, tuple[str, str]], ...]

    @property
    def hosts(self) -> frozenset[str]:
        """All servers of the list: whoever is not among them is never asked."""
        return frozenset(
            host for host, _path in (*self.names.values(), *(base for _net, base in self.networks))
        )

    def for_name(self, domain: str) -> tuple[str, str] | None:
        """The longest ending of the domain that has a register; None where none is listed."""
        labels = domain.split(".")
        endings = (".".join(labels[start:]) for start in range(1, len(labels)))
        return next((self.names[ending] for ending in endings if ending in self.names), None)

    def for_address(self, address: Address) -> tuple[str, str] | None:
        """The register of the smallest listed network around an address."""
        around = [
            (net.prefixlen, base)
            for net, base in self.networks
            if net.version == address.version and address in net
        ]
        return max(around)[1] if around else None


def registers(
    wire: Wire, folder: Path, *, host: str = IANA, clock: Callable[[], float] = time.time
) -> Registers:
    """The list, from the folder while it is a day old at most, else fetched; an older one if that fails.

    Raises NoList.
    """
    path = folder / "registers.json"
    try:
        kept = json.loads(path.read_text("utf-8"))
        age = clock() - path.stat().st_mtime
        if 0 <= age < KEPT:
            return read(kept)
    except (OSError, ValueError, Unreadable):
        kept = None
    try:
        fresh = {part: _fetched(wire, host, part) for part in _PARTS}
        found = read(fresh)
    except (NotPublic, NoConnection, Unreadable):
        if kept is None:
            raise NoList from None
        return read(kept)
    _keep(path, fresh, clock())
    return found


def read(parts: Any) -> Registers:
    """Take the three files apart. What is not https, or names no host, is left out. Raises Unreadable."""
    try:
        names = {
            str(ending).lower(): base
            for endings, urls in _services(parts["dns"])
            if (base := _base(urls))
            for ending in endings
        }
        networks = tuple(
            (ip_network(prefix), base)
            for part in ("ipv4", "ipv6")
            for prefixes, urls in _services(parts[part])
            if (base := _base(urls))
            for prefix in prefixes
        )
    except (LookupError, TypeError, ValueError, AttributeError):
        raise Unreadable from None
    return Registers(names, networks)


def _services(part: Any) -> list[tuple[list[str], list[str]]]:
    return [(list(service[0]), list(service[1])) for service in part["services"]]


def _base(urls: list[str]) -> tuple[str, str] | None:
    for url in urls:
        parts = urlsplit(str(url))
        if parts.scheme == "https" and parts.hostname and parts.port in (None, 443) and not parts.username:
            return parts.hostname, parts.path if parts.path.endswith("/") else parts.path + "/"
    return None


def _fetched(wire: Wire, host: str, part: str) -> Any:
    answer = get(
        wire, host, f"/rdap/{part}.json", Deadline.after(_SECONDS), accept="application/json", most=_MOST
    )
    if answer.status != 200:
        raise Unreadable
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        raise Unreadable from None


def _keep(path: Path, parts: Any, now: float) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    half = path.with_name(f".{secrets.token_hex(8)}")
    half.write_text(json.dumps(parts), "utf-8")
    os.utime(half, (now, now))
    half.replace(path)
