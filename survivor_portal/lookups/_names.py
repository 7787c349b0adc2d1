"""DNS: which addresses a host has and who answers for a domain, asked of one chosen resolver."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

SECONDS = 4.0
MOST = 16


class NoSuchName(Exception):
    """The name does not exist, or has no such entry."""


class NamesFailed(Exception):
    """The resolver gave no answer that can be used."""


class Names(Protocol):
    """Answers what a name stands for."""

    def ask(self, name: str, kind: str) -> tuple[str, ...]:
        """The entries of a kind (A, AAAA, NS). Raises NoSuchName, NamesFailed."""
        ...


@dataclass(frozen=True, slots=True)
class Resolver:
    """Asks the resolvers of these addresses, and no other: not those of the machine, not its hosts file.

    Each call asks anew; nothing is remembered.
    """

    servers: Sequence[str]
    port: int = 53
    seconds: float = SECONDS

    def ask(self, name: str, kind: str) -> tuple[str, ...]:
        """At most MOST entries of a kind, sorted. Raises NoSuchName, NamesFailed."""
        return tuple(sorted(str(entry).rstrip(".").lower() for entry in self._ask(name, kind))[:MOST])

    def text(self, name: str) -> bytes | None:
        """The one text record of a name, its pieces joined; None where there is none, or more than one
        (RFC 6376, 3.6.2.2: then nothing is certain). Raises NamesFailed."""
        try:
            entries = list(self._ask(name.rstrip("."), "TXT"))
        except NoSuchName:
            return None
        return b"".join(entries[0].strings) if len(entries) == 1 else None

    def _ask(self, name: str, kind: str) -> Iterable[Any]:
        # Only a worker that asks needs these.
        import dns.exception
        import dns.name
        import dns.resolver

        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers = list(self.servers)
        resolver.port = self.port
        resolver.timeout = self.seconds / 2
        resolver.lifetime = self.seconds
        try:
            # With its last dot: no search list of any machine is tried.
            return resolver.resolve(dns.name.from_text(f"{name}."), kind, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            raise NoSuchName from None
        except (dns.exception.DNSException, OSError, ValueError):
            raise NamesFailed from None
