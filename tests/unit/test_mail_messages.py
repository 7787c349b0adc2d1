"""A mail holds exactly the headers that are meant, whatever somebody typed."""

import email
import email.policy
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from survivor_portal.correspondence import messages
from survivor_portal.correspondence.messages import Message, Unfit

AT = datetime(2026, 11, 22, 14, 5, 9, tzinfo=timezone(timedelta(hours=2)))
RELAY = "abcdefghijklmnopqrstuvwxyz@relay.example"
ID = "<0123456789abcdef@relay.example>"
NAMES = [
    "From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type",
    "Content-Transfer-Encoding",
]  # fmt: skip
THREAD = ["In-Reply-To", "References"]
# Texts a form lets through, and those only a broken program would hand on.
ANY = st.text(st.characters(codec=None), max_size=400)
ODD = st.text(
    st.sampled_from('a =?\r\n\t\x00\x0b\x0c\x85\u2028\u202e<>"@:;,.é\U0001f642\ud800Bcc'), max_size=80
)

CLEAN = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=120)


def a_message(**changed: Any) -> Message:
    given: dict[str, Any] = {
        "sender": RELAY, "to": "abuse@reports.example", "subject": "A request", "text": "Hello.\n",
        "message_id": ID, "at": AT,
    }  # fmt: skip
    return Message(**{**given, **changed})


def headers_of(mail: bytes) -> list[tuple[str, str]]:
    """As whoever gets it reads it: by lines, with nothing of our own code."""
    head = mail.partition(b"\r\n\r\n")[0].decode("ascii")
    return [
        (line.partition(":")[0], line.partition(":")[2].strip())
        for line in re.sub(r"\r\n[ \t]", " ", head).split("\r\n")
    ]


def test_a_letter_has_these_headers_and_no_other() -> None:
    mail = messages.written(a_message())

    assert headers_of(mail) == [
        ("From", RELAY),
        ("To", "abuse@reports.example"),
        ("Subject", "A request"),
        ("Date", "Sun, 22 Nov 2026 12:05:09 +0000"),
        ("Message-ID", ID),
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Transfer-Encoding", "quoted-printable"),
    ]


@given(
    st.sampled_from(["sender", "to", "subject", "message_id", "sender_name", "text"]).flatmap(
        lambda name: st.fixed_dictionaries({name: ANY | ODD | CLEAN})
    )
    | st.fixed_dictionaries({"subject": CLEAN, "sender_name": CLEAN})
    | st.fixed_dictionaries({"references": st.lists(ANY | ODD | st.just(ID), max_size=3).map(tuple)})
)
@example({"subject": "Hello\r\nBcc: all@world.example"})
@example({"subject": "=?utf-8?q?x=0D=0ABcc:_a=40b.example?="})
@example({"sender_name": 'A" <b@c.example>, "'})
@example({"to": "a@b.example\nCc: c@d.example"})
@example({"to": "a@b.example, c@d.example"})
@example({"message_id": "<a@b>\r\n\r\nbody"})
@example({"text": ".\r\n.\r\nFrom me\r\nBcc: a@b.example"})
def test_whatever_is_in_a_field_it_is_refused_or_leaves_the_headers_that_are_meant(
    changed: dict[str, object],
) -> None:
    message = a_message(**changed)
    try:
        mail = messages.written(message)
    except Unfit:
        return

    names = [name for name, _value in headers_of(mail)]
    assert [name for name in names if name not in THREAD] == NAMES
    assert [name for name in names if name in THREAD] == (THREAD if message.references else [])
    assert mail.isascii()
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", mail)
    assert max(map(len, mail.split(b"\r\n"))) <= 998
    # Another reader finds the same.
    read = email.message_from_bytes(mail, policy=email.policy.default)
    assert read.defects == []
    assert read["Subject"] == message.subject
    assert [str(one.addr_spec) for one in read["To"].addresses] == [message.to]
    assert [str(one.addr_spec) for one in read["From"].addresses] == [message.sender]
    # This reader is not sure of blanks between the encoded parts of a name.
    (name,) = [one.display_name for one in read["From"].addresses]
    assert "".join(name.split()) == "".join(message.sender_name.split())


@given(ANY | ODD)
@example("From here\nFrom there " + "x" * 200 + "\n.\n..\n a \n")
def test_the_text_arrives_as_it_was_shown(text: str) -> None:
    mail = messages.written(a_message(text=text))

    read = email.message_from_bytes(mail, policy=email.policy.default)
    body = mail.partition(b"\r\n\r\n")[2]
    arrived = read.get_payload(decode=True)
    assert isinstance(arrived, bytes)
    assert arrived.decode("utf-8").replace("\r\n", "\n") == messages.plain(text)
    assert max(map(len, body.split(b"\r\n"))) <= 76
    assert not re.search(rb"(?m)^(From|\.)", body)
    assert not re.search(rb"[ \t]\r\n", body)


@pytest.mark.parametrize(
    "address",
    ["abuse@x.example", "first.last+tag@mail.x.example", "o'neil@x-y.example", "a@xn--bcher-kva.example"],
)
def test_what_the_directory_holds_is_an_address(address: str) -> None:
    assert messages.is_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "", "abuse", "@x.example", "a@", "a@x", "a b@x.example", "a@x.example ", "a@x.example\n",
        "a@@x.example",
        "<a@x.example>", "a@x.example,b@x.example", '"a b"@x.example', "a@[192.0.2.1]", "ä@x.example",
        ".a@x.example", "a.@x.example", "a..b@x.example", "a@-x.example", "a" * 65 + "@x.example",
        "a@192.0.2.1",
    ],
)  # fmt: skip
def test_anything_else_is_none(address: str) -> None:
    assert not messages.is_address(address)


def test_a_message_id_is_random_and_says_nothing() -> None:
    first, second = (messages.new_message_id("relay.example") for _ in range(2))

    assert first != second
    assert re.fullmatch("<[0-9a-f]{32}@relay.example>", first)


def test_a_reminder_says_how_it_is_stopped_and_nothing_else_may_be_added() -> None:
    stop = ("List-Unsubscribe", "<https://help.example/s/abc>")

    assert stop in headers_of(messages.written(a_message(more=(stop,))))
    for name, value in (("Bcc", "a@b.example"), ("List-Unsubscribe", "<https://a.example/\r\nX: y>")):
        with pytest.raises(Unfit):
            messages.written(a_message(more=((name, value),)))


def test_the_times_are_in_utc() -> None:
    assert ("Date", "Sun, 22 Nov 2026 12:05:09 +0000") in headers_of(
        messages.written(a_message(at=AT.astimezone(UTC)))
    )
