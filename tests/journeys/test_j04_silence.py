"""J4: nobody answers. 48 hours pass, and the page says so by the law's own clock."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from survivor_portal import directory
from survivor_portal.cases import access
from survivor_portal.intake import StepKey
from survivor_portal.takedowns.process import State
from tests.browser import PHONE
from tests.journeys.story import A_POST, NEWS_CASE, Story, in_all_sizes, the_clock_moves
from tests.journeys.test_j02_keep_it import keeps_it, opens_it
from tests.journeys.test_j03_the_refusal import BOTH, COMPLAINT, TICKET, a_request_that_went_out, told

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "keys"])]

LOOK = Callable[[Any], None]
NO = "We have reviewed the content and did not find a violation of our policies."
IN_TIME = timedelta(hours=48)


@pytest.fixture(autouse=True)
def _ready(served: str) -> None:
    access.prepare()


def comes_back(story: Story, card: tuple[str, str]) -> None:
    """The case closed in the meantime: in with code and phrase, to the board."""
    story.opens("/c/")
    assert TICKET not in story.text
    opens_it(story, *card)
    assert story.heading == "Where things stand"


@BOTH
def test_j04_after_48_hours_it_is_late_and_the_complaint_is_written(
    visitor: Callable[..., Story], assert_accessible: LOOK, monkeypatch: pytest.MonkeyPatch, js: bool
) -> None:
    story = visitor(js=js, viewport=PHONE)
    # To the minute, and long enough ago that the box is not taken for "just now".
    sent_at = (timezone.now() - timedelta(minutes=30)).replace(second=0, microsecond=0)
    card = a_request_that_went_out(story, sent_at)
    (request,) = story.requests
    assert request.standing.state is State.SENT
    assert request.standing.sent_at == sent_at
    end = told(sent_at + IN_TIME)
    assert f"They have until {end}." in " ".join(story.text.split())
    story.looks = in_all_sizes(assert_accessible) if js else None

    # An hour before the end: our own reminder is due, and nobody is late.
    the_clock_moves(monkeypatch, IN_TIME - timedelta(hours=1))
    comes_back(story, card)
    assert "Time is up" not in story.text
    assert not story.page.locator("main .sp-badge--check").count()
    story.opens_the_request()
    assert "They have until" in story.text
    assert "Late since" not in story.text
    assert COMPLAINT not in story.next_steps

    # An hour after it.
    the_clock_moves(monkeypatch, timedelta(hours=2))
    comes_back(story, card)
    assert f"Time is up since {end}." in story.text
    assert story.page.locator("main li .sp-badge--check", has_text="Late").count() == 1
    story.opens_the_request()
    assert f"Late since {end}." in " ".join(story.text.split())
    assert "They have until" not in story.text
    assert story.next_steps[0] == COMPLAINT
    story.opens_the_next_letter(COMPLAINT)

    assert "This letter is ready." in story.text
    assert "The items listed were not removed within 48 hours of receipt." in story.letter
    # A form is there as soon as it is sent; nobody has to prove that it came.
    for part in (f"A form is there at once: {told(sent_at)}", f"This time ended on {end}", TICKET, A_POST):
        assert part in story.letter
    for element in directory.law("us-tida").elements:
        if element.required:
            assert element.cite in story.letter


def test_j04_a_number_nobody_confirmed_reads_usually_and_calls_nobody_late(
    visitor: Callable[..., Story], monkeypatch: pytest.MonkeyPatch
) -> None:
    story = visitor(js=False, viewport=PHONE)
    story.comes_back_with(NEWS_CASE | {"country": "IN"}, A_POST)
    card = keeps_it(story)
    story.opens("/next/")
    story.opens_the_letter(StepKey.REQUEST)
    story.notes_that_it_went_out(TICKET)
    (request,) = story.requests
    assert [directory.law(key).clock.verified for key in request.grounds] == [False]

    assert "Usually until" in story.text
    assert "They have until" not in story.text

    the_clock_moves(monkeypatch, timedelta(days=30))
    comes_back(story, card)
    assert "Time is up" not in story.text
    assert not story.page.locator("main .sp-badge--check").count()
    story.opens_the_request()
    assert "Usually due by" in story.text
    assert "late since" not in story.text.casefold()


def test_j04_the_time_of_her_own_reads_differently(visitor: Callable[..., Story]) -> None:
    story = visitor(js=False, viewport=PHONE)
    story.comes_back_with(NEWS_CASE | {"country": "FR"}, A_POST)
    keeps_it(story)
    story.opens("/next/")
    story.opens_the_letter(StepKey.REQUEST)
    story.signs_the_letter()
    story.notes_that_it_went_out(TICKET)
    assert "Your own time:" not in story.text

    story.pastes_their_answer(NO)
    story.keeps_the_answer()

    # Six months to complain to the platform: hers to use, and nobody is late with it.
    (own,) = story.page.locator("main p", has_text="Your own time:").all_inner_texts()
    assert "You have until" in own
    assert "They have until" not in own
