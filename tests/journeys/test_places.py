"""Three hundred places on a phone: an answer about some of them, part gone, put right."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings

from survivor_portal.cases import access, records
from survivor_portal.cases.book import Note
from survivor_portal.cases.unlocked import Session
from survivor_portal.takedowns.process import State
from tests.browser import PHONE, ZOOMED
from tests.integration.test_case_page import plan_data
from tests.integration.test_case_places import SOME_GONE, begun, link, states

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "keys"])]


@pytest.fixture
def session(served: str) -> Session:
    access.prepare()
    now = datetime.now(UTC)
    session = access.open_new(now).session
    records.add(session.case, "plan", plan_data(), Note("plan_kept"), now)
    return session


def test_three_hundred_places_are_told_apart_on_a_phone(
    page_factory: Callable[..., Any],
    served: str,
    session: Session,
    assert_accessible: Callable[[Any], None],
) -> None:
    made = begun(session, 300)
    page = page_factory(viewport=PHONE)
    own = served.replace("http://", "https://")
    page.context.add_cookies([{"name": settings.CASE_COOKIE, "value": session.token.hex(), "url": own}])

    def looks_right(shows: str) -> None:
        page.get_by_text(shows).first.wait_for()
        assert_accessible(page)
        for width, height in (ZOOMED, PHONE):
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate("document.documentElement.scrollWidth") <= width

    def press(words: str) -> None:
        page.get_by_role("button", name=words).first.click()

    page.goto("/c/")
    press("Open The request")
    press("I got an answer")
    page.fill("textarea", f"{SOME_GONE} Removed: {link(3)} {link(277)}")
    press("Read it")
    page.get_by_label("Only some").check()
    looks_right("How we read it")
    page.fill("[name=numbers]", "1-20, 277, 301")
    press("Keep it")
    looks_right("Place 301 is not in this list")
    page.fill("[name=numbers]", "1-20, 277")
    press("Keep it")
    looks_right("Which places are gone?")
    assert page.input_value("[name=numbers]") == "3, 277"
    press("Keep it")
    looks_right("Gone, as far as you were told: 2 places")
    press("Put this right")
    looks_right("What their answer says")
    press("This did not happen")
    looks_right("does not count any more")
    press("I know how often")
    looks_right("Leave it empty if you do not know.")
    page.fill("[name=views]", "167,000")
    press("Note it")
    looks_right("seen 167,000 times")

    assert set(states(session, made).values()) == {State.SENT}


def test_a_written_request_is_sent_on_a_phone(
    page_factory: Callable[..., Any],
    served: str,
    session: Session,
    assert_accessible: Callable[[Any], None],
) -> None:
    made = begun(session, 3, is_sent=False)
    page = page_factory(js=True, viewport=PHONE)
    own = served.replace("http://", "https://")
    page.context.add_cookies([{"name": settings.CASE_COOKIE, "value": session.token.hex(), "url": own}])

    page.goto("/c/")
    page.get_by_role("button", name="Open The request").click()
    page.get_by_role("button", name="I sent it").click()
    page.get_by_role("heading", name="You sent it").wait_for()
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    page.get_by_label("By e-mail").check()
    page.get_by_label("Number they gave you").fill("T-1")
    page.get_by_role("button", name="I sent it").click()

    page.get_by_text("Sent, receipt not proven.").wait_for()
    assert_accessible(page)
    assert set(states(session, made).values()) == {State.SENT}
