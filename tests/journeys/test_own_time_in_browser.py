"""The person's own clock in the browser: chosen from the list, named on each page, never too wide."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings

from tests.browser import DESK, PHONE, ZOOMED
from tests.integration.test_own_time import a_request, case_of
from tests.journeys.story import Story

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "keys"])]


@pytest.mark.parametrize("js", [True, False], ids=["script", "no script"])
def test_a_clock_is_chosen_and_every_page_is_told_by_it(
    served: str, visitor: Callable[..., Story], assert_accessible: Callable[[Any], None], js: bool
) -> None:
    session = case_of("US")
    a_request(session, "us-tida", datetime.now(UTC) - timedelta(hours=1))
    story = visitor(js=js)
    own = served.replace("http://", "https://")
    story.page.context.add_cookies([{"name": settings.CASE_COOKIE, "value": session.token.hex(), "url": own}])

    def look() -> None:
        if not js:
            return  # the rules for access are themselves script
        for width, height in (PHONE, ZOOMED, DESK):
            story.page.set_viewport_size({"width": width, "height": height})
            assert_accessible(story.page)

    story.opens("/c/")
    assert "Times are in UTC." in story.text
    look()
    story.presses("form:has([value=keep_time]) button")
    look()
    story.page.select_option("main [name=zone]", "America/Port-au-Prince")
    story.presses("main form button[name=go]")
    look()
    story.goes_to_the_board()
    assert "Times are in Port-au-Prince time." in story.text
    look()
    story.opens_the_request()
    assert "When? (day and time, Port-au-Prince time)" in story.text
    assert "UTC" not in story.text
    look()
