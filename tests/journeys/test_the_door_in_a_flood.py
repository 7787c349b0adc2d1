"""While very many try in vain: the owner still comes in, copies two words, and loses none of her own."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from unittest import mock

import pytest
from django.db import transaction
from pytest_django import Settings

from survivor_portal import counts
from survivor_portal.cases import access, flood, records
from survivor_portal.cases.book import Note
from survivor_portal.cases.models import Record
from survivor_portal.counts import pool
from tests.browser import DESK, PHONE, ZOOMED, Watched
from tests.journeys.story import Story

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "keys"])]

OWN = "a blue bicycle by the lake"
LOOK = Callable[[Any], None]


@pytest.fixture(autouse=True)
def _ready(served: str) -> None:
    access.prepare()


@pytest.fixture
def new() -> access.NewCase:
    now = datetime.now(UTC)
    new = access.open_new(now, phrase=OWN)
    records.add(new.session.case, "plan", {"answers": {"country": "DE"}}, Note("plan_kept"), now)
    return new


@pytest.fixture
def flooded(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.FLOOD_FROM = 3
    monkeypatch.setattr(counts, "COUNTS", counts.Counts(lambda: ""))
    for _ in range(9):
        flood.note(datetime.now(UTC))
    assert flood.is_on(datetime.now(UTC))


def looks(page: Any, assert_accessible: LOOK) -> None:
    for width, height in (PHONE, ZOOMED, DESK):
        page.set_viewport_size({"width": width, "height": height})
        assert_accessible(page)


@pytest.mark.parametrize("js", [True, False], ids=["script", "no script"])
def test_the_owner_forgets_the_words_and_then_copies_them(
    visitor: Callable[..., Story],
    new: access.NewCase,
    flooded: None,
    js: bool,
    assert_accessible: LOOK,
    watched: Watched,
) -> None:
    watched.expected_statuses.add(503)
    story = visitor(js=js)
    story.opens("/c/")
    if js:  # the rules are read by a script in the page
        looks(story.page, assert_accessible)
    story.page.fill("main [name=code]", new.code)
    story.page.fill("main [name=phrase]", OWN)
    with mock.patch.object(pool.SLOW_KEYS, "_places", 0):
        story.presses("main form button[name=go]")
    assert story.heading == "Very many people are here right now"
    if js:
        looks(story.page, assert_accessible)
    story.presses("main form button[name=go]")

    assert any("two words" in error for error in story.errors)
    if js:
        looks(story.page, assert_accessible)
    assert story.page.input_value("main [name=code]") == new.code
    assert not story.page.locator("main [name=subject]").is_visible()
    words = story.page.inner_text("main label[for=id_answer]").partition(": ")[2]
    story.page.fill("main [name=answer]", words)
    if not story.page.input_value("main [name=phrase]"):
        story.page.fill("main [name=phrase]", OWN)
    story.presses("main form button[name=go]")

    assert story.heading == "Where things stand"


def test_the_page_of_a_damaged_case_is_calm_for_everybody(
    visitor: Callable[..., Story], new: access.NewCase, assert_accessible: LOOK, watched: Watched
) -> None:
    watched.expected_statuses.add(409)
    story = visitor()
    story.opens("/c/")
    story.page.fill("main [name=code]", new.code)
    story.page.fill("main [name=phrase]", OWN)
    story.presses("main form button[name=go]")
    with transaction.atomic():
        Record.objects.update(envelope=b"\x01" + bytes(300))
    story.opens("/next/")

    assert story.heading == "A part of this cannot be read"
    looks(story.page, assert_accessible)
    story.presses("main form:has([value=close]) button")
    assert story.heading == "Open with your code"
