"""Where a visitor stands, without a browser: every move lands somewhere sensible."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survivor_portal import intake
from survivor_portal.web.survivor import flow

ADULT = {"age_then": "adult", "age_now": "adult"}


def test_the_first_page_is_the_safety_page() -> None:
    assert flow.stand(None).question == intake.QUESTIONS[0]


def test_an_answer_leads_to_the_next_question_and_is_kept() -> None:
    data: flow.Data = {}

    flow.answer(data, "safety", {"danger": False, "device_watched": "no"}, {})

    assert flow.stand(data).question == intake.BY_KEY["who"]
    assert data["watched"] is False


@pytest.mark.parametrize("seen", ["yes", "unknown"])
def test_a_watched_device_shortens_the_visit(seen: str) -> None:
    data: flow.Data = {}

    flow.answer(data, "safety", {"device_watched": seen}, {})

    assert data["watched"] is True


def test_danger_comes_before_every_other_question() -> None:
    data: flow.Data = {}

    flow.answer(data, "safety", {"danger": True}, {})

    assert data["at"] == flow.DANGER
    flow.go_on(data)
    assert flow.stand(data).question == intake.BY_KEY["who"]


def test_an_answer_left_open_takes_back_an_earlier_one() -> None:
    data: flow.Data = {}
    flow.answer(data, "place", {"country": "DE", "region": ""}, {})

    flow.answer(data, "place", {"country": None, "region": None}, {})

    assert flow.stand(data).answers.country == ""


def test_links_become_items_and_what_was_typed_stays() -> None:
    data: flow.Data = {}
    typed = {"links": "see https://video.example/a and hello", "places": "Chat app, @someone, Monday"}

    flow.answer(data, "links", {}, typed)

    stand = flow.stand(data)
    assert [item.url or item.where for item in stand.items] == [
        "https://video.example/a",
        "Chat app, @someone, Monday",
    ]
    assert {name: stand.typed[name] for name in typed} == typed


def test_a_child_alone_leaves_nothing_typed() -> None:
    data: flow.Data = {}
    flow.answer(data, "links", {}, {"links": "https://video.example/a", "places": "x"})
    data["signer"] = {"name": "Somebody"}

    flow.answer(data, "who", {"asker": "self"}, {})
    flow.answer(data, "ages", {"age_then": "under_13", "age_now": "under_13"}, {})

    assert not data.keys() & {"links", "places", "items", "leftovers", "signer", "confirmed"}


def test_back_from_the_plan_leads_to_the_last_question() -> None:
    data = _at_the_plan()

    flow.go_back(data)

    assert flow.stand(data).question == intake.BY_KEY["reported"]


def test_back_from_a_letter_leads_to_the_plan() -> None:
    data = _at_the_plan()
    step = next(step for step in flow.stand(data).plan.steps if step.letter)
    flow.open_letter(data, step.id, "")
    assert data["at"] == "letter"

    flow.go_back(data)

    assert data["at"] == flow.PLAN


def test_a_letter_that_is_not_in_the_plan_does_not_open() -> None:
    data = _at_the_plan()

    flow.open_letter(data, "request:no-such-platform:", "evil.example")

    assert data["at"] == flow.PLAN


def test_changing_one_answer_leads_back_to_the_plan() -> None:
    data = _at_the_plan()
    flow.go_to(data, "place")
    assert flow.stand(data).question == intake.BY_KEY["place"]

    flow.answer(data, "place", {"country": "GB", "region": ""}, {})

    assert data["at"] == flow.PLAN


def test_a_change_that_opens_a_new_question_asks_it() -> None:
    data = _at_the_plan()
    assert "consent" in data["passed"]
    data["passed"].remove("consent")

    flow.answer(data, "picture", {"picture": "ai"}, {})

    assert flow.stand(data).question == intake.BY_KEY["consent"]


def test_a_signature_stays_with_its_letter_and_the_name_is_asked_once() -> None:
    data = _at_the_plan()

    flow.sign(data, "request:x:a", {"name": "Jane Example"}, ["belief"], date(2026, 11, 22))

    stand = flow.stand(data)
    assert stand.confirmed == {"request:x:a": ["belief"]}
    assert stand.signer["name"] == "Jane Example"


MOVES = st.sampled_from(["go", "back", "plan", "change", "letter", "answer"])
ANSWERS = st.dictionaries(
    st.sampled_from(intake.KEYS), st.sampled_from(["yes", "no", "self", "adult", "real", "US"])
)


@given(st.lists(st.tuples(MOVES, st.sampled_from([*intake.BY_KEY, "nonsense"]), ANSWERS), max_size=12))
def test_any_order_of_moves_ends_on_a_page(moves: list[tuple[str, str, dict[str, Any]]]) -> None:
    data: flow.Data = {}

    for move, key, given_answers in moves:
        if move == "answer" and key in intake.BY_KEY:
            flow.answer(data, key, given_answers, {"links": "https://video.example/a"})
        elif move == "change":
            flow.go_to(data, key)
        elif move == "letter":
            flow.open_letter(data, key, "")
        else:
            {"go": flow.go_on, "back": flow.go_back, "plan": flow.open_plan}.get(move, flow.go_on)(data)

    stand = flow.stand(data)
    assert stand.question is not None or stand.at in (flow.PLAN, flow.DANGER, "letter")


def _at_the_plan() -> flow.Data:
    data: flow.Data = {}
    for question in intake.QUESTIONS:
        given_answers: dict[str, Any] = {
            "ages": ADULT,
            "who": {"asker": "self"},
            "consent": {"consent": "never"},
            "place": {"country": "US", "region": ""},
        }.get(question.key, {})
        flow.answer(data, question.key, given_answers, {"links": "https://x.com/someone/status/1234567890"})
    assert data["at"] == flow.PLAN
    return data
