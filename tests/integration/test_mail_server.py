"""The mail server of `deploy/postfix`: what it lets in, what it lets out, and what it never keeps.

A real Postfix with those very files. Where the site will listen stands a listener of the test.
"""

import os
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from smtplib import SMTP
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from survivor_portal.config.run.servers import HOST, free_port
from tests import mail_servers
from tests.mail_servers import MailServer

pytestmark = pytest.mark.postfix
ANSWERS = "answers.help.example"
KNOWN = "abcdefghijklmnopqrstuvwxyz@" + ANSWERS
UNKNOWN = "zyxwvutsrqponmlkjihgfedcba@" + ANSWERS
DESK = "desk@reports.example"
MAIL = b"From: desk@reports.example\r\nSubject: Re: your report\r\n\r\nWe read it.\r\n"


@dataclass
class Listener:
    """Takes mail for the addresses it knows, all of them without a list, and keeps what came."""

    known: tuple[str, ...] = ()
    came: list[tuple[str, list[str], bytes]] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any, address: str, _: Any
    ) -> str:
        if self.known and address not in self.known:
            return "550 5.1.1 No such address"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if b"refuse this" in envelope.content:
            return "550 5.7.1 Not taken"
        self.came.append((envelope.mail_from, list(envelope.rcpt_tos), envelope.content))
        return "250 2.0.0 Kept by the site"


@dataclass(frozen=True)
class World:
    """Our mail server with the site behind it, and a platform's with its desk behind it."""

    ours: MailServer
    theirs: MailServer
    site: Listener
    desk: Listener

    def said_to(self, port: int, *lines: str) -> list[tuple[int, bytes]]:
        """What that port answers to each line, after a greeting."""
        with SMTP(HOST, port, local_hostname="mail.reports.example", timeout=10) as connection:
            connection.ehlo()
            return [connection.docmd(line) for line in lines]

    def sent_to(self, port: int, sender: str, to: str, content: bytes) -> tuple[int, bytes]:
        """What that port answers after the last line."""
        with SMTP(HOST, port, local_hostname="mail.reports.example", timeout=10) as connection:
            connection.ehlo()
            connection.mail(sender)
            code, said = connection.rcpt(to)
            return connection.data(content) if code == 250 else (code, said)


@pytest.fixture
def folder() -> Iterator[Path]:
    with mail_servers.a_folder() as made:
        yield made


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    site, desk = Listener((KNOWN,)), Listener()
    behind = [
        Controller(each, hostname=HOST, port=free_port(), server_hostname="site") for each in (site, desk)
    ]
    for each in behind:
        each.start()
    port, theirs = free_port(), free_port()
    try:
        with (
            mail_servers.a_folder() as folder,
            mail_servers.front(
                folder / "ours", answers=ANSWERS, post_port=behind[0].port, world_port=theirs, port=port
            ) as front,
            mail_servers.platform(
                folder / "theirs", domain="reports.example", known=("desk",), desk_port=behind[1].port,
                world_port=port, port=theirs,
            ) as platform,
        ):  # fmt: skip
            yield World(front, platform, site, desk)
    finally:
        for each in behind:
            each.stop()


@pytest.fixture(autouse=True)
def _nothing_came_yet(world: World) -> None:
    world.site.came.clear()
    world.desk.came.clear()


def until(true: Callable[[], Any]) -> None:
    """Waits for it; the test fails when it does not come."""
    last = time.monotonic() + 30
    while not true():
        assert time.monotonic() < last, "it did not come"
        time.sleep(0.02)


def test_an_answer_is_with_the_site_before_its_sender_is_told_yes(world: World) -> None:
    code, said = world.sent_to(world.ours.port, DESK, KNOWN, MAIL)

    assert (code, said) == (250, b"2.0.0 Kept by the site")
    (came,) = world.site.came
    assert came[:2] == (DESK, [KNOWN])
    assert came[2].endswith(MAIL)
    assert world.ours.queued == 0


def test_an_address_the_site_does_not_know_is_refused_at_rcpt(world: World) -> None:
    assert world.sent_to(world.ours.port, DESK, UNKNOWN, MAIL) == (550, b"5.1.1 No such address")
    assert world.site.came == []


def test_what_the_site_refuses_after_the_last_line_is_refused_and_nowhere_kept(world: World) -> None:
    code, said = world.sent_to(world.ours.port, DESK, KNOWN, MAIL + b"refuse this\r\n")

    assert (code, said) == (550, b"5.7.1 Not taken")
    assert world.ours.queued == 0
    assert world.desk.came == []


def test_mail_for_anybody_else_is_not_carried(world: World) -> None:
    for other in ("somebody@elsewhere.example", DESK, "root@localhost"):
        code, said = world.sent_to(world.ours.port, "spam@reports.example", other, MAIL)
        assert (code, b"Relay access denied" in said) == (554, True), (other, said)

    assert world.desk.came == []
    assert world.ours.queued == 0


def test_the_size_is_told_and_holds(world: World) -> None:
    with SMTP(HOST, world.ours.port, timeout=10) as connection:
        connection.ehlo()
        told = connection.esmtp_features["size"]
    asked = world.said_to(world.ours.port, f"MAIL FROM:<{DESK}> SIZE=1048577")
    sent = world.sent_to(world.ours.port, DESK, KNOWN, MAIL + b"a line of a long mail\r\n" * 50_000)

    assert told == "1048576"
    assert asked[0][0] == 552
    assert sent[0] == 552
    assert world.site.came == []


@pytest.mark.parametrize("end", [b"\n.\r\n", b"\n.\n", b"\r\n.\n", b"\r.\r\n", b"\r\n.\r"])
def test_no_second_mail_is_smuggled_in_behind_a_crooked_last_line(end: bytes, world: World) -> None:
    second = f"MAIL FROM:<admin@help.example>\r\nRCPT TO:<{KNOWN}>\r\nDATA\r\nSubject: 2\r\n\r\ntwo\r\n.\r\n"

    with socket.create_connection((HOST, world.ours.port), timeout=10) as wire, wire.makefile("rb") as said:
        said.readline()
        for line in ("EHLO a.example", f"MAIL FROM:<{DESK}>", f"RCPT TO:<{KNOWN}>", "DATA"):
            wire.sendall(line.encode() + b"\r\n")
            while said.readline()[3:4] == b"-":
                pass
        wire.sendall(b"Subject: 1\r\n\r\none" + end + second.encode() + b"QUIT\r\n")
        said.read()

    assert [came for came in world.site.came if came[0] != DESK] == []
    assert len(world.site.came) <= 1


def test_a_line_that_ends_the_wrong_way_refuses_the_whole_mail(world: World) -> None:
    with SMTP(HOST, world.ours.port, timeout=10) as connection:
        connection.ehlo()
        for line in (f"MAIL FROM:<{DESK}>", f"RCPT TO:<{KNOWN}>", "DATA"):
            connection.docmd(line)
        connection.send(b"Subject: 1\r\n\r\none\ntwo\r\n.\r\n")
        code, said = connection.getreply()

    assert (code, b"bare <LF>" in said) == (550, True)
    assert world.site.came == []


def test_who_does_not_wait_for_an_answer_is_not_heard(world: World) -> None:
    with socket.create_connection((HOST, world.ours.port), timeout=10) as wire:
        wire.sendall(f"EHLO a\r\nMAIL FROM:<{DESK}>\r\nRCPT TO:<{KNOWN}>\r\nDATA\r\n".encode())
        wire.sendall(MAIL + b".\r\nQUIT\r\n")
        said = b"".join(iter(lambda: wire.recv(4096), b""))

    assert b"554 5.5.0 Error: SMTP protocol synchronization" in said
    assert world.site.came == []


def test_it_tells_nobody_who_is_there(world: World) -> None:
    said = world.said_to(world.ours.port, f"VRFY {KNOWN}", f"EXPN {KNOWN}", f"ETRN {ANSWERS}")

    assert [code for code, _ in said] == [502, 500, 554]
    with SMTP(HOST, world.ours.port, timeout=10) as connection:
        connection.ehlo()
        assert set(connection.esmtp_features) == {"size", "pipelining", "enhancedstatuscodes", "8bitmime"}


def test_while_the_site_is_away_the_sender_is_told_to_come_back(world: World, folder: Path) -> None:
    with mail_servers.front(
        folder / "ours", answers=ANSWERS, post_port=free_port(), world_port=free_port()
    ) as alone:
        code, _ = world.sent_to(alone.port, DESK, KNOWN, MAIL)

        assert code // 100 == 4
        assert alone.queued == 0


def test_a_letter_arrives_as_it_was_written(world: World) -> None:
    letter = (
        b"DKIM-Signature: v=1; a=rsa-sha256;\r\n b=x\r\nFrom: " + KNOWN.encode() + b"\r\nTo: desk\r\n"
        b"Subject:  two  spaces\r\nMessage-ID: <1@answers.help.example>\r\n\r\nFrom here\r\n..\r\n\r\n\r\n"
    )

    code, _ = world.sent_to(world.ours.submission, KNOWN, DESK, letter)
    until(lambda: world.desk.came)

    assert code == 250
    (came,) = world.desk.came
    assert came[:2] == (KNOWN, [DESK])
    assert came[2].endswith(letter)
    until(lambda: world.ours.queued == 0)


def test_only_addresses_of_the_site_may_send(world: World) -> None:
    for stranger in ("hello@help.example", "a@b.example", ""):
        code, _ = world.sent_to(world.ours.submission, stranger, DESK, MAIL)
        assert code == 554, stranger

    assert world.desk.came == []


def test_a_letter_that_was_refused_comes_back_to_its_own_address(world: World) -> None:
    letter = b"From: " + KNOWN.encode() + b"\r\nSubject: s\r\n\r\n" + b"a secret line\r\n" * 300
    code, _ = world.sent_to(world.ours.submission, KNOWN, "gone@reports.example", letter)
    until(lambda: world.site.came)

    assert code == 250
    sender, to, content = world.site.came[0]
    assert (sender, to) == ("<>", [KNOWN])
    assert b"multipart/report" in content
    assert b"Action: failed" in content
    assert content.count(b"a secret line") < 100
    until(lambda: world.ours.queued == 0)


def test_a_letter_that_comes_back_to_a_closed_address_is_gone_and_nobody_is_told(world: World) -> None:
    world.sent_to(world.ours.submission, UNKNOWN, "gone@reports.example", MAIL)

    until(lambda: "undeliverable" in world.ours.said or "No such address" in world.ours.said)
    until(lambda: world.ours.queued == 0)
    assert world.site.came == []
    assert world.desk.came == []


def test_nothing_is_left_running_and_debians_own_is_not_touched(folder: Path) -> None:
    own = Path("/var/lib/postfix/master.lock")
    before = own.stat().st_mtime_ns if own.exists() else None

    with mail_servers.front(
        folder / "ours", answers=ANSWERS, post_port=free_port(), world_port=free_port()
    ) as server:
        running = _with(folder)
        ports = (server.port, server.submission)

    assert len(running) >= 3
    until(lambda: not _with(folder))
    for port in ports:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((HOST, port), timeout=1)
    assert (own.stat().st_mtime_ns if own.exists() else None) == before


def _with(folder: Path) -> list[int]:
    """The processes that work in that folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if Path(os.readlink(process / "cwd")).is_relative_to(folder):
                found.append(int(process.name))
        except OSError:
            continue
    return found
