"""Firefox and WebKitGTK ask no other host for anything while the pages are looked at."""

import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys import three_browsers
from tests.journeys.three_browsers import Served
from tests.pages import addresses

pytestmark = [pytest.mark.browser, pytest.mark.full]

# What Firefox asks by itself, with or without a page.
OF_FIREFOX = ".mozilla.com:443"
START = {"firefox": three_browsers.firefox, "webkit": three_browsers.webkit}


@pytest.fixture
def served(transactional_db: None, tmp_path: Path) -> Iterator[Served]:
    with three_browsers.served_over_tls(tmp_path) as site:
        yield site


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """A proxy that lets nothing through: its address, and the first line of each request to another host."""
    lines: list[str] = []

    class NoWay(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            lines.append(self.rfile.readline(2000).decode("latin-1").strip())
            self.wfile.write(b"HTTP/1.1 502 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), NoWay) as proxy:
        proxy.daemon_threads = True
        thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield f"127.0.0.1:{proxy.server_address[1]}", lines
        proxy.shutdown()
        thread.join()


@pytest.mark.parametrize("js", [True, False], ids=["script", "no script"])
@pytest.mark.parametrize("name", START)
def test_t31_no_page_makes_this_browser_ask_another_host(
    name: str, js: bool, served: Served, asked: tuple[str, list[str]], tmp_path: Path, client: Any
) -> None:
    proxy, lines = asked
    pages = [path for path in addresses() if "text/html" in client.get(path).headers["Content-Type"]]
    with START[name](tmp_path, js=js, proxy=proxy) as visitor:
        visitor.go(served.address + pages[0])
        lines.clear()  # what the browser asks by itself when it starts
        for path in pages:
            visitor.go(served.address + path)
        of_the_pages = [line for line in lines if OF_FIREFOX not in line]
        # The proxy does see what goes elsewhere.
        visitor.leave_for("http://elsewhere.example/")
        assert any("elsewhere.example" in line for line in lines)

    assert len(pages) >= 6
    assert of_the_pages == []
