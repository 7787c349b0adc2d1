"""A checking round in the browser: a grown person's, a child's, the page to hand on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings

from survivor_portal.cases import access
from survivor_portal.cases.unlocked import Session
from survivor_portal.takedowns import operations
from survivor_portal.takedowns.process import State
from tests.browser import DESK, PHONE
from tests.integration.test_case_rounds import ADULT, CHILD, LOOKS, kept, removed

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "keys"])]
LOOK = Callable[[Any], None]
SIZES = pytest.mark.parametrize(
    ("viewport", "dark"), [(PHONE, False), (DESK, False), (PHONE, True)], ids=["phone", "desk", "dark"]
)


@pytest.fixture(autouse=True)
def _ready(served: str) -> None:
    access.prepare()


def comes_in(page: Any, served: str, session: Session) -> None:
    # Cookies know no ports; asking for one of https is how a Secure one is handed over from outside.
    own = served.replace("http://", "https://")
    page.context.add_cookies([{"name": settings.CASE_COOKIE, "value": session.token.hex(), "url": own}])
    page.goto("/c/")


def presses(page: Any, words: str) -> None:
    button = page.get_by_role("button", name=words).first
    if page.locator("html.js").count():
        with page.expect_response(lambda response: response.status != 303):
            button.click()
        page.locator("[aria-busy]").wait_for(state="detached")
    else:
        button.click()


@SIZES
def test_a_grown_person_goes_through_a_round_and_asks_again(
    page_factory: Callable[..., Any],
    served: str,
    assert_accessible: LOOK,
    viewport: tuple[int, int],
    dark: bool,
) -> None:
    session, _client = kept(ADULT)
    takedown = removed(session, places=4)
    page = page_factory(viewport=viewport, dark=dark)
    comes_in(page, served, session)
    assert_accessible(page)

    presses(page, "Start")
    assert_accessible(page)
    presses(page, "Name the places")
    page.get_by_label("Place 2").fill("the second one")
    assert_accessible(page)
    presses(page, "Keep the names")
    presses(page, "Hand it to someone")
    assert_accessible(page)
    page.emulate_media(media="print")
    assert "Hand it to someone" not in page.inner_text("body")
    assert "A list to go through" in page.inner_text("body")
    page.emulate_media(media="screen")
    presses(page, "Back to the round")
    line = page.get_by_role("group", name="the second one")
    line.get_by_label("There or back").check()
    page.get_by_role("group", name="Place 3").get_by_label("Gone", exact=True).check()
    presses(page, "Keep these answers")
    assert_accessible(page)
    presses(page, "Ask again")

    assert operations.read(session.case, takedown.id).standing.items[1].state is State.CARRIED_ON
    assert "Written, not sent" in page.inner_text("main")


@SIZES
def test_a_child_says_what_was_told_and_is_asked_for_nothing_else(
    page_factory: Callable[..., Any],
    served: str,
    assert_accessible: LOOK,
    viewport: tuple[int, int],
    dark: bool,
) -> None:
    session, _client = kept(CHILD)
    removed(session, places=3, minor=True)
    page = page_factory(js=viewport == DESK or dark, viewport=viewport, dark=dark)
    comes_in(page, served, session)

    presses(page, "Start")

    assert not LOOKS.findall(page.inner_text("main"))
    if viewport == DESK or dark:
        assert_accessible(page)
    presses(page, "Keep this")
    assert "We ask next on day 7" in page.inner_text("main")
