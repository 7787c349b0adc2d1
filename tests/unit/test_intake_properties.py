"""What holds for any answers and any items: a plan, no double, nothing lost, no hidden answer at work."""

from dataclasses import replace
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survivor_portal import directory, intake
from survivor_portal.directory import (
    Age,
    Answer,
    Asker,
    Consent,
    Happened,
    Maker,
    Picture,
    Reported,
)
from survivor_portal.intake import Answers, Item, StepKey, When
from survivor_portal.intake import _grounds as inner_grounds
from tests.conftest import size

COUNTRIES = (
    "",
    "US",
    "DE",
    "FR",
    "NL",
    "IT",
    "ES",
    "GB",
    "IN",
    "BR",
    "AU",
    "CA",
    "SG",
    "ZA",
    "KE",
    "??",
    "us",
)
some = settings(max_examples=size("property_examples"), deadline=None)


def maybe(kind):
    return st.none() | st.sampled_from(kind)


answers_ = st.builds(
    Answers,
    danger=maybe((True, False)),
    device_watched=maybe(Answer),
    asker=maybe(Asker),
    age_then=maybe(Age),
    age_now=maybe(Age),
    home_safe=maybe((True, False)),
    happened=maybe(Happened),
    picture=maybe(Picture),
    consent=maybe(Consent),
    maker=maybe(Maker),
    forced=maybe(Answer),
    country=st.sampled_from(COUNTRIES) | st.text(max_size=4),
    region=st.sampled_from(("", "US-CA", "US-TX", "US-NY", "CA-BC", "US-OH")) | st.text(max_size=6),
    owner_safe=maybe((True, False)),
    reported=maybe(Reported),
)
_KEYS = [platform.key for platform in directory.platforms()]


@st.composite
def items_(draw):
    found = []
    for number in range(1, draw(st.integers(0, 6)) + 1):
        kind = draw(st.sampled_from(("known", "site", "words", "app")))
        if kind == "known":
            key = draw(st.sampled_from(_KEYS))
            host = directory.platform(key).domains[0]
            found.append(Item(number, url=f"https://{host}/{number}", platform=key, site=host))
        elif kind == "site":
            host = f"{draw(st.sampled_from('abc'))}.example"
            found.append(Item(number, url=f"https://{host}/{number}", site=host))
        elif kind == "words":
            found.append(Item(number, what="place", where=draw(st.text(max_size=20))))
        else:
            found.append(Item(number, what="place", platform=draw(st.sampled_from(_KEYS)), where="app"))
    return tuple(found)


@some
@given(answers_, items_())
def test_any_answers_and_items_give_a_plan(answers, items):
    plan = intake.plan(answers, items)

    ids = [step.id for step in plan.steps]
    assert len(set(ids)) == len(ids)
    assert intake.plan(answers, items) == plan
    assert [step.when for step in plan.steps] == sorted(
        (step.when for step in plan.steps), key=list(When).index
    )
    assert plan.step(ids[0]) == plan.steps[0]
    assert plan.steps[-1].key in (StepKey.SUPPORT, StepKey.REGULATOR)


@some
@given(answers_, items_())
def test_no_item_is_lost_where_the_asker_may_write(answers, items):
    plan = intake.plan(answers, items)

    if plan.may_write:
        named = {
            number
            for step in plan.steps
            if step.platform or step.sites or step.key is StepKey.REQUEST
            for number in step.items
        }
        assert named == {item.number for item in items}
    assert {number for step in plan.steps for number in step.items} <= {item.number for item in items}


@some
@given(answers_, items_())
def test_every_ground_channel_and_resource_of_a_plan_is_in_the_directory(answers, items):
    for step in intake.plan(answers, items).steps:
        assert all(directory.law(key).may_be_cited for key in step.grounds)
        assert all(directory.resource(key).list_by_default for key in step.resources)
        assert all(at.record.key == at.channel for at in step.channels)
        assert step.letter != "request" or step.grounds
        assert isinstance(step.cost, intake.Cost)


@some
@given(answers_, items_())
def test_nobody_who_may_not_write_gets_a_letter_on_grounds(answers, items):
    plan = intake.plan(answers, items)

    if not plan.may_write:
        assert not any(step.grounds or step.letter not in ("", "cybertip", "hotline") for step in plan.steps)


@some
@given(answers_, items_())
def test_a_hidden_answer_steers_nothing(answers, items):
    effective = intake.settled(answers, items)

    assert intake.settled(effective, items) == effective
    asked = {name for question in intake.asked(effective, items) for name in question.fills}
    unasked = set(intake.KEYS) - asked
    assert all(getattr(effective, name) in (None, "") for name in unasked)


@some
@given(answers_)
def test_answers_survive_being_kept(answers):
    assert intake.from_plain(intake.to_plain(answers)) == answers


@given(
    st.dictionaries(
        st.sampled_from(intake.KEYS) | st.text(max_size=5),
        st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.lists(st.text(max_size=3)),
    )
)
def test_whatever_was_kept_never_stops_a_page(kept):
    assert isinstance(intake.from_plain(kept), Answers)


@some
@given(answers_, items_())
def test_each_question_is_asked_once_and_the_last_leads_to_the_plan(answers, items):
    passed: list[str] = []
    while (question := intake.next_question(answers, items, passed)) is not None:
        assert question.key not in passed
        number, count = intake.position(question, answers, items)
        assert 1 <= number <= count <= len(intake.QUESTIONS)
        before = intake.before(question, answers, items)
        assert (before is None) == (number == 1)
        passed.append(question.key)
    assert passed == [question.key for question in intake.asked(answers, items)]
    assert len(passed) <= 13


@pytest.mark.parametrize("given_", [frozenset(), frozenset({"no such question"})])
def test_a_passed_question_nobody_knows_is_harmless(given_):
    first = intake.next_question(Answers(), (), given_)

    assert first is not None
    assert first.key == "safety"


def test_three_hundred_links_read_the_laws_once_for_each_sort_of_platform():
    """What a plan costs must not grow with the links: the laws are read through once for each role and sort
    of platform, whatever the number of items."""
    keys = _KEYS[:60]
    items = tuple(
        Item(n, url=f"https://{directory.platform(keys[n % 60]).domains[0]}/{n}", platform=keys[n % 60])
        for n in range(1, 301)
    )
    answers = Answers(asker=Asker.SELF, age_then=Age.ADULT, age_now=Age.ADULT, country="DE", region="")
    inner_grounds._fitting.cache_clear()

    with mock.patch.object(inner_grounds.directory, "laws", wraps=directory.laws) as laws:
        intake.plan(answers, items)
        few = laws.call_count
        intake.plan(answers, items * 1)
        intake.plan(answers, items[:1])
        again = laws.call_count

    sorts = {inner_grounds._kind(directory.platform(key)) for key in keys}
    assert few <= 8 * (len(sorts) + 2)
    assert again <= few + 6


def test_the_memory_of_grounds_holds_nobodys_answers():
    kept = set(inner_grounds._Case.__slots__)

    assert kept == {"age", "images", "country", "region", "is_author", "withdrawn", "capacity"}


def test_a_plan_looks_only_at_the_answers_not_at_the_order_of_the_items():
    items = intake.gather("https://x.com/a/status/1\nhttps://b.example/2\nhttps://x.com/a/status/3").items
    answers = Answers(asker=Asker.SELF, age_then=Age.ADULT, country="US")

    one = {step.id for step in intake.plan(answers, items).steps}
    other = {step.id for step in intake.plan(answers, tuple(reversed(items))).steps}

    assert one == other
    assert {step.id for step in intake.plan(replace(answers, danger=True), items).steps} - one == {"danger::"}
