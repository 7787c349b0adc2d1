"""The words between the key process and those who ask it: a length, then as many bytes of JSON.

Both sides read with the same strictness: what is too long, comes too slowly or is not one JSON object ends
the line. Nothing in a frame is ever run, or used as a path.
"""

import json
import socket
import struct
import time
from typing import Any

MOST_BYTES = 256 * 1024
# Between the first byte of a frame and its last.
WITHIN = 5.0

Message = dict[str, Any]


class Broken(Exception):
    """The line ended, or what came is not a frame."""


def send(line: socket.socket, message: Message) -> None:
    """Write one message. Raises Broken."""
    text = json.dumps(message, separators=(",", ":")).encode()
    if len(text) > MOST_BYTES:
        raise Broken
    try:
        line.settimeout(WITHIN)
        line.sendall(struct.pack(">I", len(text)) + text)
    except OSError:
        raise Broken from None


def receive(line: socket.socket, patience: float | None) -> Message | None:
    """Read one message; None where the other side ended the line before one began.

    Waits `patience` seconds for it to begin, for ever with None. Raises Broken.
    """
    try:
        line.settimeout(patience)
        first = line.recv(1)
        if not first:
            return None
        until = time.monotonic() + WITHIN
        (length,) = struct.unpack(">I", first + _exactly(line, 3, until))
        if not 0 < length <= MOST_BYTES:
            raise Broken
        message = json.loads(_exactly(line, length, until).decode("ascii"))
    except (OSError, ValueError, RecursionError):
        raise Broken from None
    if not isinstance(message, dict):
        raise Broken
    return message


def _exactly(line: socket.socket, length: int, until: float) -> bytes:
    parts = bytearray()
    while len(parts) < length:
        left = until - time.monotonic()
        if left <= 0:
            raise Broken
        line.settimeout(left)
        part = line.recv(length - len(parts))
        if not part:
            raise Broken
        parts += part
    return bytes(parts)
