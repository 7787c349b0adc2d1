"""What stands first on the pages of a case: the clock of the law, the button to press, whose time."""

import pytest
from django.test import Client

from tests.integration.test_case_page import THEIR_WORDS, post, sent, words
from tests.integration.test_own_time import case_of, client_of, use

pytestmark = [pytest.mark.django_db(databases=["default", "keys"])]
UNKNOWN = "Times are in UTC. Your clock may differ."


@pytest.fixture
def waiting() -> Client:
    """A case in a country with several clocks, with one request that was sent just now."""
    browser = client_of(case_of("US"))
    sent(browser)
    return browser


def test_the_laws_clock_stands_before_our_reminder_and_before_the_next_steps(waiting: Client) -> None:
    page = words(waiting.get("/c/"))

    in_order = ["They have until", "We suggest a reminder", "I got an answer", "What you can do now"]
    assert sorted(in_order, key=page.index) == in_order


def test_the_places_stand_below_what_can_be_done(waiting: Client) -> None:
    page = words(waiting.get("/c/"))

    assert page.index("What you can do now") < page.index("The place")


def test_what_comes_later_begins_with_its_day(waiting: Client) -> None:
    later = words(waiting.get("/c/")).partition("What comes later")[2][:60]

    assert "UTC : " in later or "UTC: " in later


def test_with_next_steps_an_answer_is_the_second_button(waiting: Client) -> None:
    def look(page: str) -> str:
        (before, _, _after) = page.partition("I got an answer")
        return before.rpartition("<button")[2]

    assert "sp-button--second" not in look(waiting.get("/c/").content.decode())
    post(waiting, "answer_keep", text=THEIR_WORDS, says="refused")
    assert "sp-button--second" in look(waiting.get("/c/").content.decode())


def test_whose_time_it_is_is_said_once_beside_the_first_time_while_nobody_knows(waiting: Client) -> None:
    request, board = words(waiting.get("/c/")), words(post(waiting, "board"))

    for page in (request, board):
        assert page.count("Times are in") == 1
        assert UNKNOWN in page
    assert board.index(UNKNOWN) < board.index("More")
    assert request.index(UNKNOWN) < request.index("What you can do now")


def test_who_chose_a_clock_is_not_told_again_above(waiting: Client) -> None:
    use(waiting, "UTC")

    board = words(post(waiting, "board"))

    assert UNKNOWN not in board
    assert board.index("Times are in UTC.") > board.index("More")


def test_a_board_without_times_says_nothing_above() -> None:
    assert UNKNOWN not in words(client_of(case_of("US")).get("/c/"))
