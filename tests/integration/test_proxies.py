"""The proxies of `deploy`: no visitor chooses which network they come from, and nothing is noted about them.

Real Caddy and nginx with the files an operator takes, in front of the real web server.
"""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from survivor_portal.config.env import HOUSE
from survivor_portal.config.run.servers import HOST, free_port
from survivor_portal.web.safety import networks

pytestmark = pytest.mark.full
ADDRESS, SCHEME = "203.0.113.9", "https"
SPELLINGS = {
    "X-Forwarded-For": ADDRESS,
    "X_Forwarded_For": ADDRESS,
    "X-Forwarded_For": ADDRESS,
    "X_Forwarded-For": ADDRESS,
    "x_FORWARDED_for": ADDRESS,
    "X-Forwarded-Proto": SCHEME,
    "X_Forwarded_Proto": SCHEME,
    "X-Forwarded_Proto": SCHEME,
    "X_Forwarded-Proto": SCHEME,
}


@dataclass(frozen=True)
class Proxy:
    """A running proxy, and the one process behind it."""

    port: int
    log: Path
    behind: subprocess.Popen[bytes]

    def get(self, path: str, headers: dict[str, str]) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=10)
        connection.request("GET", path, headers={"Host": "help.example"} | headers)
        answer = connection.getresponse()
        found = (answer.status, answer.read())
        connection.close()
        return found


@contextmanager
def process(
    command: list[str | Path], log: Path, environment: dict[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as said:
        running = subprocess.Popen(
            command, stdout=said, stderr=said, env=os.environ | environment, start_new_session=True
        )
    try:
        yield running
    finally:
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGTERM)
        running.wait(10)


def wait_for(port: int) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            connection = http.client.HTTPConnection(HOST, port, timeout=5)
            connection.request("GET", "/", headers={"Host": "help.example"})
            connection.getresponse().read()
            connection.close()
            return
        except http.client.RemoteDisconnected:
            return  # it is there, and does not serve everybody
        except OSError:
            assert time.monotonic() < until, "no answer"
            time.sleep(0.05)


def caddy(folder: Path, port: int, behind: int) -> list[str | Path]:
    """Caddy with our file, without certificates and on a free port."""
    text = (HOUSE / "deploy" / "caddy" / "Caddyfile").read_text("utf-8")
    text = text.replace("{\n", "{\n\tadmin off\n\tauto_https off\n", 1)
    text = text.replace("\nhelp.example {", f"\nhttp://help.example:{port} {{\n\tbind {HOST}")
    text = text.replace("127.0.0.1:8000", f"{HOST}:{behind}")
    (folder / "Caddyfile").write_text(text)
    return ["caddy", "run", "--adapter", "caddyfile", "--config", folder / "Caddyfile"]


def nginx(folder: Path, port: int, behind: int) -> list[str | Path]:
    """nginx with our file, without certificates and on a free port."""
    text = (HOUSE / "deploy" / "nginx" / "site.conf").read_text("utf-8")
    text = "server {" + text.rpartition("server {")[2]
    text = re.sub(r" *(listen \[::\]|ssl_).*\n", "", text)
    return _nginx(folder, text.replace("listen 443 ssl http2", f"listen {HOST}:{port}"), behind)


def onion(folder: Path, port: int, behind: int) -> list[str | Path]:
    """nginx with our file for an onion service, on a free port."""
    text = (HOUSE / "deploy" / "nginx" / "onion.conf").read_text("utf-8")
    return _nginx(folder, text.replace("listen 127.0.0.1:8081", f"listen {HOST}:{port}"), behind)


def _nginx(folder: Path, text: str, behind: int) -> list[str | Path]:
    text = text.replace("127.0.0.1:8000", f"{HOST}:{behind}")
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"pid {folder}/pid; daemon off; events {{}} http {{ access_log off; {temporary}\n{text} }}"
    )
    return ["nginx", "-e", "stderr", "-c", folder / "nginx.conf"]


@pytest.fixture(params=[caddy, nginx])
def proxy(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Proxy]:
    with before_the_site(request.param, tmp_path) as running:
        yield running


@contextmanager
def before_the_site(make: Callable[[Path, int, int], list[str | Path]], tmp_path: Path) -> Iterator[Proxy]:
    """This proxy, and what it hands on to a program that tells what it got."""
    port, behind = free_port(), free_port()
    with ExitStack() as running:
        site = running.enter_context(
            process(
                [
                    sys.executable, "-m", "granian", "--interface", "wsgi", "--host", HOST, "--port",
                    str(behind), "--no-ws", "--log-level", "warning", "echo_headers:application",
                ],
                tmp_path / "site.log",
                {"PYTHONPATH": str(Path(__file__).parent)},
            )
        )  # fmt: skip
        wait_for(behind)
        log = tmp_path / "proxy.log"
        running.enter_context(process(make(tmp_path, port, behind), log, {"HOME": str(tmp_path)}))
        wait_for(port)
        yield Proxy(port, log, site)


@pytest.mark.parametrize("name", SPELLINGS)
def test_a_visitor_cannot_say_where_they_come_from(name: str, proxy: Proxy) -> None:
    _, page = proxy.get("/", {name: SPELLINGS[name]})

    seen = json.loads(page)
    # One proxy that adds one address: the last entry is the one the site goes by (TRUSTED_PROXIES=1).
    assert seen["HTTP_X_FORWARDED_FOR"].rpartition(",")[2].strip() == HOST
    assert seen["HTTP_X_FORWARDED_PROTO"] == "http"
    assert seen["HTTP_HOST"] == "help.example"


def test_nothing_is_noted_about_a_visitor_even_when_the_site_is_away(proxy: Proxy) -> None:
    os.killpg(proxy.behind.pid, signal.SIGKILL)
    proxy.behind.wait()

    status, _ = proxy.get("/a-page-somebody-read", {"User-Agent": "a-browser"})

    assert status == 502
    said = proxy.log.read_text("utf-8", "replace")
    assert "a-page-somebody-read" not in said
    assert "a-browser" not in said


def test_what_is_too_long_does_not_reach_the_site(proxy: Proxy) -> None:
    connection = http.client.HTTPConnection(HOST, proxy.port, timeout=10)
    connection.putrequest("POST", "/", skip_host=True)
    connection.putheader("Host", "help.example")
    connection.putheader("Content-Length", str(3 * 1024 * 1024))
    connection.endheaders()
    with suppress(OSError):  # it hangs up in the middle, after it has said why
        connection.send(b"x" * (3 * 1024 * 1024))
    status = connection.getresponse().status
    connection.close()

    assert status in (413, 500, 502)


def test_each_circuit_of_an_onion_service_is_a_network_of_its_own(tmp_path: Path, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 1

    def seen_from(line: bytes) -> dict[str, str]:
        with socket.create_connection((HOST, proxy.port), timeout=10) as wire:
            forged = b"X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: http\r\n"
            wire.sendall(line + b"GET / HTTP/1.0\r\nHost: a.onion\r\n" + forged + b"\r\n")
            said = b"".join(iter(lambda: wire.recv(65536), b""))
        found: dict[str, str] = json.loads(said.partition(b"\r\n\r\n")[2]) if b" 200 " in said[:20] else {}
        return found

    def network_of(line: bytes) -> str:
        seen = seen_from(line)
        assert seen["HTTP_X_FORWARDED_PROTO"] == "https"
        request = RequestFactory().get("/", HTTP_X_FORWARDED_FOR=seen["HTTP_X_FORWARDED_FOR"])
        return networks._network(request)

    with before_the_site(onion, tmp_path) as proxy:
        # As Tor writes it (its manual, HiddenServiceExportCircuitID).
        one = network_of(b"PROXY TCP6 fc00:dead:beef:4dad::ffff:2a ::1 65535 42\r\n")
        other = network_of(b"PROXY TCP6 fc00:dead:beef:4dad::0:29 ::1 41 42\r\n")
        nobody = network_of(b"PROXY TCP6 2001:db8:7::1 ::1 41 42\r\n")
        without = seen_from(b"")

    assert (one, other) == ("2001:db8:2a::/48", "2001:db8:29::/48")
    assert nobody == ""
    assert without == {}, "who does not come through Tor is not served"
