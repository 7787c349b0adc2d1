"""Visitors for the stories."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.story import Story


@pytest.fixture
def visitor(page_factory: Callable[..., Any], served: str) -> Callable[..., Story]:
    """`visitor(js=False, viewport=PHONE)` gives a visitor who has not opened any page yet."""

    def make(**page: Any) -> Story:
        return Story(page_factory(**page), served)

    return make
