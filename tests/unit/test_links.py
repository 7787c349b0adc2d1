"""Links: what one pasted address is read as, how it is shown, and how picture data is cut out."""

import base64
import random
from dataclasses import FrozenInstanceError

import pytest

from survivor_portal.links import (
    Piece,
    Problem,
    _hosts,
    cut_image_data,
    has_known_ending,
    parse,
    parse_many,
    registrable,
    shown,
)

NOISE = random.Random(7).randbytes(6_000)
PICTURE = base64.b64encode(NOISE).decode()


# --- whom a host belongs to -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "platform", "customer"),
    [
        ("a.b.co.uk", "b.co.uk", "b.co.uk"),
        ("x.pages.dev", "pages.dev", "x.pages.dev"),
        ("foo.blogspot.com", "blogspot.com", "foo.blogspot.com"),
        ("x.s3.us-east-1.amazonaws.com", "amazonaws.com", "x.s3.us-east-1.amazonaws.com"),
        ("x.blob.core.windows.net", "windows.net", "x.blob.core.windows.net"),
        ("x.backblazeb2.com", "backblazeb2.com", "backblazeb2.com"),
        ("WWW.Board.Example.", "board.example", "board.example"),
        ("фото.пример.рф", "xn--e1afmkfd.xn--p1ai", "xn--e1afmkfd.xn--p1ai"),
        ("co.uk", None, None),
        ("com", None, None),
        ("8.8.8.8", None, None),
        ("[2606:4700::1111]", None, None),
        ("localhost", None, None),
        ("", None, None),
        ("a..b", None, None),
        ("not a host", None, None),
    ],
)
def test_a_host_belongs_to_a_platform_and_a_customer(
    host: str, platform: str | None, customer: str | None
) -> None:
    assert registrable(host) == platform
    assert registrable(host, private=True) == customer


# --- one address ----------------------------------------------------------------------------------------


def test_a_link_is_taken_apart_and_the_pasted_text_kept() -> None:
    text = " Board.example:8080/T/7?b=2&utm_source=x&a=1#Key!_- "

    link = parse(text)

    assert link.raw == text
    assert link.url == "https://board.example:8080/T/7?b=2&a=1#Key!_-"
    assert (link.scheme, link.host, link.port) == ("https", "board.example", 8080)
    assert (link.path, link.query, link.fragment) == ("/T/7", "b=2&a=1", "Key!_-")
    assert (link.target, link.problems, link.usable) == (None, (), True)


def test_a_link_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        parse("x.com/a").host = "y.com"  # type: ignore[misc]  # refused to the checker as well


@pytest.mark.parametrize(
    "text",
    [
        "https://board.example/a%2Fb/%E2%9C%93?q=%20x&&y=&=z#a?b#c",
        "https://board.example/A//b/../c/./?x=1;y=2",
        "https://board.example/~jane/$a'b(c)d*e+f,g;h=i@j",
        "https://board.example/?a[0]=1&b={2}",
        "https://board.example/фото/Ä",
    ],
)
def test_all_behind_the_host_is_kept_letter_by_letter(text: str) -> None:
    assert parse(text).url == text


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://board.example/?fbclid=1", "https://board.example/"),
        ("https://board.example/?a=1&fbclid=1&b=2&gclid=3", "https://board.example/?a=1&b=2"),
        ("https://board.example/?UTM_Source=a&id=7", "https://board.example/?id=7"),
        ("https://board.example/?s=20&t=5&si=1", "https://board.example/?s=20&t=5&si=1"),
        (
            "https://board.example/?share_id=1&share_token=2&ref=3",
            "https://board.example/?share_id=1&share_token=2&ref=3",
        ),
        ("https://x.com/a/status/1?s=20&t=5", "https://x.com/a/status/1"),
        ("https://mobile.x.com/a/status/1?s=20", "https://mobile.x.com/a/status/1"),
        ("https://notx.com/a/status/1?s=20", "https://notx.com/a/status/1?s=20"),
    ],
)
def test_only_known_tracking_is_taken_out(text: str, url: str) -> None:
    assert parse(text).url == url


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", Problem.NO_HOST),
        ("just words", Problem.NO_HOST),
        ("https://", Problem.NO_HOST),
        ("https://instagram/someone", Problem.NO_HOST),
        ("https://a..example/someone", Problem.NO_HOST),
        ("https://board.999/someone", Problem.NO_HOST),
        ("https://256.1.1.1/someone", Problem.NO_HOST),
        (f"https://{'a' * 64}.example/someone", Problem.NO_HOST),
        (f"https://{'a.' * 130}example/someone", Problem.NO_HOST),
        ("https://[::1/someone", Problem.NO_HOST),
        ("file:///C:/pictures/1.jpg", Problem.NOT_WEB),
        ("javascript:alert(1)", Problem.NOT_WEB),
        ("JavaScript:alert('https')", Problem.NOT_WEB),
        ("data:image/png;base64,iVBORw0KGgo=", Problem.NOT_WEB),
        ("blob:https://board.example/1234-5678", Problem.NOT_WEB),
        ("content://media/external/images/12", Problem.NOT_WEB),
        ("magnet:?xt=urn:btih:0123456789", Problem.NOT_WEB),
        ("http://localhost:3000/a", Problem.PRIVATE_ADDRESS),
        ("http://printer.local/a", Problem.PRIVATE_ADDRESS),
        ("http://127.0.0.1/a", Problem.PRIVATE_ADDRESS),
        ("http://127.1/someone", Problem.PRIVATE_ADDRESS),
        ("http://2130706433/a", Problem.PRIVATE_ADDRESS),
        ("http://0x7f.0.0.1/a", Problem.PRIVATE_ADDRESS),
        ("http://0177.0.0.1/a", Problem.PRIVATE_ADDRESS),
        ("http://10.0.0.8/a", Problem.PRIVATE_ADDRESS),
        ("http://192.168.178.1/a", Problem.PRIVATE_ADDRESS),
        ("http://169.254.169.254/latest", Problem.PRIVATE_ADDRESS),
        ("http://100.64.0.1/a", Problem.PRIVATE_ADDRESS),
        ("http://0.0.0.0/a", Problem.PRIVATE_ADDRESS),
        ("http://224.0.0.1/a", Problem.PRIVATE_ADDRESS),
        ("http://[::1]/a", Problem.PRIVATE_ADDRESS),
        ("http://[fe80::1%25eth0]/a", Problem.PRIVATE_ADDRESS),
        ("http://[fd00::1]/a", Problem.PRIVATE_ADDRESS),
        ("http://[::ffff:127.0.0.1]/a", Problem.PRIVATE_ADDRESS),
        ("http://[64:ff9b::7f00:1]/a", Problem.PRIVATE_ADDRESS),
        ("http://127。0。0。1/a", Problem.PRIVATE_ADDRESS),
        ("http://board.example:99999/a", Problem.BAD_PORT),
        ("http://board.example:0/a", Problem.BAD_PORT),
        ("http://board.example:http/a", Problem.BAD_PORT),
        ("https://board.example/" + "a" * 20_000, Problem.TOO_LONG),
    ],
)
def test_what_no_request_can_name_says_why_and_has_no_address(text: str, problem: Problem) -> None:
    link = parse(text)

    assert link.problems == (problem,)
    assert (link.url, link.host, link.usable, link.raw) == ("", "", False, text)
    assert parse_many(text).links == ()


def test_a_public_number_is_a_site() -> None:
    assert parse("http://[2606:4700::1111]:8080/a").url == "http://[2606:4700::1111]:8080/a"
    assert parse("http://0x08080808/a").host == "8.8.8.8"


@pytest.mark.parametrize(
    "text",
    [
        "https://t.co/AbC1",
        "bit.ly/AbC1",
        "https://vm.tiktok.com/ZMabc/",
        "https://www.tiktok.com/t/ZTabc/",
        "https://www.facebook.com/share/v/AbC1/",
        "https://www.reddit.com/r/pics/s/AbC1",
        "https://lnkd.in/AbC1",
    ],
)
def test_a_short_link_is_usable_and_says_that_it_leads_elsewhere(text: str) -> None:
    link = parse(text)

    assert link.usable
    assert link.problems == (Problem.SHORT_LINK,)


def test_a_link_copied_from_where_it_is_shown_shortened_says_so() -> None:
    link = parse("instagram.com/p/C1aBcD…")

    assert link.url == "https://instagram.com/p/C1aBcD"
    assert link.problems == (Problem.CUT_OFF,)


def test_a_wrapper_that_leads_to_no_site_has_no_target() -> None:
    for inner in ("http://127.0.0.1/a", "javascript:alert(1)", "", "nothing", "%", "http://"):
        link = parse("https://www.google.com/url?q=" + inner)

        assert link.host == "www.google.com"
        assert link.target is None


def test_a_wrapper_inside_wrappers_ends_somewhere() -> None:
    link = parse("https://archive.ph/newest/" * 200 + "https://board.example/1")

    depth = 0
    while link.target is not None:
        link, depth = link.target, depth + 1
    assert depth == 4


# --- the same address -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "other",
    [
        "http://www.board.example/t/7?a=1&b=2",
        "HTTPS://BOARD.EXAMPLE/t/7/?b=2&a=1",
        "m.board.example/t/7?a=1&b=2&utm_source=x",
        "mobile.board.example:443/t/7?b=2&fbclid=q&a=1",
        "https://board.example/t/7?a=1&b=2#:~:text=words",
    ],
)
def test_two_ways_of_writing_one_address_are_the_same(other: str) -> None:
    assert parse(other).identity == parse("https://board.example/t/7?a=1&b=2").identity


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://board.example/t/7", "https://board.example/T/7"),
        ("https://board.example/t/7", "https://board.example/t/7?a=1"),
        ("https://board.example/t/7", "https://board.example:8080/t/7"),
        ("https://mega.nz/folder/a#b", "https://mega.nz/folder/a#c"),
        ("https://m.example/a", "https://example.m/a"),
        ("https://jane.board.example/", "https://board.example/"),
    ],
)
def test_different_addresses_stay_different(one: str, other: str) -> None:
    assert parse(one).identity != parse(other).identity


def test_texts_without_an_address_are_never_the_same() -> None:
    assert parse("words").identity == ""


# --- shown ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("https://x.com/jdoe/status/1234567890124821", "x.com/…/4821"),
        ("https://www.instagram.com/jane.doe/", "instagram.com/…/oe"),
        ("https://mega.nz/folder/AbCd#iJkLmNoPqR", "mega.nz/…/oPqR"),
        ("https://m.board.example/", "board.example"),
        ("https://board.example/?id=1234567", "board.example/…/4567"),
        ("https://" + "a" * 50 + ".example/x", "…" + "a" * 32 + ".example/…/x"),
        ("words", "…/…/rds"),
        ("", "…"),
    ],
)
def test_a_link_is_masked(text: str, masked: str) -> None:
    assert shown(parse(text)) == masked


def test_two_links_with_the_same_end_are_told_apart_by_what_the_site_calls_them() -> None:
    first, second = (parse(f"https://board.example/c/ab{n}cd/x/") for n in (10, 11))

    assert shown(first) == shown(second)
    assert [shown(first, "ab10cd"), shown(second, "ab11cd")] == ["board.example/…/0cd", "board.example/…/1cd"]


# --- many -----------------------------------------------------------------------------------------------


def test_everything_that_is_no_link_is_left_over() -> None:
    text = (
        "He is @some.one there, see https://board.example/1\n"
        "mail: else@board.example, ‘http://127.0.0.1/x’ — about 9 pm"
    )

    pasted = parse_many(text)

    assert [link.url for link in pasted.links] == ["https://board.example/1"]
    assert [link.problems for link in pasted.refused] == [(Problem.PRIVATE_ADDRESS,)]
    assert pasted.leftovers == (
        "He is",
        "@some.one",
        "there, see",
        "mail:",
        "else@board.example",
        "http://127.0.0.1/x",
        "’ — about 9 pm",
    )
    assert [segment.piece for segment in pasted.segments if segment.piece is not Piece.TEXT] == [
        Piece.HANDLE,
        Piece.LINK,
        Piece.EMAIL,
        Piece.REFUSED,
    ]


def test_repeats_are_kept_because_the_directory_knows_better_what_is_one_item() -> None:
    assert len(parse_many("board.example/1 board.example/1").links) == 2


# --- picture data ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "data", "after"),
    [
        ("look ", "data:image/png;base64," + PICTURE, " here"),
        ("look ", "data:image/png;base64,iVBORw0KGgo=", " here"),
        ("look ", "DATA:image/jpeg;charset=utf-8;base64," + PICTURE, "\nhere"),
        ('<img src="', "data:image/png;base64," + PICTURE, '"> here'),
        ("background:url(", "data:image/svg+xml,%3Csvg%20xmlns=%22x%22%3E", " here"),
        ("look ", PICTURE, " here"),
        ("look ", PICTURE.replace("/", "_").replace("+", "-"), " here"),
        ("look ", PICTURE.replace("/", "\\/"), " here"),
        ('{"image":"', PICTURE, '"}'),
        ("look\n", "\n".join(PICTURE[at : at + 76] for at in range(0, len(PICTURE), 76)), "\nhere"),
        ("look\n", "\n".join(PICTURE[at : at + 64] for at in range(0, len(PICTURE), 64)), "\nhere"),
        (
            "> ",
            "data:image/png;base64,\n" + "\n".join(PICTURE[at : at + 76] for at in range(0, 760, 76)),
            "\nhere",
        ),
        ("look ", NOISE.hex(), " here"),
        ("look ", NOISE.hex(" "), " here"),
        ("look ", NOISE.hex(":").upper(), " here"),
        ("look ", " ".join(f"0x{byte:02x}," for byte in NOISE)[:-1], " here"),
        ("look\n", "\n".join(NOISE[at : at + 16].hex(" ") for at in range(0, len(NOISE), 16)), "\nhere"),
        (
            "look\n",
            "\n".join(f"{at:08x}: {NOISE[at : at + 16].hex(' ', 2)}  ..J{{.'F|F" for at in range(0, 992, 16)),
            "\nhere",
        ),
    ],
)  # fmt: skip
def test_picture_data_is_cut_and_the_words_around_it_stay(before: str, data: str, after: str) -> None:
    clean, count = cut_image_data(before + data + after)

    assert count == 1
    assert clean.split() == (before + " " + after).split()


def test_a_picture_dressed_as_a_link_is_cut() -> None:
    clean, count = cut_image_data(f"https://board.example/?a={PICTURE} and https://board.example/1")

    assert count == 1
    assert clean.endswith(" and https://board.example/1")
    assert len(clean) < 70


def test_two_pictures_are_counted() -> None:
    assert cut_image_data(f"one {PICTURE} two data:image/gif;base64,R0lGODlh three")[1] == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Some words about data: what it is, and what not.",
        "https://mega.nz/folder/AbCdEfGh#iJkLmNoPqRsTuVwXyZ0-_w/file/QrStUvWx",
        "https://board.example/?token=" + PICTURE[:900].replace("+", "-").replace("/", "_"),
        "https://board.example/" + "/".join(PICTURE[:1500].replace("+", "-").split("/")),
        "board.example/?token=" + PICTURE[:900],
        "https://cdn.example/a.jpg?" + "&".join(f"oh{n}={PICTURE[n * 40 : n * 40 + 40]}" for n in range(40)),
        "https://board.example/" + "%D0%9F%D1%80" * 100,
        "a" * 3000,
        "-" * 3000,
        "\n".join(f"https://board.example/t/{number}" for number in range(300)),
        "\n".join(NOISE[at : at + 6].hex() for at in range(0, 600, 6)),
        PICTURE[:500],
        "12 34 56 78 " * 10,
    ],
)
def test_links_and_words_are_not_taken_for_pictures(text: str) -> None:
    assert cut_image_data(text) == (text, 0)


def test_the_list_of_endings_is_read_once_for_each_of_its_two_halves() -> None:
    for host in ("a.pages.dev", "b.example.com"):
        registrable(host)
        registrable(host, True)
        registrable(host, private=True)
        has_known_ending(host)

    assert _hosts._suffixes.cache_info().misses <= 2
