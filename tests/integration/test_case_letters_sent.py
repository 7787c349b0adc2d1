"""Letters of the plan in a kept case: what was sent is not sent again, and no law's clock runs too early."""
# ruff: noqa: F811

import re
from datetime import UTC, datetime, timedelta

from django.test import Client

from survivor_portal.cases.unlocked import Session
from survivor_portal.takedowns import operations
from survivor_portal.takedowns.process import State
from tests.integration.test_case_page import (  # noqa: F401
    LINK,
    THEIR_WORDS,
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
    assert line.due_at is None or not line.is_ready


def test_the_same_letter_goes_out_again_once_it_is_ready(browser: Client, session: Session) -> None:
    post(browser, "letter", "/next/", letter=LETTER)
    unsigned = {"name": "Jane Example", "email": "jane@mail.example", "letter": LETTER}
    post(browser, "sign", "/next/", **unsigned)
    for _ in range(2):
        post(browser, "sent", "/next/", how="form", ticket="T-42", letter=LETTER)
    (early,) = operations.board(session.case)
    answer = post(browser, "answer_keep", request=early.id, text=THEIR_WORDS, says="refused")
    rung = re.search(r'name="rung" value="(answer[^"]*)"', answer.content.decode())
    assert rung
    second = words(post(browser, "next_letter", request=early.id, rung=rung.group(1)))

    ready = {"confirm_belief": "on", "confirm_accurate": "on"}
    post(browser, "sign", "/next/", **unsigned, **ready)
    page = words(post(browser, "letter", "/next/", letter=LETTER))
    request = words(post(browser, "sent", "/next/", how="form", ticket="T-43", letter=LETTER))

    assert "TAKE IT DOWN Act" in second
    assert "You sent this while it lacked a part of the law." in page
    assert "They have until" in request
    assert [line.is_ready for line in operations.board(session.case)].count(True) == 1
    assert len(operations.board(session.case)) == 2


def test_an_answer_noted_in_the_minute_of_another_comes_after_it(browser: Client, session: Session) -> None:
    sent(browser)
    (line,) = operations.board(session.case)
    post(browser, "answer_keep", request=line.id, text=THEIR_WORDS, says="refused")
    minute = f"{datetime.now(UTC):%Y-%m-%dT%H:%M}"

    post(browser, "answer_keep", request=line.id, text="It is gone now.", says="removed", at=minute)

    assert operations.read(session.case, line.id).standing.state is State.REMOVED


def test_the_complaint_counts_a_form_from_the_moment_it_was_sent(browser: Client, session: Session) -> None:
    """Nobody has to prove that a form arrived: its time runs from pressing send, wherever it is told."""
    moment = datetime.now(UTC) - timedelta(hours=49)
    post(browser, "letter", "/next/", letter=LETTER)
    page = words(post(browser, "sent", "/next/", how="form", at=f"{moment:%Y-%m-%dT%H:%M}"))
    (line,) = operations.board(session.case)

    rung = re.search(r'name="rung" value="(regulator[^"]*)"', post(browser, "request").content.decode())
    assert rung
    complaint = words(post(browser, "next_letter", request=line.id, rung=rung.group(1)))

    assert "Late since" in page
    assert "there at once" in complaint
    assert "Receipt proven" not in complaint
    assert f"{moment:%H:%M} UTC" in complaint


def test_a_form_drawn_before_a_place_got_its_name_still_holds(browser: Client, session: Session) -> None:
    sent(browser)
    (line,) = operations.board(session.case)
    seen = str(operations.read(session.case, line.id).last_seq)

    post(browser, "names_keep", request=line.id, name_1="the first one", go="1")
    post(browser, "answer_keep", request=line.id, seen=seen, text=THEIR_WORDS, says="refused")

    kept = operations.read(session.case, line.id)
    assert kept.places[0].own_name == "the first one"
    assert kept.standing.state is State.REFUSED
