"""What is kept of a mail, and which mails are not taken."""

import base64
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest

from survivor_portal.mails import LARGEST, LONGEST, Read, Refused, Removed, Why, read

HEAD = (
    b"From: Reports <reports@platform.example>\r\nTo: x@relay.example\r\nSubject: Your report\r\n"
    b"Date: Mon, 23 Nov 2026 11:30:00 +0100\r\nMessage-ID: <a1@platform.example>\r\nMIME-Version: 1.0\r\n"
)
REFUSAL = "Our support team has determined that the reported content does not violate our rules."
JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 8


def plain(text: str, head: bytes = HEAD) -> bytes:
    return head + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + text.encode("utf-8", "surrogatepass")


def page(markup: str) -> bytes:
    return HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n" + markup.encode()


def boxed(*parts: bytes, how: str = "mixed", head: bytes = HEAD) -> bytes:
    inside = b"".join(b"--edge\r\n" + part + b"\r\n" for part in parts)
    return (
        head + f'Content-Type: multipart/{how}; boundary="edge"\r\n\r\n'.encode() + inside + b"--edge--\r\n"
    )


def picture(kind: str = "image/jpeg") -> bytes:
    head = f'Content-Type: {kind}; name="me.jpg"\r\nContent-Transfer-Encoding: base64\r\n'
    return (
        head.encode() + b"Content-Disposition: attachment; filename=me.jpg\r\n\r\n" + base64.encodebytes(JPEG)
    )


TEXT_PART = b"Content-Type: text/plain\r\n\r\n" + REFUSAL.encode()


def taken(data: bytes, **more: Any) -> Read:
    found = read(data, **more)
    assert isinstance(found, Read), found
    return found


def why_not(data: bytes) -> Why:
    found = read(data)
    assert isinstance(found, Refused), found
    return found.why


def test_a_plain_answer_is_kept_word_for_word() -> None:
    found = taken(plain(f"Hello,\r\n\r\n{REFUSAL}\r\n\r\nThanks, é ü ñ"))

    assert found.text == f"Hello,\n\n{REFUSAL}\n\nThanks, é ü ñ"
    assert (found.subject, found.sender) == ("Your report", "reports@platform.example")
    assert found.sent_at == datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
    assert found.message_id == "<a1@platform.example>"
    assert (found.removed, found.is_bounce, found.is_auto, found.is_cut) == ((), False, False, False)


def test_a_mail_as_the_standard_library_writes_it_is_read() -> None:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "a@b.example", "Größe: wir haben Ihre Meldung"
    mail.set_content("Wir haben Ihre Meldung geprüft.\n")
    mail.add_alternative("<p>Wir haben Ihre Meldung <b>geprüft</b>.</p>", subtype="html")
    mail.add_attachment(JPEG, maintype="image", subtype="png", filename="x.png")

    found = taken(mail.as_bytes())

    assert found.text == "Wir haben Ihre Meldung geprüft."
    assert found.subject == "Größe: wir haben Ihre Meldung"
    assert found.removed == (Removed("image/png", 1),)


def test_files_are_counted_and_not_named() -> None:
    nested = b"Content-Type: message/rfc822\r\n\r\n" + plain("An older mail")
    found = taken(boxed(TEXT_PART, picture(), picture(), picture("application/x-malware-by-me"), nested))

    assert found.text == REFUSAL
    assert found.removed == (
        Removed("application/other", 1), Removed("image/jpeg", 2), Removed("message/rfc822", 1),
    )  # fmt: skip
    assert "me.jpg" not in repr(found)


def test_a_mail_that_is_only_a_file_has_no_words() -> None:
    found = taken(boxed(picture("application/pdf")))

    assert (found.text, found.removed) == ("", (Removed("application/pdf", 1),))


def test_text_sent_as_a_file_is_a_file() -> None:
    file = b"Content-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nwords"

    assert taken(boxed(file)).text == ""
    assert taken(boxed(file, TEXT_PART)).text == REFUSAL


def test_an_empty_plain_part_does_not_hide_the_page_beside_it() -> None:
    empty = b"Content-Type: text/plain\r\n\r\n \r\n"
    markup = b"Content-Type: text/html\r\n\r\n<p>We removed it.</p>"

    found = taken(boxed(empty, markup, how="alternative"))

    assert (found.text, found.removed) == ("We removed it.", ())


def test_of_a_page_the_words_stay_and_links_become_addresses() -> None:
    found = taken(
        page(
            "<html><head><title>t</title><style>p{}</style></head><body><p>Dear user,</p>"
            "<p>please <a href='https://platform.example/confirm?a=1&amp;b=2'>confirm</a> this."
            "<br>Thank you</p>"
            "<a href='javascript:alert(1)'>here</a> <a href=https://b.example/>https://b.example/</a>"
            "<img src=x onerror=alert(1)><script>alert(1)</script>"
            "<blockquote>You wrote<p>remove it</p></blockquote></body></html>"
        )
    )

    assert found.text == (
        "Dear user,\n\nplease confirm (https://platform.example/confirm?a=1&b=2) this.\nThank you\n"
        "here https://b.example/\n> You wrote\n> remove it"
    )


def test_words_that_look_like_markup_stay_words() -> None:
    assert taken(page("<p>&lt;script&gt;alert(1)&lt;/script&gt; &amp;amp;</p>")).text == (
        "<script>alert(1)</script> &amp;"
    )
    assert taken(plain("<script>alert(1)</script>")).text == "<script>alert(1)</script>"


def test_what_nobody_sees_is_dropped() -> None:
    text = "re\u200bmo\u202eved\ufeff \u2066it\u2069 \x07now\U000e0041 " + "word " * 20

    assert taken(plain(text)).text == ("removed it now " + "word " * 20).strip()


def test_signs_piled_on_one_letter_are_taken_down() -> None:
    assert taken(plain("a" + "\u0301" * 300 + "b")).text == "a" + "\u0301" * 4 + "b"


@pytest.mark.parametrize(
    "data",
    [
        base64.encodebytes(JPEG).decode(),
        base64.b64encode(JPEG).decode(),
        base64.b64encode(JPEG).decode()[:150],
        base64.b85encode(JPEG).decode(),
        "\n".join(base64.b85encode(JPEG).decode()[at : at + 60] for at in range(0, 1200, 60)),
        JPEG.hex(),
        "data:image/jpeg;base64," + base64.b64encode(JPEG).decode(),
        "begin 644 me.jpg\n" + "M" + "!" * 60 + "\n`\nend",
        "<~" + "9jqo^BlbD-BleB1DJ+" * 20 + "~>",
    ],
)
def test_encoded_data_is_cut_and_the_words_around_it_stay(data: str) -> None:
    found = taken(plain(f"Above it.\n\n{data}\n\nThen it goes on."))

    assert found.text.split() == ["Above", "it.", "Then", "it", "goes", "on."]
    assert found.is_cut


def test_links_stay_however_many() -> None:
    lines = "\n".join(f"https://platform.example/someone/status/18446744073709{n:06}" for n in range(30))
    bare = "\n".join(f"platform.example/someone/status/18446744073709{n:06}?key=aB3" for n in range(30))

    assert taken(plain(f"These are gone:\n{lines}\n{bare}")).text == f"These are gone:\n{lines}\n{bare}"


def test_only_so_much_text_is_kept() -> None:
    found = taken(plain("word " * 60_000))

    assert len(found.text) <= LONGEST
    assert found.is_cut


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (plain("a" * LARGEST), Why.TOO_LARGE),
        (boxed(*[b"\r\nx"] * 51), Why.TOO_MANY_PARTS),
        (plain("a\0b"), Why.DAMAGED),
        (plain("a\rb"), Why.DAMAGED),
        (HEAD + b"Content-Type: multipart/mixed; boundary=edge\r\n\r\n--edge\r\n\r\nx", Why.DAMAGED),
        (plain("a", HEAD + b"From: another@b.example\r\n"), Why.DAMAGED),
        (HEAD + b"Content-Type: text/plain\r\nContent-Type: text/html\r\n\r\nx", Why.DAMAGED),
        (HEAD + b"Content-Transfer-Encoding: x-uuencode\r\n\r\nx", Why.DAMAGED),
        (HEAD + b"Content-Transfer-Encoding: base64\r\n\r\nd29yZHM*", Why.DAMAGED),
        (plain("See:\r\n\r\n--b\r\nContent-Type: image/jpeg\r\n\r\nx"), Why.HEADERS_IN_TEXT),
        (plain("> Content-Disposition: attachment"), Why.HEADERS_IN_TEXT),
        (plain("Content-\u200bTransfer-Encoding: base64"), Why.HEADERS_IN_TEXT),
        (page("<p>x</p><pre>Content-Type: image/png</pre>"), Why.HEADERS_IN_TEXT),
        (plain("words \x01\x02\x03"), Why.NOT_TEXT),
        (HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(JPEG), Why.NOT_TEXT),
        (page("<b>" * 5_001), Why.TOO_MANY_TAGS),
    ],
)  # fmt: skip
def test_such_mails_are_not_taken(data: bytes, why: Why) -> None:
    assert why_not(data) is why


def test_boxes_in_boxes_are_taken_to_the_eighth() -> None:
    def deep(levels: int) -> bytes:
        inner = TEXT_PART
        for level in range(levels):
            edge = f"e{level}".encode()
            inner = (
                b"Content-Type: multipart/mixed; boundary=" + edge + b"\r\n\r\n--" + edge + b"\r\n" + inner
                + b"\r\n--" + edge + b"--\r\n"
            )  # fmt: skip
        return HEAD + inner

    assert taken(deep(7)).text == REFUSAL
    assert why_not(deep(8)) is Why.TOO_DEEP
    assert why_not(deep(45)) is Why.TOO_DEEP
    assert why_not(deep(3_000)) in (Why.TOO_DEEP, Why.TOO_MANY_PARTS)


def test_a_form_field_that_is_called_content_type_is_no_part() -> None:
    text = "Report 12\nContent type: nudity\nContent-Type: Image or video"

    assert taken(plain(text)).text == text


@pytest.mark.parametrize("named", ["utf-8", "us-ascii", "no-such-thing", "", "zip", "idna", "x" * 60])
def test_words_are_read_whatever_set_of_characters_is_named(named: str) -> None:
    head = HEAD + f"Content-Type: text/plain; charset={named}\r\n\r\n".encode()

    assert taken(head + "geprüft und gelöscht".encode()).text == "geprüft und gelöscht"
    assert taken(head + "geprüft und gelöscht".encode("cp1252")).text == "geprüft und gelöscht"


def test_other_sets_of_characters_are_read_as_named() -> None:
    for named, text in (
        ("iso-2022-jp", "削除しました"),
        ("koi8-r", "Удалено"),
        ("gb2312", "已删除"),
        ("windows-1256", "تم"),
    ):
        head = HEAD + f"Content-Type: text/plain; charset={named}\r\n\r\n".encode()
        assert taken(head + text.encode({"iso-2022-jp": "iso2022_jp"}.get(named, named))).text == text


@pytest.mark.parametrize(
    ("line", "address"),
    [
        (b"reports@platform.example", "reports@platform.example"),
        (b'"good@bank.example" <bad@other.example>', "bad@other.example"),
        (b"a@b.example, c@d.example", ""),
        (b"<a@b.example> c@d.example", ""),
        (b"nobody", ""),
        (b"<a@b.example><c@d.example>", "c@d.example"),
        ("ä@b.example".encode(), ""),
        (b"a" * 300 + b"@b.example", ""),
    ],
)  # fmt: skip
def test_the_address_is_the_one_in_the_from_line(line: bytes, address: str) -> None:
    assert taken(b"From: " + line + b"\r\n\r\nwords").sender == address


def test_a_subject_is_one_short_line() -> None:
    folded = b"Subject: =?utf-8?b?" + base64.b64encode(b"a\r\nBcc: x\xe2\x80\xae") + b"?=\r\n b\r\n\r\nwords"

    assert taken(folded).subject == "a Bcc: x b"
    assert len(taken(b"Subject: " + b"a " * 5_000 + b"\r\n\r\nwords").subject) <= 200


REPORT = (
    b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
    b"Action: %s\r\nStatus: 5.1.1\r\n"
)


@pytest.mark.parametrize(
    ("action", "is_bounce"), [(b"failed", True), (b"delayed", False), (b"relayed", False)]
)
def test_a_report_of_failure_is_a_bounce_and_one_of_delay_is_none(action: bytes, is_bounce: bool) -> None:
    found = taken(boxed(TEXT_PART, REPORT % action, how="report; report-type=delivery-status"))

    assert (found.is_bounce, found.is_auto) == (is_bounce, True)
    assert found.text == REFUSAL


def test_a_bounce_that_repeats_our_own_head_is_a_bounce_all_the_same() -> None:
    ours = b"MIME-Version: 1.0\r\nContent-Type: text/plain\r\n"
    words = b"Content-Type: text/plain\r\n\r\nNot delivered.\r\n\r\n" + ours

    found = taken(boxed(words, REPORT % b"failed", how="report; report-type=delivery-status"))

    assert (found.text, found.is_bounce, found.is_cut) == ("", True, True)


OURS = b"<0123456789abcdef@relay.example>"
OUR_HEAD = b"From: a@relay.example\r\nSubject: A request\r\nMessage-ID: " + OURS + b"\r\n"
OUR_WHOLE = OUR_HEAD + b"\r\nPlease take it down."
HEAD_PART, MAIL_PART = (
    b"Content-Type: %s\r\n\r\n" % one for one in (b"text/rfc822-headers", b"message/rfc822")
)
AS_BASE64 = HEAD_PART.replace(b"\r\n\r\n", b"\r\nContent-Transfer-Encoding: base64\r\n\r\n")


@pytest.mark.parametrize(
    ("last", "returned"),
    [
        (MAIL_PART + OUR_WHOLE, True),
        (HEAD_PART + OUR_HEAD, True),
        (HEAD_PART.upper() + OUR_HEAD.replace(b"ID: <", b"ID:\r\n <"), True),
        (b"Content-Type: message/rfc822-headers\r\n\r\n" + OUR_HEAD, True),
        (b"Content-Type: message/global-headers\r\n\r\n" + OUR_HEAD, True),
        (HEAD_PART + b"Subject: A request\r\n", False),
        # Behind the head, folded into another line, twice, with more, far down, in a mail within, encoded, or
        # as plain words.
        (HEAD_PART + b"Subject: A\r\n\r\n" + OUR_HEAD, False),
        (HEAD_PART + b"Subject: A\r\n Message-ID: " + OURS, False),
        (HEAD_PART + OUR_HEAD + OUR_HEAD, False),
        (HEAD_PART + b"Message-ID: " + OURS + b" <b@c.example>\r\n", False),
        (HEAD_PART + b"X: " + b"a" * 40_000 + b"\r\n" + OUR_HEAD, False),
        (MAIL_PART + b"Subject: A\r\n" + MAIL_PART + OUR_WHOLE, False),
        (AS_BASE64 + base64.encodebytes(OUR_HEAD).replace(b"\n", b"\r\n"), False),
        (b"Content-Type: text/plain\r\n\r\nMessage-ID: " + OURS, False),
    ],
)
def test_a_report_names_the_mail_it_gives_back_by_the_head_of_that_mail(last: bytes, returned: bool) -> None:
    found = taken(boxed(TEXT_PART, REPORT % b"failed", last, how="report; report-type=delivery-status"))

    assert found.returned == (OURS.decode() if returned else "")
    assert found.text == REFUSAL


def test_what_is_no_report_gives_nothing_back() -> None:
    given = MAIL_PART + OUR_WHOLE

    assert taken(boxed(TEXT_PART, REPORT % b"failed", given)).returned == ""
    two = boxed(TEXT_PART, REPORT % b"failed", given, given, how="report; report-type=delivery-status")
    assert taken(two).returned == ""


def test_programs_that_say_so_are_known() -> None:
    assert taken(plain("We are away.", HEAD + b"Auto-Submitted: auto-replied\r\n")).is_auto
    assert not taken(plain("We looked.", HEAD + b"Auto-Submitted: no\r\n")).is_auto
