"""J1: a parent, a child of 13 to 15, one post on X, United States. Links in, plan and valid letters out."""

from collections.abc import Callable

import pytest

from survivor_portal.intake import StepKey
from tests.browser import PHONE
from tests.journeys.story import A_POST, NEWS_CASE, Story, in_order

pytestmark = pytest.mark.browser

URGENT = [
    StepKey.HOTLINE,
    StepKey.CHILD_FORM,
    StepKey.REQUEST_48H,
    StepKey.POLICE,
    StepKey.SEARCH,
    StepKey.HASH,
    StepKey.TRAFFICKING,
]
MOST_SCREENS = 15


@pytest.fixture
def a_parent(visitor: Callable[..., Story]) -> Story:
    """At the plan, script off."""
    story = visitor(js=False, viewport=PHONE)
    story.comes_back_with(NEWS_CASE, links=A_POST)
    return story


@pytest.mark.parametrize("js", [False, True], ids=["no script", "script"])
def test_from_home_to_the_plan_in_few_screens(visitor: Callable[..., Story], js: bool) -> None:
    story = visitor(js=js, viewport=PHONE)

    story.starts_at_home()
    story.answers_all(NEWS_CASE, links=A_POST)

    assert story.is_at_the_plan()
    assert story.screens <= MOST_SCREENS, f"{story.screens} screens"
    assert in_order(URGENT, story.steps), story.steps


def test_each_step_of_the_plan_says_what_the_parent_must_know(a_parent: Story) -> None:
    hotline, hashed = a_parent.words_of(StepKey.HOTLINE), a_parent.words_of(StepKey.HASH)

    assert "CyberTipline" in hotline
    assert "X (formerly Twitter)" in a_parent.words_of(StepKey.CHILD_FORM)
    assert "48 hours" in a_parent.words_of(StepKey.REQUEST_48H)
    assert "keep the data" in a_parent.words_of(StepKey.POLICE)
    assert "Only if the picture is already on your own device" in hashed
    assert "Two things share one name" in hashed
    assert "Call" in a_parent.words_of(StepKey.TRAFFICKING)


def test_the_police_letter_asks_to_have_the_data_kept(a_parent: Story) -> None:
    a_parent.opens_the_letter(StepKey.POLICE)

    assert "ask each service named with the items, today, to keep the account data" in a_parent.letter


def test_the_trafficking_line_comes_only_when_it_was_said(visitor: Callable[..., Story]) -> None:
    story = visitor(js=False)

    story.comes_back_with(NEWS_CASE | {"forced": "no"}, links=A_POST)

    assert StepKey.TRAFFICKING not in story.steps


def test_the_48_hour_request_is_valid_only_once_it_is_signed(a_parent: Story) -> None:
    a_parent.opens_the_letter(StepKey.REQUEST_48H)
    page = a_parent.page
    ticks = page.locator("main input[type=checkbox]")

    assert "not ready yet" in a_parent.text
    assert [state.ready for state in a_parent.draft.letter.states] == [False]
    assert page.locator("main .sp-warn li").count() >= 1
    assert ticks.count() >= 1
    assert page.locator("main input:checked").count() == 0

    # A name and a way to answer are not enough: the statements are the person's own.
    page.fill("[name=name]", "Maria Example")
    page.fill("[name=email]", "maria@post.example")
    a_parent.presses("main form button[name=go]")
    assert "not ready yet" in a_parent.text
    assert a_parent.typed.splitlines()[0] == "Maria Example"
    assert page.locator("main input:checked").count() == 0

    for tick in ticks.all():
        tick.check()
    a_parent.presses("main form button[name=go]")

    assert "This letter is ready." in a_parent.text
    made = a_parent.draft.letter
    assert [(state.law, state.ready, state.missing) for state in made.states] == [("us-tida", True, ())]
    # The four elements of the law, each placed by the composer and each to be read in the letter.
    for block in ("signature", "items", "belief", "contact"):
        section = made.section(block)
        assert section is not None, [s.block for s in made.sections]
        assert section.placed
        assert section.text in a_parent.letter
    assert A_POST in a_parent.letter
    assert "Maria Example" in a_parent.letter
    assert "maria@post.example" in a_parent.letter
    for declaration in a_parent.draft.declarations:
        assert declaration.text in a_parent.letter
    assert page.locator(
        "main a[href='https://help.x.com/forms/safety-and-sensitive-content/take-it-down']"
    ).count()


def test_a_tick_taken_back_makes_the_letter_unready_again(a_parent: Story) -> None:
    a_parent.opens_the_letter(StepKey.REQUEST_48H)
    page = a_parent.page
    page.fill("[name=name]", "Maria Example")
    page.fill("[name=email]", "maria@post.example")
    for tick in page.locator("main input[type=checkbox]").all():
        tick.check()
    a_parent.presses("main form button[name=go]")
    assert "This letter is ready." in a_parent.text

    page.locator("main input[type=checkbox]").first.uncheck()
    a_parent.presses("main form button[name=go]")

    assert "not ready yet" in a_parent.text
    assert page.locator("main .sp-warn li").count() >= 1


def test_a_number_in_place_of_a_name_is_not_taken_and_what_was_typed_stays(a_parent: Story) -> None:
    a_parent.opens_the_letter(StepKey.REQUEST_48H)
    page = a_parent.page
    page.fill("[name=name]", "ID 123456789")
    page.fill("[name=email]", "not an address")
    page.locator("main input[type=checkbox]").first.check()

    a_parent.presses("main form button[name=go]")

    assert len(a_parent.errors) == 2
    assert a_parent.typed.splitlines()[:2] == ["ID 123456789", "not an address"]
    assert page.locator("main input:checked").count() == 1
    assert not a_parent.kept.get("signer")


def test_the_plan_can_be_taken_along_as_text_with_a_neutral_name(a_parent: Story) -> None:
    with a_parent.page.expect_download() as caught:
        a_parent.page.locator("summary", has_text="Print or save").click()
        a_parent.page.locator("form:has([value=save]) button").click()

    text = caught.value.path().read_text("utf-8")

    assert caught.value.suggested_filename == "notes.txt"
    assert A_POST in text
    assert "CyberTipline" in text


def test_the_server_keeps_nothing_readable(a_parent: Story) -> None:
    from survivor_portal.visits.models import Visit

    row = Visit.objects.get()

    for secret in (A_POST, "1234567890123456789", "13_15", "parent", a_parent.token):
        assert secret.encode() not in bytes(row.sealed)
        assert secret not in row.pk


def test_what_was_confirmed_holds_for_the_letter_that_was_read_and_no_other(a_parent: Story) -> None:
    """A new link makes another letter: its statements are the person's own only once they said so again."""
    a_parent.opens_the_letter(StepKey.REQUEST_48H)
    page = a_parent.page
    page.fill("[name=name]", "Maria Example")
    page.fill("[name=email]", "maria@post.example")
    for tick in page.locator("main input[type=checkbox]").all():
        tick.check()
    a_parent.presses("main form button[name=go]")
    a_parent.presses(".sp-back button")

    a_parent.changes("links")
    a_parent.pastes(f"{A_POST}\nhttps://x.com/example/status/77")
    a_parent.opens_the_letter(StepKey.REQUEST_48H)

    assert "status/77" in a_parent.letter
    assert "not ready yet" in a_parent.text
    assert page.locator("main input:checked").count() == 0
    assert a_parent.typed.splitlines()[0] == "Maria Example"


def test_two_tabs_with_two_letters_sign_each_its_own(a_parent: Story) -> None:
    a_parent.opens_the_letter(StepKey.REQUEST_48H)
    other = Story(a_parent.page.context.new_page(), a_parent.base)
    other.opens("/next/")
    other.presses(".sp-back button")
    other.opens_the_letter(StepKey.CHILD_FORM)

    a_parent.page.fill("[name=name]", "Maria Example")
    a_parent.page.fill("[name=email]", "maria@post.example")
    for tick in a_parent.page.locator("main input[type=checkbox]").all():
        tick.check()
    a_parent.presses("main form button[name=go]")

    assert "TAKE IT DOWN Act" in a_parent.heading
    assert "This letter is ready." in a_parent.text
