"""A letter leaves through a real mail server, and the platform's answer comes home by one.

The site as its own command starts it: pages, worker, the door for mail. Ours and the platform's mail server
are Postfix; the address is the directory's own, but ours brings whatever leaves to the platform's.
"""

import os
import re
import signal
import smtplib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dkim
import pytest

from survivor_portal import directory
from survivor_portal.config.env import HOUSE
from survivor_portal.config.run.servers import HOST, free_port
from survivor_portal.intake import StepKey
from tests import mail_servers
from tests.browser import PHONE
from tests.dkim_keys import dns_line, rsa_key
from tests.journeys.story import NEWS_CASE, Story
from tests.journeys.test_j02_keep_it import keeps_it, opens_it
from tests.journeys.test_j03_the_refusal import LADDER, THEIR_WORDS
from tests.mail_servers import MailServer
from tests.robot import Robot, a_robot

pytestmark = [pytest.mark.browser, pytest.mark.postfix]
DOMAIN = "answers.help.example"
LINKS = {
    "bitchute": "https://www.bitchute.com/video/abcDEF123456/",
    "mediafire": "https://www.mediafire.com/file/abcdef123456/file",
}
LOOK = Callable[[Any], None]
SECONDS = 60.0


def address_at(platform: str) -> str:
    """Where the directory says that such a letter goes."""
    channels = directory.platform(platform).channels
    return next(one.address for one in channels if one.is_mail and one.purpose == "minor_sexual")


@dataclass(frozen=True)
class Post:
    """Our mail server, the robot at the platform's desk behind theirs, and what the site is told of both."""

    ours: MailServer
    robot: Robot
    settings: dict[str, str]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with mail_servers.a_folder() as made:
        yield made


@pytest.fixture(scope="module")
def post(folder: Path) -> Iterator[Post]:
    name, _, domain = address_at("bitchute").partition("@")
    door, port, world = free_port(), free_port(), free_port()
    with (
        a_robot(f"{name}@{domain}") as robot,
        mail_servers.front(
            folder / "ours", answers=DOMAIN, post_port=door, world_port=world, port=port
        ) as ours,
        mail_servers.platform(
            folder / "theirs", domain=domain, known=(name,), desk_port=robot.port, world_port=port, port=world
        ) as theirs,
    ):
        robot.submission = theirs.submission
        key = folder / "dkim-key"
        key.write_text(rsa_key(), "ascii")
        settings = {
            "MAIL_OUT": f"smtp://{HOST}:{ours.submission}",
            "MAIL_IN": f"smtp://{HOST}:{door}",
            "RELAY_DOMAIN": DOMAIN,
            "DKIM_SELECTOR": "one",
            "DKIM_KEY_FILE": str(key),
        }
        yield Post(ours, robot, settings)


@pytest.fixture(scope="module")
def served(post: Post, folder: Path) -> Iterator[str]:
    """The site, in place of the one that other stories are told with; gives its address."""
    log = folder / "site.log"
    with log.open("wb") as said:
        site = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--port", "0"],
            cwd=HOUSE, stdout=said, stderr=said, start_new_session=True,
            env=os.environ | post.settings | {
                "DJANGO_SETTINGS_MODULE": "tests.journeys.site_with_mail",
                "DATA_DIR": str(folder / "data"),
                "PYTHONUNBUFFERED": "1",
            },
        )  # fmt: skip
    try:
        yield until(lambda: _address(site, log))
    finally:
        site.send_signal(signal.SIGTERM)
        site.wait(30)


def _address(site: "subprocess.Popen[bytes]", log: Path) -> str:
    said = log.read_text("utf-8")
    assert site.poll() is None, said
    found = re.search(r"Ready: (http://\S+?)/?\s", said)
    return found[1] if found else ""


def until(found: Callable[[], Any]) -> Any:
    """Waits for it, and gives it; the test fails when it does not come."""
    last = time.monotonic() + SECONDS
    while not (here := found()):
        assert time.monotonic() < last, "it did not come"
        time.sleep(0.1)
    return here


def keeps_a_letter_to(story: Story, platform: str) -> tuple[str, str]:
    """Answers all questions, keeps the case, and signs the letter to that platform; gives code and phrase."""
    story.starts_at_home()
    story.answers_all(NEWS_CASE, LINKS[platform])
    card = keeps_it(story)
    story.opens("/next/")
    story.opens_the_letter(StepKey.REQUEST_48H)
    story.page.fill("main [name=name]", "Maria Example")
    for tick in story.page.locator("main input[type=checkbox]").all():
        tick.check()
    story.presses("main form button[name=go]")
    return card


def sends_it_from_here(story: Story, to: str) -> str:
    """From the letter: reads all that would leave, and says yes; gives the address it left from."""
    story.presses("form:has([name=step][value=leave]) button")
    assert story.heading == "Send it from here"
    shown = story.page.locator("main dl .sp-fixed").all_inner_texts()
    assert shown[1] == to
    story.presses("form:has([name=step][value=leave]) button[name=yes]")
    return str(shown[0])


def dns(name: bytes, timeout: float = 5) -> bytes:
    return dns_line(rsa_key()) if name.rstrip(b".") == f"one._domainkey.{DOMAIN}".encode() else b""


def test_a_request_leaves_and_its_refusal_comes_home(
    visitor: Callable[..., Story], post: Post, assert_accessible: LOOK
) -> None:
    post.robot.says = THEIR_WORDS
    story = visitor(viewport=PHONE)
    card = keeps_a_letter_to(story, "bitchute")
    story.looks = assert_accessible

    address = sends_it_from_here(story, post.robot.address)
    until(lambda: post.robot.got)

    # It arrived as it was signed, from the address that was shown, with the words that were shown.
    (mail,) = post.robot.got
    assert dkim.verify(mail, dnsfunc=dns)
    assert f"From: {address}".encode() in mail
    assert LINKS["bitchute"].encode() in mail.replace(b"=\r\n", b"").replace(b"=3D", b"=")
    assert b"Maria Example" in mail
    until(lambda: "proxy-accept" in post.ours.said and post.ours.queued == 0)

    # Another day, another machine: the answer lies at its request and is read as what it is.
    later = visitor(viewport=PHONE)
    opens_it(later, *card)
    later.looks = assert_accessible
    assert "Answers that came by mail" in later.text
    later.presses("form:has([name=step][value=mail]) button")
    marked = later.page.locator("main mark").all_inner_texts()
    assert marked[:2] == ["didn't find a violation", "no action will be taken"]
    assert any("third-party website" in words for words in marked)
    assert later.page.locator("main [name=says]:checked").get_attribute("value") == "refused"
    later.keeps_the_answer()
    assert "They said no" in later.text
    # This platform has no desk for appeals; all else is there, in its order.
    assert [title for title in later.next_steps if title in LADDER] == [
        title for title in LADDER if title != "Appeal"
    ]
    later.goes_to_the_board()
    assert "Answers that came by mail" not in later.text


def test_a_request_their_server_refuses_is_told_as_not_arrived(
    visitor: Callable[..., Story], post: Post, assert_accessible: LOOK
) -> None:
    post.robot.got.clear()
    story = visitor(viewport=PHONE)
    keeps_a_letter_to(story, "mediafire")

    sends_it_from_here(story, address_at("mediafire"))
    until(lambda: "status=bounced" in post.ours.said and post.ours.queued == 0)

    assert post.robot.got == []
    story.looks = assert_accessible
    story.opens("/c/")
    story.goes_to_the_board()
    assert "It was not delivered" in story.text
    story.opens_the_request()
    assert "It left and came back. It did not arrive." in story.text
    # What the first server said when it took the letter is not the reason.
    assert "Their server said" not in story.text
    # Their server's own words are not taken for the platform's: nobody is told that she was refused.
    assert "They said no" not in story.text
    assert story.next_steps


def test_a_stranger_at_our_mail_server_learns_nothing(post: Post) -> None:
    with smtplib.SMTP(HOST, post.ours.port, local_hostname="mail.reports.example") as wire:
        wire.ehlo()
        wire.mail("desk@reports.example")
        said = [
            wire.rcpt(f"{name}@{DOMAIN}") for name in ("a" * 26, "abcdefghijklmnopqrstuvwxyz", "postmaster")
        ]

    assert said == [(550, b"5.1.1 No such address")] * 3
