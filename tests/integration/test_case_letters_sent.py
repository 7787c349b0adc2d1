"""Letters of the plan in a kept case: what was sent is not sent again, and no law's clock runs too early."""
# ruff: noqa: F811

from django.test import Client

from survivor_portal.cases.unlocked import Session
from survivor_portal.takedowns import operations
from tests.integration.test_case_page import (  # noqa: F401
    LINK,
    browser,
    post,
    pytestmark,
    sent,
    session,
    words,
)

LETTER = "request_48h:x:us-tida"
NEW = "https://x.com/someone/status/9999999999999"


def test_a_letter_that_was_sent_leads_to_its_request(browser: Client, session: Session) -> None:
    sent(browser)

    page = words(post(browser, "letter", "/next/", letter=LETTER))

    assert "You sent this." in page
    assert "Did you send it?" not in page
    (line,) = operations.board(session.case)
    assert line.id in post(browser, "letter", "/next/", letter=LETTER).content.decode()


def test_places_added_later_get_a_letter_and_a_request_of_their_own(
    browser: Client, session: Session
) -> None:
    sent(browser)
    post(browser, "links", "/next/", links=f"{LINK}\n{NEW}", places="", go="1")

    page = post(browser, "letter", "/next/", letter=LETTER)
    letter = page.content.decode().partition('id="letter-1"')[2]
    post(browser, "sent", "/next/", how="form", ticket="T-43")

    assert "You added places since then." in words(page)
    assert NEW in letter
    assert LINK not in letter
    found = [operations.read(session.case, line.id) for line in operations.board(session.case)]
    assert sorted(place.url for one in found for place in one.places) == sorted((LINK, NEW))


def test_no_clock_of_a_law_runs_by_a_letter_that_lacks_a_part_of_it(
    browser: Client, session: Session
) -> None:
    post(browser, "letter", "/next/", letter=LETTER)
    post(browser, "sign", "/next/", name="Jane Example", email="jane@mail.example", letter=LETTER)
    letter = words(post(browser, "letter", "/next/", letter=LETTER))

    page = words(post(browser, "sent", "/next/", how="form", ticket="T-42"))

    assert "the time limit of the law does not run yet" in letter
    assert "They have until" not in page
    (line,) = operations.board(session.case)
    assert line.label == "X (formerly Twitter): a report"
    assert operations.read(session.case, line.id).grounds == ()
