"""The numbers of places, as people write them and as answers name them; and amounts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survivor_portal.takedowns.operations import Place
from survivor_portal.web.survivor.amounts import MOST, NoAmount, amount
from survivor_portal.web.survivor.case_items import BadNumbers, named, read_numbers, span

KNOWN = range(1, 31)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", ()),
        ("3", (3,)),
        ("1-3, 25", (1, 2, 3, 25)),
        ("25 , 1–3", (1, 2, 3, 25)),
        ("3-1;7", (1, 2, 3, 7)),
        ("#4 and #5", (4, 5)),
        ("1 to 3 und 5.", (1, 2, 3, 5)),
        ("2\n4\n4", (2, 4)),
        ("１２", (12,)),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, numbers: tuple[int, ...]) -> None:
    assert read_numbers(text, KNOWN) == numbers


@pytest.mark.parametrize(
    ("text", "piece", "is_unknown"),
    [
        ("31", "31", True),
        ("0", "0", True),
        ("1-31", "31", True),
        ("1-999999", "999999", True),
        ("the first", "the first", False),
        ("1, two", ", two", False),
        ("1-", "-", False),
        ("-1", "-", False),
        ("9" * 30, "999999", True),
    ],
)
def test_what_is_no_place_here_is_named(text: str, piece: str, is_unknown: bool) -> None:
    with pytest.raises(BadNumbers) as bad:
        read_numbers(text, KNOWN)

    assert (bad.value.piece, bad.value.is_unknown) == (piece, is_unknown)


def test_a_range_takes_only_what_may_be_chosen() -> None:
    assert read_numbers("1-9", (2, 4, 20)) == (2, 4)


@given(st.sets(st.integers(1, 400), min_size=1))
def test_what_is_written_out_reads_back_the_same(numbers: set[int]) -> None:
    assert set(read_numbers(span(numbers), range(1, 401))) == numbers


@given(st.text())
def test_no_text_breaks_the_reading_of_numbers(text: str) -> None:
    try:
        found = read_numbers(text, KNOWN)
    except BadNumbers:
        return
    assert set(found) <= set(KNOWN)


PLACES = [
    Place(1, "one", "https://x.com/someone/status/1234567890123"),
    Place(2, "two", "https://x.com/someone/status/1234567890124"),
    Place(3, "three", "https://board.example/a/short"),
    Place(4, "four"),
]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("We removed https://twitter.com/other/status/1234567890124?s=20 today.", (2,)),
        ("Gone: www.board.example/a/short", (3,)),
        ("Post 1234567890123 is gone; 12345678901234 is another.", (1,)),
        ("Nothing is named, short as it is.", ()),
        ("https://x.com/someone", ()),
    ],
)
def test_an_answer_names_places_by_link_or_by_number(text: str, numbers: tuple[int, ...]) -> None:
    assert named(text, PLACES) == numbers


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", None),
        ("2223", 2223),
        ("167,000", 167_000),
        ("167.000", 167_000),
        ("167 000", 167_000),
        ("167\u202f000", 167_000),
        ("167’000", 167_000),
        ("1,67,000", 167_000),
        ("1.234.567", 1_234_567),
        ("12k", 12_000),
        ("2 Tsd.", 2000),
        ("1,2 Mio.", 1_200_000),
        ("1.2M", 1_200_000),
        ("1.234 million", 1_234_000),
        ("1,5 milhões", 1_500_000),
        ("٣٤٥", 345),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, number: int | None) -> None:
    assert amount(text) == number


@pytest.mark.parametrize(
    "text", ["many", "1.5", "1,234.5", "-3", "12,34", "9" * 30, "1 2 3", "1.5e3", "0.0001 k"]
)
def test_what_may_mean_two_things_is_not_guessed(text: str) -> None:
    with pytest.raises(NoAmount):
        amount(text)


@given(st.integers(0, MOST), st.sampled_from([",", ".", " ", "'", "’", "\u202f", "\u00a0"]))
def test_every_way_of_parting_thousands_reads_the_same(number: int, sign: str) -> None:
    assert amount(f"{number:,}".replace(",", sign)) == number


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_of_an_amount(text: str) -> None:
    try:
        found = amount(text)
    except NoAmount:
        return
    assert found is None or 0 <= found <= MOST
