"""The site in a real browser: a served copy, pages with and without script, accessibility rules."""

import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

import pytest

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WCAG_22_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What breaks a rule, in words. To write down what keeps the rules, and where on the page it stands, takes as
# long as to look; so only what breaks one is asked for, and its place only when there is such a thing.
FINDINGS = """async rules => {
  const look = {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']};
  if ((await axe.run({...look, selectors: false})).violations.length === 0) return [];
  return (await axe.run(look)).violations.map(
    rule => `${rule.id}: ${rule.help} at ${rule.nodes.slice(0, 3).map(node => node.target).join(', ')}`);
}"""
PHONE = (360, 740)
DESK = (1280, 800)
# 1280 px at 400 %: what WCAG 1.4.10 asks to be usable.
ZOOMED = (320, 256)


def chromium_path() -> str | None:
    """Where this machine keeps Chromium, or None."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


def small_chromium_path() -> str | None:
    """Chromium's headless shell: the same engine of the same release, without all that belongs to a window.
    A fresh visitor in it costs a third. Where this machine has none, the whole Chromium."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium-headless-shell") or chromium_path()


@pytest.fixture
def served(transactional_db: None) -> Iterator[str]:
    """The whole site on loopback, static files by WhiteNoise as in production; gives its address."""
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.core.wsgi import get_wsgi_application

    class Quiet(WSGIRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet, connections_override=None)
    server.daemon_threads = True
    server.set_app(get_wsgi_application())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Any]:
    """What drives the browsers."""
    from playwright.sync_api import sync_playwright

    # Playwright runs a loop in this thread, and Django then takes every query for a mistake.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as driver:
        _wait_for_what_a_click_opens(patch)
        yield driver
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)


def _wait_for_what_a_click_opens(patch: pytest.MonkeyPatch) -> None:
    """Playwright's click is over when the next page begins to come. Until its end is there, a test that
    counts what stands on it, or looks for all of a kind, now and then finds less than there is."""
    from playwright.sync_api import Error, Locator, Page

    def waiting(click: Callable[..., None], page_of: Callable[[Any], Any]) -> Callable[..., None]:
        @wraps(click)
        def clicked(self: Any, *given: Any, **named: Any) -> None:
            click(self, *given, **named)
            # A click may also close the page.
            with suppress(Error):
                page_of(self).wait_for_load_state()

        return clicked

    patch.setattr(Page, "click", waiting(Page.click, lambda page: page))
    patch.setattr(Locator, "click", waiting(Locator.click, lambda locator: locator.page))


@pytest.fixture(scope="session")
def browser(playwright: Any) -> Iterator[Any]:
    """One Chromium for the whole run, without its window."""
    chromium = launched(playwright, small_chromium_path())
    yield chromium
    chromium.close()


@pytest.fixture(scope="session")
def whole_browser(playwright: Any) -> Iterator[Any]:
    """Chromium as people have it, for tests of what is outside the page: they are marked `window`."""
    chromium = launched(playwright, chromium_path())
    yield chromium
    chromium.close()


def launched(playwright: Any, path: str | None) -> Any:
    """A browser that runs. Playwright turns the back/forward cache off; people's browsers have it on."""
    return playwright.chromium.launch(
        executable_path=path, args=FLAGS, ignore_default_args=["--disable-back-forward-cache"]
    )


@dataclass
class Watched:
    """What the pages of one test did that no page may do."""

    troubles: list[str] = field(default_factory=list)
    # Statuses a test provokes on purpose; Chromium writes each into the console as an error.
    expected_statuses: set[int] = field(default_factory=lambda: {422})


@pytest.fixture
def watched() -> Watched:
    """Add to `expected_statuses` what the test provokes on purpose (422 is always expected)."""
    return Watched()


@pytest.fixture
def page_factory(
    request: pytest.FixtureRequest, served: str, watched: Watched
) -> Iterator[Callable[..., Any]]:
    """`page_factory(js=True, viewport=(1280, 800), dark=False)` gives a page of a fresh visitor.

    Addresses are relative to the served copy: `page.goto("/")`. `host`: this machine by name, as a
    passkey wants it. At the end the test fails if any page
    wrote an error to the console, threw, got a failed request, or asked another host for anything.
    """
    contexts: list[Any] = []
    is_whole = request.node.get_closest_marker("window") is not None
    browser = request.getfixturevalue("whole_browser" if is_whole else "browser")

    def make(
        *,
        js: bool = True,
        viewport: tuple[int, int] = DESK,
        dark: bool = False,
        leaving_to: tuple[str, ...] = (),
        host: str = "",
        **more: Any,
    ) -> Any:
        base = served.replace("127.0.0.1", host) if host else served
        context = browser.new_context(
            base_url=base,
            java_script_enabled=js,
            viewport={"width": viewport[0], "height": viewport[1]},
            color_scheme="dark" if dark else "light",
            locale="en-GB",
            **more,
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        _watch(context, urlsplit(base).netloc, watched, leaving_to)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()
    assert watched.troubles == []


def _watch(context: Any, own: str, watched: Watched, leaving_to: tuple[str, ...]) -> None:
    def ask(route: Any) -> None:
        address = urlsplit(route.request.url)
        if address.hostname in leaving_to and route.request.is_navigation_request():
            route.fulfill(
                status=200, content_type="text/html", body="<title>Elsewhere</title><h1>Elsewhere</h1>"
            )
        else:
            watched.troubles.append(f"asked another host: {address.scheme}://{address.netloc}")
            route.abort()

    def console(message: Any) -> None:
        if message.type == "error" and not any(
            f"status of {status}" in message.text for status in watched.expected_statuses
        ):
            watched.troubles.append(f"console: {message.text}")

    def answered(response: Any) -> None:
        if response.status >= 400 and response.status not in watched.expected_statuses:
            watched.troubles.append(f"{response.status} for {urlsplit(response.url).path}")

    # What goes to our own site goes on by itself; all else is asked about.
    context.route(re.compile(rf"^(?!https?://{re.escape(own)}(/|$)|data:|blob:)"), ask)
    context.on("console", console)
    context.on("weberror", lambda error: watched.troubles.append(f"thrown: {error.error}"))
    context.on("response", answered)


@pytest.fixture
def assert_accessible() -> Callable[[Any], None]:
    """`assert_accessible(page)`: axe finds nothing against WCAG 2.2 AA, and nothing spills sideways.

    axe itself needs script, so a page of a visitor without script is looked at as it stands in a second,
    scripted page; use pages with script for this.
    """
    from axe_playwright_python.base import AXE_SCRIPT

    def look(page: Any) -> None:
        # The rules are half a megabyte: they go into a document once, however often it is looked at.
        if page.evaluate("typeof axe") == "undefined":
            page.evaluate(AXE_SCRIPT)
        assert page.evaluate(FINDINGS, WCAG_22_AA) == []
        wide, seen = page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert wide <= seen, f"the page is {wide} px wide in a window of {seen}"

    return look
