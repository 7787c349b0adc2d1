"""While the process with the keys is away: a calm page, and one button that sends again what was typed."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from survivor_portal.cases import access
from survivor_portal.web.survivor import keeping
from tests import reading
from tests.browser import DESK, PHONE, ZOOMED, Watched
from tests.journeys.story import Story

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "keys"])]

OWN = "a blue bicycle by the lake"
AWAY = "This does not open right now"


@pytest.fixture(autouse=True)
def _ready(served: str) -> None:
    access.prepare()


@pytest.mark.parametrize("js", [True, False], ids=["script", "no script"])
def test_what_was_sent_waits_on_the_page_until_the_keys_are_back(
    visitor: Callable[..., Story],
    assert_accessible: Callable[[Any], None],
    watched: Watched,
    settings: Settings,
    tmp_path: Path,
    js: bool,
) -> None:
    watched.expected_statuses.add(503)
    now = datetime.now(UTC)
    new = access.open_new(now, phrase=OWN)
    keeping.take_over(new.session, {"answers": {"country": "DE"}}, now)
    story = visitor(js=js)
    story.opens("/c/")
    story.page.fill("main [name=code]", new.code)
    story.page.fill("main [name=phrase]", OWN)

    settings.KEYS_SOCKET = str(tmp_path / "nobody")
    story.presses("main form button[name=go]")
    assert any("It does not open right now" in error for error in story.errors)
    assert story.page.input_value("main [name=code]") == new.code
    settings.KEYS_SOCKET = ""
    story.page.fill("main [name=phrase]", OWN)
    story.presses("main form button[name=go]")
    inside = story.heading

    settings.KEYS_SOCKET = str(tmp_path / "nobody")
    story.presses("main form:has([value=keep_settings]) button")
    assert story.heading == AWAY
    measured = reading.measure(story.page.content())
    assert measured.grade <= 6
    if js:
        for width, height in (PHONE, ZOOMED, DESK):
            story.page.set_viewport_size({"width": width, "height": height})
            assert_accessible(story.page)
    settings.KEYS_SOCKET = ""
    story.presses("main form button")

    assert story.heading not in (AWAY, inside)
