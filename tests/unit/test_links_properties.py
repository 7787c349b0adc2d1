"""Links under any text at all: nothing raises, nothing is lost, twice is the same as once, and it stays linear."""
# ruff: noqa: E501 - crumbs stand close

import sys
from collections.abc import Callable
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survivor_portal.links import (
    Link,
    Pasted,
    Piece,
    _read,
    cut_image_data,
    parse,
    parse_many,
    registrable,
    shown,
)

# What links and messes are made of; text drawn from it is far nastier than letters drawn at random.
CRUMBS = [
    "http://", "https://", "hxxps://", "hxxp[:]//", "HTTP:\\\\", "https:/", "http//", "ttps://", "https%3A%2F%2F",
    "//", "ftp://", "tg://resolve?domain=a&post=1", "javascript:", "data:image/png;base64,", "file:///", "mailto:",
    "view-source:", "www.", "m.", "x.com", "mega.nz/folder/a", "web.archive.org/web/2020im_/", "archive.ph/o/Ab1/",
    "google.com/url?q=", "l.facebook.com/l.php?u=", "bing.com/ck/a?u=a1", "href.li/?", "t.co/", "a.translate.goog",
    "a.example", "b.example/c", "пример.рф", "例え.jp", "i❤.ws", "xn--", "xn--a.example", "jane.doe", "user:pw@",
    "@jane", "a@b.example", "127.0.0.1", "0x7f.1", "2130706433", "[::1]", "[2606:4700::1111]", "localhost",
    ":80", ":443", ":8080", ":99999", ":", "[.]", "(dot)", "\\.", "\\/", "\\u0026", "\\n", "&amp;", "&quot;", "%",
    "%2F", "%00", "%E2%80%8B", "?", "#", "&", "=", "utm_source=a", "fbclid=b", "s=1", "fbclid", ".", ",", ";", "!",
    "…", "...", "(", ")", "[", "]", "](", "{", "}", "<", ">", '"', "'", "“", "、", "。", "|", "*", "_", "~", "`",
    " ", "\n", "\r\n", "\t", "\u200b", "\u2060", "\ufeff", "\xa0", "\x00", "\ud800", "🔥", "❤️", "é", "ß", "ſ", "İ",
    "a", "1", "/", "//", "\\", "-", "--", "photo.mov", "3.50/day", "Abcdefghij0123456789" * 30, "ff d8 " * 300,
]  # fmt: skip
messes = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from(CRUMBS), max_size=14).map("".join),
    st.tuples(st.just("https://a.example/"), st.lists(st.sampled_from(CRUMBS), max_size=8)).map(
        lambda parts: parts[0] + "".join(parts[1])
    ),
)


def together(pasted: Pasted) -> str:
    return "".join(segment.raw for segment in pasted.segments)


@given(messes)
def test_no_text_is_lost_and_none_is_doubled(text: str) -> None:
    pasted = parse_many(text)

    assert together(pasted) == text
    assert all(segment.raw for segment in pasted.segments)


@given(messes)
def test_every_word_comes_back_as_a_link_or_as_a_leftover(text: str) -> None:
    pasted = parse_many(text)

    for segment in pasted.segments:
        if segment.piece is Piece.LINK:
            assert segment.link in pasted.links
        elif segment.piece is Piece.REFUSED:
            assert segment.link in pasted.refused
        assert (segment.link is None) == (segment.piece in (Piece.TEXT, Piece.EMAIL, Piece.HANDLE))
    assert all(link.raw in text for link in pasted.links)


@given(messes)
def test_a_link_read_again_is_the_same_link(text: str) -> None:
    once = parse(text)

    again = parse(once.url)

    assert again.url == once.url
    assert again.identity == once.identity


@given(messes)
def test_links_found_in_a_text_read_the_same_alone(text: str) -> None:
    for link in parse_many(text).links:
        assert parse(link.url).url == link.url


@given(messes)
def test_a_link_is_the_sum_of_its_parts(text: str) -> None:
    for link in walk(parse(text)):
        whole = (
            f"{link.scheme}://{link.host}" + (f":{link.port}" if link.port is not None else "") + link.path
        )
        whole += f"?{link.query}" if link.query else ""
        whole += f"#{link.fragment}" if link.fragment else ""

        assert link.url == (whole if link.host else "")
        assert link.host.isascii()
        assert link.host == link.host.lower()
        assert link.usable == bool(link.url)
        assert bool(link.url) or link.problems


@given(messes)
def test_one_text_parsed_keeps_the_text_as_it_was(text: str) -> None:
    assert parse(text).raw == text


@given(messes)
def test_a_masked_link_is_short_and_hides_its_path(text: str) -> None:
    link = parse(text)

    masked = shown(link)

    assert 0 < len(masked) <= 50
    assert not link.url or len(link.path) < 6 or link.path not in masked


@given(messes)
def test_picture_data_is_cut_once_and_for_all(text: str) -> None:
    clean, count = cut_image_data(text)

    assert len(clean) <= len(text)
    assert (count == 0) == (clean == text)
    assert cut_image_data(clean) == (clean, 0)


@given(messes, st.booleans())
def test_what_is_registrable_ends_the_host(host: str, private: bool) -> None:
    found = registrable(host, private=private)

    assert found is None or registrable(found, private=private) == found


def walk(link: Link) -> list[Link]:
    return [link] if link.target is None else [link, *walk(link.target)]


# --- linear ---------------------------------------------------------------------------------------------

HOSTILE = {
    "letters": "a",
    "dots": ".",
    "hosts": "a.",
    "schemes": "http://",
    "glued links": "https://a.example/1",
    "nested": "web.archive.org/web/1/",
    "redirects": "https://google.com/url?q=",
    "angles": "<",
    "angle links": "<https://",
    "angles with lines": "<https://a.example/\n",
    "brackets": "([{",
    "closers": "https://a.example/)",
    "markdown": "[a](",
    "tracking": "&fbclid!",
    "commas": "a.example/,",
    "mails": "a@a.example,",
    "ats": "@",
    "ports": ":8",
    "entities": "&amp;",
    "escapes": "\\/",
    "blunted": "[.]a",
    "invisible": "\u200b",
    "broken lines": "https://a.example/?" + "b" * 60 + "=\n",
    "data": "data:a/b,",
    "svg": "data:image/svg+xml,<svg ",
    "hex": "ff ",
    "short hex": "ff ff ff ff ff zz ",
    "base64": "Ab0/" * 19 + "\n",
    "dumps": "00000000: ffd8 ffe0 0010 4a46 4946 0001\n",
    "percent": "%",
    "underscores": "_",
    "punycode": "xn--",
    "wide": "例",
    "words": "words and words ",
}


def steps(work: Callable[[str], object], text: str) -> int:
    """Count calls made, into Python and out of it, and the letters handed on for reading."""
    count = 0

    def one_more(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        if event in ("call", "c_call"):
            count += 1
            if event == "call" and frame.f_code is _read.read.__code__:
                count += len(frame.f_locals["text"])

    before = sys.getprofile()
    sys.setprofile(one_more)
    try:
        work(text)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("work", [parse_many, parse, cut_image_data], ids=lambda work: work.__name__)
@pytest.mark.parametrize("crumb", HOSTILE.values(), ids=HOSTILE.keys())
def test_twice_the_text_is_at_most_twice_the_steps(crumb: str, work: Callable[[str], object]) -> None:
    work("https://warm.example/")  # tables are loaded once
    small = crumb * (20_000 // len(crumb))

    once, twice = steps(work, small), steps(work, small * 2)

    assert twice <= 2.2 * once + 2_000
    assert twice <= 20 * len(small * 2) + 2_000


@pytest.mark.parametrize("front", ["", "https://a.example/", "https://a.example/?b=", "x "])
def test_a_megabyte_of_hostile_text_is_read_and_kept(front: str) -> None:
    text = front + "".join(crumb * (1_000_000 // len(HOSTILE) // len(crumb)) for crumb in HOSTILE.values())

    pasted = parse_many(text)
    clean, count = cut_image_data(text)

    assert together(pasted) == text
    assert count > 0
    assert len(clean) < len(text)
