"""The door itself: speaks SMTP or LMTP, one mail to one address at a time, and holds it in memory only.

Nothing is passed on to anybody, nobody signs in, and nothing of a mail is ever logged.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, TLSSetupException

from survivor_portal.mails import LARGEST
from survivor_portal.post.certificate import Shown
from survivor_portal.post.desk import LATER, Desk

logger = logging.getLogger(__name__)

# Each may hold a mail and what it becomes while it is read: about ten times its size.
MOST_AT_ONCE = 30
READ_AT_ONCE = 2
SECONDS = 120.0  # between two commands, and for the whole of a mail
MOST_COMMANDS = 1000
# Lines of real mail are longer than they may be (RFC 5321, 4.5.3.1.6: 1000); a whole mail is bounded anyway.
LONGEST_LINE = 32 * 1024
ONE_AT_A_TIME = "452 4.5.3 One address at a time"
CROOKED = "550 5.5.2 Lines must end with CR LF"
TOO_EAGER = "554 5.5.0 Wait for the answer first"
BUSY = b"421 4.3.2 Busy, try again later\r\n"
NOT_HERE = "502 5.5.1 Not here"


class Manners(SMTP):
    """What our door does otherwise than the library: for both of its languages."""

    line_length_limit = LONGEST_LINE
    local_part_limit = 64

    def is_eager(self) -> bool:
        """Did the other side speak on without waiting, though nobody said it may (RFC 2920)? Then the
        connection ends, and what it said is forgotten."""
        reader: Any = self._reader  # asyncio has no name of its own for what came and was not read
        if not reader._buffer:
            return False
        reader._buffer.clear()
        if self.transport is not None:
            self.loop.call_soon(self.transport.close)
        return True

    def connection_lost(self, error: Exception | None) -> None:
        self.event_handler.connections.discard(self)
        super().connection_lost(error)

    async def smtp_VRFY(self, arg: str | None) -> None:  # noqa: N802
        await self.push(NOT_HERE)

    async def smtp_EXPN(self, arg: str | None) -> None:  # noqa: N802
        await self.push(NOT_HERE)

    async def smtp_AUTH(self, arg: str | None) -> None:  # noqa: N802
        await self.push(NOT_HERE)

    async def smtp_HELP(self, arg: str | None) -> None:  # noqa: N802
        await self.push(NOT_HERE)

    async def smtp_STARTTLS(self, arg: str | None) -> None:  # noqa: N802
        """What was said before counts no more (RFC 3207, 4.2: the library begins anew), and what was said
        behind this word without waiting would be taken for what came encrypted (CVE-2011-0411)."""
        if self.is_eager():
            await self.push(TOO_EAGER)
            return
        if self._tls_protocol is not None:
            await self.push(NOT_HERE)
            return
        await super().smtp_STARTTLS(arg)
        if self._original_transport is not None and (self.session is None or self.session.ssl is None):
            # They hung up before it was done. The library would wait for their next word for ever.
            raise TLSSetupException

    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802
        if self.is_eager():
            await self.push(TOO_EAGER)
            return
        await super().smtp_DATA(arg)


class SmtpDoor(Manners, SMTP):
    """For a mail server that asks before it queues, or for the world itself."""


class LmtpDoor(Manners, LMTP):
    """For a mail server that hands over one mail at a time (RFC 2033)."""


class Handler:
    """Asks the desk, in a thread, what to say."""

    def __init__(self, desk: Desk, address: ThreadPoolExecutor, mail: ThreadPoolExecutor) -> None:
        self.desk, self._address, self._mail = desk, address, mail
        self.connections: set[Any] = set()

    async def handle_EHLO(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        # Behind TLS the library offers to let people sign in.
        kept = [line for line in responses if not line.startswith("250-AUTH") and not line.endswith("HELP")]
        return [*kept[:-1], kept[-1].replace("250-", "250 ", 1)]

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if envelope.rcpt_tos:
            return ONE_AT_A_TIME
        said = await self._ask(self._address, self.desk.address, address)
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        data: bytes = envelope.content
        # A mail that ends where only one of two servers thinks it ends carries a second one in with it.
        if server.is_eager():
            return TOO_EAGER
        bare = data.replace(b"\r\n", b"")
        if b"\r" in bare or b"\n" in bare:
            return CROOKED
        return await self._ask(self._mail, self.desk.mail, envelope.rcpt_tos[0], data)

    async def handle_exception(self, error: Exception) -> str:
        if isinstance(error, TLSSetupException):
            return LATER  # nobody hears it: the connection is over
        logger.error("a command could not be answered", exc_info=error)
        return LATER

    async def _ask(self, pool: ThreadPoolExecutor, ask: Callable[..., str], *what: Any) -> str:
        try:
            answer = asyncio.get_running_loop().run_in_executor(pool, ask, *what)
        except RuntimeError:  # the door is being closed
            return LATER
        return await answer


class Door:
    """Listens until closed. Use it in a running loop."""

    def __init__(
        self, kind: str, host: str, port: int, desk: Desk, hostname: str, shown: Shown | None = None
    ) -> None:
        """`kind`: smtp or lmtp; `hostname`: what the door calls itself; `shown`: its certificate, without
        one there is no STARTTLS."""
        self._class = {"smtp": SmtpDoor, "lmtp": LmtpDoor}[kind]
        self._host, self._port, self._hostname = host, port, hostname
        self._threads = (
            ThreadPoolExecutor(8, thread_name_prefix="address"),
            ThreadPoolExecutor(READ_AT_ONCE, thread_name_prefix="mail"),
        )
        self._shown = shown
        self._handler = Handler(desk, *self._threads)
        self._server: asyncio.Server | None = None

    async def open(self) -> int:
        """Begin to listen; gives the port. Raises OSError."""
        # The library tells its log who comes and what they say.
        logging.getLogger("mail.log").setLevel(logging.CRITICAL + 1)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._connection, self._host, self._port, backlog=50)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def close(self) -> None:
        """Take nothing new; what is being taken in is finished."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        for pool in self._threads:
            await asyncio.to_thread(pool.shutdown, wait=True)
        # One turn for the last answers to leave.
        await asyncio.sleep(0.1)
        for connection in list(self._handler.connections):
            if connection.transport is not None:
                connection.transport.close()

    def _connection(self) -> asyncio.BaseProtocol:
        if len(self._handler.connections) >= MOST_AT_ONCE:
            return _Full()
        made = self._class(
            self._handler,
            data_size_limit=LARGEST,
            hostname=self._hostname,
            ident="ESMTP" if self._class is SmtpDoor else "LMTP",
            timeout=SECONDS,
            command_call_limit=MOST_COMMANDS,
            auth_exclude_mechanism=["LOGIN", "PLAIN"],
            tls_context=self._shown.context() if self._shown else None,
            loop=asyncio.get_running_loop(),
        )
        self._handler.connections.add(made)
        return made


class _Full(asyncio.Protocol):
    """Says that there is no room, and goes."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(BUSY)
        transport.close()
