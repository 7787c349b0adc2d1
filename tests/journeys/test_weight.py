"""The first question page is light: cold, warm, and from this host alone."""

import gzip
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser import PHONE
from tests.journeys.story import A_POST, NEWS_CASE, Story

pytestmark = [pytest.mark.browser, pytest.mark.window]

COLD, WARM = 40_000, 10_000  # bytes of HTML, CSS and script as they come over the line


class Line:
    """Counts what comes over the line, as the browser's own network layer sees it."""

    def __init__(self, page: Any) -> None:
        self.bytes: dict[str, float] = {}
        self.addresses: dict[str, str] = {}
        self._talk = page.context.new_cdp_session(page)
        self._talk.send("Network.enable")
        self._talk.on("Network.requestWillBeSent", self._asked)
        self._talk.on("Network.loadingFinished", self._came)

    def _asked(self, event: dict[str, Any]) -> None:
        self.addresses[event["requestId"]] = event["request"]["url"]

    def _came(self, event: dict[str, Any]) -> None:
        # What the cache gave has no length on the line.
        self.bytes[self.addresses[event["requestId"]]] = event["encodedDataLength"]

    def weight(self, *kinds: str) -> float:
        return sum(count for url, count in self.bytes.items() if urlsplit(url).path.endswith(kinds))


def test_the_first_question_page_is_light_and_lighter_the_second_time(
    whole_browser: Any, served: str, record_property: Callable[[str, object], None]
) -> None:
    # Without the watch of page_factory: a browser whose requests are looked at has no cache.
    context = whole_browser.new_context(base_url=served, viewport={"width": PHONE[0], "height": PHONE[1]})
    page = context.new_page()
    line = Line(page)

    page.goto("/next/")
    page.wait_for_load_state("networkidle")
    cold = line.weight("/next/", ".css", ".js")
    hosts = {urlsplit(url).hostname for url in line.addresses.values()}
    line.bytes.clear()
    page.goto("/")
    page.goto("/next/")
    page.wait_for_load_state("networkidle")
    again = {url: count for url, count in line.bytes.items() if url != f"{served}/"}
    warm = sum(again.values())
    context.close()

    print(f"first question page: cold {cold:.0f} bytes, warm {warm:.0f} bytes")
    assert 5_000 < cold <= COLD
    assert 1_000 < warm <= WARM
    assert hosts == {"127.0.0.1"}


def test_a_page_with_answers_in_it_is_not_compressed(visitor: Callable[..., Story]) -> None:
    """Compression lets the length tell of secrets beside text that others chose; the first page has neither
    answers nor a visit, so it may be small."""
    story = visitor(js=False)
    story.comes_back_with(NEWS_CASE, A_POST)

    with story.page.expect_response(lambda r: urlsplit(r.url).path == "/next/") as caught:
        story.page.reload()

    encoding = caught.value.headers.get("content-encoding", "")
    assert encoding == ""
    assert len(gzip.compress(caught.value.body())) < 40_000
