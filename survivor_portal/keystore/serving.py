"""The key process: it alone reaches the second database and the keys of the days, and counts what it gives.

A folder holds one Unix socket for each kind of caller. The system itself says which user is at the other end,
so nobody can pass for another, and no password lies around.
"""

import logging
import os
import select
import signal
import socket
import socketserver
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connections
from django.utils import timezone

from survivor_portal.keystore import asked, epochs, frames, near
from survivor_portal.keystore.asked import QUESTIONS, Malformed, Role
from survivor_portal.keystore.counted import Minute
from survivor_portal.keystore.frames import Message
from survivor_portal.keystore.rotation import NotRotated
from survivor_portal.keystore.router import ALIAS
from survivor_portal.keystore.standing import Standing

MOST_A_MINUTE = 3000
# A thread and a connection to the database each.
MOST_LINES = 64

Users = Mapping[Role, frozenset[int]]

log = logging.getLogger("survivor_portal.keys")


class InUse(Exception):
    """Another key process answers in this folder already."""


class Counts:
    """How many keys each role was given, and when that was too many."""

    def __init__(self, most: int = MOST_A_MINUTE) -> None:
        self.minutes = {role: Minute(most) for role in Role}
        self.refused = 0
        self.alarm_at: datetime | None = None
        self._guard = threading.Lock()

    def refuse(self, role: Role, now: datetime) -> None:
        """Somebody asked for too many. Sounds the alarm, at most once a minute."""
        with self._guard:
            self.refused += 1
            sounds = self.alarm_at is None or (now - self.alarm_at).total_seconds() >= 60
            self.alarm_at = now if sounds else self.alarm_at
        if sounds:
            # Within the message: values beside it are never written to a log. They name nobody.
            log.error(f"more than {self.minutes[role].most} keys in a minute were asked for by {role}")

    def put_into(self, standing: Standing) -> Standing:
        """The same standing with what was counted here."""
        given = [minute.given() for minute in self.minutes.values()]
        most = min(minute.most for minute in self.minutes.values())
        return replace(standing, asked=max(given), most=most, refused=self.refused, alarm_at=self.alarm_at)


def answer(role: Role, message: Message, counts: Counts, now: datetime) -> Message:
    """What is answered to this role. Never raises; what went wrong is one of a few words."""
    if message == {"do": "standing"}:
        return _guarded(lambda: {"standing": _told(counts.put_into(near.standing()))})
    name = message.get("do")
    question = QUESTIONS.get(name) if isinstance(name, str) else None
    if question is None:
        return {"no": "unknown"}
    if role not in question.roles:
        log.error(f"{role} asked for what is not for it")
        return {"no": "not allowed"}
    try:
        ids = asked.ids_of(message, question.most_ids)
    except Malformed:
        return {"no": "malformed"}
    if question.gives_keys and not counts.minutes[role].take(len(ids)):
        counts.refuse(role, now)
        return {"no": "too many"}
    return _guarded(lambda: question.answer(message, ids, now))


def _guarded(do: Callable[[], Message]) -> Message:
    # A connection that broke is found here, and the next question gets a new one.
    connections[ALIAS].close_if_unusable_or_obsolete()
    try:
        return do()
    except Malformed:
        return {"no": "malformed"}
    except epochs.NoEpoch:
        return {"no": "no key of the day"}
    except NotRotated as why:
        log.error("the key of the day was not turned")
        return {"no": "not turned", "why": str(why)}
    except Exception:
        log.exception("a question was not answered")
        return {"no": "failed"}


def _told(standing: Standing) -> Message:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(standing).items()
    }


class _Door(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """One socket, for one role."""

    request_queue_size = 128

    def __init__(self, path: Path, role: Role, users: frozenset[int], counts: Counts) -> None:
        self.role, self.counts = role, counts
        self._users = users
        self._places = threading.Semaphore(MOST_LINES)
        self._lines: set[socket.socket] = set()
        super().__init__(str(path), _Talk)

    def verify_request(self, request: Any, client_address: Any) -> bool:
        _, user, _ = struct.unpack(
            "3i", request.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        )
        if user not in self._users:
            log.error(f"a user who is not on the list asked at the socket {self.role}")
            return False
        return self._places.acquire(blocking=False)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        self._lines.add(request)
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._lines.discard(request)
            connections.close_all()
            self._places.release()

    def server_close(self) -> None:
        """End the lines that wait for a next question; what is being answered is finished first."""
        for line in list(self._lines):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RD)
        super().server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        log.exception("a line broke")


class _Talk(socketserver.BaseRequestHandler):
    """One line, until either side ends it."""

    server: _Door

    def handle(self) -> None:
        with suppress(frames.Broken):
            while (message := frames.receive(self.request, None)) is not None:
                frames.send(
                    self.request, answer(self.server.role, message, self.server.counts, timezone.now())
                )


@contextmanager
def opened(folder: Path, users: Users, most: int = MOST_A_MINUTE) -> Iterator[Counts]:
    """The sockets in `folder`, answering while this lasts. Raises InUse."""
    counts, before = Counts(most), os.umask(0o117)
    with ExitStack() as stack:
        try:
            for role in Role:
                path = folder / role.value
                _make_room(path)
                door = stack.enter_context(_Door(path, role, users.get(role, frozenset()), counts))
                thread = threading.Thread(target=door.serve_forever, args=(0.1,), name=role, daemon=True)
                thread.start()
                stack.callback(path.unlink, missing_ok=True)
                stack.callback(thread.join)
                stack.callback(door.shutdown)
        finally:
            os.umask(before)
        yield counts


def serve(folder: Path, users: Users, most: int = MOST_A_MINUTE) -> None:
    """Turn the key of the day if it is due, then answer until told to end.

    Raises InUse, NoEpoch, NotRotated.
    """
    near.turn(timezone.now())
    # Children are not started here, so a pipe is enough to be woken by.
    told, tell = os.pipe()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: os.write(tell, b"."))
    with opened(folder, users, most):
        select.select([told], [], [])


def _make_room(path: Path) -> None:
    """Take away what a key process that was killed left behind."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            path.unlink(missing_ok=True)
        else:
            raise InUse
