"""T35: bytes of any shape are a mail or are refused by name; what is kept is always fit to be shown."""

import unicodedata

from hypothesis import example, given, settings
from hypothesis import strategies as st

from survivor_portal.mails import LONGEST, Read, Refused
from survivor_portal.mails._parts import Stop
from survivor_portal.mails._read import read_or_stop
from tests.conftest import size

many = settings(max_examples=size("parsed_mails"), deadline=None)
words = st.text(st.characters(exclude_categories=()), max_size=200).map(
    lambda text: text.encode("utf-8", "surrogatepass")
)
pieces = st.sampled_from(
    [
        b"From: a@b.example\r\n",
        b"Subject: =?utf-8?q?=C3=BC?=\r\n",
        b"Subject: ",
        b"Date: ",
        b"Message-ID: <a@b>\r\n",
        b"Content-Type: text/plain; charset=",
        b"Content-Type: text/html\r\n",
        b"utf-16\r\n",
        b"\r\n",
        b"\r\n\r\n",
        b"Content-Type: multipart/mixed; boundary=b\r\n",
        b"--b\r\n",
        b"--b--\r\n",
        b"Content-Type: message/rfc822\r\n",
        b"Content-Transfer-Encoding: base64\r\n",
        b"Content-Transfer-Encoding: quoted-printable\r\n",
        b"=C3=BC=\r\n",
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n",
        b"Action: failed\r\n",
        b"Content-Type: message/delivery-status\r\n",
        b"Auto-Submitted: auto-replied\r\n",
        b"<a href='",
        b"<p ",
        b">",
        b"Authentication-Results: own; dmarc=fail (p=reject)\r\n",
        b"Received: by x\r\n",
        b"DKIM-Signature: d=b.example; ",
        b"begin 644 x\r\n",
        b"data:image/png;base64,",
        b"AAAA" * 40,
        b"&#x202e;",
        b"\xe2\x80\xae",
        b" ",
        b"<",
    ]
)
# A mail that is taken, with signs in it that nobody sees.
signs = st.characters(categories=("Cf", "Co", "Mn", "Zl", "Zs", "Lo", "So"))
sound = st.lists(st.one_of(signs, st.just("word ")), max_size=40).map(
    lambda parts: ("Subject: a\r\n\r\n" + "".join(parts)).encode()
)
mails = sound | st.lists(st.one_of(pieces, pieces, pieces, words, st.binary(max_size=60)), max_size=25).map(
    b"".join
)


@many
@given(mails)
@example(b"")
@example(b"\r\n\r\n")
@example(b"Content-Type: text/html\r\n\r\n<p>\xee\x80\x80&#xe000;&#57345;")
@example(b"Content-Type: text/html\r\n\r\n<" + b"<1x a>p b c>")
def test_t35_any_bytes_are_a_mail_or_are_refused_by_name(data: bytes) -> None:
    try:
        found: Read | Refused = read_or_stop(data, authserv_id="own", resolve=lambda name: None)
    except Stop:
        return

    assert isinstance(found, Read)
    assert len(found.text) <= LONGEST
    for text in (found.text, found.subject, found.sender, found.message_id):
        assert {unicodedata.category(sign) for sign in text} & {"Cc", "Cf", "Cs", "Co"} <= {"Cc"}
        assert all(sign in "\n\t" for sign in text if unicodedata.category(sign) == "Cc")
        text.encode("utf-8")
    assert "\n" not in found.subject + found.sender + found.message_id
