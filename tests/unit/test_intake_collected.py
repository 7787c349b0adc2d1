"""More places beside those that are there: the same as if somebody had typed all of them at once."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from survivor_portal import intake
from tests.conftest import size

texts = st.lists(
    st.sampled_from([f"https://social.example/{n}" for n in range(6)] + ["https://x.com/a/status/1", "word"]),
    max_size=6,
).map("\n".join)


@settings(max_examples=size("property_examples"), deadline=None)
@given(first=texts, then=texts, where=st.sampled_from(["", "insta @someone", "a group chat"]))
def test_added_links_are_as_if_typed_below_the_others(first: str, then: str, where: str) -> None:
    whole: dict[str, Any] = {}
    intake.take_links(whole, "\n".join(text for text in (first, then) if text), where)
    parts: dict[str, Any] = {}
    intake.take_links(parts, first, "")
    before = list(parts["items"])

    _, new = intake.add_links(parts, then, where)

    assert parts.pop("passed") == ["links"]
    assert parts == whole
    assert new == len(parts["items"]) - len(before)


def test_numbers_of_links_that_were_there_stay() -> None:
    data: dict[str, Any] = {}
    intake.take_links(data, "https://social.example/1\nhttps://social.example/2", "")
    before = list(data["items"])

    intake.add_links(data, "https://social.example/2\nhttps://social.example/3", "")

    assert data["items"][:2] == before
    assert [item["number"] for item in data["items"]] == [1, 2, 3]


def test_what_was_confirmed_goes_only_when_something_is_new() -> None:
    data: dict[str, Any] = {}
    intake.take_links(data, "https://social.example/1", "")
    data["confirmed"] = {"a letter": ["true"]}

    intake.add_links(data, "https://social.example/1", "")
    assert "confirmed" in data

    intake.add_links(data, "https://social.example/2", "")
    assert "confirmed" not in data
