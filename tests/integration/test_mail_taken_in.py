"""An answer by mail: taken in when the case is opened, read, told on the board, and hers to judge."""
# ruff: noqa: F811

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from survivor_portal.cases import book, slot
from survivor_portal.cases.book import Note
from survivor_portal.cases.unlocked import Session
from survivor_portal.correspondence import incoming, relays, threads
from survivor_portal.correspondence.threads import Leaving, Posted, Thread
from survivor_portal.mails import Read, Removed, Verdict
from survivor_portal.takedowns import operations
from survivor_portal.takedowns.operations import Takedown
from survivor_portal.takedowns.process import Fact, State
from survivor_portal.web.survivor import mail_arrived, mail_kept
from tests.integration.test_case_page import (  # noqa: F401
    LINK,
    THEIR_WORDS,
    browser,
    post,
    pytestmark,
    session,
    words,
)

REMOVED = "We have removed the content you reported. Thank you."
RECEIPT = "We have received your report and will look into it."
NOTHING_SAID = "Dear user, the weather is fine today."
CONFIRM = (
    "Please confirm your email address to continue with your report:\n"
    "https://help.x.com/confirm?t=1\nor here https://confirm.other.example/a"
)


@pytest.fixture
def request_id(browser: Client, session: Session) -> str:
    """A request that went out by mail, with an address of its own."""
    post(browser, "letter", "/next/", letter="request_48h:x:us-tida")
    post(browser, "sent", "/next/", how="mail", at=f"{datetime.now(UTC) - timedelta(hours=3):%Y-%m-%dT%H:%M}")
    (line,) = operations.board(session.case)
    _ADDRESSES[line.id] = relays.open(session.case.id, line.id, datetime.now(UTC)).partition("@")[0]
    return line.id


_ADDRESSES: dict[str, str] = {}


def mailed(request: str, text: str = "", *, ago: timedelta = timedelta(0), **more: Any) -> None:
    """An answer comes by mail."""
    now = datetime.now(UTC) - ago
    route = relays.find(_ADDRESSES[request], now)
    assert route
    mail = Read(text, **{"sender": "support@x.example", "message_id": f"<{len(text)}@x.example>", **more})
    assert incoming.arrive(route, mail, now) is incoming.Taken.yes


def of(session: Session, request: str) -> Takedown:
    return operations.read(session.case, request)


def board(browser: Client) -> str:
    return words(post(browser, "board"))


def read_it(browser: Client, session: Session, number: int = 0) -> Any:
    return post(browser, "mail", mail=mail_kept.every(session.case)[number].id)


def test_a_refusal_is_threaded_read_and_told_on_the_board(
    browser: Client, session: Session, request_id: str
) -> None:
    assert "receipt not proven" in words(post(browser, "request", request=request_id))
    mailed(request_id, THEIR_WORDS, subject="Your report", verdict=Verdict.VERIFIED)

    on_board = board(browser)
    page = read_it(browser, session)

    assert "Answers that came by mail" in on_board
    assert "They said no" in on_board
    takedown = of(session, request_id)
    assert takedown.standing.state is State.REFUSED
    assert list(takedown.replies.values()) == [THEIR_WORDS]
    shown = words(page)
    for part in ("They say no", "support@x.example", "Your report", "stands for the mail", "copyright"):
        assert part in shown
    assert "<mark>" in page.content.decode()
    # What comes next stands above what can be corrected.
    assert shown.index("It fits. What comes next?") < shown.index("Change what is wrong")
    assert "Answers that came by mail" not in board(browser)
    assert "receipt not proven" not in words(post(browser, "request", request=request_id))


def test_the_book_holds_it_word_for_word_with_its_verdict(
    browser: Client, session: Session, request_id: str
) -> None:
    mailed(request_id, THEIR_WORDS, verdict=Verdict.FAILED, removed=(Removed("image/jpeg", 2),))
    board(browser)

    (arrived,) = [e for e in book.timeline(session.case) if e.note.kind == "arrived"]
    told = arrived.note.facts["document"]
    assert (told["text"], told["verdict"], told["removed"]) == (THEIR_WORDS, "failed", [["image/jpeg", 2]])
    assert "A mail came in" in words(post(browser, "timeline"))
    slot.drop(session.case.id, "another_kind", {"request": request_id}, datetime.now(UTC))
    board(browser)
    assert "Something came in" in words(post(browser, "timeline"))


def test_who_reads_it_otherwise_has_the_last_word(browser: Client, session: Session, request_id: str) -> None:
    mailed(request_id, THEIR_WORDS)
    board(browser)
    page = read_it(browser, session).content.decode()
    entry = re.search(r'name="entry" value="(\d+)"', page)
    assert entry

    post(browser, "answer_keep", request=request_id, entry=entry[1], says="acknowledged")

    assert of(session, request_id).standing.state is State.ACKNOWLEDGED
    assert "What happened so far" in words(post(browser, "request", request=request_id))


def test_what_nobody_can_tell_stays_on_the_board_until_she_says_it(
    browser: Client, session: Session, request_id: str
) -> None:
    mailed(request_id, NOTHING_SAID)

    first = board(browser)
    page = read_it(browser, session).content.decode()
    again = board(browser)
    entry = re.search(r'name="entry" value="(\d+)"', page)
    assert entry
    post(browser, "answer_keep", request=request_id, entry=entry[1], says="unclear")

    assert "Read it and say what it says" in first
    assert "Read it and say what it says" in again
    assert "Answers that came by mail" not in board(browser)
    assert of(session, request_id).standing.state is State.SENT


@pytest.mark.parametrize(("text", "state"), [(RECEIPT, State.ACKNOWLEDGED), (REMOVED, State.REMOVED)])
def test_each_kind_of_answer_leads_where_it_should(
    text: str, state: State, browser: Client, session: Session, request_id: str
) -> None:
    mailed(request_id, text)
    board(browser)
    assert of(session, request_id).standing.state is state


OURS = "<1@relay.example>"
# What programs write that could not bring a mail.
NO_USER = "I'm afraid I wasn't able to deliver your message to the following addresses. No such user."


def posted(session: Session, request: str, *states: Leaving, whom: str = "") -> None:
    """Letters of this request were given away; how far each got."""
    now = datetime.now(UTC)
    letters = tuple(
        Posted(f"{n}" * 32, f"<{n}@relay.example>", "desk@x.example", "s", now, now, 2, (), whom, state)
        for n, state in enumerate(states, 1)
    )
    threads.begin(session.case, Thread(request, "a@relay.example", letters), Note("mail_put"), now)


def reported(request: str, text: str = NO_USER, **more: Any) -> None:
    """A server says, or somebody in its name, that a letter was not delivered."""
    mailed(request, text, **{"is_bounce": True, "is_auto": True, "returned": OURS, **more})


@pytest.mark.parametrize(
    ("whom", "before", "state"),
    [
        ("", Leaving.left, State.BOUNCED),
        ("us-tida", Leaving.left, State.SENT),
        # Their server was faster than our own worker's word; or that word was lost with a backup.
        ("", Leaving.waiting, State.BOUNCED),
        ("", Leaving.unknown, State.BOUNCED),
    ],
)
def test_the_letter_that_came_back_counts_as_failed(
    whom: str, before: Leaving, state: State, browser: Client, session: Session, request_id: str
) -> None:
    posted(session, request_id, before, Leaving.left, whom=whom)
    reported(request_id)

    on_board, page = board(browser), words(read_it(browser, session))

    thread = threads.of(session.case, request_id)
    assert thread
    assert [one.state for one in thread.letters] == [Leaving.returned, Leaving.left]
    assert of(session, request_id).standing.state is state
    assert "It was not delivered" in on_board
    assert ("It did not arrive" in on_board) == (state is State.BOUNCED)
    assert "No such user." in page
    assert "could not bring your letter" in page
    assert "Answers that came by mail" not in board(browser)


@pytest.mark.parametrize(
    "forged",
    [
        {"returned": ""},
        {"returned": "<2@relay.example>"},
        {"verdict": Verdict.FAILED},
        {"is_bounce": False, "is_auto": False},
        {"returned": "", "sender": "mailer-daemon@x.example", "verdict": Verdict.VERIFIED},
    ],
)
def test_a_report_that_does_not_give_our_letter_back_is_a_mail_like_any_other(
    forged: dict[str, Any], browser: Client, session: Session, request_id: str
) -> None:
    posted(session, request_id, Leaving.left)
    reported(request_id, **forged)

    on_board, page = board(browser), words(read_it(browser, session))

    thread = threads.of(session.case, request_id)
    assert thread
    assert thread.letters[0].state is Leaving.left
    assert of(session, request_id).standing.state is State.SENT
    assert "It was not delivered" not in on_board
    assert "Read it and say what it says" in on_board
    assert "wasn't able to deliver your message" in page.replace("&#x27;", "'")
    assert "could not bring your letter" not in page
    assert ("does not stand for the mail" in page) == (forged.get("verdict") is Verdict.FAILED)


def test_a_report_without_words_or_a_second_one_changes_no_more(
    browser: Client, session: Session, request_id: str
) -> None:
    posted(session, request_id, Leaving.left)
    reported(request_id, "", removed=(Removed("message/rfc822", 1),))
    board(browser)
    assert "could not bring your letter" in words(read_it(browser, session))
    assert of(session, request_id).standing.state is State.BOUNCED
    lines = len(of(session, request_id).entries)

    reported(request_id)
    board(browser)

    assert len(of(session, request_id).entries) == lines
    assert "No such user." in words(read_it(browser, session))


def test_only_a_file_is_said_and_words_are_offered_that_ask_for_text(
    browser: Client, session: Session, request_id: str
) -> None:
    mailed(request_id, "", removed=(Removed("application/pdf", 1), Removed("image/jpeg", 1)))

    on_board, page = board(browser), words(read_it(browser, session))

    assert "They sent a file and no words" in on_board
    for part in ("They sent a file", "1 file (PDF), 1 file (picture)", "we do not open files", "plain text"):
        assert part in page
    assert of(session, request_id).standing.state is State.SENT
    assert "Answers that came by mail" not in board(browser)


def test_what_asks_to_confirm_is_on_top_with_its_address_as_text(
    browser: Client, session: Session, request_id: str
) -> None:
    mailed(request_id, CONFIRM)

    on_board, page = board(browser), read_it(browser, session)

    assert of(session, request_id).standing.state is State.TO_CONFIRM
    assert "They want you to confirm something: do that first" in on_board
    shown = words(page)
    assert "https://help.x.com/confirm?t=1 This is their own site." in shown
    assert "Careful: confirm.other.example is not their own site." in shown
    assert 'href="https://help.x.com' not in page.content.decode()


def test_the_same_mail_twice_has_one_effect_and_the_book_counts_both(
    browser: Client, session: Session, request_id: str
) -> None:
    mailed(request_id, THEIR_WORDS)
    mailed(request_id, THEIR_WORDS)
    board(browser)
    mailed(request_id, THEIR_WORDS)
    board(browser)

    facts = [e for e in of(session, request_id).entries if e.happening is Fact.REFUSAL]
    assert len(facts) == 1
    assert len(mail_kept.every(session.case)) == 1
    assert sum(e.note.kind == "arrived" for e in book.timeline(session.case)) == 3


def test_another_mail_under_the_same_name_is_another_mail(
    browser: Client, session: Session, request_id: str
) -> None:
    mailed(request_id, RECEIPT, message_id="<1@x.example>")
    mailed(request_id, THEIR_WORDS, message_id="<1@x.example>")
    board(browser)

    assert of(session, request_id).standing.state is State.REFUSED


def test_what_she_pasted_before_is_not_noted_a_second_time(
    browser: Client, session: Session, request_id: str
) -> None:
    post(browser, "answer_keep", request=request_id, text=THEIR_WORDS, says="acknowledged")
    mailed(request_id, THEIR_WORDS.replace(" copyright", "\n copyright"))

    page = board(browser)

    takedown = of(session, request_id)
    assert takedown.standing.state is State.ACKNOWLEDGED
    assert len(takedown.replies) == 1
    assert "Answers that came by mail" not in page


@pytest.mark.parametrize("text", [THEIR_WORDS, RECEIPT])
def test_a_mail_does_not_undo_what_she_noted(
    text: str, browser: Client, session: Session, request_id: str
) -> None:
    post(browser, "happened", request=request_id, what="removal")
    assert of(session, request_id).standing.state is State.REMOVED
    mailed(request_id, text)

    page = board(browser)

    assert of(session, request_id).standing.state is State.REMOVED
    assert ("Read it and say what it says" in page) == (text is THEIR_WORDS)
    assert "They say no" in words(read_it(browser, session)) or text is RECEIPT


def test_a_mail_that_came_before_her_last_step_does_not_make_that_step_one_that_was_not_open(
    browser: Client, session: Session, request_id: str
) -> None:
    post(browser, "answer_keep", request=request_id, text="No.", says="refused")
    rung = re.search(
        r'name="rung" value="(answer[^"]*)"', post(browser, "request", request=request_id).content.decode()
    )
    assert rung
    post(browser, "did", request=request_id, rung=rung[1])
    assert of(session, request_id).standing.state is State.CONTESTED
    mailed(request_id, REMOVED, ago=timedelta(hours=1))

    board(browser)

    assert of(session, request_id).standing.odd == ()


def test_a_mail_whose_domain_does_not_stand_for_it_changes_nothing_by_itself(
    browser: Client, session: Session, request_id: str
) -> None:
    mailed(request_id, REMOVED, verdict=Verdict.FAILED)

    page = board(browser)

    assert of(session, request_id).standing.state is State.SENT
    assert "Read it and say what it says" in page
    assert "does not stand for the mail" in words(read_it(browser, session))


def test_hostile_words_stay_words(browser: Client, session: Session, request_id: str) -> None:
    hostile = (
        "</pre><script>alert(1)</script><a href='https://evil.example'>x</a> {{ 7|add:7 }} " + "\u0301" * 50
    )
    mailed(
        request_id, hostile, subject="<img src=x>", sender="a'\"<b>@x.example",
        removed=(Removed("<b>/jpeg", 1),),
    )  # fmt: skip

    pages = [post(browser, "board"), read_it(browser, session), post(browser, "timeline")]

    for page in pages:
        text = page.content.decode()
        assert page.status_code == 200
        for bad in ("<script>alert", "evil.example'>", "<img src=x>", "<b>@x", "<b>/jpeg"):
            assert bad not in text
    assert "&lt;script&gt;alert(1)" in pages[1].content.decode()


def test_a_mail_that_breaks_the_reader_is_shown_as_it_came_and_keeps_nobody_out(
    browser: Client, session: Session, request_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailed(request_id, THEIR_WORDS.replace(". ", ".\n"))
    with monkeypatch.context() as broken:
        broken.setattr(mail_arrived, "named", lambda *_: 1 // 0)
        page = board(browser)
    shown = read_it(browser, session)

    assert "Read it and say what it says" in page
    assert "They say no" in words(shown)
    at = re.search(r'name="at" value="([^"]*)"', shown.content.decode())
    assert at
    post(
        browser,
        "answer_keep",
        request=request_id,
        text=THEIR_WORDS.replace(". ", ".\r\n"),
        says="refused",
        at=at[1],
    )
    assert of(session, request_id).standing.state is State.REFUSED
    assert "Answers that came by mail" not in board(browser)


def test_a_flood_costs_an_opening_little_and_loses_nothing(
    browser: Client, session: Session, request_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_arrived, "MOST_READ_AT_ONCE", 3)
    for number in range(6):
        mailed(request_id, f"{NOTHING_SAID} {number}", ago=timedelta(minutes=9 - number))

    page = board(browser)

    assert page.count("Read it and say what it says") == 6
    assert len(of(session, request_id).replies) == 3
    shown = " ".join(words(read_it(browser, session, number)) for number in range(6))
    for number in range(6):
        assert f"{NOTHING_SAID} {number}" in shown


def test_an_office_that_writes_to_the_same_address_is_not_the_platform(
    browser: Client, session: Session, request_id: str
) -> None:
    now = datetime.now(UTC)
    letter = Posted("1" * 32, "<1@relay.example>", "in@office.example", "s", now, now, 2, (), "us-tida")
    threads.begin(session.case, Thread(request_id, "a@relay.example", (letter,)), Note("mail_put"), now)
    mailed(request_id, THEIR_WORDS, sender="desk@office.example")
    board(browser)

    takedown = of(session, request_id)
    assert takedown.standing.state is State.SENT
    assert takedown.entries[-1].happening is Fact.AUTHORITY_ANSWERED
    assert takedown.entries[-1].to == "us-tida"


def test_a_mail_for_a_request_that_is_not_there_stays_in_the_book(
    browser: Client, session: Session, request_id: str
) -> None:
    mail = json.loads(
        json.dumps(incoming._document(relays.Route("x", session.case.id, "0" * 32), Read("Words.")))
    )
    slot.drop(session.case.id, "mail", mail, datetime.now(UTC))

    assert post(browser, "board").status_code == 200
    assert [
        e.note.facts["document"]["text"] for e in book.timeline(session.case) if e.note.kind == "arrived"
    ] == ["Words."]


def test_somebody_elses_mail_cannot_be_asked_for(browser: Client, request_id: str) -> None:
    assert post(browser, "mail", mail="0" * 32).status_code == 200
    assert post(browser, "mail").status_code == 200
    assert post(browser, "mail", mail="<" * 5_000).status_code == 200
