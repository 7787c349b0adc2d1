"""Mail for postmaster goes to the operator at once or not at all; nothing of it stays."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from survivor_portal.config.mails import MailOut
from survivor_portal.correspondence.handover import Taken
from survivor_portal.post import postmaster
from survivor_portal.post.postmaster import Postmaster
from tests.integration.test_mail_in import MAIL, a_case, waiting
from tests.integration.test_t26_unknown_addresses import rows
from tests.mail_peer import Peer, a_peer
from tests.post_door import HOST, Wire, a_door, bring

pytestmark = pytest.mark.django_db(databases=["default", "keys"], transaction=True)
TO = "root@helpers.example"
AT = "postmaster@relay.example"
LATER = (451, b"4.3.0 Try again later")
FILE = (
    b"From: A <a@platform.example>\r\nSubject: =?utf-8?q?Our_mail=0D=0ABcc:_all?=\r\nX-Trick: 1\r\n"
    b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="e"\r\n\r\n'
    b"--e\r\nContent-Type: text/plain\r\n\r\nIt does not arrive at your side.\r\n"
    b"--e\r\nContent-Type: image/jpeg\r\nContent-Transfer-Encoding: base64\r\n\r\n/9j/4AAQ\r\n--e--\r\n"
)


@pytest.fixture
def peer(settings: Settings) -> Iterator[Peer]:
    """The server that takes our mail."""
    with a_peer() as peer:
        settings.MAIL_OUT = MailOut(HOST, peer.port)
        yield peer


def door(kind: str = "smtp") -> AbstractContextManager[int]:
    return a_door(kind, postmaster=Postmaster(TO, timezone.now))


@pytest.mark.parametrize("at", [AT, "PostMaster@Relay.Example", "postmaster", "POSTMASTER"])
def test_it_is_passed_on_as_plain_words_and_no_row_is_left(at: str, peer: Peer) -> None:
    before = rows()
    with door() as port:
        assert bring(port, at, FILE) == (250, b"2.0.0 Ok")

    (mail,) = peer.took
    head, _empty, body = mail.partition(b"\r\n\r\n")
    assert peer.senders == ["notes@relay.example"]
    names = [line.partition(b":")[0] for line in head.split(b"\r\n") if not line.startswith(b" ")]
    assert b" ".join(names) == (
        b"From To Subject Date Message-ID Auto-Submitted MIME-Version Content-Type Content-Transfer-Encoding"
    )
    assert b"Subject: A mail to postmaster\r\n" in head
    assert b"To: root@helpers.example\r\n" in head
    for part in (b"a@platform.example", b"Our mail Bcc: all", b"iles left out: 1", b"It does not arrive"):
        assert part in body
    assert b"/9j/4AAQ" not in mail
    assert rows() == before


def test_without_an_operator_it_is_an_unknown_address() -> None:
    with a_door() as port:
        assert {bring(port, at, MAIL) for at in (AT, "postmaster")} == {(550, b"5.1.1 No such address")}


def test_other_names_and_postmasters_of_others_are_as_unknown_as_before(peer: Peer) -> None:
    with door() as port:
        said = {
            bring(port, at, MAIL)
            for at in (
                "postmaster@other.example",
                "abuse@relay.example",
                "postmaster@x.relay.example",
                "abuse",
            )
        }
    assert said == {(550, b"5.1.1 No such address")}
    assert peer.took == []


@pytest.mark.parametrize("says", ["451 4.3.0 Later", "550 5.7.1 No", "552 5.3.4 Full"])
def test_until_our_server_has_it_the_sender_keeps_it(says: str, peer: Peer, settings: Settings) -> None:
    with door() as port:
        peer.answers.append(says)
        assert bring(port, AT, MAIL) == LATER
        peer.ends.append(says)
        assert bring(port, AT, MAIL) == LATER
        assert peer.took == []
        assert bring(port, AT, MAIL)[0] == 250
        settings.MAIL_OUT = MailOut(HOST, 1)
        assert bring(port, AT, MAIL) == LATER
    assert len(peer.took) == 1


def test_what_is_refused_for_what_it_is_goes_nowhere_and_what_is_ours_does_not_go_round(peer: Peer) -> None:
    with door() as port:
        assert bring(port, AT, MAIL + b"Content-Transfer-Encoding: base64\r\n")[0] == 550
        assert bring(port, AT, MAIL)[0] == 250
        assert bring(port, AT, peer.took[0], sender="root@helpers.example")[0] == 550
        # What comes back of it finds nobody.
        assert bring(port, "notes@relay.example", MAIL, sender="")[0] == 550
    assert len(peer.took) == 1


def test_so_many_a_day_and_no_more(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postmaster, "MOST_A_DAY", 2)
    day = [timezone.now()]
    with a_door(postmaster=Postmaster(TO, lambda: day[0])) as port:
        assert [bring(port, AT, MAIL)[0] for _time in range(3)] == [250, 250, 452]
        day[0] += timedelta(days=1)
        assert bring(port, AT, MAIL)[0] == 250
    assert len(peer.took) == 3


def test_a_slow_server_of_ours_holds_up_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    case, address = a_case()
    asked, goes_on = threading.Event(), threading.Event()

    def slow(*_: object) -> Taken:
        asked.set()
        assert goes_on.wait(20)
        return Taken("250 Ok")

    monkeypatch.setattr(postmaster, "hand_over", slow)
    first: list[tuple[int, bytes]] = []
    with door() as port:
        waits = threading.Thread(target=lambda: first.append(bring(port, AT, MAIL)))
        waits.start()
        assert asked.wait(20)
        assert bring(port, AT, MAIL) == LATER
        assert bring(port, address, MAIL)[0] == 250
        assert first == []
        goes_on.set()
        waits.join()
    assert first[0][0] == 250
    assert len(waiting(case)) == 1


def test_by_lmtp_as_well(peer: Peer) -> None:
    with door("lmtp") as port, Wire(port) as wire:
        wire.answer()
        wire.say(b"LHLO mx\r\n")
        wire.say(b"MAIL FROM:<>\r\n")
        assert wire.say(b"RCPT TO:<Postmaster>\r\n").startswith(b"250")
        wire.say(b"DATA\r\n")
        assert wire.say(MAIL + b".\r\n").startswith(b"250")
    assert len(peer.took) == 1
