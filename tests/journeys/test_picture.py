"""Makes the picture of the plan that the README shows.

PICTURE=1 python3 manage.py test tests/journeys/test_picture.py
"""

import os
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from survivor_portal.config.env import HOUSE
from tests.journeys.story import NEWS_CASE, Story

pytestmark = pytest.mark.browser

PICTURE = HOUSE / "docs" / "plan.png"
WIDTH, HEIGHT = 1280, 1000
# A site that does not exist: the picture accuses nobody.
SHOWN = NEWS_CASE | {"maker": "other", "forced": "no", "owner_safe": "no"}


def test_the_plan_can_be_pictured(visitor: Callable[..., Story], tmp_path: Path) -> None:
    story = visitor(js=False, viewport=(WIDTH, HEIGHT))
    target = PICTURE if os.environ.get("PICTURE") == "1" else tmp_path / "plan.png"

    story.comes_back_with(SHOWN, links="https://video.example/watch/1234567890")
    assert story.is_at_the_plan()
    assert len(story.steps) >= 5
    story.page.locator("h1").evaluate("heading => heading.scrollIntoView()")
    story.page.screenshot(path=target)

    assert struct.unpack(">II", target.read_bytes()[16:24]) == (WIDTH, HEIGHT)


def test_the_readme_shows_the_picture() -> None:
    assert "](docs/plan.png)" in (HOUSE / "README.md").read_text("utf-8")
    picture = PICTURE.read_bytes()
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", picture[16:24]) == (WIDTH, HEIGHT)
    assert len(picture) < 300_000
