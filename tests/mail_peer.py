"""A mail server of somebody else, on loopback: takes, refuses, puts off, hangs up or is slow, as told."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from survivor_portal.config.run.servers import HOST, free_port

HANG_UP = "hang up"
SLOW = "slow"
HANG_UP_AFTER = "hang up after"
LATE_YES = "late yes"  # takes it, and says so a while later


@dataclass
class Peer:
    """What it took, and what it does next: `answers` to a recipient, `ends` to a whole mail, used up in
    order; "" or nothing left: take it."""

    port: int = 0
    answers: list[str] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    took: list[bytes] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    seconds: float = 1.0
    always: str = ""  # what it does at the end of each mail, where nothing else is said

    async def handle_RCPT(  # noqa: N802  # so it is called
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        said = await self._next(self.answers, server)
        if said:
            return said
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if self.always:
            self.ends.append(self.always)
        if self.ends[:1] in ([HANG_UP_AFTER], [LATE_YES]):
            self.took.append(bytes(envelope.content or b""))
        said = await self._next(self.ends, server)
        if said:
            return said if said != LATE_YES else "250 2.0.0 Ok"
        self.took.append(bytes(envelope.content or b""))
        self.senders.append(str(envelope.mail_from))
        return "250 2.0.0 Ok: queued as 4XYZ"

    async def _next(self, said: list[str], server: SMTP) -> str:
        now = said.pop(0) if said else ""
        if now in (HANG_UP, HANG_UP_AFTER):
            assert server.transport is not None
            server.transport.abort()
            await asyncio.sleep(0.05)
        if now in (SLOW, LATE_YES):
            await asyncio.sleep(self.seconds)
            return now if now == LATE_YES else ""
        return now


@contextmanager
def a_peer(**more: Any) -> Iterator[Peer]:
    """The server, on a free port, while the block runs."""
    peer = Peer(port=free_port(), **more)
    controller = Controller(peer, hostname=HOST, port=peer.port, server_hostname="peer.example")
    controller.start()
    try:
        yield peer
    finally:
        controller.stop()
