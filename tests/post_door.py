"""The door for mail, open in a thread of the test, on a port of loopback; and somebody who brings mail."""

import asyncio
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from django.utils import timezone

from survivor_portal.config.run.servers import HOST
from survivor_portal.post.certificate import Shown
from survivor_portal.post.desk import Desk
from survivor_portal.post.door import Door

DESK = Desk(timezone.now)


@contextmanager
def a_door(kind: str = "smtp", *, shown: Shown | None = None, **desk: Any) -> Iterator[int]:
    """Opens it, gives its port, and closes it again."""
    loop = asyncio.new_event_loop()
    door = Door(kind, HOST, 0, replace(DESK, **desk), "relay.example", shown)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield asyncio.run_coroutine_threadsafe(door.open(), loop).result(10)
    finally:
        asyncio.run_coroutine_threadsafe(door.close(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


def bring(port: int, to: str, data: bytes, sender: str = "reports@platform.example") -> tuple[int, bytes]:
    """What the door says at the end of this mail, or earlier where it says no."""
    with smtplib.SMTP(HOST, port, local_hostname="mx.platform.example", timeout=20) as connection:
        connection.ehlo()
        code, said = connection.mail(sender)
        if code == 250:
            code, said = connection.rcpt(to)
        return connection.data(data) if code == 250 else (code, said)


class Wire:
    """Somebody who says exactly these bytes."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection((HOST, port), timeout=20)
        self._file = self._socket.makefile("rb")

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._socket.close()

    def answer(self) -> bytes:
        """One answer, all its lines; empty where the other side has gone."""
        lines = b""
        while True:
            try:
                line = self._file.readline()
            except ConnectionResetError:
                line = b""
            lines += line
            if line[3:4] != b"-":
                return lines

    def say(self, data: bytes) -> bytes:
        """Says it, and gives the answer."""
        self._socket.sendall(data)
        return self.answer()

    def begin_tls(self) -> ssl.SSLSocket:
        """Says STARTTLS and goes on encrypted; whose certificate it is does not matter here."""
        assert self.say(b"STARTTLS\r\n").startswith(b"220 ")
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self._file.close()
        self._socket = context.wrap_socket(self._socket)
        self._file = self._socket.makefile("rb")
        return self._socket

    def rest(self) -> bytes:
        """All answers that still come until the other side goes."""
        found = b""
        while answer := self.answer():
            found += answer
        return found
