"""Every thing that can stand in the book of a case has words of its own."""

import ast
from pathlib import Path

import pytest

from survivor_portal.cases import actors, brought, let_in, refusals
from survivor_portal.takedowns import operations
from survivor_portal.takedowns.process import Fact, Move
from survivor_portal.web.survivor import case_words


def kinds() -> set[str]:
    """The kinds of lines the site writes, read from its own code."""
    found = {operations.NAMED, let_in.OPENED, let_in.LISTED, *refusals.Refusal, brought.KIND}
    found |= {"assigned", "handed_over", "unassigned"}
    for file in Path("survivor_portal").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            is_note = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Note"
            if is_note and node.args and isinstance(node.args[0], ast.Constant):
                found.add(node.args[0].value)
    return found


def test_every_kind_of_line_has_words() -> None:
    assert kinds() - case_words.BOOK.keys() == set()


def test_every_move_and_fact_has_words() -> None:
    assert {*Move, *Fact} - case_words.HAPPENINGS.keys() == set()


def test_a_line_of_the_book_names_its_request() -> None:
    facts = {"request": "1", "entry": {"happening": "refusal"}}

    assert case_words.book_words("takedown", facts, {"1": "The first one"}) == "The first one: They said no"
    assert case_words.book_words("takedown", facts, {}) == "They said no"


def test_a_line_names_who_it_is_about_and_what_was_written_to_them() -> None:
    ana = actors.staff("p1", "Ana Li", "Helpline North")
    facts = {"request": "1", "to": "p2", "name": "Ben Oz", "note": "Please send the appeal."}

    said = case_words.book_words("handed_over", facts, {"1": "X"}, ana)

    assert said == "X: It was handed to Ben Oz: “Please send the appeal.” (Ana Li of Helpline North)"


@pytest.mark.parametrize(
    ("by", "reader", "said"),
    [
        ("owner", "owner", "You named a place"),
        ("owner", "staff|p1|Ana Li|North", "A place was named (The person whose case this is)"),
        ("staff|p1|Ana Li|North", "staff|p1|Ana Li|North", "You named a place"),
        ("staff|p1|Ana Li|North", "owner", "A place was named (Ana Li of North)"),
        ("slot", "owner", "You named a place"),
        ("slot", "staff|p1|Ana Li|North", "A place was named"),
    ],
)
def test_a_line_is_said_to_whoever_reads_it(by: str, reader: str, said: str) -> None:
    assert case_words.book_words("places_named", {}, {}, by, reader) == said


def test_what_somebody_agreed_to_is_said_to_them_as_theirs_whoever_wrote_it_down() -> None:
    ana = actors.staff("p1", "Ana Li", "North")

    said = case_words.book_words("platform_released", {"to": "X"}, {}, ana)

    assert said == "You said yes to a letter to X (Ana Li of North)"
