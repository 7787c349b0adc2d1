"""Checking rounds in a kept case, its board of many requests, and names of one's own for places."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from survivor_portal.cases import access, book, records
from survivor_portal.cases.book import Note
from survivor_portal.cases.unlocked import Session
from survivor_portal.directory import Age, Asker
from survivor_portal.takedowns import operations
from survivor_portal.takedowns.due import due_by
from survivor_portal.takedowns.operations import Place, Takedown
from survivor_portal.takedowns.process import Fact, Move, State
from survivor_portal.takedowns.standing import Entry, How
from survivor_portal.web.survivor import flow
from tests.conftest import FULL
from tests.integration.test_words import PATTERN, trouble

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.database]
LINK = "https://video.example/watch/marker-one-{}"
ADULT = {"asker": "self", "age_then": "adult", "age_now": "adult", "happened": "posted", "picture": "real",
         "consent": "never", "maker": "other", "country": "US"}  # fmt: skip
CHILD = {"asker": "parent", "age_then": "13_15", "age_now": "13_15", "home_safe": True, "happened": "posted",
         "picture": "real", "maker": "other", "country": "US"}  # fmt: skip
PAIRS = [
    (then, now)
    for then in (*Age, None)
    for now in (*Age, None)
    if then is not Age.ADULT or now in (Age.UNDER_13, Age.FROM_13, Age.FROM_16)
]
ASKERS = (*Asker, None)
MINORS = [
    {"asker": asker, "age_then": then, "age_now": now}
    for number, (then, now) in enumerate(PAIRS)
    # Every pair of ages, and each asker many times; in the full run each pair with each asker.
    for asker in (ASKERS if FULL else (ASKERS[number % len(ASKERS)],))
]
# `decisions.md` 1: no page in such a case asks to look, open, find or count.
LOOKS = re.compile(r"\b(?:look|open|find|count|view|watch|visit|click|search|check)\w*", re.IGNORECASE)
Kept = Callable[..., tuple[Session, Client]]


def kept(answers: dict[str, Any]) -> tuple[Session, Client]:
    access.prepare()
    now = datetime.now(UTC)
    session = access.open_new(now).session
    data: flow.Data = {"answers": {name: value for name, value in answers.items() if value is not None}}
    records.add(session.case, "plan", data | {"passed": []}, Note("plan_kept"), now)
    client = Client()
    client.cookies[settings.CASE_COOKIE] = session.token.hex()
    return session, client


def removed(session: Session, places: int = 3, days: float = 3.1, *, minor: bool = False) -> Takedown:
    """A request whose places were all removed that many days ago."""
    at = datetime.now(UTC) - timedelta(days=days)
    due = due_by(at, counts_as_minor=minor, zone=UTC)
    takedown = operations.begin(
        session.case, platform="x", kind="request_48h", label="The request", to="X", grounds=["us-tida"],
        places=[
            Place(n, f"video.example/…/{n:04}", LINK.format(n), of_case=n) for n in range(1, places + 1)
        ],
        now=at,
    )  # fmt: skip
    sent = Entry(2, Move.SEND, at, how=How.FORM, ticket="T-1")
    takedown = operations.note(session.case, takedown, sent, at, due=due)
    return operations.note(session.case, takedown, Entry(3, Fact.REMOVAL, at), at, due=due)


def post(client: Client, step: str, **more: Any) -> Any:
    return client.post("/c/", {"step": step, **more}, follow=True)


def main(response: Any) -> str:
    found = re.search(r"(?s)<main.*</main>", response.content.decode())
    assert found
    return found.group(0)


def words(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main(response)))


def states(session: Session, takedown: Takedown) -> dict[int, State]:
    standing = operations.read(session.case, takedown.id).standing
    return {item.number: item.state for item in standing.items}


def noted(session: Session, takedown: Takedown) -> list[tuple[Any, tuple[int, ...]]]:
    entries = operations.read(session.case, takedown.id).entries[3:]
    return [(entry.happening, entry.items) for entry in entries]


# The board.


def test_a_round_that_is_due_stands_on_the_board_and_leads_to_its_page() -> None:
    session, client = kept(ADULT)
    takedown = removed(session)

    board = client.get("/c/")

    assert "Check round: day 3, 3 places" in words(board)
    assert re.search(r"Next today.*Check round", words(board))
    assert "This means looking" in words(post(client, "round", request=takedown.id))


def test_the_board_knows_of_a_round_without_opening_the_details(monkeypatch: pytest.MonkeyPatch) -> None:
    session, client = kept(ADULT)
    removed(session)

    def closed(*_: Any) -> Any:
        raise AssertionError("the details were opened")

    monkeypatch.setattr(operations, "read", closed)

    assert "Check round: day 3" in words(client.get("/c/"))


def test_a_round_that_was_answered_leaves_the_board_until_the_next() -> None:
    session, client = kept(ADULT)
    takedown = removed(session)

    post(client, "looked", request=takedown.id, all="skip")

    page = words(post(client, "board"))
    assert "Nothing has to be done today." in page
    assert "Check round, day 7:" in page


def test_three_hundred_requests_come_fifty_at_a_time_the_late_ones_first(
    django_assert_max_num_queries: Any,
) -> None:
    session, client = kept(ADULT)
    long_ago = datetime.now(UTC) - timedelta(days=4)
    due = due_by(long_ago, counts_as_minor=False, zone=UTC)
    for number in range(120):
        made = operations.begin(
            session.case, platform="x", kind="request_48h", label=f"Request {number:03}", to="X",
            grounds=["us-tida"], places=[Place(1, "one")], now=long_ago,
        )  # fmt: skip
        if number == 77:
            sent = Entry(2, Move.SEND, long_ago, how=How.FORM)
            operations.note(session.case, made, sent, long_ago, due=due)

    with django_assert_max_num_queries(12):
        first = client.get("/c/")

    assert len(re.findall("<h3>", main(first))) == 50
    assert re.findall(r"<h3>([^<]*)", main(first))[0] == "Request 077"
    assert "Late" in words(first)
    assert "1 to 50 of 120 requests." in words(first)
    last = post(client, "board", part="3")
    assert "101 to 120 of 120 requests." in words(last)
    assert words(client.get("/c/")) == words(last)  # a reload stays there
    assert "101 to 120" in words(post(client, "board", part="999"))
    for part in ("x", "", "²", "-1", "0", "9" * 5000):
        assert "1 to 50" in words(post(client, "board", part=part))


@pytest.mark.parametrize("before", ["²", "9" * 5000, "9" * 20, "-1", "x", "0"])
def test_no_number_of_a_line_breaks_the_timeline(before: str) -> None:
    _session, client = kept(ADULT)

    assert "What happened so far" in words(post(client, "timeline", before=before))


# Pictures of grown people.


def test_the_page_says_that_it_means_looking_and_may_be_skipped_or_handed_on() -> None:
    session, client = kept(ADULT)
    takedown = removed(session)

    page = words(post(client, "round", request=takedown.id))

    for said in ("This means looking", "You can skip it", "someone you trust may do it for you"):
        assert said in page
    assert "Place 2" in page
    assert "href=" not in main(client.get("/c/"))


def test_not_looked_is_chosen_until_somebody_says_otherwise() -> None:
    session, client = kept(ADULT)
    takedown = removed(session)

    page = main(post(client, "round", request=takedown.id))

    checked = [tag for tag in re.findall(r"<input[^>]*>", page) if "checked" in tag]
    assert len(checked) == 3
    assert all('value="not_looked"' in tag for tag in checked)


def test_one_line_for_each_place_becomes_one_entry_for_each_kind() -> None:
    session, client = kept(ADULT)
    takedown = removed(session, places=4)

    post(
        client,
        "looked",
        request=takedown.id,
        item_1="gone",
        item_2="back",
        item_3="not_looked",
        item_4="gone",
    )

    assert noted(session, takedown) == [
        (Fact.STILL_GONE, (1, 4)),
        (Fact.BACK_AGAIN, (2,)),
        (Fact.NO_NEWS, (3,)),
    ]
    told = book.timeline(session.case)[-1].note
    assert told.facts["entry"]["happening"] == Fact.NO_NEWS.value


def test_all_that_is_back_goes_into_one_new_request_with_the_old_ticket() -> None:
    session, client = kept(ADULT)
    takedown = removed(session)
    page = words(post(client, "looked", request=takedown.id, item_1="back", item_2="gone", item_3="back"))
    assert "2 places are back" in page

    post(client, "again_all", request=takedown.id)

    assert states(session, takedown) == {1: State.CARRIED_ON, 2: State.REMOVED, 3: State.CARRIED_ON}
    (new,) = [line for line in operations.board(session.case) if line.id != takedown.id]
    made = operations.read(session.case, new.id)
    assert [place.url for place in made.places] == [LINK.format(1), LINK.format(3)]
    assert [(one.item, one.old_item, one.ticket) for one in made.entries[0].came_back] == [
        (1, 1, "T-1"),
        (2, 3, "T-1"),
    ]
    assert made.standing.state is State.DRAFTED


def test_asking_again_twice_makes_one_new_request() -> None:
    session, client = kept(ADULT)
    takedown = removed(session)
    post(client, "looked", request=takedown.id, item_1="back")

    for _ in range(2):
        post(client, "again_all", request=takedown.id)

    assert len(operations.board(session.case)) == 2


def test_fifty_places_at_a_time_and_one_press_for_all() -> None:
    session, client = kept(ADULT)
    takedown = removed(session, places=120)
    first = post(client, "round", request=takedown.id)
    assert "It has 120 places. Here are 50." in words(first)
    shown = {f"item_{n}": "gone" for n in range(1, 51)}

    second = post(client, "looked", request=takedown.id, **shown)

    assert "It has 70 places. Here are 50." in words(second)
    assert "Place 51" in words(second)
    post(client, "looked", request=takedown.id, all="gone")
    (_first, (fact, items)) = noted(session, takedown)
    assert (fact, items) == (Fact.STILL_GONE, tuple(range(51, 121)))


def test_a_round_posted_twice_is_taken_once() -> None:
    session, client = kept(ADULT)
    takedown = removed(session)

    for _ in range(2):
        response = post(
            client, "looked", request=takedown.id, item_1="gone", item_2="back", item_3="not_looked"
        )
        assert response.status_code == 200

    assert len(noted(session, takedown)) == 3


def test_a_page_from_before_does_not_answer_what_it_did_not_show() -> None:
    """Back to an old page: what another tab answered stays, what was not on the page stays open."""
    session, client = kept(ADULT)
    takedown = removed(session)
    post(client, "looked", request=takedown.id, item_1="gone")

    post(client, "looked", request=takedown.id, item_1="back", item_2="back")

    assert noted(session, takedown) == [(Fact.STILL_GONE, (1,)), (Fact.BACK_AGAIN, (2,))]
    assert states(session, takedown)[3] is State.REMOVED


def test_another_tab_that_was_first_takes_nothing_away(monkeypatch: pytest.MonkeyPatch) -> None:
    session, client = kept(ADULT)
    takedown = removed(session)
    note, tried = operations.note, []

    def beaten(case: Any, known: Takedown, *rest: Any, **more: Any) -> Takedown:
        if not tried:
            tried.append(1)
            note(case, known, Entry(4, Fact.RECEIPT, datetime.now(UTC)), datetime.now(UTC), **more)
            raise operations.ChangedMeanwhile
        return note(case, known, *rest, **more)

    monkeypatch.setattr(operations, "note", beaten)
    post(client, "looked", request=takedown.id, item_1="back")

    assert (Fact.BACK_AGAIN, (1,)) in noted(session, takedown)


def test_an_answer_nobody_offered_is_not_taken() -> None:
    session, client = kept(ADULT)
    takedown = removed(session)

    response = post(client, "looked", request=takedown.id, item_1="perhaps")

    assert response.status_code == 422
    assert noted(session, takedown) == []


def test_a_round_that_is_not_due_asks_nothing() -> None:
    session, client = kept(ADULT)
    takedown = removed(session, days=0.5)

    page = post(client, "round", request=takedown.id)
    post(client, "looked", request=takedown.id, all="gone")
    post(client, "looked", request=takedown.id, item_1="gone")

    assert "Nothing is asked right now." in words(page)
    assert "We ask next on day 1:" in words(page)
    assert noted(session, takedown) == []


def test_what_is_handed_on_has_links_as_text_neutral_names_and_no_name_of_anybody() -> None:
    session, client = kept(ADULT)
    takedown = removed(session)
    post(client, "names_keep", request=takedown.id, name_1="the first one")

    response = post(client, "hand", request=takedown.id)

    page, html = words(response), response.content.decode()
    for n in (1, 2, 3):
        assert LINK.format(n) in page
        assert f'href="{LINK.format(n)}' not in html
    assert "the first one" in page
    assert "The request" not in page
    assert "<title>Next steps</title>" in html
    for said in ("Do not save, copy or send anything", "under 18? Stop at once", "You may say no"):
        assert said in page
    printed = re.sub(r'(?s)<div class="sp-noprint">.*?</div>', "", main(response))
    assert "Someone trusts you with this." in printed
    assert "Hand it to someone you trust" not in printed


def test_on_a_device_others_may_see_there_is_no_page_to_hand_on() -> None:
    session, client = kept(ADULT | {"device_watched": "yes"})
    takedown = removed(session)

    page = words(post(client, "hand", request=takedown.id))

    assert LINK.format(1) not in page
    assert "we left out the page to print" in page


# Someone under 18, or not sure.


def offered(client: Client, takedown: Takedown) -> list[Any]:
    """Every page of a round about a child, as somebody can come to it."""
    pages = [client.get("/c/"), post(client, "round", request=takedown.id)]
    pages.append(post(client, "hand", request=takedown.id))
    pages.append(post(client, "looked", request=takedown.id, item_1="gone", all="gone"))
    pages.append(post(client, "told", request=takedown.id, gone="yes", back="yes"))
    pages.append(post(client, "told", request=takedown.id, gone="no", back="yes", named="1"))
    pages.append(post(client, "told", request=takedown.id, gone="no", back="no"))
    return pages[1:]


@pytest.mark.parametrize("answers", MINORS, ids=lambda one: "-".join(str(value) for value in one.values()))
def test_no_page_of_a_round_asks_anybody_to_look_at_a_child(answers: dict[str, Any]) -> None:
    session, client = kept({"country": "US", "happened": "posted", "home_safe": True} | answers)
    takedown = removed(session, minor=True)

    for response in offered(client, takedown):
        page = words(response)
        said = page.replace("Please check this", "")  # the heading over a form that did not hold
        assert not LOOKS.findall(said), said
        assert "video.example" not in response.content.decode()
        assert "What were you told?" in page


def test_the_words_that_ask_to_look_would_be_found() -> None:
    assert LOOKS.findall("Looking is fine. Open it, find it, count the views, or check.") == [
        "Looking", "Open", "find", "count", "views", "check",
    ]  # fmt: skip


def test_a_child_is_asked_for_what_was_said_of_the_request_as_a_whole() -> None:
    session, client = kept(CHILD)
    takedown = removed(session, minor=True)

    page = words(post(client, "round", request=takedown.id))

    assert "Has the platform or the hotline told you it is gone?" in page
    assert "Did someone tell you it is back?" in page
    assert "Only if they named single places" in page
    assert "Let the hotline do it" in page


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"gone": "yes", "back": "no"}, [(Fact.STILL_GONE, (1, 2, 3))]),
        ({"gone": "no", "back": "no"}, [(Fact.NO_NEWS, (1, 2, 3))]),
        ({}, [(Fact.NO_NEWS, (1, 2, 3))]),
        ({"gone": "yes", "named": ["2"]}, [(Fact.STILL_GONE, (2,)), (Fact.NO_NEWS, (1, 3))]),
        ({"back": "yes", "named": ["2"]}, [(Fact.BACK_AGAIN, (2,)), (Fact.NO_NEWS, (1, 3))]),
        ({"back": "yes"}, [(Fact.BACK_AGAIN, (1, 2, 3))]),
        (
            {"gone": "yes", "back": "yes", "named": ["3"]},
            [(Fact.STILL_GONE, (1, 2)), (Fact.BACK_AGAIN, (3,))],
        ),
    ],
)
def test_what_a_child_was_told_is_noted(said: dict[str, Any], expected: list[Any]) -> None:
    session, client = kept(CHILD)
    takedown = removed(session, minor=True)

    for _ in range(2):  # sent twice, it is taken once
        post(client, "told", request=takedown.id, **said)

    assert noted(session, takedown) == expected


def test_both_at_once_needs_to_say_which_are_back() -> None:
    session, client = kept(CHILD)
    takedown = removed(session, minor=True)

    response = post(client, "told", request=takedown.id, gone="yes", back="yes")

    assert response.status_code == 422
    assert "Please choose the places that are back." in words(response)
    assert noted(session, takedown) == []


def test_the_letter_to_the_hotline_asks_trained_people_to_see_to_it() -> None:
    session, client = kept(CHILD)
    takedown = removed(session, minor=True)
    page = main(post(client, "round", request=takedown.id))
    rung = re.search(r'name="rung" value="([^"]+)"', page)
    assert rung

    letter = words(post(client, "next_letter", request=takedown.id, rung=rung.group(1)))

    assert "that is for trained staff, and nobody on our side opens a link" in letter
    assert "they were taken down" in letter
    assert LINK.format(3) in letter
    assert "This letter is ready." in letter


def test_a_grown_persons_page_is_not_given_the_questions_about_a_child() -> None:
    session, client = kept(ADULT)
    takedown = removed(session)

    post(client, "told", request=takedown.id, gone="yes")

    assert noted(session, takedown) == []


# Names of one's own.


def test_a_name_of_ones_own_stands_everywhere_but_in_the_book_and_the_letters() -> None:
    session, client = kept(ADULT)
    takedown = removed(session)

    post(client, "names_keep", request=takedown.id, name_1="the first one", name_2="")

    places = operations.read(session.case, takedown.id).places
    assert (places[0].label, places[0].own_name, places[0].masked) == (
        "the first one", "the first one", "video.example/…/0001",
    )  # fmt: skip
    assert places[1].own_name == ""
    assert "the first one" in words(post(client, "round", request=takedown.id))
    assert "the first one" in words(post(client, "request", request=takedown.id))
    told = book.timeline(session.case)[-1].note
    assert (told.kind, told.facts) == ("places_named", {"request": takedown.id, "places": [1]})
    assert operations.folded(book.timeline(session.case))[takedown.id] == takedown.standing
    assert "You named a place" in words(post(client, "timeline"))


def test_a_name_can_be_taken_back_and_the_same_name_writes_nothing() -> None:
    session, client = kept(ADULT)
    takedown = removed(session)
    for _ in range(2):
        post(client, "names_keep", request=takedown.id, name_1="the first one")
    assert operations.read(session.case, takedown.id).revision == takedown.revision + 1

    post(client, "names_keep", request=takedown.id, name_1="  ")

    assert operations.read(session.case, takedown.id).places == takedown.places


def test_a_link_is_no_name() -> None:
    session, client = kept(ADULT)
    takedown = removed(session)

    response = post(client, "names_keep", request=takedown.id, name_1="see https://video.example/1")

    assert response.status_code == 422
    assert "plain words here, not a link" in words(response)
    assert operations.read(session.case, takedown.id).places == takedown.places


def test_a_name_goes_along_when_it_is_back() -> None:
    session, client = kept(ADULT)
    takedown = removed(session)
    post(client, "names_keep", request=takedown.id, name_2="the second one")
    post(client, "looked", request=takedown.id, item_2="back")

    post(client, "again_all", request=takedown.id)

    (new,) = [line for line in operations.board(session.case) if line.id != takedown.id]
    (place,) = operations.read(session.case, new.id).places
    assert (place.own_name, place.url) == ("the second one", LINK.format(2))


def test_many_places_are_named_fifty_at_a_time() -> None:
    session, client = kept(ADULT)
    takedown = removed(session, places=70)

    second = post(client, "names", request=takedown.id, part="2")

    assert "Place 51" in words(second)
    assert "Place 50 " not in words(second)
    assert len(re.findall(r'name="name_', main(second))) == 20


def test_a_child_under_13_alone_types_no_names() -> None:
    session, client = kept({"asker": "self", "age_then": "under_13", "age_now": "under_13", "country": "US"})
    takedown = removed(session, minor=True)

    post(client, "names_keep", request=takedown.id, name_1="a name")

    assert operations.read(session.case, takedown.id).places == takedown.places
    assert 'name="name_1"' not in main(post(client, "names", request=takedown.id))


# All of it.


def test_a_round_of_another_case_does_not_come_up() -> None:
    session, _client = kept(ADULT)
    takedown = removed(session)
    _other, stranger = kept(ADULT)

    for step in ("round", "hand", "names", "looked", "told", "again_all", "names_keep"):
        page = words(post(stranger, step, request=takedown.id, all="gone", name_1="mine", item_1="back"))
        assert "The request" not in page
    assert noted(session, takedown) == []


@pytest.mark.parametrize("answers", [ADULT, CHILD], ids=["adult", "child"])
def test_every_page_of_a_round_is_easy_to_read(answers: dict[str, Any]) -> None:
    session, client = kept(answers)
    takedown = removed(session, places=60, minor=answers is CHILD)
    pages = {"board": client.get("/c/")}
    for step in ("round", "hand", "names"):
        pages[step] = post(client, step, request=takedown.id)
    pages["named"] = post(client, "names_keep", request=takedown.id, name_1="www.video.example")
    pages["both"] = post(client, "told", request=takedown.id, gone="yes", back="yes")
    pages["back"] = post(client, "told", request=takedown.id, back="yes", named="1")
    pages["looked"] = post(client, "looked", request=takedown.id, item_1="back")
    pages["after"] = post(client, "looked", request=takedown.id, all="gone")
    pages["later"] = post(client, "board")
    pages["timeline"] = post(client, "timeline")

    found = {name: trouble(page.content.decode()) for name, page in pages.items()}

    assert {name: what for name, what in found.items() if what} == {}
    assert [name for name, page in pages.items() if PATTERN.findall(words(page))] == []


def test_the_request_leads_to_its_round_and_to_the_names() -> None:
    session, client = kept(ADULT)
    takedown = removed(session)

    page = main(post(client, "request", request=takedown.id))

    assert 'name="step" value="round"' in page
    assert 'name="step" value="names"' in page
