"""Mail in at the door: what is taken lies sealed in the slot of its case, everything else is refused."""

import logging
import smtplib
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from survivor_portal.cases import access, ending, slot
from survivor_portal.cases.keys import Document, OpenCase
from survivor_portal.correspondence import incoming, relays
from survivor_portal.correspondence.models import Relay
from survivor_portal.correspondence.relays import MOST_A_DAY, MOST_IN_ALL
from survivor_portal.mails import LARGEST
from survivor_portal.post import door
from tests.post_door import HOST, Wire, a_door, bring

pytestmark = [pytest.mark.django_db(databases=["default", "keys"], transaction=True), pytest.mark.database]

REQUEST = "a" * 32
REFUSAL = b"Our team has determined that the content does not violate our rules."
MAIL = (
    b"From: Reports <reports@platform.example>\r\nSubject: Your report\r\n"
    b"Message-ID: <1@platform.example>\r\n\r\n" + REFUSAL + b"\r\n"
)  # fmt: skip


def a_case(request: str = REQUEST) -> tuple[OpenCase, str]:
    """A kept case, and the address of a request of it."""
    case = access.open_new(timezone.now()).session.case
    return case, relays.open(case.id, request, timezone.now())


def waiting(case: OpenCase) -> list[Document]:
    return [arrived["document"] for arrived in slot.take_in(case, timezone.now())]


def test_an_answer_waits_sealed_until_its_case_is_open() -> None:
    case, address = a_case()
    with a_door() as port:
        assert bring(port, address, MAIL) == (250, b"2.0.0 Ok")

    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, envelope FROM cases_arrival")
        ((kind, envelope),) = cursor.fetchall()
    assert kind == "mail"
    assert b"violate" not in bytes(envelope)
    assert waiting(case) == [
        {
            "request": REQUEST, "text": REFUSAL.decode(), "subject": "Your report", "verdict": "none",
            "sender": "reports@platform.example", "sent_at": "", "message_id": "<1@platform.example>",
            "removed": [], "is_bounce": False, "returned": "", "is_auto": False, "is_cut": False,
        }
    ]  # fmt: skip


def test_an_address_in_large_letters_is_the_same() -> None:
    case, address = a_case()
    with a_door() as port:
        assert bring(port, address.upper(), MAIL)[0] == 250
    assert len(waiting(case)) == 1


def test_a_server_that_tells_of_a_failure_has_no_sender_and_is_heard() -> None:
    case, address = a_case()
    with a_door() as port:
        assert bring(port, address, MAIL, sender="")[0] == 250
    assert len(waiting(case)) == 1


def test_unknown_closed_deleted_and_foreign_addresses_get_the_same_words() -> None:
    _case, closed = a_case()
    Relay.objects.update(closes_on=(timezone.now() - timedelta(days=1)).date())
    case, deleted = a_case("b" * 32)
    ending.erase_case(case.id, timezone.now())
    addresses = (
        closed, deleted, "a" * 26 + "@relay.example", "nobody@relay.example", "postmaster@relay.example",
        closed.replace("relay", "other"), "x" * 60 + "@relay.example", '"' + "a" * 26 + ' "@relay.example',
    )  # fmt: skip

    with a_door() as port:
        said = {bring(port, address, MAIL) for address in addresses}

    assert said == {(550, b"5.1.1 No such address")}
    assert not slot.Arrival.objects.exists()


@pytest.mark.parametrize("when", ["may_come", "arrive"])
def test_while_the_database_is_away_the_sender_keeps_the_mail(
    when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, address = a_case()

    def away(*_: object) -> None:
        raise OperationalError("no such host db.secret.example")

    with a_door() as port:
        with monkeypatch.context() as broken:
            broken.setattr(incoming, when, away)
            assert bring(port, address, MAIL) == (451, b"4.3.0 Try again later")
        assert bring(port, address, MAIL)[0] == 250
    assert len(waiting(case)) == 1


def test_only_so_many_come_in_a_day_and_the_rest_may_come_tomorrow() -> None:
    case, address = a_case()
    Relay.objects.update(day=datetime.now(UTC).date(), of_day=MOST_A_DAY - 1, in_all=50)

    with a_door() as port:
        said = [bring(port, address, MAIL)[0] for _mail in range(3)]

    assert said == [250, 452, 452]
    assert len(waiting(case)) == 1
    later = lambda: timezone.now() + timedelta(days=1)  # noqa: E731
    with a_door(now=later) as port:
        assert bring(port, address, MAIL)[0] == 250


def test_after_so_many_in_all_the_address_is_as_good_as_closed() -> None:
    _case, address = a_case()
    Relay.objects.update(in_all=MOST_IN_ALL)

    with a_door() as port:
        assert bring(port, address, MAIL) == (550, b"5.1.1 No such address")


def test_a_mail_that_is_refused_counts_and_nothing_of_it_is_kept() -> None:
    case, address = a_case()

    with a_door() as port:
        damaged = bring(port, address, MAIL + b"Content-Transfer-Encoding: base64\r\n")
        large = bring(port, address, MAIL + b"a line of a long mail\r\n" * 60_000)

    assert (damaged[0], large[0]) == (550, 552)
    assert waiting(case) == []
    assert Relay.objects.get().in_all == 1


def test_mail_cannot_fill_the_slot() -> None:
    case, address = a_case()
    row = slot.Arrival(case_id=case.id, kind="mail", envelope=b"x")
    slot.Arrival.objects.bulk_create(
        slot.Arrival(id=f"{n:032}", case_id=case.id, kind="mail", envelope=row.envelope)
        for n in range(incoming.MOST_WAITING)
    )

    with a_door() as port:
        assert bring(port, address, MAIL)[0] == 452
    assert Relay.objects.get().in_all == 0
    slot.drop(case.id, "draft", {"typed": "words"}, timezone.now())
    assert {"typed": "words"} in waiting(case)


def test_the_same_mail_brought_twice_waits_twice_and_counts_twice() -> None:
    # What follows from it follows once: see the tests of what is taken in.
    case, address = a_case()
    with a_door() as port:
        assert [bring(port, address, MAIL)[0] for _time in range(2)] == [250, 250]
    assert len(waiting(case)) == 2
    assert Relay.objects.get().in_all == 2


def test_it_says_its_size_and_no_more_of_itself() -> None:
    _case, address = a_case()
    with a_door() as port, smtplib.SMTP(timeout=20) as connected:
        assert connected.connect(HOST, port) == (220, b"relay.example ESMTP")
        connected.ehlo()
        assert connected.esmtp_features == {"size": str(LARGEST), "8bitmime": ""}
        assert connected.docmd(f"MAIL FROM:<a@b.example> SIZE={LARGEST + 1}")[0] == 552
        said = [
            connected.docmd(line)
            for line in (f"VRFY {address}", f"EXPN {address}", "HELP", "AUTH PLAIN AHgAeA==")
        ]
    assert said == [(502, b"5.5.1 Not here")] * 4


def test_one_mail_is_for_one_address() -> None:
    case, address = a_case()
    other = relays.open(case.id, "b" * 32, timezone.now())
    with a_door() as port, smtplib.SMTP(HOST, port, timeout=20) as connected:
        connected.ehlo()
        connected.mail("a@b.example")
        assert connected.rcpt(address)[0] == 250
        assert connected.rcpt(other) == (452, b"4.5.3 One address at a time")
        assert connected.data(MAIL)[0] == 250
        connected.mail("a@b.example")
        assert connected.rcpt(other)[0] == 250
        assert connected.data(MAIL)[0] == 250
    assert sorted(document["request"] for document in waiting(case)) == [REQUEST, "b" * 32]


def said_to(wire: Wire, address: str) -> None:
    wire.answer()
    for line in ("EHLO mx", "MAIL FROM:<a@b.example>", f"RCPT TO:<{address}>"):
        assert wire.say(line.encode() + b"\r\n").startswith(b"250")


@pytest.mark.parametrize(
    "end", [b"\n.\r\n", b"\n.\n", b"\r\n.\n", b"\r.\r\n", b"\r\n.\r", b"\r.\r", b"\r\n\0.\r\n"]
)
def test_no_second_mail_is_smuggled_in_behind_a_crooked_last_line(end: bytes) -> None:
    case, address = a_case()
    second = f"MAIL FROM:<admin@relay.example>\r\nRCPT TO:<{address}>\r\nDATA\r\n".encode() + MAIL + b".\r\n"

    with a_door() as port, Wire(port) as wire:
        said_to(wire, address)
        assert wire.say(b"DATA\r\n").startswith(b"354")
        said = wire.say(MAIL + end + second)

    assert said.startswith(b"55")
    assert waiting(case) == []


def test_who_does_not_wait_for_an_answer_is_shown_out() -> None:
    case, address = a_case()
    with a_door() as port:
        with Wire(port) as wire:
            said_to(wire, address)
            assert wire.say(b"DATA\r\n" + MAIL + b".\r\n").startswith(b"554")
            assert wire.rest() == b""
        with Wire(port) as wire:
            said_to(wire, address)
            wire.say(b"DATA\r\n")
            more = f"MAIL FROM:<a@b.example>\r\nRCPT TO:<{address}>\r\nDATA\r\n".encode() + MAIL + b".\r\n"
            assert wire.say(MAIL + b".\r\n" + more).startswith(b"554")
            assert wire.rest() == b""
    assert waiting(case) == []


def test_a_server_that_speaks_lmtp_is_served() -> None:
    case, address = a_case()
    with a_door("lmtp") as port, Wire(port) as wire:
        wire.answer()
        assert wire.say(b"EHLO mx\r\n").startswith(b"500")
        assert wire.say(b"LHLO mx\r\n").startswith(b"250")
        assert wire.say(b"MAIL FROM:<>\r\n").startswith(b"250")
        assert wire.say(f"RCPT TO:<{'a' * 26}@relay.example>\r\n".encode()).startswith(b"550")
        assert wire.say(f"RCPT TO:<{address}>\r\n".encode()).startswith(b"250")
        wire.say(b"DATA\r\n")
        assert wire.say(MAIL + b".\r\n") == b"250 2.0.0 Ok\r\n"
    assert len(waiting(case)) == 1


def test_only_so_many_are_served_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "MOST_AT_ONCE", 2)
    _case, address = a_case()
    with a_door() as port:
        with Wire(port) as first, Wire(port) as second:
            assert (first.answer()[:3], second.answer()[:3]) == (b"220", b"220")
            with Wire(port) as third:
                assert third.answer().startswith(b"421")
                assert third.answer() == b""
            assert first.say(b"QUIT\r\n").startswith(b"221")
            assert second.say(b"QUIT\r\n").startswith(b"221")
            assert first.answer() + second.answer() == b""
        assert bring(port, address, MAIL)[0] == 250


def test_who_says_nothing_is_shown_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "SECONDS", 0.2)
    with a_door() as port, Wire(port) as wire:
        wire.answer()
        assert wire.answer() == b""


def test_nothing_of_a_mail_is_logged(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    _case, address = a_case()
    marks = ("violate", "platform.example", "Your report", address.partition("@")[0], "mx.secret.example")

    def broken(*_: object) -> None:
        raise ValueError(REFUSAL.decode())

    with a_door() as port:
        bring(port, address, MAIL)
        bring(port, address, MAIL + b"\x01" * 99)
        bring(port, "a" * 26 + "@relay.example", MAIL)
        with Wire(port) as wire:
            wire.answer()
            wire.say(b"EHLO mx.secret.example\r\n")
            wire.say(b"MAIL FROM:<((((platform.example\r\n")
            wire.say(b"violate platform.example\r\n")
        monkeypatch.setattr(incoming, "arrive", broken)
        assert bring(port, address, MAIL)[0] == 451

    from survivor_portal.web.safety.logs import Bare

    written = "\n".join(Bare().format(record) for record in caplog.records) + "".join(capfd.readouterr())
    raw = "\n".join(record.getMessage() for record in caplog.records)
    assert "a mail could not be taken in" in written
    for mark in marks:
        assert mark not in written
        # Not even to whoever writes logs in another way, but for the trace of an exception.
        assert mark not in raw
