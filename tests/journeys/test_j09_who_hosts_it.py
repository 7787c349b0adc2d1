"""J9: a site in no directory. Registers are asked after a yes, or it is done by hand; then it is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from survivor_portal.intake import StepKey
from survivor_portal.web.survivor import asked
from tests.browser import PHONE
from tests.integration.test_case_rounds import ADULT, kept, removed
from tests.integration.test_lookups_in_a_case import (
    GROWN,
    LINK,
    authority,
    on_list,
    opened,
    work,
    world,
)
from tests.journeys.story import Story
from tests.registers import Servers, answer

__all__ = ["authority", "on_list", "world"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "keys"])]
LOOK = Callable[[Any], None]
# The rules for access need script, so they are looked at with it.
WITH_AND_WITHOUT = pytest.mark.parametrize("js", [True, False], ids=["script", "no script"])


def with_the_case(story: Story, token: str) -> None:
    # Cookies know no ports; asking for one of https is how a Secure one is handed over from outside.
    own = story.base.replace("http://", "https://")
    story.page.context.add_cookies([{"name": settings.CASE_COOKIE, "value": token, "url": own}])


def button(step: str) -> str:
    return f"main form:has([name=step][value={step}]) button"


@WITH_AND_WITHOUT
def test_the_host_is_asked_for_and_the_letter_gets_its_address(
    visitor: Callable[..., Story], world: Servers, assert_accessible: LOOK, js: bool
) -> None:
    story = visitor(js=js, viewport=PHONE)
    session, _client = opened(GROWN)
    with_the_case(story, session.token.hex())
    story.looks = assert_accessible if js else None
    story.opens("/next/")
    story.opens_the_letter(StepKey.HOST)
    assert "We never send your link." in story.text
    assert "lookup.icann.org" in story.text
    assert world.heads == []

    story.presses(button("look_up"))
    assert "We are asking the registers." in story.text
    work(timezone.now())
    story.presses("main .sp-note form:has([value=letter]) button")
    assert "Example Servers LLC" in story.text
    assert "network abuse" in story.text
    assert "Example Servers LLC" not in story.letter
    story.presses(button("party_take"))

    assert "Example Servers LLC" in story.letter
    assert LINK in story.letter
    assert "From a register" in story.text
    assert {address.removeprefix(story.base) for address in story.addresses} == {"/next/"}
    assert LINK.rpartition("/")[2] not in "".join(world.heads)


@WITH_AND_WITHOUT
def test_with_look_ups_off_it_is_done_by_hand(
    visitor: Callable[..., Story], assert_accessible: LOOK, js: bool
) -> None:
    story = visitor(js=js, viewport=PHONE)
    story.comes_back_with(GROWN | {"owner_safe": "no"}, links=LINK)
    story.looks = assert_accessible if js else None
    story.opens_the_letter(StepKey.REGISTRAR)
    assert "Type only the name of the site" in story.text
    assert not story.page.locator(button("look_up")).count()

    story.page.locator("main summary", has_text="I have the address").click()
    story.page.fill("main [name=name]", "By Hand Ltd")
    story.page.fill("main [name=address]", "no address")
    story.presses("#company button[name=go]")
    assert any("This is no whole mail address" in error for error in story.errors)
    assert story.page.locator("main [name=address]").input_value() == "no address"
    story.page.fill("main [name=address]", "abuse@hand.example")
    story.presses("#company button[name=go]")

    assert "By Hand Ltd" in story.letter
    assert "abuse@hand.example" in story.text


def test_a_site_is_asked_whether_a_place_is_still_there(
    visitor: Callable[..., Story], world: Servers, on_list: None, assert_accessible: LOOK
) -> None:
    story = visitor(viewport=PHONE)
    session, _client = kept(ADULT)
    removed(session, places=3)
    world.answers["video.example", "/watch/marker-one-2"] = answer(410)
    with_the_case(story, session.token.hex())
    story.looks = assert_accessible
    story.opens("/c/")
    story.presses(button("round"))
    story.presses(button("ask_site"))
    assert "It proves nothing." in story.text

    story.presses("#question button[name=go]")
    assert any("Please pick at least one place" in error for error in story.errors)
    story.page.get_by_label("Place 2").check()
    story.presses("#question button[name=go]")
    assert "We are asking about place 2." in story.text
    work(timezone.now() + asked.LATEST)
    story.opens("/c/")
    assert "We are asking" not in story.text
    story.presses(".sp-back button")

    assert "We asked the site: it looks gone. This is no proof" in story.text
    assert len(world.heads) == 1
