"""In a real browser: leaving is quick and leaves no cookie, and the browser heeds the headers."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser import PHONE, Watched

pytestmark = [
    pytest.mark.browser,
    pytest.mark.window,
    pytest.mark.urls("tests.integration.pages_that_fail"),
]


@pytest.fixture(autouse=True)
def _not_found_is_expected(watched: Watched) -> None:
    watched.expected_statuses.add(404)


@pytest.mark.parametrize("js", [True, False], ids=["with script", "without script"])
def test_t29_leaving_takes_at_most_a_second_and_every_cookie(
    page_factory: Callable[..., Any], live_server: str, settings: Any, js: bool
) -> None:
    # A neutral page on loopback: what is measured is this site and the browser, not the network.
    settings.EXIT_TARGET = f"{live_server}/stands-still/"
    page = page_factory(js=js, viewport=PHONE)
    spent = []

    # The machine does other things beside it: the quickest of three counts.
    for _ in range(3):
        page.goto("/begins/")
        assert [cookie["name"] for cookie in page.context.cookies()] == ["__Host-s"]
        page.goto("/no-such-page/")

        began = time.perf_counter()
        page.get_by_role("link", name="Leave this page").first.click()
        page.wait_for_url("**/stands-still/")
        spent.append(time.perf_counter() - began)

        assert page.get_by_text("nothing asked").is_visible()
        assert page.context.cookies() == []

    assert min(spent) <= 1


def test_t28_the_browser_accepts_the_permissions_policy(page_factory: Callable[..., Any]) -> None:
    page = page_factory()
    page.goto("/no-such-page/")

    allowed = set(page.evaluate("document.featurePolicy.allowedFeatures()"))

    dangerous = {"camera", "microphone", "geolocation", "display-capture", "clipboard-read", "payment", "usb"}
    assert not allowed & dangerous
    assert "clipboard-write" in allowed


# Each line tries one way of getting script or markup into a page; it says true where the browser let it in.
WAYS_IN = {
    "script text": "s = document.createElement('script'); s.text = 'window.ran = 1'; document.body.append(s)",
    "markup": "document.body.insertAdjacentHTML('beforeend', '<b id=in></b>')",
    "inline handler": "document.body.setAttribute('onclick', 'window.ran = 1'); document.body.click()",
    "inline style": "document.body.setAttribute('style', 'color: rgb(1, 2, 3)')",
}
GOT_IN = (
    "window.ran === 1 || document.getElementById('in') !== null"
    " || getComputedStyle(document.body).color === 'rgb(1, 2, 3)'"
)


@pytest.mark.parametrize("way", WAYS_IN.values(), ids=WAYS_IN.keys())
def test_t28_the_browser_keeps_script_and_style_out_of_the_page(
    page_factory: Callable[..., Any], watched: Watched, way: str
) -> None:
    page = page_factory()
    page.goto("/no-such-page/")

    got_in = page.evaluate(f"() => {{ try {{ let s; {way} }} catch {{}} return {GOT_IN} }}")

    assert got_in is False
    # The browser writes each refusal into its console: that is what was provoked here.
    assert watched.troubles
    assert all("Content Security Policy" in trouble or "Trusted" in trouble for trouble in watched.troubles)
    watched.troubles.clear()
