"""Codes and phrases: drawn well, read back however they are typed, refused before anything is looked up."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survivor_portal import spoken
from survivor_portal.cases import codes, phrases
from survivor_portal.cases.phrases import Refused, Style

SEPARATORS = st.sampled_from(["", " ", "-", "  ", " - ", "\u2011", "\n"])


def test_a_drawn_code_reads_back() -> None:
    for code, read in 200 * (
        (codes.new_code(), codes.read_code),
        (codes.new_recovery_code(), codes.read_recovery_code),
    ):
        assert read(code) == read(codes.shown(code)) == read(codes.shown(code).lower()) == code


def test_a_code_is_shown_in_three_groups() -> None:
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", codes.shown(codes.new_code()))
    assert codes.shown("K7QM2XRT9PWD") == "K7QM-2XRT-9PWD"


@given(data=st.data())
def test_a_code_reads_the_same_with_any_spaces_dashes_capitals_and_look_alikes(data: st.DataObject) -> None:
    body = data.draw(st.text(codes.ALPHABET, min_size=11, max_size=11))
    code = next(body + sign for sign in codes.ALPHABET if reads(body + sign))
    looks = {"0": "0Oo", "1": "1IiLl"}
    typed = "".join(
        data.draw(st.sampled_from(looks.get(sign, sign + sign.lower()))) + data.draw(SEPARATORS)
        for sign in code
    )

    assert codes.read_code(typed) == code


def test_every_single_typing_error_is_caught() -> None:
    for read, code in (
        (codes.read_code, codes.new_code()),
        (codes.read_recovery_code, codes.new_recovery_code()),
    ):
        caught = 0
        for place in range(len(code)):
            for sign in set(codes.ALPHABET) - {code[place]}:
                with pytest.raises(codes.Mistyped):
                    read(code[:place] + sign + code[place + 1 :])
                caught += 1
        assert caught == len(code) * 31


def test_nearly_every_swap_of_two_neighbours_is_caught() -> None:
    """By the arithmetic only 0 and the last sign of the alphabet beside each other go unnoticed."""
    missed = set()
    for first in codes.ALPHABET:
        for second in set(codes.ALPHABET) - {first}:
            body = f"{first}{second}000000000"
            check = next(s for s in codes.ALPHABET if reads(body + s))
            if reads(f"{second}{first}000000000{check}"):
                missed.add(first + second)

    assert missed == {"0Z", "Z0"}


def reads(text: str) -> bool:
    try:
        codes.read_code(text)
    except codes.Mistyped:
        return False
    return True


@settings(max_examples=500)
@given(st.text(max_size=300))
def test_t35_any_text_is_read_as_a_code_or_refused_by_name(text: str) -> None:
    for read in (codes.read_code, codes.read_recovery_code):
        try:
            code = read(text)
        except codes.Mistyped:
            continue
        assert read(code) == code


def test_codes_hold_55_and_115_random_bits() -> None:
    drawn = [codes.new_code() for _ in range(500)]

    assert len(set(drawn)) == 500
    assert all(len({code[place] for code in drawn}) == 32 for place in range(11))
    assert len(codes.new_recovery_code()) == 24


# --- phrases -----------------------------------------------------------------------------------------------


def test_the_list_has_as_many_words_as_five_dice_have_throws() -> None:
    words = phrases._words()

    # One word stands there twice, with a dash and without.
    assert len(words) == 6**5 - 1
    assert words["zoom"] == "zoom"
    assert words["tshirt"] == "t-shirt"


@given(data=st.data())
def test_a_drawn_phrase_reads_the_same_however_it_is_typed(data: st.DataObject) -> None:
    words = st.lists(st.sampled_from(sorted(phrases._words().values())), min_size=6, max_size=6, unique=True)
    drawn = " ".join(data.draw(words))
    typed = "".join(
        data.draw(st.sampled_from([word, word.upper(), word.title(), word.replace("-", "")]))
        + data.draw(SEPARATORS)
        for word in drawn.split(" ")
    )

    assert phrases.canonical(typed) == phrases.canonical(drawn)
    assert phrases.refused(drawn) is None


@given(separator=SEPARATORS, zero=st.sampled_from("0٠०０"))
def test_drawn_digits_read_the_same_in_any_script(separator: str, zero: str) -> None:
    drawn = phrases.new_phrase(Style.digits)
    typed = "".join(chr(ord(zero) + int(sign)) if sign.isdigit() else separator for sign in drawn)

    assert re.fullmatch(r"(\d{4} ){5}\d{4}", drawn)
    assert phrases.canonical(typed) == phrases.canonical(drawn) == drawn.replace(" ", "")
    assert phrases.refused(drawn) is None


@settings(max_examples=500)
@given(st.text(max_size=400))
def test_t35_any_text_has_one_form_and_keeps_it(text: str) -> None:
    once = phrases.canonical(text)

    assert phrases.canonical(once) == once
    assert phrases.canonical(f" {text}\n") == phrases.canonical(text)
    phrases.refused(text, "K7QM2XRT9PWD")


def test_an_own_phrase_keeps_its_capitals_and_spaces() -> None:
    forms = {phrases.canonical(text) for text in ("My Blue Bicycle 7", "my blue bicycle 7", "MyBlueBicycle7")}

    assert len(forms) == 3


@pytest.mark.parametrize(
    ("own", "why"),
    [
        ("", Refused.too_short),
        ("fourteen signs", Refused.too_short),
        ("fifteen signs !", None),
        ("   fourteen signs   ", Refused.too_short),
        ("ж" * 5 + "blue house on a hill" + "ж" * 100, None),
        ("ж" * 129, Refused.too_long),
        ("x" * 2000, Refused.too_long),
        ("Correct Horse Battery Staple", Refused.common),
        ("this-is-my-PASSWORD", Refused.common),
        ("aaaaaaaaaaaaaaaa", Refused.common),
        ("blueblueblueblue", Refused.common),
        ("12345678901234567", Refused.common),
        ("abcdefghijklmnop", Refused.common),
        ("lkjhgfdsapoiuytrewq", Refused.common),
        ("mnbvcxzlkjhgfdsapoiuytrewq", Refused.common),
        ("code K7QM-2XRT-9PWD and me", Refused.holds_code),
    ],
)
def test_an_own_phrase_needs_length_and_no_more(own: str, why: Refused | None) -> None:
    assert phrases.refused(own, "K7QM2XRT9PWD") == why


def test_every_line_of_the_refused_list_can_be_met() -> None:
    """A line under the shortest length would be refused for that already."""
    common = Path(spoken.__file__).parent / "data" / "common.txt"
    lines = [line for line in common.read_text("utf-8").splitlines() if line[:1] != "#"]

    assert len(set(lines)) == len(lines) > 80
    assert [line for line in lines if phrases.refused(line) is None] == []


def test_drawn_phrases_use_the_whole_list() -> None:
    drawn = [phrases.new_phrase().split(" ") for _ in range(400)]

    assert {len(words) for words in drawn} == {6}
    assert len({word for words in drawn for word in words}) > 1900
