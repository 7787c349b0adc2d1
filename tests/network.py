"""Closes the network: a test that reaches past this machine fails."""

import socket
from typing import Any

import pytest

_LOOPBACK = ("127.", "::1", "localhost")


class NetworkUsed(AssertionError):
    """The code under test tried to reach another machine."""


@pytest.fixture(scope="session", autouse=True)
def _network_closed():
    """Sockets connect to loopback only, names resolve for loopback only."""
    connect, resolve = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and not str(address[0]).startswith(_LOOPBACK):
            raise NetworkUsed(f"a test tried to reach {address[0]}")
        return connect(self, address)

    def guarded_resolve(host: Any, *rest: Any, **more: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else str(host or "localhost")
        if not name.startswith((*_LOOPBACK, "0.0.0.0")):
            raise NetworkUsed(f"a test tried to look up {name}")
        return resolve(host, *rest, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket, "getaddrinfo", guarded_resolve)
        yield
