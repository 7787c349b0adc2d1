"""J5: removed, then back. One step from the old request to a new one; nobody types again, nobody looks."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from survivor_portal.cases import access
from survivor_portal.takedowns.process import Move, State
from tests.browser import PHONE
from tests.journeys.story import A_POST, Story, in_all_sizes, the_clock_moves
from tests.journeys.test_j02_keep_it import opens_it
from tests.journeys.test_j03_the_refusal import (
    ASKS_TO_LOOK,
    BOTH,
    BOXES,
    TICKET,
    a_request_that_went_out,
    told,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "keys"])]

LOOK = Callable[[Any], None]
GONE = "Thank you for your report. We have removed the post because it breaks our rules."
IN_TIME = timedelta(hours=48)


@pytest.fixture(autouse=True)
def _ready(served: str) -> None:
    access.prepare()


@BOTH
def test_j05_what_is_back_is_asked_for_again_in_one_step(
    visitor: Callable[..., Story], assert_accessible: LOOK, monkeypatch: pytest.MonkeyPatch, js: bool
) -> None:
    story = visitor(js=js, viewport=PHONE)
    sent_at = timezone.now().replace(second=0, microsecond=0)
    card = a_request_that_went_out(story, sent_at)
    story.looks = in_all_sizes(assert_accessible) if js else None
    story.pastes_their_answer(GONE)
    assert "They say it is gone" in story.page.inner_text("main p:has(strong)")
    story.keeps_the_answer()
    assert "Gone, as far as you were told" in story.text
    assert "They have until" not in story.text
    assert not ASKS_TO_LOOK.search(story.text)
    assert "You do not have to look, and nobody else has to." in story.text
    (old,) = story.requests

    # Three days later somebody tells her that it is there again.
    the_clock_moves(monkeypatch, timedelta(days=3))
    story.opens("/c/")
    opens_it(story, *card)
    story.opens_the_request()
    assert not ASKS_TO_LOOK.search(story.text)
    before = story.screens
    story.was_told_that_it_is_back()

    assert story.screens == before + 1
    assert "Written, not sent" in story.text
    new = next(request for request in story.requests if request.id != old.id)
    first = new.entries[0].came_back[0]
    assert (first.request, first.old_item, first.ticket) == (old.id, 1, TICKET)
    assert (new.grounds, new.places) == (old.grounds, old.places)
    assert "They have until" not in story.text

    # Its letter is written, and quotes the old one. She types nothing; what it states she confirms anew.
    story.opens_the_next_letter("Send it")
    ticks = story.page.locator("main input[type=checkbox]")
    assert story.page.locator(BOXES).count() == ticks.count()
    for tick in ticks.all():
        tick.check()
    story.presses("main form:has(input[type=checkbox]) button")
    assert "This letter is ready." in story.text
    for part in (TICKET, told(sent_at), A_POST, "Maria Example"):
        assert part in story.letter

    # It goes out, and its own 48 hours start.
    story.notes_that_it_went_out("T-77")
    assert "T-77" in story.text
    new = next(request for request in story.requests if request.id != old.id)
    assert new.standing.sent_at is not None
    assert new.standing.sent_at > timezone.now() - timedelta(minutes=5)
    assert f"They have until {told(new.standing.sent_at + IN_TIME)}." in story.text

    # The old one is done, says where it goes on, and is not offered again.
    story.goes_to_the_board()
    assert "It goes on in a new request" in story.text
    story.opens_the_request(old.id)
    assert "It goes on in a new request" in story.text
    assert "It is back" in story.text
    assert not story.page.locator("form:has([name=step][value=again])").count()
    (carried,) = [request for request in story.requests if request.id == old.id]
    assert carried.standing.state is State.CARRIED_ON
    assert carried.entries[-1].happening is Move.ASK_AGAIN
