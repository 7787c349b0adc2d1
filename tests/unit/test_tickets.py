"""Pasted numbers: each finds its request, or is named with the line it stands in."""

from hypothesis import given, settings
from hypothesis import strategies as st

from survivor_portal.web.desk.tickets import LONGEST, Why, pair
from tests.conftest import size

REQUESTS = [
    ("a", ("Blue 7", "Blue 7: X")),
    ("b", ("Red 1", "Red 1: X")),
    ("c", ("Green", "Green: X")),
    ("d", ("Green", "Green: Meta")),
]


def test_lines_are_taken_in_the_order_shown_and_an_empty_one_is_left_out() -> None:
    found = pair("T-1\n\n  T-3 \n", REQUESTS)

    assert found.numbers == {"a": "T-1", "c": "T-3"}
    assert found.unused == ()


def test_more_lines_than_requests_are_named() -> None:
    found = pair("1\n2\n3\n4\n5\n6", REQUESTS)

    assert len(found.numbers) == 4
    assert [(one.line, one.text, one.why) for one in found.unused] == [
        (5, "5", Why.TOO_MANY), (6, "6", Why.TOO_MANY),
    ]  # fmt: skip


def test_names_with_a_tab_find_their_request_whatever_the_order() -> None:
    found = pair("red 1\tT-2\nGREEN:  meta\tT-4\n\nBlue 7\tT-1", REQUESTS)

    assert found.numbers == {"b": "T-2", "d": "T-4", "a": "T-1"}
    assert found.unused == ()


def test_names_with_a_comma_or_a_semicolon_find_their_request_too() -> None:
    assert pair("red 1, T-2\nBlue 7: X,T-1", REQUESTS).numbers == {"b": "T-2", "a": "T-1"}
    assert pair("Green: Meta;T-4\nBlue 7;", REQUESTS).numbers == {"d": "T-4"}
    # Behind no name it is part of the number.
    assert pair("T,1\nT;2", REQUESTS).numbers == {"a": "T,1", "b": "T;2"}


def test_lines_that_fit_nothing_say_why() -> None:
    text = "\n".join(
        ("Nobody\t1", "Green\t2", "Blue 7\t3", "Blue 7\t4", "T-5", "Red 1\t" + "9" * 99, "Red 1\t")
    )

    found = pair(text, REQUESTS)

    assert found.numbers == {"a": "3"}
    assert [(one.line, one.why) for one in found.unused] == [
        (1, Why.NO_SUCH), (2, Why.SEVERAL), (4, Why.TWICE), (5, Why.NO_NAME), (6, Why.TOO_LONG),
        (7, Why.NO_NUMBER),
    ]  # fmt: skip


@settings(max_examples=size("property_examples"), deadline=None)
@given(st.text(alphabet=st.sampled_from("ab7,;\t\n\r \x00Blue Red:X"), max_size=80))
def test_no_line_is_lost_and_none_counts_twice(text: str) -> None:
    found = pair(text, REQUESTS)

    filled = [line for line in text.splitlines() if line.strip()]
    printable = [line for line in filled if any(c.isprintable() and not c.isspace() for c in line)]
    assert len(printable) <= len(found.numbers) + len(found.unused) <= len(filled)
    assert all(0 < len(number) <= LONGEST and number.isprintable() for number in found.numbers.values())
