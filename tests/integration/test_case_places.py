"""Which places an answer is about, place by place; how far it went; and lines that are put right."""
# ruff: noqa: F811

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from survivor_portal.cases import access, book, records
from survivor_portal.cases.book import Note
from survivor_portal.cases.unlocked import Session
from survivor_portal.takedowns import operations
from survivor_portal.takedowns.due import due_by
from survivor_portal.takedowns.operations import Place, Takedown
from survivor_portal.takedowns.process import Fact, Move, State
from survivor_portal.takedowns.standing import Entry, How
from survivor_portal.web.survivor import flow
from tests.integration.test_case_page import (  # noqa: F401
    THEIR_WORDS,
    browser,
    plan_data,
    post,
    sent,
    session,
    words,
)
from tests.integration.test_words import trouble

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.database]
SOME_GONE = "We removed some of the content you reported. The rest does not break our rules."


def link(number: int) -> str:
    return f"https://x.com/someone/status/{1234567890000 + number}"


def begun(session: Session, count: int, *, is_sent: bool = True, how: How = How.FORM) -> Takedown:
    now = datetime.now(UTC)
    made = operations.begin(
        session.case, platform="x", kind="request_48h", label="The request", to="X", grounds=["us-tida"],
        places=[Place(n, f"x.com/…/{n:04}", link(n)) for n in range(1, count + 1)],
        now=now - timedelta(hours=2), channel="ncii-1", step="request_48h:x:us-tida",
    )  # fmt: skip
    if is_sent:
        entry = Entry(2, Move.SEND, now - timedelta(hours=1), how=how)
        made = operations.note(
            session.case, made, entry, now, due=due_by(now, counts_as_minor=True, zone=UTC)
        )
    return made


def states(session: Session, takedown: Takedown) -> dict[int, State]:
    return {item.number: item.state for item in read(session, takedown).standing.items}


def read(session: Session, takedown: Takedown) -> Takedown:
    return operations.read(session.case, takedown.id)


def field(response: Any, name: str) -> str:
    found = re.search(rf'<input[^>]*name="{name}"[^>]*>', response.content.decode())
    assert found, f"no field {name}"
    value = re.search(r'value="([^"]*)"', found[0])
    return value[1] if value else ""


def kept(browser: Client, made: Takedown, says: str, **more: Any) -> Any:
    return post(browser, "answer_keep", request=made.id, text=THEIR_WORDS, says=says, **more)


def test_an_answer_may_be_about_some_of_three_hundred_places(
    browser: Client,
    session: Session,
) -> None:
    made = begun(session, 300)

    kept(browser, made, "removed", which="some", numbers="1-20, 25", items=["300"])

    found = states(session, made)
    gone = {number for number, state in found.items() if state is State.REMOVED}
    assert gone == {*range(1, 21), 25, 300}
    assert set(found.values()) == {State.REMOVED, State.SENT}


def test_all_means_those_that_still_wait(browser: Client, session: Session) -> None:
    made = begun(session, 12)
    kept(browser, made, "removed", which="some", numbers="1-4")

    kept(browser, made, "refused", which="all")

    found = states(session, made)
    assert {n for n, state in found.items() if state is State.REFUSED} == set(range(5, 13))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"which": "some", "numbers": "1-13"}, "Place 13 is not in this list"),
        ({"which": "some", "numbers": "the first two"}, "We could not read “the first two”"),
        ({"which": "some", "numbers": ""}, "Write their numbers here"),
        ({"which": "all", "numbers": "1-3", "given": "1"}, "You picked some places too"),
        ({"which": "some", "numbers": "1", "at": "yesterday"}, "2026-05-03"),
    ],
)
def test_numbers_that_do_not_hold_are_kept_with_a_message(
    browser: Client,
    session: Session,
    typed: dict[str, str],
    said: str,
) -> None:
    made = begun(session, 12)

    answer = kept(browser, made, "refused", ticket="T-77", **typed)

    assert answer.status_code == 422
    assert said in words(answer)
    assert field(answer, "numbers") == typed["numbers"]
    assert field(answer, "ticket") == "T-77"
    assert "find a violation" in words(answer)
    assert read(session, made).revision == made.revision
    assert trouble(answer.content.decode()) == []


def test_who_picks_some_where_all_stood_beforehand_means_those(browser: Client, session: Session) -> None:
    made = begun(session, 12)

    kept(browser, made, "refused", which="all", numbers="1-3")

    assert {n for n, state in states(session, made).items() if state is State.REFUSED} == {1, 2, 3}


def test_which_is_back_is_asked_with_no_place_taken_for_granted(browser: Client, session: Session) -> None:
    made = begun(session, 3)
    kept(browser, made, "removed", which="all")

    asked = post(browser, "back", request=made.id)
    post(browser, "again", request=made.id, which="some", items=["2"])

    assert re.search(r'value="some"[^>]*checked', asked.content.decode())
    assert states(session, made)[1] is State.REMOVED
    assert states(session, made)[2] is not State.REMOVED


def test_places_the_answer_names_are_filled_in_and_the_page_says_so(
    browser: Client,
    session: Session,
) -> None:
    made = begun(session, 30)
    text = f"We removed {link(3)} and the post 1234567890007."

    answer = post(browser, "answer", request=made.id, text=text)

    assert "They name these places: 3, 7." in words(answer)
    assert field(answer, "numbers") == "3, 7"
    assert re.search(r'value="some"[^>]*checked', answer.content.decode())
    assert trouble(answer.content.decode()) == []


def test_one_place_asks_no_numbers(browser: Client, session: Session) -> None:
    made = begun(session, 1)

    answer = post(browser, "answer", request=made.id, text=f"We removed {link(1)}.")

    assert 'name="which"' not in answer.content.decode()


def test_part_of_one_place_stays_partly(browser: Client, session: Session) -> None:
    made = begun(session, 1)

    kept(browser, made, "partly_removed")

    assert states(session, made) == {1: State.PARTLY_REMOVED}


def test_where_part_is_gone_one_more_page_asks_which(browser: Client, session: Session) -> None:
    made = begun(session, 12)
    text = f"{SOME_GONE} Removed: {link(2)}"
    more = {"request": made.id, "text": text, "says": "partly_removed", "which": "some", "numbers": "1-3"}

    asked = post(browser, "answer_keep", **more, ticket="T-9")

    assert "Which places are gone?" in words(asked)
    assert "They name these places: 2." in words(asked)
    assert read(session, made).revision == made.revision
    assert trouble(asked.content.decode()) == []
    carried = {name: field(asked, name) for name in ("about", "ticket", "at", "seen")}
    post(browser, "answer_gone", request=made.id, text=text, which="some", items=["2"], **carried)

    found = states(session, made)
    assert (found[1], found[2], found[3], found[4]) == (
        State.PARTLY_REMOVED,
        State.REMOVED,
        State.PARTLY_REMOVED,
        State.SENT,
    )
    entries = read(session, made).entries[-2:]
    assert len({entry.reply for entry in entries}) == 1
    assert {entry.ticket for entry in entries} == {"T-9"}
    assert list(read(session, made).replies.values()) == [text]


def test_an_answer_that_names_the_part_that_is_gone_is_about_all(browser: Client, session: Session) -> None:
    made = begun(session, 12)
    text = f"We have removed some of the content you reported: {link(2)}. The rest does not break our rules."

    answer = post(browser, "answer", request=made.id, text=text)

    page = answer.content.decode()
    assert re.search(r'value="partly_removed"[^>]*checked', page)
    assert re.search(r'value="all"[^>]*checked', page)
    assert field(answer, "numbers") == ""
    assert "They name these places" not in words(answer)
    more = {"request": made.id, "text": text, "says": "partly_removed", "which": "all"}
    asked = words(post(browser, "answer_keep", **more))
    assert "They name these places: 2." in asked


def test_they_may_not_say_which_part_is_gone(browser: Client, session: Session) -> None:
    made = begun(session, 3)

    post(browser, "answer_gone", request=made.id, text=SOME_GONE, about="1-3", which="all")

    assert set(states(session, made).values()) == {State.PARTLY_REMOVED}


def test_both_lines_of_one_answer_are_written_or_none(
    browser: Client,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = begun(session, 3)
    note, calls = operations.note, []

    def breaks(*args: Any, **more: Any) -> Takedown:
        calls.append(args)
        if len(calls) == 2:
            raise operations.ChangedMeanwhile
        return note(*args, **more)

    monkeypatch.setattr(operations, "note", breaks)
    post(browser, "answer_gone", request=made.id, text=SOME_GONE, about="1-3", which="some", items=["1"])

    assert len(calls) == 2
    assert read(session, made).revision == made.revision


def test_the_page_groups_three_hundred_places_by_state(browser: Client, session: Session) -> None:
    made = begun(session, 300)
    kept(browser, made, "removed", which="some", numbers="1-20")
    kept(browser, made, "refused", which="some", numbers="21-130")

    answer = browser.get("/c/")

    page = words(answer)
    assert "They said no: 110 places (21-130)" in page
    assert "Sent: 170 places (131-300)" in page
    assert "Gone, as far as you were told: 20 places (1-20)" in page
    assert page.index("They said no: 110") < page.index("Sent: 170") < page.index("Gone, as far")
    assert "Places 21 to 70" in page
    assert trouble(answer.content.decode()) == []


def test_an_answer_about_one_group_begins_with_its_places(browser: Client, session: Session) -> None:
    made = begun(session, 20)
    kept(browser, made, "refused", which="some", numbers="5-9")

    pasted = post(browser, "answer", request=made.id, about="refused")
    answer = post(
        browser, "answer", request=made.id, text="We looked at it again.", about=field(pasted, "about")
    )

    assert field(answer, "numbers") == "5-9"


def test_a_group_can_be_left_and_taken_up_again(browser: Client, session: Session) -> None:
    made = begun(session, 12)
    kept(browser, made, "refused", which="some", numbers="5-9")

    post(browser, "group", request=made.id, state="refused", move="close")
    left = states(session, made)
    post(browser, "group", request=made.id, state="closed", move="reopen")

    assert {n for n, state in left.items() if state is State.CLOSED} == set(range(5, 10))
    assert states(session, made)[5] is State.REFUSED


def test_what_happened_else_may_be_about_some_places(browser: Client, session: Session) -> None:
    made = begun(session, 12)
    post(browser, "request", request=made.id)

    asked = post(browser, "happen", request=made.id)
    wrong = post(browser, "happened", request=made.id, what="removal", which="some", numbers="99")
    post(browser, "happened", request=made.id, what="removal", which="some", numbers="2-3")

    assert 'name="numbers"' in asked.content.decode()
    assert wrong.status_code == 422
    assert "Place 99" in words(wrong)
    assert trouble(wrong.content.decode()) == []
    assert {n for n, state in states(session, made).items() if state is State.REMOVED} == {2, 3}


def test_all_that_came_back_is_all_that_was_gone(browser: Client, session: Session) -> None:
    made = begun(session, 4)
    post(browser, "happened", request=made.id, what="removal", which="some", items=["1", "2"])

    post(browser, "happened", request=made.id, what="back_again", which="all")

    assert {n for n, state in states(session, made).items() if state is State.REAPPEARED} == {1, 2}


def test_some_of_what_was_gone_goes_into_one_new_request(browser: Client, session: Session) -> None:
    made = begun(session, 20)
    kept(browser, made, "removed", which="some", numbers="1-15")

    asked = post(browser, "back", request=made.id)
    post(browser, "again", request=made.id, which="some", numbers="2-4")

    assert "Which places are back?" in words(asked)
    assert trouble(asked.content.decode()) == []
    lines = operations.board(session.case)
    (new,) = [line for line in lines if line.id != made.id]
    assert new.items == 3
    assert [place.url for place in operations.read(session.case, new.id).places] == [
        link(n) for n in (2, 3, 4)
    ]


def test_j03_the_spread_is_in_the_record_and_in_the_letters(browser: Client, session: Session) -> None:
    sent(browser)
    post(browser, "answer_keep", text=THEIR_WORDS, says="refused")

    told = post(browser, "spread_keep", views="167,000", shares="2.223", at="")

    page = words(told)
    assert page.count("seen 167,000 times, shared 2,223 times") == 2
    assert "You told how far it went" in page
    (line,) = operations.board(session.case)
    (entry,) = [e for e in operations.read(session.case, line.id).entries if e.happening is Fact.SPREAD]
    assert [(one.item, one.views, one.shares, one.seen_at) for one in entry.spread] == [
        (1, 167_000, 2_223, None)
    ]
    rungs = re.findall(r'name="rung" value="([^"]+)"', told.content.decode())
    for kind in ("regulator", "lawyer", "note", "supplement"):
        letter = post(browser, "next_letter", rung=next(name for name in rungs if name.startswith(kind)))
        assert "167,000 views; 2,223 shares" in words(letter), kind


def test_the_spread_may_be_of_some_places_and_is_forgiving(browser: Client, session: Session) -> None:
    made = begun(session, 12)

    asked = post(browser, "spread", request=made.id)
    wrong = post(browser, "spread_keep", request=made.id, views="very many", which="some", numbers="1-2")
    empty = post(browser, "spread_keep", request=made.id, which="all")
    post(
        browser, "spread_keep", request=made.id, views="1,2 Mio", which="some", numbers="1-2",
        at="2026-05-03T10:00",
    )  # fmt: skip

    assert "If you already know" in words(asked)
    assert "Do not look it up." in words(asked)
    assert wrong.status_code == 422
    assert field(wrong, "views") == "very many"
    assert field(wrong, "numbers") == "1-2"
    assert empty.status_code == 422
    assert [found for page in (asked, wrong, empty) if (found := trouble(page.content.decode()))] == []
    (entry,) = [e for e in read(session, made).entries if e.happening is Fact.SPREAD]
    assert [(one.item, one.views, one.shares) for one in entry.spread] == [
        (1, 1_200_000, None),
        (2, 1_200_000, None),
    ]
    assert entry.spread[0].seen_at is not None


def test_a_line_is_put_right_and_the_book_keeps_both(browser: Client, session: Session) -> None:
    made = begun(session, 3)

    asked = post(browser, "put_right", request=made.id, entry="2")
    then = made.entries[1].at - timedelta(hours=1)
    post(
        browser, "put_right_keep", request=made.id, entry="2", how="mail", ticket="T-5",
        at=f"{then:%Y-%m-%dT%H:%M}", which="all",
    )  # fmt: skip

    assert "Put this right" in words(asked)
    assert trouble(asked.content.decode()) == []
    changed = read(session, made)
    assert len(changed.entries) == 3
    assert (changed.entries[2].corrects, changed.entries[2].how, changed.entries[2].ticket) == (
        2,
        How.MAIL,
        "T-5",
    )
    assert changed.standing.sent_at == changed.entries[2].at
    assert [entry.seq for entry in changed.standing.happenings] == [1, 3]
    assert len([e for e in book.timeline(session.case) if e.note.kind == "takedown"]) == 3
    assert trouble(browser.get("/c/").content.decode()) == []


def test_what_did_not_happen_is_taken_back_once(browser: Client, session: Session) -> None:
    made = begun(session, 3)
    post(browser, "happened", request=made.id, what="removal", which="all")
    seen = read(session, made).revision

    answers = [post(browser, "undo", request=made.id, entry="3", seen=str(seen)) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert len(read(session, made).entries) == 4
    assert set(states(session, made).values()) == {State.SENT}
    assert "does not count any more" in words(browser.get("/c/"))


def test_a_day_that_does_not_fit_is_told_and_nothing_is_lost(browser: Client, session: Session) -> None:
    made = begun(session, 3)
    earlier = made.entries[0].at - timedelta(days=3)
    post(browser, "happened", request=made.id, what="removal", which="all", at=f"{earlier:%Y-%m-%dT%H:%M}")

    answer = post(
        browser, "put_right_keep", request=made.id, entry="2", how="mail", ticket="typed", which="all",
        at=f"{made.entries[1].at:%Y-%m-%dT%H:%M}",
    )  # fmt: skip

    assert answer.status_code == 422
    assert "This does not fit with the other lines" in words(answer)
    assert field(answer, "ticket") == "typed"
    assert trouble(answer.content.decode()) == []
    assert len(read(session, made).entries) == 3


def test_a_line_that_fits_no_more_is_kept_and_explained(browser: Client, session: Session) -> None:
    made = begun(session, 1)
    kept(browser, made, "refused")
    answers = re.findall(r'name="rung" value="(answer[^"]+)"', browser.get("/c/").content.decode())
    post(browser, "did", request=made.id, rung=answers[0])

    page = post(browser, "undo", request=made.id, entry="3")

    assert "does not fit with the other lines any more" in words(page)
    assert trouble(page.content.decode()) == []


def test_an_answer_read_wrong_is_put_right_word_for_word(browser: Client, session: Session) -> None:
    made = begun(session, 3)
    post(browser, "answer_gone", request=made.id, text=SOME_GONE, about="1-3", which="some", items=["1"])

    asked = post(browser, "put_right", request=made.id, entry="4")
    post(browser, "answer_keep", request=made.id, entry=field(asked, "entry"), says="refused", which="all")

    assert "The rest does not break our rules." in words(asked)
    assert trouble(asked.content.decode()) == []
    changed = read(session, made)
    assert set(states(session, made).values()) == {State.REFUSED}
    assert list(changed.replies.values()) == [SOME_GONE]
    assert len([e for e in changed.standing.happenings if e.reply]) == 1


def test_part_gone_can_be_put_right_into_another_part(browser: Client, session: Session) -> None:
    made = begun(session, 3)
    post(browser, "answer_keep", request=made.id, text=SOME_GONE, says="refused", which="all")

    asked = post(browser, "answer_keep", request=made.id, entry="3", says="partly_removed", which="all")
    carried = {name: field(asked, name) for name in ("about", "entry", "seen", "at")}
    post(browser, "answer_gone", request=made.id, which="some", items=["2", "3"], **carried)

    assert states(session, made) == {1: State.PARTLY_REMOVED, 2: State.REMOVED, 3: State.REMOVED}
    assert list(read(session, made).replies.values()) == [SOME_GONE]


@pytest.mark.parametrize(
    "form",
    [
        {"step": "answer_keep", "text": THEIR_WORDS, "says": "refused", "which": "all"},
        {"step": "answer_gone", "text": SOME_GONE, "about": "1-3", "which": "some", "items": ["1"]},
        {"step": "happened", "what": "removal", "which": "some", "items": ["1"]},
        {"step": "happened", "what": "removal", "which": "all"},
        {"step": "spread_keep", "views": "9", "which": "all"},
        {"step": "group", "state": "sent", "move": "close"},
        {"step": "put_right_keep", "entry": "2", "how": "mail", "which": "all"},
    ],
    ids=lambda form: str(form["step"]),
)
def test_a_form_sent_twice_writes_once(browser: Client, session: Session, form: dict[str, Any]) -> None:
    made = begun(session, 3)

    first = post(browser, request=made.id, seen=str(made.revision), **form)
    once = read(session, made).revision
    second = post(browser, request=made.id, seen=str(made.revision), **form)

    assert (first.status_code, second.status_code) == (200, 200)
    assert once > made.revision
    assert read(session, made).revision == once


@pytest.mark.parametrize(
    ("form", "typed"),
    [
        ({"step": "answer_keep", "text": THEIR_WORDS, "says": "refused", "which": "all"}, "ticket"),
        ({"step": "answer_keep", "text": SOME_GONE, "says": "partly_removed", "which": "all"}, "ticket"),
        (
            {"step": "answer_gone", "text": SOME_GONE, "about": "1-3", "which": "some", "items": ["1"]},
            "ticket",
        ),
        ({"step": "happened", "what": "bounce", "which": "all"}, "ticket"),
        ({"step": "spread_keep", "which": "all"}, "views"),
        ({"step": "put_right_keep", "entry": "2", "how": "mail", "which": "all"}, "ticket"),
    ],
    ids=lambda form: form if isinstance(form, str) else str(form["step"]),
)
def test_another_window_was_first_and_what_was_typed_is_still_there(
    browser: Client,
    session: Session,
    form: dict[str, Any],
    typed: str,
) -> None:
    made = begun(session, 3)
    post(browser, "happened", request=made.id, what="receipt", which="all")
    changed = read(session, made)

    answer = post(browser, request=made.id, seen=str(made.revision), **form, **{typed: "12345"})

    assert answer.status_code == 422
    assert "Something changed in another window." in words(answer)
    assert field(answer, typed) == "12345"
    assert field(answer, "seen") == str(changed.revision)
    assert read(session, made).revision == changed.revision
    assert trouble(answer.content.decode()) == []


def test_a_written_request_asks_how_and_when_it_was_sent(browser: Client, session: Session) -> None:
    made = begun(session, 3, is_sent=False)

    asked = post(browser, "send", request=made.id)
    wrong = post(browser, "sent", request=made.id, how="mail", at="soon", ticket="T-1", which="all")
    done = post(browser, "sent", request=made.id, how="mail", ticket="T-1", which="all")

    assert "How did you send it?" in words(asked)
    assert wrong.status_code == 422
    assert field(wrong, "ticket") == "T-1"
    assert [found for page in (asked, wrong, done) if (found := trouble(page.content.decode()))] == []
    assert "Sent, receipt not proven." in words(done)
    assert read(session, made).entries[-1].how is How.MAIL


def test_after_the_first_proof_nothing_is_called_unproven(browser: Client, session: Session) -> None:
    made = begun(session, 3, how=How.MAIL)

    page = words(post(browser, "happened", request=made.id, what="receipt", which="all"))

    assert "receipt not proven" not in page


def test_a_split_letter_is_sent_part_by_part(browser: Client, session: Session) -> None:
    made = begun(session, 12, is_sent=False)

    post(browser, "sent", request=made.id, how="form", which="some", numbers="1-10")
    part = states(session, made)
    asked = post(browser, "send", request=made.id)
    post(browser, "sent", request=made.id, how="form", which="all")

    assert {n for n, state in part.items() if state is State.DRAFTED} == {11, 12}
    assert "All 2 places" in words(asked)
    assert set(states(session, made).values()) == {State.SENT}


def test_the_address_that_was_used_is_asked_where_there_are_several(
    browser: Client,
    session: Session,
) -> None:
    made = begun(session, 1, is_sent=False)

    asked = post(browser, "send", request=made.id).content.decode()
    keys = re.findall(r'name="channel" value="([^"]+)"', asked)
    post(browser, "sent", request=made.id, how="form", **({"channel": keys[-1]} if keys else {}))

    assert read(session, made).entries[-1].channels == ((keys[-1],) if keys else ("ncii-1",))


def test_what_a_child_told_of_the_spread_stays_on_its_own_page() -> None:
    access.prepare()
    now = datetime.now(UTC)
    opened = access.open_new(now).session
    data = plan_data()
    data["answers"] |= {"asker": "self"}
    records.add(opened.case, "plan", data, Note("plan_kept"), now)
    client = Client()
    client.cookies[settings.CASE_COOKIE] = opened.token.hex()
    made = begun(opened, 1)
    post(client, "answer_keep", request=made.id, text=THEIR_WORDS, says="refused")

    told = post(client, "spread_keep", request=made.id, views="167,000")

    assert "seen 167,000 times" in words(told)
    rungs = re.findall(r'name="rung" value="((?:lawyer|supplement)[^"]*)"', told.content.decode())
    assert rungs
    for rung in rungs:
        assert "167,000" not in words(post(client, "next_letter", request=made.id, rung=rung))


def opened_with(links: str) -> tuple[Client, Session]:
    access.prepare()
    now = datetime.now(UTC)
    opened = access.open_new(now).session
    data = plan_data()
    flow.answer(data, "links", {}, {"links": links})
    records.add(opened.case, "plan", data, Note("plan_kept"), now)
    client = Client()
    client.cookies[settings.CASE_COOKIE] = opened.token.hex()
    return client, opened


def test_of_a_letter_in_parts_only_the_part_that_went_out_is_sent() -> None:
    client, opened = opened_with("\n".join(f"https://discord.com/channels/1/2/{n}" for n in (31, 32, 33)))
    steps = dict.fromkeys(re.findall(r'name="letter" value="([^"]+)"', client.get("/next/").content.decode()))
    for letter in steps:
        page = post(client, "letter", "/next/", letter=letter)
        if "Which part did you send?" in words(page):
            break
    else:
        pytest.fail("no letter in parts")

    assert trouble(page.content.decode()) == []
    wrong = post(client, "sent", "/next/", letter=letter, how="form", part="9", ticket="T-3")
    post(client, "sent", "/next/", letter=letter, how="form", part="2")

    assert wrong.status_code == 422
    assert field(wrong, "ticket") == "T-3"
    (line,) = operations.board(opened.case)
    made = operations.read(opened.case, line.id)
    assert states(opened, made) == {1: State.DRAFTED, 2: State.SENT, 3: State.DRAFTED}
    assert "Written, not sent: 2 places (1, 3)" in words(client.get("/c/"))


def test_a_letter_of_the_plan_sent_twice_is_one_request(browser: Client, session: Session) -> None:
    for _ in range(2):
        post(browser, "letter", "/next/", letter="request_48h:x:us-tida")
        post(browser, "sent", "/next/", how="form", ticket="T-42")

    assert len(operations.board(session.case)) == 1
