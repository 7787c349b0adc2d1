"""The corpus is fair and large enough, and the reader does on it what docs/replies.md says."""

import re
from collections import Counter

import pytest

from survivor_portal.config.env import HOUSE
from survivor_portal.replies import ReplyClass, languages, read_reply
from tests.reply_corpus import Case, corpus, falls_in_held_out_part, measured, part, wrongly
from tests.unit.test_replies import X

PAGE = HOUSE / "docs" / "replies.md"
FEWEST = {"en": 40, "es": 25, "de": 25, "fr": 25, "pt": 25}
_HOST = re.compile(r"(?:https?://|@)([\w.-]+)", re.IGNORECASE)


def test_the_corpus_is_large_enough_in_every_language():
    counted = Counter(case.language for case in corpus())

    assert set(counted) == set(languages()) == set(FEWEST)
    assert {code: n for code, n in counted.items() if n < FEWEST[code]} == {}
    assert len(corpus()) >= 150


def test_a_third_is_held_out():
    assert len(part(held_out=True)) >= len(corpus()) / 3


@pytest.mark.parametrize("language", FEWEST)
def test_about_a_third_of_each_language_is_held_out(language: str):
    flags = [case.held_out for case in corpus() if case.language == language]

    assert 0.3 <= sum(flags) / len(flags) <= 0.42


@pytest.mark.parametrize("case", corpus(), ids=lambda case: case.name)
def test_the_hash_of_its_name_says_whether_a_reply_is_held_out(case: Case):
    assert case.held_out is falls_in_held_out_part(case.name)


@pytest.mark.parametrize("case", corpus(), ids=lambda case: case.name)
def test_a_reply_names_nobody_real(case: Case):
    assert [host for host in _HOST.findall(case.text) if not host.rstrip(".").endswith(".example")] == []


def test_every_class_is_in_the_corpus_and_in_both_parts():
    assert {kind for case in part(held_out=False) for kind in case.classes} == set(ReplyClass)
    assert {kind for case in part(held_out=True) for kind in case.classes} == set(ReplyClass)


def test_the_answer_this_project_began_with_is_in_the_corpus_word_for_word():
    assert [case.name for case in corpus() if case.text.strip() == X] == [
        "en/01-x-refusal-with-both-side-doors"
    ]


@pytest.mark.parametrize("held_out", [False, True], ids=["development", "held_out"])
def test_no_receipt_and_no_refusal_is_read_as_removed(held_out: bool):
    assert wrongly(ReplyClass.REMOVED, part(held_out)) == 0
    assert wrongly(ReplyClass.REFUSED, part(held_out)) == 0


@pytest.mark.parametrize("case", part(held_out=False), ids=lambda case: case.name)
def test_a_reply_of_the_development_part_is_read_right(case: Case):
    reading = case.read()

    assert {verdict.kind for verdict in reading.classes} == case.classes
    assert {verdict.kind for verdict in reading.remarks} == case.remarks
    assert reading.language == case.language


@pytest.mark.parametrize("case", corpus(), ids=lambda case: case.name)
def test_every_verdict_but_unclear_shows_its_words_and_its_rule(case: Case):
    reading = read_reply(case.text, case.platform)
    shown = [v for v in (*reading.classes, *reading.remarks) if v.kind is not ReplyClass.UNCLEAR]

    assert [v.kind for v in shown if not v.marks or not v.rule] == []


def test_the_page_shows_the_table_of_the_development_part():
    assert measured(part(held_out=False)) in PAGE.read_text("utf-8")


def test_the_page_names_the_rules_it_measured_the_held_out_part_with():
    text = PAGE.read_text("utf-8")
    commits = re.findall(r"rules of commit `([0-9a-f]{7,40})`", text)

    assert len(set(commits)) >= 2


def test_a_reply_read_as_something_else_counts_as_wrong():
    receipt = next(case for case in corpus() if case.classes == {ReplyClass.ACKNOWLEDGED})
    mislabelled = Case(**{**vars(receipt), "text": "We have removed the video."})

    assert wrongly(ReplyClass.REMOVED, [mislabelled]) == 1
    assert not mislabelled.is_read_right()
    assert "Not removed, read as removed: 1." in measured([mislabelled])
