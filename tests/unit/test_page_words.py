"""Numbers one can press, and nothing else made a link."""

import pytest

from survivor_portal.web.templatetags.site_page import is_web_address, phone_links, text_links


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("988", ["tel:988"]),
        ("0800 111 0 111, 0800 111 0 222 or 116 123", ["tel:08001110111", "tel:08001110222", "tel:116123"]),
        ("1-800-843-5678 (1-800-THE-LOST)", ["tel:18008435678"]),
        ("1800-18-2327 (1800-18-BEAR)", ["tel:1800182327"]),
        ("+65 6669 1771", ["tel:+6566691771"]),
        ("190 (ambulance 192)", ["tel:190", "tel:192"]),
        ("1202 (women), 1203 (men and youth)", ["tel:1202", "tel:1203"]),
        ("135 or (011) 5275-1135", ["tel:135", "tel:01152751135"]),
        ("no number is known", []),
    ],
)
def test_each_number_can_be_called(text: str, links: list[str]) -> None:
    html = phone_links(text)

    assert [piece.split('"')[0] for piece in html.split('href="')[1:]] == links


def test_a_text_number_opens_a_message() -> None:
    assert text_links("Text HOME to 741741") == 'Text HOME to <a href="sms:741741">741741</a>'


def test_a_bare_text_number_says_what_to_do_with_it() -> None:
    assert text_links("988") == 'Text <a href="sms:988">988</a>'


def test_words_round_a_number_are_escaped() -> None:
    assert phone_links('<b>"112"</b>') == '&lt;b&gt;&quot;<a href="tel:112">112</a>&quot;&lt;/b&gt;'


@pytest.mark.parametrize(
    "text", ["", "chat on their site", "javascript:alert(1)", "http://old.example/", "https://a b"]
)
def test_only_a_whole_https_address_is_an_address(text: str) -> None:
    assert not is_web_address(text)
