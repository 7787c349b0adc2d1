"""Every page that has an address of its own, in a browser: rules for access, and nothing from elsewhere."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser import DESK, PHONE, ZOOMED
from tests.pages import addresses

pytestmark = pytest.mark.browser

PageFactory = Callable[..., Any]


_FOUND: list[str] = []


def html_addresses(page: Any) -> list[str]:
    """Those of the addresses that answer with a page of their own for people. The others are open data, or
    lead to the sign-in. Asked once: which these are is the same for everybody who comes fresh."""
    if not _FOUND:
        for path in addresses():
            answer = page.request.get(path, max_redirects=0)
            if answer.status == 200 and "text/html" in answer.headers["content-type"]:
                _FOUND.append(path)
        page.context.clear_cookies()
    return _FOUND


@pytest.mark.parametrize("viewport", [DESK, PHONE, ZOOMED], ids=["desk", "phone", "zoomed"])
def test_every_page_passes_the_rules_for_access(
    viewport: tuple[int, int], page_factory: PageFactory, assert_accessible: Callable[[Any], None]
) -> None:
    page = page_factory(viewport=viewport)

    for path in html_addresses(page):
        page.goto(path)
        assert_accessible(page)


def test_the_first_pages_pass_the_rules_for_access_in_the_dark(
    page_factory: PageFactory, assert_accessible: Callable[[Any], None]
) -> None:
    page = page_factory(viewport=PHONE, dark=True)

    for path in html_addresses(page):
        page.goto(path)
        assert_accessible(page)


@pytest.mark.parametrize("js", [True, False], ids=["script", "no script"])
def test_t31_no_page_asks_another_host_for_anything(js: bool, page_factory: PageFactory) -> None:
    page = page_factory(js=js)
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))

    paths = html_addresses(page)
    for path in paths:
        page.goto(path)
        page.wait_for_load_state("networkidle")

    # That each went to our own host is checked by page_factory when the test ends.
    assert len(seen) >= len(paths) >= 1


@pytest.mark.parametrize("js", [True, False], ids=["script", "no script"])
def test_looking_at_every_page_sets_no_cookie(js: bool, page_factory: PageFactory) -> None:
    page = page_factory(js=js)

    for path in html_addresses(page):
        if path not in ("/next/", "/c/", "/desk/sign-in/"):  # the first form sets the token of its form check
            page.goto(path)

    assert page.context.cookies() == []
