"""The small server the operator's monitoring asks: /live, /ready and /metrics, on a port of its own."""

import socket
import threading
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from typing import Any

from django.db import connections
from django.utils import timezone

from survivor_portal.steward import figures, health

TEXT = "text/plain; version=0.0.4; charset=utf-8"
PATIENCE = 5.0
# However often somebody asks, the databases are asked this seldom.
SECONDS_KEPT = 5.0
MOST_AT_ONCE = 8

Answer = tuple[HTTPStatus, bytes]


class _Kept:
    """An answer that holds for a moment; one thread at a time makes a new one."""

    def __init__(self, make: Callable[[], Answer]) -> None:
        self._make, self._guard = make, threading.Lock()
        self._until, self._answer = 0.0, (HTTPStatus.SERVICE_UNAVAILABLE, b"")

    def get(self) -> Answer:
        with self._guard:
            if monotonic() >= self._until:
                try:
                    self._answer = self._make()
                finally:
                    # The thread ends; what it opened must not stay open.
                    connections.close_all()
                self._until = monotonic() + SECONDS_KEPT
            return self._answer


def _ready() -> Answer:
    missing = health.not_ready()
    if missing:
        return HTTPStatus.SERVICE_UNAVAILABLE, f"not ready: {', '.join(missing)}\n".encode("ascii")
    return HTTPStatus.OK, b"ready\n"


def _metrics() -> Answer:
    now: datetime = timezone.now()
    return HTTPStatus.OK, figures.written(now)


class Asking(ThreadingHTTPServer):
    """Serves until it is closed. Binds at once; raises OSError where the port is taken."""

    daemon_threads = True
    request_queue_size = MOST_AT_ONCE

    def __init__(self, where: tuple[str, int]) -> None:
        self.answers: dict[str, Callable[[], Answer]] = {
            "/live": lambda: (HTTPStatus.OK, b"live\n"),
            "/ready": _Kept(_ready).get,
            "/metrics": _Kept(_metrics).get,
        }
        self._room = threading.BoundedSemaphore(MOST_AT_ONCE)
        self.address_family = _family(where[0])
        super().__init__(where, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """As usual, but never more threads than places: who comes when all are taken is sent away."""
        if self._room.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """One question, in a thread of its own."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Somebody hung up. The usual way prints an address."""


class _Handler(BaseHTTPRequestHandler):
    timeout = PATIENCE
    server_version, sys_version = "site", ""
    protocol_version = "HTTP/1.1"
    server: Asking

    def do_GET(self) -> None:
        found = self.server.answers.get(self.path)
        status, text = (HTTPStatus.NOT_FOUND, b"not found\n") if found is None else found()
        self.send_response(status)
        self.send_header("Content-Type", TEXT)
        self.send_header("Content-Length", str(len(text)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        if self.command == "GET":
            self.wfile.write(text)

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: not who asked, nor what."""


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
