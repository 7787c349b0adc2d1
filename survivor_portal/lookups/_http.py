"""Ask one thing over an open connection: read its status and no more, or a small body as well.

Follows nothing, keeps no cookie, sends no referrer and no body. Everything is read under one deadline, so
somebody who answers a byte at a time gains nothing.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass

from survivor_portal.lookups._wire import Deadline, NoConnection, Wire

MOST_HEAD = 16 * 1024
_AGENT = "Mozilla/5.0 (compatible)"
_STATUS = slice(9, 12)


class Unreadable(Exception):
    """What came is no answer, or more than anybody may send."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `headers` by their name in lower case; the first of each name counts."""

    status: int
    headers: dict[str, str]
    body: bytes = b""


def status_of(wire: Wire, method: str, host: str, target: str, deadline: Deadline) -> int:
    """The status of an answer. Nothing behind its first line is read.

    Raises NotPublic, NoConnection, Unreadable.
    """
    with wire.open(host, deadline, only_ipv4=True) as stream:
        _send(stream, method, host, target, "*/*", deadline)
        reader = _Reader(stream, deadline)
        status = reader.status()
        while 100 <= status < 200:  # word that the answer is still to come, RFC 9110, 15.2
            reader.headers()
            status = reader.status()
        return status


def get(wire: Wire, host: str, target: str, deadline: Deadline, *, accept: str, most: int) -> Answer:
    """An answer with a body of at most `most` bytes. Raises NotPublic, NoConnection, Unreadable."""
    with wire.open(host, deadline) as stream:
        _send(stream, "GET", host, target, accept, deadline)
        reader = _Reader(stream, deadline)
        status = reader.status()
        headers = reader.headers()
        while 100 <= status < 200:
            status = reader.status()
            headers = reader.headers()
        if status != 200:
            return Answer(status, headers)
        if headers.get("content-encoding", "identity").lower() != "identity":
            raise Unreadable
        return Answer(status, headers, reader.body(headers, most))


def _send(
    stream: ssl.SSLSocket, method: str, host: str, target: str, accept: str, deadline: Deadline
) -> None:
    if not (target.isascii() and target.isprintable() and target.startswith("/")) or " " in target:
        raise Unreadable
    lines = (
        f"{method} {target} HTTP/1.1",
        f"Host: {host}",
        f"User-Agent: {_AGENT}",
        f"Accept: {accept}",
        "Connection: close",
    )
    try:
        stream.settimeout(deadline.left())
        stream.sendall("\r\n".join((*lines, "", "")).encode("ascii"))
    except OSError:
        raise NoConnection from None


class _Reader:
    """Takes a stream apart, and never more of it than was asked for."""

    def __init__(self, stream: ssl.SSLSocket, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline
        self._head_left = MOST_HEAD

    def status(self) -> int:
        line = self._line()
        number = line[_STATUS]
        if not line.startswith(b"HTTP/1.") or line[8:9] != b" " or not number.isdigit() or number < b"100":
            raise Unreadable
        return int(number)

    def headers(self) -> dict[str, str]:
        found: dict[str, str] = {}
        while line := self._line():
            name, colon, value = line.partition(b":")
            if not colon:
                raise Unreadable
            found.setdefault(name.decode("latin-1").strip().lower(), value.decode("latin-1").strip())
        return found

    def body(self, headers: dict[str, str], most: int) -> bytes:
        if "transfer-encoding" in headers:
            if headers["transfer-encoding"].lower() != "chunked":
                raise Unreadable
            return self._chunks(most)
        length = headers.get("content-length")
        if length is None:
            return self._until_closed(most)
        if not (length.isascii() and length.isdecimal() and len(length) < 12) or int(length) > most:
            raise Unreadable
        return self._exactly(int(length))

    def _chunks(self, most: int) -> bytes:
        found = b""
        while True:
            size = self._line().partition(b";")[0].strip()
            try:
                count = int(size, 16) if len(size) < 9 else most + 1
            except ValueError:
                raise Unreadable from None
            if count < 0 or len(found) + count > most:
                raise Unreadable
            if count == 0:
                return found
            found += self._exactly(count)
            if self._line():
                raise Unreadable

    def _line(self) -> bytes:
        """One line without its end. Lines of all heads and chunks together have one limit."""
        line = b""
        while not line.endswith(b"\n"):
            line += self._exactly(1)
            self._head_left -= 1
            if self._head_left <= 0:
                raise Unreadable
        return line.removesuffix(b"\n").removesuffix(b"\r")

    def _exactly(self, count: int) -> bytes:
        found = b""
        while len(found) < count:
            piece = self._some(count - len(found))
            if not piece:
                raise Unreadable
            found += piece
        return found

    def _until_closed(self, most: int) -> bytes:
        found = b""
        while piece := self._some(most + 1 - len(found)):
            found += piece
            if len(found) > most:
                raise Unreadable
        return found

    def _some(self, count: int) -> bytes:
        try:
            self._stream.settimeout(self._deadline.left())
            return self._stream.recv(count)
        except OSError:
            raise NoConnection from None
