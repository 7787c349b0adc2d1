"""Open one TLS connection to a public machine: the name is resolved once, and every address is looked at."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from survivor_portal.lookups._addresses import public
from survivor_portal.lookups._names import Names, NamesFailed, NoSuchName

PORT = 443
Dial = Callable[[str, int, float], socket.socket]
_LONGEST_GREETING = 4096


class NotPublic(Exception):
    """The name leads to no public machine, or to one that is none beside others. Nothing was connected to."""


class NoConnection(Exception):
    """Nobody answered in time, or not as the owner of the name."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """When all of it has to be over, on the clock that nobody sets."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """So many seconds from now."""
        return cls(time.monotonic() + seconds)

    def left(self) -> float:
        """Seconds that are left. Raises NoConnection when none is."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise NoConnection
        return left

    def sooner(self, seconds: float) -> Deadline:
        """This one, or so many seconds from now, whichever comes first."""
        return min(self, Deadline.after(seconds), key=lambda one: one.at)


def _dial(address: str, port: int, seconds: float) -> socket.socket:
    return socket.create_connection((address, port), timeout=seconds)


@dataclass(frozen=True, slots=True)
class Wire:
    """How this house reaches others. `proxy`: host and port of the way out that everything takes, if any; it
    gets the name, so that it can hold its own list against it."""

    names: Names
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    proxy: tuple[str, int] | None = None
    dial: Dial = _dial

    def open(self, host: str, deadline: Deadline, *, only_ipv4: bool = False) -> ssl.SSLSocket:
        """A TLS connection to this host's port 443, as the host of that name and nobody else.

        Raises NotPublic, NoConnection.
        """
        address = self._address(host, only_ipv4)
        plain: socket.socket | None = None
        try:
            where = self.proxy or (address, PORT)
            plain = self.dial(where[0], where[1], deadline.left())
            if self.proxy:
                _through(plain, host, deadline)
            plain.settimeout(deadline.left())
            return self.context.wrap_socket(plain, server_hostname=host)
        except (OSError, ssl.CertificateError, NoConnection):
            if plain is not None:
                plain.close()
            raise NoConnection from None

    def _address(self, host: str, only_ipv4: bool) -> str:
        found: list[str] = []
        for kind in ("A",) if only_ipv4 else ("A", "AAAA"):
            try:
                found += self.names.ask(host, kind)
            except NoSuchName:
                continue
            except NamesFailed:
                raise NoConnection from None
            if found:
                break
        if not found:
            raise NoConnection
        # One that is not public beside others that are: somebody plays with names.
        if any(public(text) is None for text in found):
            raise NotPublic
        return found[0]


def _through(plain: socket.socket, host: str, deadline: Deadline) -> None:
    """Ask the proxy for the host of that name (RFC 9110, 9.3.6)."""
    plain.settimeout(deadline.left())
    plain.sendall(f"CONNECT {host}:{PORT} HTTP/1.1\r\nHost: {host}:{PORT}\r\n\r\n".encode("ascii"))
    greeting = b""
    while not greeting.endswith(b"\r\n\r\n"):
        plain.settimeout(deadline.left())
        # One at a time: what comes behind belongs to the other side.
        one = plain.recv(1)
        greeting += one
        if not one or len(greeting) > _LONGEST_GREETING:
            raise NoConnection
    if greeting.split(b" ", 2)[1:2] != [b"200"]:
        raise NoConnection
