"""Every thing that can stand in the book of a case has words of its own."""

import ast
from pathlib import Path

from survivor_portal.takedowns import operations
from survivor_portal.takedowns.process import Fact, Move
from survivor_portal.web.survivor import case_words


def kinds() -> set[str]:
    """The kinds of lines the site writes, read from its own code."""
    found = {operations.NAMED}
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
