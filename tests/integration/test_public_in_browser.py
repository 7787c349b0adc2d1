"""The helplines page in a browser: chosen without script, readable by everybody."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser import DESK, PHONE, ZOOMED

pytestmark = pytest.mark.browser


def choose(page: Any, country: str) -> None:
    page.goto("/helplines/")
    page.select_option("#id_country", country)
    page.click("text=Show helplines")
    page.wait_for_selector("#found h2")


@pytest.mark.parametrize(
    ("viewport", "dark"),
    [(DESK, False), (PHONE, False), (PHONE, True), (ZOOMED, False)],
    ids=["desk", "phone", "dark", "zoomed"],
)
def test_what_was_chosen_passes_the_rules_for_access(
    viewport: tuple[int, int],
    dark: bool,
    page_factory: Callable[..., Any],
    assert_accessible: Callable[[Any], None],
) -> None:
    page = page_factory(viewport=viewport, dark=dark)

    choose(page, "US")
    for part in page.query_selector_all("main details:not([open]) > summary"):
        part.click()

    assert page.locator("main details[open]").count() == page.locator("main details").count() > 3
    assert_accessible(page)


def test_a_helpline_is_found_without_script_and_by_keyboard_alone(page_factory: Callable[..., Any]) -> None:
    page = page_factory(js=False, viewport=PHONE)
    page.goto("/helplines/")

    page.focus("#id_country")
    page.keyboard.type("Germany")
    for _ in range(4):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#found h2")

    assert page.url.endswith("/helplines/#found")
    assert page.locator("#found h2").first.inner_text() == "Germany"
    assert page.locator("#found .sp-warn a").first.get_attribute("href") == "tel:112"
    assert page.context.cookies() == []
