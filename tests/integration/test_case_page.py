"""A kept case in the browser's place: sent, answered, read, and the next step already written (J3)."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from survivor_portal.cases import access, book, records
from survivor_portal.cases.book import Note
from survivor_portal.cases.unlocked import Session
from survivor_portal.takedowns import operations
from survivor_portal.takedowns.process import State
from survivor_portal.web.survivor import flow

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.database]
LINK = "https://x.com/someone/status/1234567890123"
THEIR_WORDS = (
    "Thanks for reaching out. We've reviewed the content, and didn't find a violation of our policies, so no "
    "action will be taken at this time. If you believe there's a potential copyright infringement, please "
    "start a new report. If the content is hosted on a third-party website, you'll need to contact that "
    "website's support team to report it."
)
NEWS: dict[str, dict[str, Any]] = {
    "safety": {"device_watched": "no"},
    "who": {"asker": "parent"},
    "ages": {"age_then": "13_15", "age_now": "13_15"},
    "home": {"home_safe": True},
    "happened": {"happened": "posted"},
    "picture": {"picture": "real"},
    "maker": {"maker": "other"},
    "forced": {"forced": "no"},
    "place": {"country": "US", "region": ""},
    "links": {},
    "reported": {"reported": "not_yet"},
}


def plan_data() -> flow.Data:
    data: flow.Data = {}
    for key, given in NEWS.items():
        flow.answer(data, key, given, {"links": LINK})
    flow.sign(
        data,
        flow.place_of("request_48h:x:us-tida", ""),
        {"name": "Jane Example", "email": "jane@mail.example"},
        ["belief", "accurate"],
        datetime.now(UTC).date(),
    )
    return {
        key: value for key, value in data.items() if key not in ("at", "letter", "site", "told", "watched")
    }


@pytest.fixture
def session() -> Session:
    access.prepare()
    now = datetime.now(UTC)
    session = access.open_new(now).session
    records.add(session.case, "plan", plan_data(), Note("plan_kept"), now)
    return session


@pytest.fixture
def browser(session: Session) -> Client:
    client = Client()
    client.cookies[settings.CASE_COOKIE] = session.token.hex()
    return client


def words(response: Any) -> str:
    page = response.content.decode()
    main = re.search(r"(?s)<main.*</main>", page)
    assert main
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main.group(0)))


def post(browser: Client, step: str, address: str = "/c/", **more: Any) -> Any:
    return browser.post(address, {"step": step, **more}, follow=True)


def sent(browser: Client) -> Any:
    post(browser, "letter", "/next/", letter="request_48h:x:us-tida")
    return post(browser, "sent", "/next/", how="form", ticket="T-42")


def test_the_plan_is_there_again(browser: Client) -> None:
    assert "x.com/…/0123" in words(browser.get("/next/"))


def test_letters_that_have_not_gone_out_are_what_is_next_today(browser: Client) -> None:
    board = words(browser.get("/c/"))

    assert "Nothing has to be done today." not in board
    assert "Letters of your plan, not sent yet" in board
    before = board.count("Open the letter")
    sent(browser)
    after = words(post(browser, "board"))
    assert "X (formerly Twitter): TAKE IT DOWN Act (US law)" in after
    assert "Send X (formerly Twitter) the request" not in after
    assert before >= 1
    letter = words(post(browser, "letter", "/next/", letter="request_48h:x:us-tida"))
    assert "TAKE IT DOWN Act" in letter


def test_an_empty_board_says_so(browser: Client, session: Session) -> None:
    (record,) = records.read(session.case, "plan")
    document = {key: value for key, value in record.document.items() if key != "been_at_plan"}
    records.change(session.case, record, document, Note("plan_changed"), datetime.now(UTC))

    assert "Nothing has to be done today." in words(browser.get("/c/"))


def test_a_letter_that_was_sent_is_on_a_clock(browser: Client, session: Session) -> None:
    page = words(sent(browser))

    assert "Sent" in page
    assert "T-42" in page
    assert "They have until" in page
    (line,) = operations.board(session.case)
    assert line.state is State.SENT
    assert "Waiting for an answer" in words(post(browser, "board"))


def test_j03_the_refusal_is_read_and_kept_word_for_word(browser: Client, session: Session) -> None:
    sent(browser)

    reading = post(browser, "answer", text=THEIR_WORDS)

    page = words(reading)
    assert "They say no" in page
    assert "copyright" in page
    assert "another site" in page
    assert "<mark>" in reading.content.decode()
    kept = words(post(browser, "answer_keep", text=THEIR_WORDS, says="refused"))
    assert "They said no" in kept
    (line,) = operations.board(session.case)
    assert line.state is State.REFUSED
    assert THEIR_WORDS in operations.read(session.case, line.id).replies.values()


def test_j03_the_next_steps_come_in_the_order_of_the_ladder(browser: Client) -> None:
    sent(browser)
    post(browser, "answer", text=THEIR_WORDS)
    page = words(post(browser, "answer_keep", text=THEIR_WORDS, says="refused"))

    order = [
        page.index(title)
        for title in (
            "Tell the hotline about the answer",
            "Answer them",
            "Complain about the platform",
            "Tell the officer on your case",
            "A page for a lawyer",
        )
    ]
    assert order == sorted(order)


def test_j03_the_complaint_holds_dates_ticket_and_their_words(browser: Client) -> None:
    sent(browser)
    post(browser, "answer", text=THEIR_WORDS)
    kept = post(browser, "answer_keep", text=THEIR_WORDS, says="refused").content.decode()
    rung = next(
        name for name in re.findall(r'name="rung" value="([^"]+)"', kept) if name.startswith("regulator|")
    )

    page = words(post(browser, "next_letter", rung=rung))

    today = datetime.now(UTC)
    assert "T-42" in page
    assert f"{today.day} {today:%B %Y}" in page
    assert "find a violation of our policies" in page
    assert LINK in page


def test_the_person_has_the_last_word(browser: Client, session: Session) -> None:
    sent(browser)

    post(browser, "answer_keep", text=THEIR_WORDS, says="unclear")

    (line,) = operations.board(session.case)
    assert line.state is State.SENT


def test_an_answer_without_a_choice_keeps_what_was_pasted(browser: Client) -> None:
    sent(browser)

    response = post(browser, "answer_keep", text=THEIR_WORDS, says="")

    assert response.status_code == 422
    assert "find a violation" in words(response)


def test_gone_and_back_is_one_step_and_nothing_is_typed_again(browser: Client, session: Session) -> None:
    sent(browser)
    post(browser, "happened", what="removal")

    post(browser, "again", item="1")

    lines = operations.board(session.case)
    assert {line.state for line in lines} == {State.CARRIED_ON, State.DRAFTED}
    new = next(line for line in lines if line.state is State.DRAFTED)
    assert operations.read(session.case, new.id).places[0].url == LINK


def test_nobody_is_asked_to_look_at_a_picture_of_a_child(browser: Client) -> None:
    sent(browser)

    page = words(post(browser, "happened", what="removal")).casefold()

    for word in ("open the link", "look at it", "check if it", "still up?"):
        assert word not in page
    assert "you do not have to look" in page


def test_a_double_post_is_taken_once(browser: Client, session: Session) -> None:
    sent(browser)
    post(browser, "answer_keep", text=THEIR_WORDS, says="refused")
    (line,) = operations.board(session.case)
    rungs = re.findall(r'name="rung" value="([^"]+)"', browser.get("/c/").content.decode())
    answer = next(name for name in rungs if name.startswith("answer|"))

    for _ in range(2):
        post(browser, "did", rung=answer)

    entries = operations.read(session.case, line.id).entries
    assert [entry.happening for entry in entries].count(entries[-1].happening) == 1


def test_what_was_noted_last_can_be_taken_back_and_the_book_keeps_both(
    browser: Client, session: Session
) -> None:
    sent(browser)
    post(browser, "happened", what="removal")

    post(browser, "take_back")

    (line,) = operations.board(session.case)
    assert line.state is State.SENT
    assert len([e for e in book.timeline(session.case) if e.note.kind == "takedown"]) == 4


def test_the_timeline_is_readable(browser: Client) -> None:
    sent(browser)

    page = words(post(browser, "timeline"))

    assert "You sent it" in page
    assert "The case was made" in page


def test_a_request_of_another_case_does_not_open(browser: Client) -> None:
    other = access.open_new(datetime.now(UTC)).session
    made = operations.begin(
        other.case,
        platform="x",
        kind="request",
        label="other-marker",
        to="X",
        grounds=[],
        places=[operations.Place(1, "one")],
        now=datetime.now(UTC),
    )

    assert "other-marker" not in words(post(browser, "request", request=made.id))


def test_without_the_cookie_nothing_is_shown(session: Session) -> None:
    assert "x.com" not in Client().get("/c/").content.decode()


def test_the_board_of_many_requests_takes_few_queries(
    browser: Client, session: Session, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        operations.begin(
            session.case,
            platform="x",
            kind="request",
            label=f"Request {number}",
            to="X",
            grounds=["us-tida"],
            places=[operations.Place(n, f"Place {n}") for n in range(1, 16)],
            now=datetime.now(UTC),
        )

    with django_assert_max_num_queries(12):
        page = words(browser.get("/c/"))

    assert "Request 19" in page
