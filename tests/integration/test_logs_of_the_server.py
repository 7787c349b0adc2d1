"""What the whole server prints while it is ill-treated: nothing that was sent to it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from survivor_portal.config.env import HOUSE

MARKER = "marker9c1e"
LIMIT_SECONDS = 30.0


class Server:
    """The site in its server, as the start command runs it, with a database that has no tables."""

    def __init__(self, data: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.printed = data / "printed"
        shutil.copytree(settings.STATIC_ROOT, data / "static")
        with self.printed.open("wb") as out:
            self.process = subprocess.Popen(
                [
                    sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1",
                    "--port", str(self.port), "--workers", "1", "--no-ws", "--no-access-log",
                    "survivor_portal.config.wsgi:application",
                ],
                cwd=HOUSE,
                env=os.environ
                | {
                    "DJANGO_SETTINGS_MODULE": "survivor_portal.config.settings.dev",
                    "DATA_DIR": str(data),
                    "PYTHONUNBUFFERED": "1",
                },
                stdout=out,
                stderr=subprocess.STDOUT,
            )  # fmt: skip
        self._wait()

    def _wait(self) -> None:
        until = time.monotonic() + LIMIT_SECONDS
        while not self.send("GET /exit/ HTTP/1.1\r\nHost: localhost\r\n").startswith(b"HTTP/1.1 303"):
            if time.monotonic() > until or self.process.poll() is not None:
                raise AssertionError(self.stop())
            time.sleep(0.1)

    def send(self, head: str, body: bytes = b"", *, patience: float = 10) -> bytes:
        """Send these bytes as they are, and give back the first of what comes back."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=patience) as line:
                line.sendall(head.encode("latin-1") + b"Connection: close\r\n\r\n" + body)
                return line.recv(65536)
        except OSError:
            return b""

    def stop(self) -> str:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(LIMIT_SECONDS)
        return self.printed.read_text(errors="replace")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    running = Server(tmp_path)
    yield running
    if running.process.poll() is None:
        running.process.kill()
        running.process.wait()


def test_t32_the_server_prints_nothing_that_was_sent(server: Server) -> None:
    host = "Host: localhost\r\n"
    marked = f"User-Agent: {MARKER}\r\nReferer: http://{MARKER}/\r\nCookie: a={MARKER}\r\n"
    form = "Content-Type: application/x-www-form-urlencoded\r\n"
    visit = f"Cookie: s={'ab' * 32}; c={MARKER}\r\n"
    typed = f"links={MARKER}&step={MARKER}&csrfmiddlewaretoken={MARKER}".encode()
    file = (
        f'--edge\r\nContent-Disposition: form-data; name="file"; filename="{MARKER}.png"\r\n\r\n'
        f"{MARKER}\r\n--edge--\r\n"
    ).encode()

    answers = [
        server.send(f"GET /{MARKER}/?{MARKER} HTTP/1.1\r\n{host}{marked}"),
        # The table of visits is missing, so this breaks in the middle of a page.
        server.send(f"GET /next/?{MARKER} HTTP/1.1\r\n{host}{visit}User-Agent: {MARKER}\r\n"),
        server.send(f"POST /next/ HTTP/1.1\r\n{host}{marked}{form}Content-Length: {len(typed)}\r\n", typed),
        server.send(f"GET / HTTP/1.1\r\nHost: {MARKER}.example\r\n"),
        server.send(
            f"POST /next/ HTTP/1.1\r\n{host}{visit}Content-Type: multipart/form-data; boundary=edge\r\n"
            f"Content-Length: {len(file)}\r\n",
            file,
        ),
        server.send(f"{MARKER} / HTTP/1.1\r\n{host}"),
    ]
    # What is no proper request at all: whatever comes back, nothing of it is printed.
    server.send(f"GET /\x00{MARKER} HTTP/1.1\r\n{host}")
    server.send(f"GET / HTTP/1.1\r\n{host}{MARKER}\r\n")
    server.send(f"{MARKER}\r\n{MARKER}\r\n")
    server.send(f"POST /next/ HTTP/1.1\r\n{host}{form}Content-Length: {MARKER}\r\n")
    server.send(f"POST /next/ HTTP/1.1\r\n{host}{form}Content-Length: 100000\r\n", typed, patience=0.5)
    server.send(
        f"POST /next/ HTTP/1.1\r\n{host}{form}Transfer-Encoding: chunked\r\n", b"zz" + typed, patience=0.5
    )
    server.send(f"GET /{MARKER}{'a' * 100_000} HTTP/1.1\r\n{host}")
    server.send(f"GET / HTTP/1.1\r\n{host}X-Long: {MARKER}{'a' * 2_000_000}\r\n")
    printed = server.stop()

    statuses = [answer.split(b" ", 2)[1] for answer in answers]
    assert statuses[:4] == [b"404", b"500", statuses[2], b"400"]
    assert "GET - 404" in printed, printed
    assert " 500 " in printed
    assert "OperationalError" in printed
    assert MARKER not in printed
    assert "Traceback" not in printed
