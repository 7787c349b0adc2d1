"""The "Stay" button in an open case: what was chosen is there again, and nothing is done by it."""
# ruff: noqa: F811

import re
from typing import Any

import pytest
from django.test import Client

from survivor_portal.cases import records
from survivor_portal.cases.unlocked import Session
from tests.integration import test_case_rounds as rounds
from tests.integration.test_case_page import THEIR_WORDS, browser, plan_data, post, session, words  # noqa: F401
from tests.integration.test_case_places import begun, kept, read
from tests.integration.test_words import trouble

pytestmark = [pytest.mark.django_db(databases=["default", "keys"])]


def stays(browser: Client, step: str, **fields: Any) -> Any:
    return browser.post("/c/", {"step": [step, "stay"], **fields})


def is_chosen(response: Any, name: str, value: str) -> bool:
    page = response.content.decode()
    boxes = re.findall(rf'<input[^>]*name="{name}"[^>]*>', page)
    return any(f'value="{value}"' in box and "checked" in box for box in boxes)


@pytest.mark.parametrize(
    ("step", "choice"),
    [
        ("answer_keep", {"says": "refused", "text": THEIR_WORDS}),
        ("answer_keep", {"says": "removed", "text": THEIR_WORDS, "which": "some", "items": "2"}),
        ("answer_gone", {"about": "1-3", "text": THEIR_WORDS, "which": "some", "items": "3"}),
        ("happened", {"what": "receipt", "which": "some", "items": "1"}),
        ("spread_keep", {"views": "12", "which": "some", "items": "2"}),
    ],
)
def test_what_was_chosen_is_chosen_again_and_nothing_is_noted(
    browser: Client, session: Session, step: str, choice: dict[str, str]
) -> None:
    made = begun(session, 3)

    answer = stays(browser, step, request=made.id, **choice)

    assert answer.status_code == 200
    assert read(session, made).revision == made.revision
    for name in {"says", "which", "what", "items"} & choice.keys():
        assert is_chosen(answer, name, choice[name])
    assert f'name="step" value="{step}"' in answer.content.decode()
    assert trouble(answer.content.decode()) == []


def test_a_form_that_is_not_done_is_not_called_wrong(browser: Client, session: Session) -> None:
    made = begun(session, 3)

    answer = stays(browser, "happened", request=made.id, which="some")

    assert "Choose what happened." not in words(answer)
    assert "Error:" not in answer.content.decode()


def test_places_that_are_back_stay_picked(browser: Client, session: Session) -> None:
    made = begun(session, 3)
    kept(browser, made, "removed", which="all")
    before = read(session, made).revision

    answer = stays(browser, "again", request=made.id, which="some", items="2")

    assert is_chosen(answer, "items", "2")
    assert read(session, made).revision == before


def test_the_days_that_were_chosen_stay_chosen_and_are_not_kept(browser: Client, session: Session) -> None:
    answer = stays(browser, "keep_days", days="30")

    assert is_chosen(answer, "days", "30")
    (own,) = records.read(session.case, records.OWN)
    assert str(own.document["keep_days"]) != "30"


def test_the_zone_that_was_chosen_stays_chosen(browser: Client) -> None:
    answer = stays(browser, "keep_time", zone="Asia/Tokyo")

    assert re.search(r'value="Asia/Tokyo"[^>]*selected', answer.content.decode())
    assert "Times are in Tokyo time." not in words(browser.post("/c/", {"step": "board"}, follow=True))


@pytest.mark.parametrize(
    ("answers", "step", "choice"),
    [
        (rounds.ADULT, "looked", {"item_1": "gone", "item_2": "back", "item_3": "not_looked"}),
        (rounds.CHILD, "told", {"gone": "yes", "back": "no", "named": "2"}),
    ],
    ids=["a grown person", "a child"],
)
def test_what_was_chosen_in_a_round_is_chosen_again_and_nothing_is_noted(
    answers: dict[str, Any], step: str, choice: dict[str, str]
) -> None:
    session, client = rounds.kept(answers)
    made = rounds.removed(session, minor=answers is rounds.CHILD)

    answer = stays(client, step, request=made.id, **choice)

    assert all(is_chosen(answer, name, value) for name, value in choice.items())
    assert rounds.noted(session, made) == []


def test_names_of_ones_own_stay_typed_and_are_not_kept() -> None:
    session, client = rounds.kept(rounds.ADULT)
    made = rounds.removed(session)

    answer = stays(client, "names_keep", request=made.id, name_1="blue", name_2="")

    assert 'value="blue"' in answer.content.decode()
    assert not any(place.own_name for place in read(session, made).places)


def test_ticks_of_a_letter_stay_and_confirm_nothing(browser: Client, session: Session) -> None:
    made = begun(session, 1)
    kept(browser, made, "removed")
    page = post(browser, "again", request=made.id, items=["1"]).content.decode()
    new, rung = re.search(r'name="request" value="(\w+)"', page), re.search(r'value="(send\|[^"]*)"', page)
    assert new
    assert rung
    asked = {"request": new[1], "rung": rung[1]}
    letter = post(browser, "next_letter", **asked).content.decode()
    boxes = re.findall(r'name="(confirm_[^"]+)"', letter)
    assert 'form="question"' in letter

    stayed = stays(browser, "next_letter", **asked, **dict.fromkeys(boxes, "on")).content.decode()
    said = post(browser, "next_letter", **asked, **dict.fromkeys(boxes, "on")).content.decode()

    assert all(re.search(rf'name="{box}"[^>]*checked', stayed) for box in boxes)
    assert text_of(stayed) == text_of(letter) != text_of(said)


def text_of(page: str) -> str:
    return page.partition('id="letter"')[2].partition("</pre>")[0]
