"""A letter goes out through a real mail server, and what comes back comes into the case: answer or notice.

Two Postfix servers, ours and a platform's. Between ours and the case stands the site's own door.
"""

import smtplib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dkim
import pytest
from django.utils import timezone
from pytest_django import Settings

from survivor_portal.cases import access, slot
from survivor_portal.cases.keys import OpenCase
from survivor_portal.config.mails import MailIn, MailOut
from survivor_portal.config.run.servers import HOST, free_port
from survivor_portal.correspondence import outgoing, relays, threads
from survivor_portal.correspondence.outgoing import Draft
from survivor_portal.jobs import table
from survivor_portal.post.postmaster import Postmaster
from survivor_portal.slips import due
from tests import mail_servers
from tests.dkim_keys import dns_line, rsa_key
from tests.mail_servers import MailServer
from tests.post_door import a_door
from tests.robot import Robot, a_robot

pytestmark = [pytest.mark.django_db(databases=["default", "keys"], transaction=True), pytest.mark.postfix]
DOMAIN = "answers.help.example"
DESK = "desk@reports.example"
REQUEST = "a" * 32
NO = "We've reviewed the content, and didn't find a violation of our policies, so no action will be taken."


@dataclass(frozen=True)
class Post:
    """Both mail servers and the robot."""

    ours: MailServer
    theirs: MailServer
    robot: Robot


@pytest.fixture
def post(settings: Settings, tmp_path: Path) -> Iterator[Post]:
    key = tmp_path / "dkim-key"
    key.write_text(rsa_key(), "ascii")
    settings.RELAY_DOMAIN = DOMAIN
    settings.DKIM_SELECTOR, settings.DKIM_KEY_FILE = "one", key
    port, world = free_port(), free_port()
    with (
        a_door(postmaster=Postmaster(DESK, timezone.now)) as door,
        a_robot(DESK) as robot,
        mail_servers.a_folder() as folder,
        mail_servers.front(
            folder / "ours", answers=DOMAIN, post_port=door, world_port=world, port=port
        ) as ours,
        mail_servers.platform(
            folder / "theirs", domain="reports.example", known=("desk",), desk_port=robot.port,
            world_port=port, port=world,
        ) as theirs,
    ):  # fmt: skip
        robot.submission = theirs.submission
        settings.MAIL_OUT = MailOut(HOST, ours.submission)
        settings.MAIL_IN = MailIn("smtp", HOST, door)
        yield Post(ours, theirs, robot)


@pytest.fixture
def case(post: Post) -> OpenCase:
    access.prepare()
    return access.open_new(timezone.now()).session.case


def send(case: OpenCase, to: str = DESK) -> str:
    """A letter is given away and a worker hands it over; gives the address it left from."""
    draft = Draft(to, "A request", "Please take it down.\nÜnique words.\n", 1, (1,))
    address = outgoing.put(case, REQUEST, relays.draw(), (draft,), timezone.now()).address
    for claim in due.claim(timezone.now(), kinds=["mail"]):
        work = due.begin(claim.id, claim.token, timezone.now())
        assert work
        due.done(work, timezone.now(), table.HANDLERS[work.kind](work, timezone.now()))
    return address


def until(true: Callable[[], Any]) -> None:
    last = time.monotonic() + 30
    while not true():
        assert time.monotonic() < last, "it did not come"
        time.sleep(0.02)


def told(case: OpenCase, kind: str) -> dict[str, Any]:
    """The one thing of that kind that comes into the case."""
    found: list[dict[str, Any]] = []
    until(
        lambda: (
            found.extend(one for one in slot.take_in(case, timezone.now()) if one["kind"] == kind) or found
        )
    )
    (one,) = found
    return dict(one["document"])


def test_a_letter_arrives_signed_and_the_answer_comes_into_the_case(case: OpenCase, post: Post) -> None:
    post.robot.says = NO

    send(case)
    until(lambda: post.robot.got)

    def dns(name: bytes, timeout: float = 5) -> bytes:
        return dns_line(rsa_key()) if name.rstrip(b".") == b"one._domainkey.answers.help.example" else b""

    (mail,) = post.robot.got
    assert dkim.verify(mail, dnsfunc=dns)
    assert not dkim.verify(mail.replace(b"take it down", b"leave it"), dnsfunc=dns)
    answer = told(case, "mail")
    assert answer["request"] == REQUEST
    assert NO in " ".join(answer["text"].split())
    assert answer["is_bounce"] is False
    until(lambda: post.ours.queued == 0)


def test_a_letter_their_server_refuses_comes_back_into_the_case(case: OpenCase, post: Post) -> None:
    send(case, "gone@reports.example")

    notice = told(case, "mail")

    assert notice["request"] == REQUEST
    assert notice["is_bounce"] is True
    thread = threads.of(case, REQUEST)
    assert thread
    assert notice["returned"] == thread.letters[0].message_id
    assert post.robot.got == []
    until(lambda: post.ours.queued == 0)


def test_our_mail_server_itself_says_550_to_an_unknown_address(case: OpenCase, post: Post) -> None:
    known = send(case)
    unknown = relays.draw()
    said = []
    with smtplib.SMTP(HOST, post.ours.port, local_hostname="mail.reports.example") as wire:
        wire.ehlo()
        wire.mail(DESK)
        said = [wire.rcpt(unknown), wire.rcpt("a@" + DOMAIN), wire.rcpt(known)]

    assert [code for code, _ in said] == [550, 550, 250]
    assert said[0] == said[1]
    until(lambda: post.ours.queued == 0)


def test_mail_for_postmaster_reaches_the_operator_through_our_mail_server(post: Post) -> None:
    mail = b"From: a@reports.example\r\nSubject: Your mail\r\n\r\nIt does not arrive at our side.\r\n"
    with smtplib.SMTP(HOST, post.ours.port, local_hostname="mail.reports.example") as wire:
        for at in (f"postmaster@{DOMAIN}", "Postmaster"):
            wire.sendmail("a@reports.example", [at], mail)

    until(lambda: len(post.robot.got) == 2)
    for got in post.robot.got:
        assert f"From: notes@{DOMAIN}\r\n".encode() in got
        assert b"It does not arrive at our side." in got
        assert b"Subject: A mail to postmaster\r\n" in got
    until(lambda: post.ours.queued == 0)
