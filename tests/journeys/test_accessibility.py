"""Every page of the flow, and every state of error: no finding against WCAG 2.2 AA, nothing spills sideways.

Pages with an address of their own are looked at in `test_every_page.py`, parts of the look in `test_look.py`.
"""

from collections.abc import Callable
from typing import Any

import pytest

from survivor_portal import intake
from survivor_portal.intake import StepKey
from tests.browser import DESK, PHONE, ZOOMED, Watched
from tests.journeys.story import A_POST, NEWS_CASE, Story, begun

pytestmark = pytest.mark.browser

LOOK = Callable[[Any], None]
ADULT = NEWS_CASE | {"asker": "self", "age_then": "adult", "age_now": "adult", "maker": "other"}
CHILD = NEWS_CASE | {"asker": "self", "age_then": "under_13", "age_now": "under_13"}
UNKNOWN = A_POST + " https://video.example/watch/1"
# Which answers lead past which question: consent is asked of adults only, home of the young only.
QUESTIONS = {key: ADULT if key == "consent" else NEWS_CASE for key in intake.BY_KEY}
PLANS: dict[str, tuple[dict[str, str], str, str]] = {
    "parent": (NEWS_CASE, A_POST, ""),
    "child alone": (CHILD, "", ""),
    "threat, unsafe home": (
        NEWS_CASE | {"asker": "self", "happened": "threat", "home_safe": "no"},
        "",
        "",
    ),
    "adult, unknown site, refused": (
        ADULT | {"country": "DE", "reported": "refused", "owner_safe": "yes", "consent": "never"},
        UNKNOWN,
        "Quibbletalk, user someone, May",
    ),
}


@pytest.fixture
def in_all_sizes(assert_accessible: LOOK) -> LOOK:
    """Look at a page at the desk, on the phone and at 400 %, with all that is folded opened."""

    def look(page: Any) -> None:
        page.evaluate("document.querySelectorAll('main details').forEach(part => { part.open = true; })")
        for width, height in (DESK, PHONE, ZOOMED):
            page.set_viewport_size({"width": width, "height": height})
            assert_accessible(page)

    return look


def test_every_question(visitor: Callable[..., Story], in_all_sizes: LOOK) -> None:
    story = visitor()

    for key, answers in QUESTIONS.items():
        story.stands_at(begun(answers | {"owner_safe": ""}, UNKNOWN, until=key))
        assert story.at == key
        in_all_sizes(story.page)


def test_every_question_that_says_no(visitor: Callable[..., Story], in_all_sizes: LOOK) -> None:
    story = visitor()
    wrong: dict[str, Callable[[], None]] = {
        "ages": lambda: story.answers(age_then="adult", age_now="under_13"),
        "links": lambda: story.pastes(links="no link", places=""),
        "reported": lambda: _too_long(story),
    }

    for key, answer in wrong.items():
        story.stands_at(begun(NEWS_CASE, A_POST, until=key))
        answer()
        assert story.errors
        assert story.page.title().startswith("Error")
        in_all_sizes(story.page)


def _too_long(story: Story) -> None:
    story.page.fill("[name=told_on]", "x" * 200)
    story.presses("main form button[name=go]")


def test_the_page_in_danger_and_the_page_of_a_lost_visit(
    visitor: Callable[..., Story], in_all_sizes: LOOK
) -> None:
    story = visitor()
    story.opens("/next/")
    story.answers(danger="yes")
    in_all_sizes(story.page)

    story.page.context.clear_cookies()
    story.presses("main form button")
    assert "Your earlier answers are gone." in story.text
    in_all_sizes(story.page)


@pytest.mark.parametrize("case", PLANS)
def test_every_kind_of_plan(visitor: Callable[..., Story], in_all_sizes: LOOK, case: str) -> None:
    story = visitor()
    answers, links, places = PLANS[case]

    story.comes_back_with(answers, links, places)

    assert story.is_at_the_plan()
    in_all_sizes(story.page)


def test_a_letter_before_and_after_it_is_signed_and_when_it_says_no(
    visitor: Callable[..., Story], in_all_sizes: LOOK
) -> None:
    story = visitor()
    story.comes_back_with(NEWS_CASE, A_POST)
    story.opens_the_letter(StepKey.REQUEST_48H)
    in_all_sizes(story.page)

    story.page.fill("[name=name]", "12345678")
    story.page.fill("[name=email]", "nobody")
    story.presses("main form button[name=go]")
    assert len(story.errors) == 2
    in_all_sizes(story.page)

    story.page.fill("[name=name]", "Maria Example")
    story.page.fill("[name=email]", "maria@post.example")
    for tick in story.page.locator("main input[type=checkbox]").all():
        tick.check()
    story.presses("main form button[name=go]")
    assert "This letter is ready." in story.text
    in_all_sizes(story.page)


def test_other_kinds_of_letters(visitor: Callable[..., Story], in_all_sizes: LOOK) -> None:
    """In several parts, to a host, with a form sheet, to the police."""
    story = visitor()
    many = "\n".join(f"https://x.com/example/status/{n}" for n in range(100, 107))
    story.comes_back_with(ADULT | {"country": "DE", "owner_safe": "yes"}, f"{many} {UNKNOWN}")

    for key in (StepKey.REQUEST, StepKey.HOST, StepKey.SEARCH, StepKey.POLICE):
        story.opens_the_letter(key)
        in_all_sizes(story.page)
        story.presses(".sp-back button")


def test_helplines_of_one_choice(visitor: Callable[..., Story], in_all_sizes: LOOK) -> None:
    story = visitor()
    story.opens("/helplines/")
    story.page.locator("main select[name=country]").select_option("GB")
    story.page.locator("main form button").first.click()
    story.page.wait_for_load_state()

    assert "Samaritans" in story.page.content()
    in_all_sizes(story.page)


@pytest.mark.urls("tests.integration.pages_that_fail")
@pytest.mark.parametrize(
    ("path", "status"),
    [("/is-suspicious/", 400), ("/is-forbidden/", 403), ("/is-missing/", 404), ("/breaks/", 500)],
)
def test_every_page_of_an_error(
    visitor: Callable[..., Story], in_all_sizes: LOOK, watched: Watched, path: str, status: int
) -> None:
    watched.expected_statuses.add(status)
    story = visitor()

    story.opens(path)

    assert story.page.locator("#help-now").is_visible()
    in_all_sizes(story.page)


def test_one_page_of_each_template_in_the_dark(
    visitor: Callable[..., Story], assert_accessible: LOOK, watched: Watched
) -> None:
    watched.expected_statuses.add(404)
    story = visitor(viewport=PHONE, dark=True)
    story.opens("/no-such-page/")
    assert_accessible(story.page)
    story.opens("/next/")
    assert_accessible(story.page)
    story.answers(danger="yes")
    assert_accessible(story.page)
    story.stands_at(begun(NEWS_CASE, A_POST, until="links"))
    story.pastes(links="no link")
    assert_accessible(story.page)
    story.stands_at(begun(NEWS_CASE, A_POST))
    assert_accessible(story.page)
    story.opens_the_letter(StepKey.REQUEST_48H)
    assert_accessible(story.page)
