"""Visitors for the stories, and how their pages are looked at."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser import DESK, PHONE, ZOOMED
from tests.journeys.story import Story

LOOK = Callable[[Any], None]


@pytest.fixture
def visitor(page_factory: Callable[..., Any], served: str) -> Callable[..., Story]:
    """`visitor(js=False, viewport=PHONE)` gives a visitor who has not opened any page yet."""

    def make(**page: Any) -> Story:
        return Story(page_factory(**page), served)

    return make


@pytest.fixture
def in_all_sizes(assert_accessible: LOOK) -> LOOK:
    """Look at a page on the phone, at 400 % and at the desk; leave it at the desk."""

    def look(page: Any) -> None:
        for width, height in (PHONE, ZOOMED, DESK):
            page.set_viewport_size({"width": width, "height": height})
            assert_accessible(page)
        assert page.title() in ("Next steps", "Error: Next steps")

    return look


@pytest.fixture
def in_every_light(in_all_sizes: LOOK, assert_accessible: LOOK) -> LOOK:
    """The same, and in the dark."""

    def look(page: Any) -> None:
        in_all_sizes(page)
        # Without motion: colours that fade over are looked at as they end.
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        assert_accessible(page)
        page.emulate_media(color_scheme="light")

    return look
