"""A letter leaves from the site in the browser: shown whole, sent after a yes, stopped, refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from survivor_portal.cases import access
from survivor_portal.takedowns.process import State
from tests.browser import DESK, PHONE
from tests.integration.test_mail_out import works
from tests.integration.test_mail_pages import STEP, a_session, peer, plan_data, the_request
from tests.journeys.test_rounds import comes_in, presses
from tests.mail_peer import Peer

__all__ = ["peer"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "keys"])]
LOOK = Callable[[Any], None]
SIZES = pytest.mark.parametrize(
    ("viewport", "dark"), [(PHONE, False), (DESK, True)], ids=["phone", "desk in the dark"]
)


@pytest.fixture(autouse=True)
def _ready(served: str) -> None:
    access.prepare()


def opens_the_letter(page: Any) -> None:
    page.goto("/next/")
    page.locator("details:not([open]) > summary").evaluate_all("all => all.forEach(one => one.click())")
    button = page.locator(f"form:has([name=letter][value='{STEP}']) button").first
    with page.expect_response(lambda response: response.status != 303):
        button.click()
    page.locator("[aria-busy]").wait_for(state="detached")


@SIZES
def test_a_letter_is_read_sent_and_refused(
    page_factory: Callable[..., Any],
    served: str,
    assert_accessible: LOOK,
    peer: Peer,
    viewport: tuple[int, int],
    dark: bool,
) -> None:
    session = a_session(plan_data(own=""))
    peer.answers.append("550 5.1.1 no such user")
    page = page_factory(viewport=viewport, dark=dark)
    comes_in(page, served, session)
    opens_the_letter(page)
    assert_accessible(page)

    presses(page, "See what would leave")
    assert_accessible(page)
    assert page.get_by_role("heading", name="Send it from here").count() == 1
    presses(page, "Yes, send this letter")
    assert_accessible(page)
    assert "It waits here." in page.inner_text("main")
    works(timezone.now())
    page.goto("/c/")
    presses(page, "Back to all requests")
    with page.expect_response(lambda response: response.status != 303):
        page.locator("main li form:has([name=step][value=request]) button").first.click()
    page.locator("[aria-busy]").wait_for(state="detached")
    assert_accessible(page)

    assert "This address did not take it." in page.inner_text("main")
    assert the_request(session).standing.state is State.BOUNCED


def test_without_script_a_letter_is_sent_and_stopped(
    page_factory: Callable[..., Any], served: str, peer: Peer, settings: Settings
) -> None:
    settings.MAIL_HOLD_SECONDS = 120
    session = a_session(plan_data(own=""))
    page = page_factory(js=False, viewport=PHONE)
    comes_in(page, served, session)
    page.goto("/next/")
    folded = page.locator("main details.sp-later:not([open]) > summary")
    while folded.count():
        folded.first.click()
    page.locator(f"form:has([name=letter][value='{STEP}']) button").first.click()

    presses(page, "See what would leave")
    presses(page, "Yes, send this letter")
    page.get_by_text("It waits here.").wait_for()
    presses(page, "Stop it")
    page.get_by_text("You stopped it.").wait_for()
    works(timezone.now())

    assert peer.took == []
    assert the_request(session).standing.state is State.DRAFTED
