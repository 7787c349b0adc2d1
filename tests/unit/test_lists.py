"""A table somebody brings: read as it is meant, and each fault named by line and column."""

from __future__ import annotations

import csv
import io
import tracemalloc
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survivor_portal import lists
from survivor_portal.lists import Agreed, Collected, Fault, Ignored, Listed, NotText, TooLarge, Wrong
from tests.conftest import size

TODAY = date(2026, 11, 23)
HEAD = ["case", "link", "place", "age_then", "age_now", "country", "agreed_by", "release_signed",
        "release_until", "release_on_file", "parent_is_safe", "home_is_safe"]  # fmt: skip
GOOD = {
    "case": "N-1", "link": "https://social.example/p/1", "age_then": "adult", "age_now": "adult",
    "country": "US", "agreed_by": "adult", "release_signed": "2026-11-01", "release_until": "2027-05-01",
    "release_on_file": "yes",
}  # fmt: skip


def table(*rows: dict[str, str], head: list[str] = HEAD, between: str = ",", end: str = "\n") -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=between, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerow(head)
    for row in rows:
        writer.writerow([row.get(name, "") for name in head])
    return text.getvalue()


def read(text: str) -> list[Any]:
    return list(lists.read_cases(text, TODAY))


def faults(text: str) -> list[tuple[int, str, Wrong]]:
    return [(one.line, one.column, one.wrong) for one in read(text) if isinstance(one, Fault)]


def listed(text: str) -> list[Listed]:
    found = read(text)
    assert all(isinstance(one, Listed | Ignored) for one in found), found
    return [one for one in found if isinstance(one, Listed)]


def test_a_case_of_one_line_is_read_whole() -> None:
    (case,) = listed(table(GOOD))

    assert (case.line, case.label, case.count) == (2, "N-1", 1)
    assert case.answers == {"age_then": "adult", "age_now": "adult", "country": "US"}
    assert (case.agreed, case.signed_on, case.until) == (Agreed.ADULT, date(2026, 11, 1), date(2027, 5, 1))
    assert case.scopes == ("read", "act")


def test_a_case_may_have_many_lines_and_many_links_in_a_cell() -> None:
    more = {"case": "N-1", "link": "https://social.example/p/2\nhttps://social.example/p/3"}
    third = {"case": "N-1", "place": "insta, @someone, about June"}

    (case,) = listed(table(GOOD, more, third))

    assert case.links.splitlines() == [f"https://social.example/p/{n}" for n in (1, 2, 3)]
    assert (case.places, case.count) == ("insta, @someone, about June", 4)


@pytest.mark.parametrize("between", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("front", ["", "\ufeff"])
def test_any_usual_spelling_of_a_table_is_read(between: str, end: str, front: str) -> None:
    head = [name.replace("_", " ").title() for name in HEAD]
    rows = [{name.replace("_", " ").title(): cell for name, cell in GOOD.items()}]

    (case,) = listed(front + table(*rows, head=head, between=between, end=end))

    assert case.label == "N-1"


def test_the_line_with_which_excel_names_the_separator_counts_and_is_skipped() -> None:
    bad = GOOD | {"age_now": "old"}

    assert faults("sep=;\n" + table(bad, between=";")) == [
        (3, "age_now", Wrong.NOT_ONE_OF),
        (3, "agreed_by", Wrong.NOT_ADULT),
    ]


def test_lines_count_as_an_editor_counts_them() -> None:
    long_cell = GOOD | {"link": "https://social.example/1\nhttps://social.example/2\nnothing here"}
    after = GOOD | {"case": "N-2", "country": "Atlantis"}

    assert faults(table(long_cell, after)) == [(4, "link", Wrong.NO_LINK), (5, "country", Wrong.NOT_ONE_OF)]


@pytest.mark.parametrize("front", ["=", "+", "-", "@", "=HYPERLINK(1)&"])
def test_a_cell_like_a_formula_is_text(front: str) -> None:
    (case,) = listed(table(GOOD | {"case": front + "N-1", "place": front + "cmd"}))

    assert (case.label, case.places) == (front + "N-1", front + "cmd")


def test_columns_nobody_reads_are_named_and_their_cells_are_nowhere() -> None:
    found = read(table(GOOD | {"Name": "Jo Doe"}, head=[*HEAD, "Name"]))

    assert found[0] == Ignored(("Name",))
    assert "Jo Doe" not in repr(found)


FAULTS: list[tuple[dict[str, str], str, Wrong]] = [
    ({"case": ""}, "case", Wrong.MISSING),
    ({"case": "x" * 61}, "case", Wrong.TOO_LONG),
    ({"link": "", "place": ""}, "link", Wrong.NOTHING),
    ({"link": "see my notes"}, "link", Wrong.NO_LINK),
    ({"link": "http://192.168.1.1/x"}, "link", Wrong.NOT_A_SITE),
    ({"link": "data:image/png;base64," + "iVBORw0K" * 40}, "link", Wrong.PICTURE),
    ({"place": "in\x00sta"}, "place", Wrong.CONTROL),
    ({"place": "in\u202esta"}, "place", Wrong.CONTROL),
    ({"age_then": "young"}, "age_then", Wrong.NOT_ONE_OF),
    ({"country": "XX"}, "country", Wrong.NOT_ONE_OF),
    ({"agreed_by": ""}, "agreed_by", Wrong.MISSING),
    ({"agreed_by": "father"}, "agreed_by", Wrong.NOT_ONE_OF),
    ({"release_signed": "1.11.2026"}, "release_signed", Wrong.NOT_A_DATE),
    ({"release_signed": "2026-02-30"}, "release_signed", Wrong.NOT_A_DATE),
    ({"release_signed": "2026-11-24"}, "release_signed", Wrong.FUTURE),
    ({"release_until": "2026-11-23"}, "release_until", Wrong.OVER),
    ({"release_until": "2026-10-01"}, "release_until", Wrong.BEFORE),
    ({"release_until": "2027-11-02"}, "release_until", Wrong.LONGER),
    ({"release_until": ""}, "release_until", Wrong.MISSING),
    ({"release_on_file": ""}, "release_on_file", Wrong.MISSING),
    ({"release_on_file": "no"}, "release_on_file", Wrong.NOT_YES),
    ({"age_now": "16_17"}, "age_now", Wrong.YOUNGER),
    ({"age_now": "", "age_then": ""}, "agreed_by", Wrong.NOT_ADULT),
    ({"age_now": "not_sure"}, "agreed_by", Wrong.NOT_ADULT),
    ({"agreed_by": "minor_alone"}, "agreed_by", Wrong.IS_ADULT),
]


@pytest.mark.parametrize(("change", "column", "wrong"), FAULTS, ids=lambda value: str(value)[:40])
def test_each_fault_is_named_by_line_and_column(change: dict[str, str], column: str, wrong: Wrong) -> None:
    assert (2, column, wrong) in faults(table(GOOD | change))


YOUNG = GOOD | {"age_then": "13_15", "age_now": "13_15"}


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"agreed_by": "minor_alone"}, None),
        ({"agreed_by": "minor_alone", "home_is_safe": "no"}, None),
        ({"agreed_by": "minor_and_parent", "parent_is_safe": "yes"}, None),
        ({"agreed_by": "minor_and_parent"}, Wrong.PARENT_NOT_SAFE),
        ({"agreed_by": "minor_and_parent", "parent_is_safe": "no"}, Wrong.PARENT_NOT_SAFE),
        (
            {"agreed_by": "minor_and_parent", "parent_is_safe": "yes", "home_is_safe": "no"},
            Wrong.HOME_NOT_SAFE,
        ),
        ({"agreed_by": "adult"}, Wrong.NOT_ADULT),
        ({"agreed_by": "minor_alone", "age_now": "under_13", "age_then": "under_13"}, Wrong.UNDER_13),
        ({"agreed_by": "minor_alone", "age_now": "not_sure"}, Wrong.UNDER_13),
        ({"agreed_by": "minor_alone", "age_now": ""}, Wrong.UNDER_13),
        (
            {"agreed_by": "minor_and_parent", "parent_is_safe": "yes", "age_now": "under_13",
             "age_then": "under_13"},
            None,
        ),
    ],
)  # fmt: skip
def test_who_can_agree_goes_by_age_and_home(said: dict[str, str], fault: Wrong | None) -> None:
    assert [wrong for _, _, wrong in faults(table(YOUNG | said))] == ([fault] if fault else [])


def test_all_faults_of_a_list_are_told_at_once() -> None:
    rows = [
        GOOD | {"case": f"N-{n}"} | change for n, (change, _, _) in enumerate(FAULTS) if "case" not in change
    ]

    found = faults(table(*rows))

    assert {line for line, _, _ in found} == set(range(2, len(rows) + 2))


def test_all_that_is_wrong_with_one_case_is_told_at_once() -> None:
    bad = GOOD | {"country": "XX", "age_then": "young", "release_signed": "soon", "link": "no link"}

    assert set(faults(table(bad))) == {
        (2, "country", Wrong.NOT_ONE_OF),
        (2, "age_then", Wrong.NOT_ONE_OF),
        (2, "release_signed", Wrong.NOT_A_DATE),
        (2, "link", Wrong.NO_LINK),
    }


def test_lines_of_one_case_stand_together_and_agree() -> None:
    between = table(GOOD, GOOD | {"case": "N-2"}, GOOD)
    differs = table(GOOD, {"case": "N-1", "link": "https://social.example/2", "country": "DE"})

    assert faults(between) == [(4, "case", Wrong.APART)]
    assert faults(differs) == [(3, "country", Wrong.DIFFERS)]


def test_a_list_without_a_needed_column_says_which() -> None:
    head = [name for name in HEAD if name not in ("release_on_file", "link", "place")]

    assert faults(table(GOOD, head=head)) == [
        (1, "release_on_file", Wrong.NO_COLUMN),
        (1, "link", Wrong.NO_COLUMN),
    ]
    assert faults(table(GOOD, head=[*HEAD, "Case"])) == [(1, "Case", Wrong.TWICE)]


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff", table()])
def test_a_list_with_nothing_in_it_says_so(text: str) -> None:
    assert [wrong for _, _, wrong in faults(text)] == [Wrong.EMPTY]


def test_an_open_quotation_mark_is_named_by_the_line_it_opens_on() -> None:
    text = table(GOOD) + '"N-2,https://social.example/2\n' + "more\n"

    assert faults(text) == [(3, "", Wrong.QUOTES)]


def test_a_line_with_more_cells_than_columns_is_told() -> None:
    text = table(GOOD).rstrip("\n") + ',"",too much\n'

    assert (2, "", Wrong.CELLS) in faults(text)


def test_no_more_cases_and_links_than_there_may_be() -> None:
    many = table(*(GOOD | {"case": f"N-{n}"} for n in range(lists.MOST_CASES + 1)))
    links = "\n".join(f"https://social.example/{n}" for n in range(lists.MOST_LINKS + 1))

    assert faults(many) == [(lists.MOST_CASES + 2, "case", Wrong.TOO_MANY_CASES)]
    assert faults(table(GOOD | {"link": links})) == [(2, "link", Wrong.TOO_MANY_LINKS)]


class TestLinksForOneCase:
    def test_a_table_with_links_and_places(self) -> None:
        found = lists.read_links("Link;Place;Remark\nhttps://social.example/1;;x\n;insta @someone;\n")

        assert (found.links, found.places) == ("https://social.example/1", "insta @someone")
        assert (found.count, found.faults, found.ignored) == (2, (), ("Remark",))

    def test_any_text_with_links_in_it(self) -> None:
        found = lists.read_links("look: https://social.example/1, and\nhttps://social.example/2")

        assert found.links.splitlines() == ["https://social.example/1", "https://social.example/2"]
        assert found.faults == ()

    def test_a_fault_is_named_by_line_and_column(self) -> None:
        (fault,) = lists.read_links("Link\nhttps://social.example/1\nhere\n").faults

        assert fault == Fault(3, "Link", Wrong.NO_LINK, "here")

    def test_nothing_and_too_much(self) -> None:
        many = "\n".join(f"https://social.example/{n}" for n in range(301))

        assert [fault.wrong for fault in lists.read_links("").faults] == [Wrong.EMPTY]
        assert [fault.wrong for fault in lists.read_links("no link").faults] == [Wrong.NOTHING]
        assert [fault.wrong for fault in lists.read_links(many).faults] == [Wrong.TOO_MANY_LINKS]


class TestBytes:
    @pytest.mark.parametrize("step", [1, 3, 7, 1000])
    def test_text_in_pieces_is_the_text(self, step: int) -> None:
        text = "case,link\nÄ\u4e2d\U0001f600,https://social.example/1\n" * 3
        collected = Collected()
        for start in range(0, len(text.encode()), step):
            collected.add(text.encode()[start : start + step])

        assert collected.end() == text

    @pytest.mark.parametrize("bad", [b"\xff", b"\x00", b"\x1b", b"\xc3\x28", b"\xed\xa0\x80"])
    def test_what_is_no_text_is_refused_at_its_first_byte(self, bad: bytes) -> None:
        collected = Collected()
        collected.add(b"one\ntwo\n")

        with pytest.raises(NotText) as refused:
            collected.add(b"three\nfo" + bad + b" more text \n\n")

        assert refused.value.line == 4
        assert collected._pieces == []

    def test_a_sign_cut_off_at_the_end_is_refused(self) -> None:
        collected = Collected()
        collected.add("ä".encode()[:1])

        with pytest.raises(NotText):
            collected.end()

    def test_two_mebibytes_go_in_and_one_byte_more_does_not(self) -> None:
        collected = Collected()
        collected.add(b"x" * lists.MOST_BYTES)
        assert len(collected.end()) == lists.MOST_BYTES

        with pytest.raises(TooLarge):
            collected.add(b"x")


cells = st.text(st.characters(codec="utf-8"), max_size=30)
any_table = st.one_of(
    st.binary(max_size=400),
    st.lists(st.lists(cells, max_size=14), max_size=6).map(
        lambda rows: "\n".join(",".join(row) for row in rows).encode()
    ),
    st.lists(st.fixed_dictionaries(dict.fromkeys(HEAD, cells)), max_size=4).map(
        lambda rows: table(*rows).encode()
    ),
)


@settings(max_examples=size("property_examples"), deadline=None)
@given(data=any_table)
def test_whatever_comes_is_read_or_refused_and_never_fails(data: bytes) -> None:
    collected = Collected()
    try:
        collected.add(data)
        text = collected.end()
    except NotText:
        text = data.decode("utf-8", "replace")
    height = text.count("\n") + text.count("\r") + 1

    found = read(text)

    assert found
    assert all(1 <= one.line <= height for one in found if isinstance(one, Fault | Listed))
    assert lists.read_links(text).count >= 0


labels = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=20)


@st.composite
def good_rows(draw: st.DrawFn) -> list[dict[str, str]]:
    names = draw(st.lists(labels, unique_by=str.casefold, min_size=1, max_size=5))
    rows = []
    for number, name in enumerate(names):
        signed = TODAY - timedelta(days=draw(st.integers(0, 200)))
        until = TODAY + timedelta(days=draw(st.integers(1, 150)))
        count = draw(st.integers(1, 4))
        rows.append(
            GOOD
            | {
                "case": name,
                "link": "\n".join(f"https://social.example/{number}/{n}" for n in range(count)),
                "release_signed": signed.isoformat(),
                "release_until": until.isoformat(),
                "country": draw(st.sampled_from(["", "US", "de", "GB"])),
            }
        )
    return rows


@settings(max_examples=size("property_examples"), deadline=None)
@given(rows=good_rows(), between=st.sampled_from(",;\t"), end=st.sampled_from(["\n", "\r\n", "\r"]))
def test_what_is_right_comes_back_as_it_was_written(rows: Any, between: str, end: str) -> None:
    found = listed(table(*rows, between=between, end=end))

    assert [
        (case.label, case.links, case.signed_on.isoformat(), case.until.isoformat()) for case in found
    ] == [(row["case"], row["link"], row["release_signed"], row["release_until"]) for row in rows]
    assert [case.answers.get("country", "") for case in found] == [row["country"].upper() for row in rows]


in_one_line = [(change, column, wrong) for change, column, wrong in FAULTS if "case" not in change]


@settings(max_examples=size("property_examples"), deadline=None)
@given(broken=st.lists(st.none() | st.sampled_from(in_one_line), min_size=1, max_size=8))
def test_every_broken_line_is_told_and_no_whole_one(broken: Any) -> None:
    rows = [
        GOOD | {"case": f"N-{number}"} | (fault[0] if fault else {}) for number, fault in enumerate(broken)
    ]

    found = read(table(*rows))

    told = {(one.line, one.column, one.wrong) for one in found if isinstance(one, Fault)}
    wanted = {(line, fault[1], fault[2]) for line, fault in enumerate(broken, 2) if fault}
    assert wanted <= told
    assert {line for line, _, _ in told} == {line for line, _, _ in wanted}
    assert [one.line for one in found if isinstance(one, Listed)] == [
        line for line, fault in enumerate(broken, 2) if not fault
    ]


def test_ten_times_the_cases_take_no_more_memory_while_they_are_read() -> None:
    list(lists.read_cases(_long(3), TODAY))  # the tables of links and countries stay once they are there

    few, many = _peak(_long(20)), _peak(_long(200))

    # What may grow are the names of the cases, to see whether one comes twice.
    assert many - few < 100_000


def _long(count: int) -> str:
    links = "\n".join(f"https://social.example/p/{n}" for n in range(20))
    return table(*(GOOD | {"case": f"N-{n}", "link": links} for n in range(count)))


def _peak(text: str) -> int:
    tracemalloc.start()
    for _one in lists.read_cases(text, TODAY):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak
