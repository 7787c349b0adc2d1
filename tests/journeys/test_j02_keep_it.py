"""J2: keep the plan, come back on another device with code and phrase; nobody else learns anything."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from survivor_portal.cases import access, codes, ending
from survivor_portal.cases.models import Case, Unlocked
from survivor_portal.intake import StepKey
from tests.browser import PHONE, Watched
from tests.journeys.story import A_POST, NEWS_CASE, Story, begun

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "keys"])]

LOOK = Callable[[Any], None]
KEEP = "form:has([name=step][value=keep]) button"
TITLE = "Next steps"
THEIR_WORDS = "We have reviewed the content and did not find a violation of our policies."


@pytest.fixture(autouse=True)
def _ready(served: str) -> None:
    access.prepare()


def what_stands(story: Story) -> tuple[list[str], list[str], list[Any]]:
    """The places, the answers and the steps of a plan."""
    places = story.page.locator("main details ol .sp-fixed").all_text_contents()
    return places, story.page.locator("main .sp-summary > div").all_text_contents(), list(story.steps)


def takes_the_card(story: Story, **choices: str) -> tuple[str, str]:
    """From the plan to the card; gives what stands on it."""
    story.presses(KEEP)
    for name, value in choices.items():
        story.page.locator(f"main [name='{name}'][value='{value}']").check()
    story.presses("main form button[name=go]")
    return story.page.inner_text("#slip-code"), story.page.inner_text("#slip-phrase")


def keeps_it(story: Story) -> tuple[str, str]:
    code, phrase = takes_the_card(story)
    story.presses("form:has([value=keep_ask]) button")
    story.page.fill("main [name=phrase]", phrase)
    story.presses("main form button[name=go]")
    return code, phrase


def opens_it(story: Story, code: str, phrase: str) -> None:
    story.opens("/c/")
    story.page.fill("main [name=code]", code)
    story.page.fill("main [name=phrase]", phrase)
    story.presses("main form button[name=go]")


@pytest.mark.parametrize("js", [True, False], ids=["script", "no script"])
def test_all_answers_and_links_are_there_on_another_device(visitor: Callable[..., Story], js: bool) -> None:
    at_home = visitor(js=js)
    at_home.comes_back_with(NEWS_CASE, A_POST)
    places, answers, steps = what_stands(at_home)
    code, phrase = keeps_it(at_home)
    assert at_home.heading == "Where things stand"

    elsewhere = visitor(js=js, viewport=PHONE)
    opens_it(elsewhere, code.lower(), phrase.replace(" ", "-").upper())

    assert elsewhere.heading == "Where things stand"
    elsewhere.opens("/next/")
    assert elsewhere.is_at_the_plan()
    assert what_stands(elsewhere) == (places, answers, steps)
    assert len(places) == 1
    assert len(answers) > 8
    elsewhere.changes("links")
    assert A_POST in elsewhere.typed
    assert {address.removeprefix(elsewhere.base) for address in elsewhere.addresses} == {"/c/", "/next/"}


@pytest.mark.window
def test_with_script_keeping_adds_nothing_to_the_back_list(visitor: Callable[..., Story]) -> None:
    story = visitor()
    story.comes_back_with(NEWS_CASE, A_POST)
    before = story.page.evaluate("history.length")

    keeps_it(story)

    assert story.page.evaluate("history.length") == before
    assert story.page.title() == TITLE


def test_a_wrong_phrase_and_an_unknown_code_look_the_same(visitor: Callable[..., Story]) -> None:
    new = access.open_new(datetime.now(UTC))
    pages = []

    for code in (new.code, codes.new_code()):
        story = visitor(js=False)
        opens_it(story, code, "one two three four five six")
        pages.append(story.text.replace(code, ""))

    assert pages[0] == pages[1]
    assert "do not open anything together" in pages[0]


def test_show_and_hide_work_without_script_and_lose_nothing(visitor: Callable[..., Story]) -> None:
    story = visitor(js=False)
    story.opens("/c/")
    story.page.fill("main [name=code]", "K7QM 2XRT")
    story.page.fill("main [name=phrase]", "one two three")

    story.presses("main button[name=show]")
    shown = story.page.get_attribute("main [name=phrase]", "type")
    story.presses("main button[name=hide]")
    hidden = story.page.get_attribute("main [name=phrase]", "type")

    assert (shown, hidden) == ("text", "password")
    assert story.page.input_value("main [name=phrase]") == "one two three"
    assert story.page.input_value("main [name=code]") == "K7QM 2XRT"


def test_the_card_prints_alone_and_says_nothing(visitor: Callable[..., Story]) -> None:
    story = visitor()
    story.comes_back_with(NEWS_CASE, A_POST)
    code, phrase = takes_the_card(story)

    story.page.emulate_media(media="print")

    words = story.page.inner_text("body").split()
    assert words == ["Code", code, "Phrase", *phrase.split()]


@pytest.mark.window
def test_back_after_leaving_shows_neither_code_nor_phrase(visitor: Callable[..., Story]) -> None:
    story = visitor(leaving_to=("weather.example",))
    story.comes_back_with(NEWS_CASE, A_POST)
    code, phrase = takes_the_card(story)

    story.leaves()
    story.page.wait_for_url("https://weather.example/")
    story.page.go_back()
    story.page.wait_for_load_state()

    assert code not in story.page.content()
    assert phrase not in story.page.content()


def test_a_case_that_is_never_opened_again_goes_on_its_day(visitor: Callable[..., Story]) -> None:
    story = visitor(js=False)
    story.comes_back_with(NEWS_CASE, A_POST)
    code, phrase = keeps_it(story)

    ending.sweep(datetime.now(UTC) + timedelta(days=access.KEEP_DAYS + 1))

    assert not Case.objects.exclude(owner="nobody").exists()
    later = visitor(js=False)
    opens_it(later, code, phrase)
    assert later.errors


def test_t12_what_was_sent_too_late_waits_behind_the_door(
    visitor: Callable[..., Story], in_all_sizes: LOOK
) -> None:
    """The case closed while its owner pasted an answer."""
    story = visitor()
    story.comes_back_with(NEWS_CASE, A_POST)
    code, phrase = keeps_it(story)
    story.opens("/next/")
    story.opens_the_letter(StepKey.REQUEST_48H)
    story.presses("form:has([name=step][value=sent]) button[name=go]")
    story.presses("form:has([name=step][value=answer]) button")
    story.page.fill("main [name=text]", THEIR_WORDS)
    Unlocked.objects.all().delete()
    story.presses("main form button[name=go]")

    assert "What you typed is kept." in story.text
    assert THEIR_WORDS not in story.page.content()
    opens_it(story, code, phrase)
    assert THEIR_WORDS[:40] in story.text
    story.presses("form:has([value=draft_use]) button")
    assert story.typed == THEIR_WORDS
    in_all_sizes(story.page)
    story.presses("main form button[name=go]")
    assert "They say no" in story.text
    story.presses("main form button[name=go]")
    story.presses("form:has([value=board]) button")
    assert THEIR_WORDS[:40] not in story.text


def test_every_page_of_keeping_and_opening(
    visitor: Callable[..., Story], in_all_sizes: LOOK, watched: Watched
) -> None:
    watched.expected_statuses |= {429}
    story = visitor()
    story.stands_at(begun(NEWS_CASE | {"device_watched": "yes"}, A_POST))
    story.presses(KEEP)
    in_all_sizes(story.page)
    story.page.locator("main [name=kind][value=own]").check()
    story.presses("main form button[name=go]")
    assert story.errors
    in_all_sizes(story.page)
    story.page.locator("main [name=kind][value=words]").check()
    story.page.locator("main [name=recovery]").check()
    story.presses("main form button[name=go]")
    code, phrase = story.page.inner_text("#slip-code"), story.page.inner_text("#slip-phrase")
    in_all_sizes(story.page)
    story.presses("form:has([value=keep_ask]) button")
    story.page.fill("main [name=phrase]", "not it")
    story.presses("main form button[name=go]")
    assert story.errors
    in_all_sizes(story.page)
    story.page.fill("main [name=phrase]", phrase)
    story.presses("main form button[name=go]")
    recovery = story.page.inner_text("#slip-code")
    in_all_sizes(story.page)

    door = visitor()
    door.opens("/c/")
    in_all_sizes(door.page)
    opens_it(door, code, "not it")
    in_all_sizes(door.page)
    door.presses("form:has([value=recover]) button:text('recovery')")
    in_all_sizes(door.page)
    door.page.fill("main [name=code]", code)
    door.page.fill("main [name=recovery]", recovery)
    door.presses("main form button[name=go]")
    assert "1 try did not open it" in door.text
    in_all_sizes(door.page)

    stranger = visitor()
    for _ in range(6):
        opens_it(stranger, code, "not it")
    assert "too many tries" in stranger.text
    in_all_sizes(stranger.page)


def test_every_page_of_the_settings(visitor: Callable[..., Story], in_all_sizes: LOOK) -> None:
    story = visitor()
    story.comes_back_with(NEWS_CASE, A_POST)
    keeps_it(story)
    story.presses("form:has([value=keep_settings]) button")
    in_all_sizes(story.page)

    for step in ("keep_days", "keep_phrase", "keep_code", "keep_recovery", "keep_more", "keep_delete"):
        story.presses(f"main form:has([value={step}]) button")
        in_all_sizes(story.page)
        if step not in ("keep_days",):
            story.presses("main form button[name=go]")
            assert story.errors
            in_all_sizes(story.page)
        story.presses(".sp-back button")


def test_the_pages_in_the_dark(visitor: Callable[..., Story], assert_accessible: LOOK) -> None:
    story = visitor(viewport=PHONE, dark=True)
    story.comes_back_with(NEWS_CASE, A_POST)
    story.presses(KEEP)
    assert_accessible(story.page)
    story.presses("main form button[name=go]")
    assert_accessible(story.page)
    story.opens("/c/")
    assert_accessible(story.page)
