"""One entry in the Back list for the whole flow with script; one address without."""

from collections.abc import Callable

import pytest

from survivor_portal.intake import StepKey
from tests.journeys.story import A_POST, NEWS_CASE, Story

pytestmark = [pytest.mark.browser, pytest.mark.window]


def the_whole_flow(story: Story) -> None:
    """Questions with an error and a step back among them, plan, a letter that is signed, the plan again."""
    story.answers_all(NEWS_CASE, until="links")
    story.pastes(links="nothing here")
    assert story.errors
    story.pastes(links=A_POST)
    story.goes_back()
    story.pastes(links=A_POST)
    story.answers(reported="not_yet")
    story.opens_the_letter(StepKey.REQUEST_48H)
    story.page.fill("[name=name]", "Maria Example")
    story.presses("main form button[name=go]")
    story.presses(".sp-back button")
    assert story.is_at_the_plan()


def test_with_script_one_back_leaves_the_flow(visitor: Callable[..., Story]) -> None:
    story = visitor()
    story.opens("/")
    before = story.page.evaluate("history.length")
    story.page.locator("main a[href='/next/']").first.click()
    story.page.wait_for_url("**/next/")

    the_whole_flow(story)

    assert story.page.evaluate("history.length") == before + 1
    story.page.go_back()
    assert story.page.url == f"{story.base}/"
    assert "/status/" not in story.page.content()


def test_without_script_the_whole_flow_has_one_address(visitor: Callable[..., Story]) -> None:
    story = visitor(js=False)
    story.opens("/next/")

    the_whole_flow(story)

    assert set(story.addresses) == {f"{story.base}/next/"}
    assert story.screens >= 18


def test_no_title_tells_what_the_site_is_for(visitor: Callable[..., Story]) -> None:
    story = visitor()
    titles = set()
    story.opens("/next/")

    for key in ("who", "links", "plan"):
        titles.add(story.page.title())
        if key == "who":
            story.answers(danger="no")
        elif key == "links":
            story.answers_all({}, links=A_POST)
    story.opens_the_letter(StepKey.REQUEST_48H)
    titles.add(story.page.title())

    assert titles == {"Next steps"}
