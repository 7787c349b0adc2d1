"""J3: the platform answered "we didn't find a violation". What the mother should have had."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from survivor_portal import directory
from survivor_portal.cases import access
from survivor_portal.intake import StepKey
from survivor_portal.replies import Remark
from survivor_portal.takedowns import spread
from survivor_portal.takedowns.process import Fact, State
from survivor_portal.takedowns.standing import last
from tests.browser import PHONE
from tests.journeys.story import A_POST, NEWS_CASE, Story, in_all_sizes
from tests.journeys.test_j02_keep_it import keeps_it

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "keys"])]

LOOK = Callable[[Any], None]
TICKET = "T-42"
THEIR_WORDS = (
    "Thanks for reaching out. We've reviewed the content, and didn't find a violation of our policies, so no "
    "action will be taken at this time. If you believe there's a potential copyright infringement, please "
    "start a new report. If the content is hosted on a third-party website, you'll need to contact that "
    "website's support team to report it."
)
COMPLAINT = "Complain about the platform"
LADDER = [
    "Tell the hotline about the answer",
    "Answer them",
    "Appeal",
    COMPLAINT,
    "Tell the officer on your case",
    "A page for a lawyer",
]
MOST_SCREENS = 6  # from "I got an answer" to the written complaint
BOXES = "main :is(input:not([type=hidden]), textarea, select)"
# No sentence may send a parent or a child to the picture. (Of the hotline it is said that "they can".)
ASKS_TO_LOOK = re.compile(
    r"(?<!they can )\b(open|click|visit|view|watch|check|look at|look for|find) (on )?"
    r"(the|this|that|each|every|your|its) (link|item|picture|photo|video|post|page|place|cop)",
    re.IGNORECASE,
)
BOTH = pytest.mark.parametrize("js", [False, True], ids=["no script", "script"])


@pytest.fixture(autouse=True)
def _ready(served: str) -> None:
    access.prepare()


@pytest.fixture
def sent_at() -> datetime:
    """To the minute, as the box takes it: yesterday, so that the 48 hours still run."""
    return (timezone.now() - timedelta(hours=26)).replace(second=0, microsecond=0)


def a_request_that_went_out(story: Story, sent_at: datetime | None = None) -> tuple[str, str]:
    """The mother kept the plan, signed the 48-hour request, sent it (just now, or then) and noted the number
    she got. Gives code and phrase."""
    story.comes_back_with(NEWS_CASE, A_POST)
    card = keeps_it(story)
    story.opens("/next/")
    story.opens_the_letter(StepKey.REQUEST_48H)
    story.signs_the_letter()
    story.notes_that_it_went_out(TICKET, typed(sent_at) if sent_at else "")
    return card


def typed(moment: datetime) -> str:
    """A moment as the box takes it."""
    return f"{moment:%Y-%m-%dT%H:%M}"


def told(moment: datetime) -> str:
    """A moment as letters write it."""
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"


@BOTH
def test_j03_from_the_answer_to_the_written_complaint(
    visitor: Callable[..., Story], assert_accessible: LOOK, sent_at: datetime, js: bool
) -> None:
    story = visitor(js=js, viewport=PHONE)
    a_request_that_went_out(story, sent_at)
    assert "They have until" in story.text
    # axe itself is a script.
    story.looks = in_all_sizes(assert_accessible) if js else None
    # She knows from the neighbours' talk how far it went; nobody asked her to look it up.
    story.notes_how_far_it_went("167,000", "2,223")
    assert "seen 167,000 times, shared 2,223 times" in story.text
    before = story.screens

    story.pastes_their_answer(THEIR_WORDS)

    page = story.page
    assert page.locator("main [name=says]:checked").get_attribute("value") == "refused"
    assert "They say no" in page.inner_text("main p:has(strong)")
    remarks = " ".join(page.locator("main li").all_inner_texts())
    assert "You do not need to own the picture." in remarks
    assert "They send you to another site." in remarks
    marked = page.locator("main mark").all_inner_texts()
    assert marked[:2] == ["didn't find a violation", "no action will be taken"]
    assert any("copyright" in words for words in marked)
    assert any("third-party website" in words for words in marked)
    assert page.inner_text("main pre") == THEIR_WORDS

    story.keeps_the_answer()
    assert "They said no" in story.text
    story.opens_the_next_letter(COMPLAINT)

    assert story.screens - before <= MOST_SCREENS
    assert "167,000" in story.letter
    assert "This letter is ready." in story.text
    assert "https://TakeItDown.ftc.gov" in story.text
    (request,) = story.requests
    answered = last(request.standing.happenings, Fact.REFUSAL)
    assert answered is not None
    for part in (told(sent_at), told(answered.at), TICKET, A_POST, THEIR_WORDS, "maria@post.example"):
        assert part in story.letter
    for element in directory.law("us-tida").elements:
        if element.required:
            assert element.cite.removeprefix("47 U.S.C. ") in story.letter
    # Kept word for word, as what it is, with what it says besides.
    assert request.standing.state is State.REFUSED
    (noted,) = spread.known(request.standing)
    assert (noted.views, noted.shares) == (167_000, 2_223)
    assert request.replies[answered.reply] == THEIR_WORDS
    assert answered.remarks == {Remark.REDIRECTED_TO_COPYRIGHT, Remark.REDIRECTED_TO_THIRD_PARTY}


@BOTH
def test_j03_each_next_letter_is_written_and_asks_for_nothing_again(
    visitor: Callable[..., Story], assert_accessible: LOOK, sent_at: datetime, js: bool
) -> None:
    story = visitor(js=js, viewport=PHONE)
    a_request_that_went_out(story, sent_at)
    story.pastes_their_answer(THEIR_WORDS)
    story.keeps_the_answer()
    story.looks = in_all_sizes(assert_accessible) if js else None

    assert [title for title in story.next_steps if title in LADDER] == LADDER
    assert not ASKS_TO_LOOK.search(story.text)
    for title in LADDER:
        story.opens_the_next_letter(title)

        assert story.heading == title
        assert "This letter is ready." in story.text
        assert story.page.locator(BOXES).count() == 0
        assert not ASKS_TO_LOOK.search(story.text.replace(story.letter, ""))
        for part in (told(sent_at), TICKET, A_POST, THEIR_WORDS):
            assert part in story.letter
        story.presses("form:has([name=step][value=request]) button")

    story.opens_the_next_letter(COMPLAINT)
    story.presses("form:has([name=step][value=did]) button")
    assert "You took it to an office" in story.text
    assert COMPLAINT not in story.next_steps
    story.goes_to_the_board()
    assert "Taken further" in story.text


@BOTH
def test_j03_the_reading_is_overruled_in_one_step(
    visitor: Callable[..., Story], sent_at: datetime, js: bool
) -> None:
    story = visitor(js=js, viewport=PHONE)
    a_request_that_went_out(story, sent_at)
    story.pastes_their_answer(THEIR_WORDS)
    before = story.screens

    story.keeps_the_answer("acknowledged")

    assert story.screens == before + 1
    assert "They have it" in story.text
    (request,) = story.requests
    assert request.standing.happenings[-1].happening is Fact.RECEIPT
    assert list(request.replies.values()) == [THEIR_WORDS]


def test_j03_the_pages_in_the_dark(
    visitor: Callable[..., Story], assert_accessible: LOOK, sent_at: datetime
) -> None:
    story = visitor(viewport=PHONE, dark=True)
    a_request_that_went_out(story, sent_at)
    story.looks = assert_accessible

    story.notes_how_far_it_went("167,000", "2,223")
    story.pastes_their_answer(THEIR_WORDS)
    story.keeps_the_answer()
    story.opens_the_next_letter(COMPLAINT)
    story.presses(".sp-back button")
    story.goes_to_the_board()
    story.presses("form:has([name=step][value=timeline]) button")

    assert "You sent it" in story.text
