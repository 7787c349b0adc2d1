"""Makes the picture of the plan that the README shows.

    PICTURE=1 python3 manage.py test tests/journeys/test_picture.py
"""

import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from survivor_portal import intake
from survivor_portal.config.env import HOUSE
from survivor_portal.visits import visit as visits
from survivor_portal.web.survivor import flow

pytestmark = pytest.mark.browser

PICTURE = HOUSE / "docs" / "plan.png"
WIDTH, HEIGHT = 1000, 1100
ANSWERS = {
    "danger": False,
    "device_watched": "no",
    "asker": "parent",
    "age_then": "13_15",
    "age_now": "13_15",
    "home_safe": True,
    "happened": "posted",
    "picture": "real",
    "country": "US",
    "reported": "refused",
}


def at_the_plan() -> str:
    """The token of a visit whose questions are answered: a parent, a young person's picture, one post."""
    token, opened = visits.begin(timezone.now())
    flow.answer(opened.data, "links", {}, {"links": "https://x.com/example/status/1234567890", "places": ""})
    opened.data.update(answers=ANSWERS, passed=list(intake.BY_KEY))
    flow.open_plan(opened.data)
    visits.save(opened, timezone.now())
    return token.hex()


def test_the_plan_can_be_pictured(
    page_factory: Callable[..., Any], served: str, transactional_db: None, tmp_path: Path
) -> None:
    page = page_factory(js=False, viewport=(WIDTH, HEIGHT))
    # Cookies know no ports; asking for one of https is how a Secure one is handed to Chromium from outside.
    own = served.replace("http://", "https://")
    page.context.add_cookies([{"name": settings.VISIT_COOKIE, "value": at_the_plan(), "url": own}])
    target = PICTURE if os.environ.get("PICTURE") == "1" else tmp_path / "plan.png"

    page.goto("/next/")
    assert page.locator("h2, h3").count() >= 3
    page.locator("h1").evaluate("heading => heading.scrollIntoView()")
    page.screenshot(path=target)

    assert struct.unpack(">II", target.read_bytes()[16:24]) == (WIDTH, HEIGHT)


def test_the_readme_shows_the_picture() -> None:
    assert "](docs/plan.png)" in (HOUSE / "README.md").read_text("utf-8")
    assert PICTURE.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
