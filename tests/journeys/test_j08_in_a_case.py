"""J8 in a kept case: three hundred links, each with a state of its own, on a phone."""

from collections.abc import Callable
from typing import Any

import pytest

from survivor_portal.cases import access
from survivor_portal.intake import StepKey
from survivor_portal.takedowns.process import State
from tests.browser import PHONE
from tests.journeys.story import Story, in_all_sizes
from tests.journeys.test_j02_keep_it import keeps_it, opens_it
from tests.journeys.test_j08_j10_links import ADULT

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "keys"])]

LOOK = Callable[[Any], None]
COUNT = 300


@pytest.fixture(autouse=True)
def _ready(served: str) -> None:
    access.prepare()


def post(number: int) -> str:
    """The n-th post, from 1."""
    return f"https://x.com/example/status/{100000 + number}"


@pytest.mark.parametrize("js", [False, True], ids=["no script", "script"])
def test_j08_each_of_three_hundred_keeps_its_own_state(
    visitor: Callable[..., Story], assert_accessible: LOOK, js: bool
) -> None:
    story = visitor(js=js, viewport=PHONE)
    story.comes_back_with(ADULT, links="\n".join(post(n) for n in range(1, COUNT + 1)))
    code, phrase = keeps_it(story)
    assert "Letters of your plan, not sent yet" in story.text
    story.looks = in_all_sizes(assert_accessible) if js else None

    # One request carries all of them.
    story.opens("/next/")
    story.opens_the_letter(StepKey.REQUEST_48H)
    story.signs_the_letter()
    story.notes_that_it_went_out("T-300")
    (request,) = story.requests
    assert len(request.places) == COUNT
    assert f"{COUNT} places" in story.text

    # Part of it is gone: the answer names which, nothing is typed and nothing looked up.
    story.pastes_their_answer(
        f"We have removed some of the content you reported: {post(3)} and {post(277)}. "
        "The other posts do not break our rules."
    )
    story.keeps_the_answer()
    assert story.page.input_value("[name=numbers]") == "3, 277"
    story.presses("main form button[name=go]")

    (request,) = story.requests
    gone = {item.number for item in request.standing.items if item.state is State.REMOVED}
    rest = {item.number for item in request.standing.items if item.state is State.PARTLY_REMOVED}
    assert (gone, len(rest)) == ({3, 277}, COUNT - 2)
    assert "Gone, as far as you were told: 2 places (3, 277)" in story.text
    width = story.page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE[0]

    # The letter for the rest leaves out what is gone.
    story.opens_the_next_letter("Answer them")
    assert post(4) in story.letter
    assert story.letter.count(post(277)) == 1  # in their own words, quoted

    # On another device it is all there.
    elsewhere = visitor(js=js, viewport=PHONE)
    opens_it(elsewhere, code, phrase)
    assert "Part of it is gone" in elsewhere.text
    elsewhere.opens_the_request()
    assert "Gone, as far as you were told: 2 places (3, 277)" in elsewhere.text
