"""J11: a survivor lets a team in, an advocate works, the survivor sees who did what, and takes it back."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache

from survivor_portal.cases import access, grants
from survivor_portal.intake import StepKey
from survivor_portal.takedowns.process import State
from tests.browser import PHONE, Watched
from tests.desk import APerson, ATeam, a_team
from tests.desk_pages import has_a_passkey
from tests.journeys.story import A_POST, NEWS_CASE, Story, in_all_sizes
from tests.journeys.test_j02_keep_it import keeps_it

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "keys"])]

LOOK = Callable[[Any], None]
ADULT = {**NEWS_CASE, "asker": "self", "age_then": "adult", "age_now": "adult"}
THEIR_WORDS = "We have reviewed the content and did not find a violation of our policies."
# A passkey belongs to a name, and never to a number.
HERE = "localhost"


@pytest.fixture(autouse=True)
def _ready(served: str) -> None:
    access.prepare()
    cache.clear()


class Advocate(Story):
    """Somebody at a desk, in a browser of their own."""

    def comes_in(self, person: APerson) -> None:
        """Password, then a passkey: made the first time, used from then on."""
        self.opens("/desk/sign-in/")
        self.page.fill("[name=email]", person.email)
        self.page.fill("[name=password]", person.password)
        self.says("Go on")
        if self.heading == "Set up the second step":
            self.page.fill("[name=name]", "laptop")
            self.page.get_by_role("button", name="Make a passkey").click()
            self.page.wait_for_selector(".sp-slip")
            self.page.click("text=I have them")
        else:
            self.page.get_by_role("button", name="Use your passkey").click()
        self.page.wait_for_selector(".sp-ways")

    def says(self, words: str) -> None:
        self.page.get_by_role("button", name=words, exact=True).first.click()
        self.page.wait_for_load_state()
        self._saw_a_page()

    def goes_to_the_queue(self) -> None:
        self.opens("/desk/")

    def opens_the_first(self) -> None:
        """From the queue into the case, at that request."""
        self.page.locator("main .sp-jobs form:has([name=grant]) button").first.click()
        self.page.wait_for_load_state()
        self._saw_a_page()


def lets_in(story: Story, team: ATeam, phrase: str) -> None:
    """From the board: the code, the terms, the signature."""
    story.presses("form:has([name=step][value=let]) button")
    story.page.fill("main [name=code]", team.organisation_code)
    story.presses("main form:has([name=code]) button[name=go]")
    assert story.heading == "Example Helpline"
    assert "Ana Li, Ben Oz" in story.text
    story.page.locator("main [name=notice]").check()
    story.page.fill("main [name=purpose]", "To help me with the letters")
    story.page.locator("main [name=consent]").first.check()
    story.presses("main form:has([name=notice]) button[name=go]")
    assert story.heading == "Read it all once more"
    story.page.fill("main [name=typed_name]", "R. Example")
    story.page.fill("main [name=phrase]", phrase)
    story.presses("main form:has([name=typed_name]) button[name=go]")
    assert story.heading == "Let somebody help"


def test_j11_survivor_and_advocate_at_once(
    visitor: Callable[..., Story],
    page_factory: Callable[..., Any],
    served: str,
    assert_accessible: LOOK,
    watched: Watched,
) -> None:
    team = a_team(("Ana Li", "Ben Oz"))
    ana, ben = team.people
    survivor = visitor(viewport=PHONE)
    at_desk = Advocate(page_factory(host=HERE), served)
    has_a_passkey(at_desk.page)

    # Ana comes in with a passkey she makes, out, and in again with it. Nobody let her in anywhere.
    at_desk.comes_in(ana)
    at_desk.says("Sign out")
    at_desk.comes_in(ana)
    at_desk.goes_to_the_queue()
    assert "Nothing is open in the cases you were let into." in at_desk.text

    # The survivor has sent a request, and lets the team in.
    survivor.comes_back_with(ADULT, A_POST)
    _code, phrase = keeps_it(survivor)
    survivor.opens("/next/")
    survivor.opens_the_letter(StepKey.REQUEST_48H)
    survivor.signs_the_letter()
    survivor.notes_that_it_went_out("T-42")
    survivor.looks = in_all_sizes(assert_accessible)
    survivor.goes_to_the_board()
    lets_in(survivor, team, phrase)

    # It stands in the queue, without any other word of it, and Ana opens it there.
    at_desk.looks = assert_accessible
    at_desk.goes_to_the_queue()
    assert at_desk.page.locator("main .sp-jobs > li").count() == 1
    assert A_POST not in at_desk.page.content()
    at_desk.opens_the_first()
    assert "Everything you do here stands in this person’s book under your name, Ana Li." in (
        at_desk.page.inner_text("body")
    )
    assert "You sent it" not in at_desk.text

    # She notes the answer; the survivor sees it, and who noted it, and that she was here.
    at_desk.pastes_their_answer(THEIR_WORDS)
    at_desk.keeps_the_answer()
    survivor.goes_to_the_board()
    survivor.opens_the_request()
    assert survivor.requests[0].standing.state is State.REFUSED
    assert "Ana Li of Helpline North, Example Helpline noted: They said no" in survivor.text
    survivor.goes_to_the_board()
    survivor.presses("form:has([name=step][value=let]) button")
    survivor.presses("form:has([name=step][value=let_seen]) button")
    assert "Ana Li of Helpline North, Example Helpline opened it." in survivor.text

    # She hands it over to a colleague, with a note that the survivor can read.
    at_desk.goes_to_the_queue()
    at_desk.presses("main .sp-jobs button[name=step][value=hand]")
    hands_over(at_desk, ben, "Please send the appeal.")
    assert "Ben Oz has it" in at_desk.text
    survivor.presses(".sp-back button")
    survivor.goes_to_the_board()
    survivor.presses("form:has([name=step][value=timeline]) button")
    assert "It was given to Ben Oz: “Please send the appeal.” (Ana Li of Helpline North" in survivor.text
    at_desk.opens_the_first()

    # The survivor takes it back. Ana's next click shows nothing, and her list is empty.
    watched.expected_statuses |= {404, 403}
    survivor.goes_to_the_board()
    survivor.presses("form:has([name=step][value=let]) button")
    survivor.presses("form:has([name=step][value=let_back]) button")
    assert "Example Helpline is not in any more" in survivor.text
    at_desk.looks = None
    at_desk.presses("form:has([name=step][value=timeline]) button, form:has([name=step][value=board]) button")
    assert "This case is closed" in at_desk.text
    for words in (A_POST, "T-42", THEIR_WORDS, "R. Example"):
        assert words not in at_desk.page.content()
    at_desk.goes_to_the_queue()
    assert at_desk.page.locator("main .sp-jobs > li").count() == 0

    # The survivor works on, and nobody else is let in.
    survivor.goes_to_the_board()
    assert not [one for one in grants.releases(survivor.case) if one.ended_at is None]
    survivor.opens_the_request()
    assert survivor.requests[0].standing.state is State.REFUSED


def hands_over(story: Advocate, to: APerson, words: str) -> None:
    """On the page that asks to whom, and why."""
    story.page.locator("main [name=to]").select_option(label=to.name)
    story.page.fill("main textarea", words)
    story.presses("main form:has(textarea) button[name=go]")


def test_j11_without_script_a_team_is_let_in_and_out_again(visitor: Callable[..., Story]) -> None:
    team = a_team(("Ana Li", "Ben Oz"))
    survivor = visitor(js=False, viewport=PHONE)
    survivor.comes_back_with(ADULT, A_POST)
    _code, phrase = keeps_it(survivor)

    lets_in(survivor, team, phrase)
    survivor.presses("form:has([name=step][value=let_back]) button")

    assert [one.ended_at is None for one in grants.releases(survivor.case)] == [False]
    assert survivor.addresses[-1].endswith("/c/")
