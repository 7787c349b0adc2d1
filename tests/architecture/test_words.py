"""The words survivors read: no blame, no promise, nothing that a form is not."""

import re
from pathlib import Path

import pytest

from survivor_portal.config.env import HOUSE
from tests.reading import measure, sentences

PAGES = sorted(
    path
    for folder in ("components", "errors", "public", "survivor")
    for path in (HOUSE / "templates" / folder).rglob("*.html")
)
AVOIDED = {
    "successfully": "a form is not a victory",
    "revenge porn": "revenge says the person did something",
    "child porn": "the word suggests consent",
    "underage": "a young person is a person",
    "self-generated": "it moves blame to the child",
    "should have": "blame",
    "admit": "blame",
    "alleged": "doubt",
    "zero-knowledge": "we do not promise that",
    "end-to-end": "we do not promise that",
    "leave no trace": "nobody can promise that",
    "no traces": "nobody can promise that",
    "guarantee": "nobody can promise that",
    "completely safe": "nobody can promise that",
    "don't worry": "it waves a fear away",
    "predator": "big words stop people from telling",
    "oops": "this is no joke",
}


def spoken(template: str) -> str:
    """The words of a template without its code and its tags."""
    return re.sub(r"{#.*?#}|{% comment.*?endcomment %}|<[^>]*>", " ", template, flags=re.S)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(HOUSE / "templates")))
def test_no_avoided_word_stands_in_the_page(page: Path) -> None:
    words = spoken(page.read_text("utf-8")).lower()

    assert {word: why for word, why in AVOIDED.items() if re.search(rf"\b{word}", words)} == {}


def test_the_measure_finds_a_hard_page_hard_and_an_easy_page_easy() -> None:
    hard = (
        "<p>Notwithstanding applicable jurisdictional considerations, administrators systematically evaluate "
        "multidimensional representations of institutional accountability.</p>"
    )
    easy = "<p>You can stop at any time. We will not send this. You can call them now.</p>"

    assert measure(hard).grade > 15
    assert measure(easy).grade < 3


def test_the_measure_names_sentences_that_are_too_long() -> None:
    long = "<p>" + "one two three " * 9 + ".</p>"

    assert len(measure(long).too_long) == 1


def test_names_and_addresses_count_as_it_and_fragments_do_not_count() -> None:
    html = (
        "<h1>Helplines</h1><p>Call Internet Watch Foundation today.</p>"
        "<button>Go on</button><p>See a.example/b now.</p>"
    )

    assert sentences(html, ["Internet Watch Foundation"]) == ["Call it today.", "See it now."]
