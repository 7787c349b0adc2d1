"""A mail server on loopback that keeps what it gets, and says no where it is told to."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from survivor_portal.config.mails import MailOut


@dataclass
class PostOffice:
    """What came: one entry for each mail that was taken. `says`: the answer to each recipient."""

    port: int = 0
    says: str = "250 OK"
    mails: list[EmailMessage] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    asked: int = 0

    @property
    def out(self) -> MailOut:
        """The setting that sends here."""
        return MailOut("127.0.0.1", self.port)

    # The names are those of aiosmtpd.
    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, to: str, options: Any) -> str:  # noqa: N802
        self.asked += 1
        if self.says.startswith("250"):
            envelope.rcpt_tos.append(to)
        return self.says

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        found = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(found, EmailMessage)
        self.mails.append(found)
        self.senders.append(envelope.mail_from)
        return "250 OK"


@contextmanager
def post_office() -> Iterator[PostOffice]:
    """One that is open."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        office = PostOffice(free.getsockname()[1])
    controller = Controller(office, hostname="127.0.0.1", port=office.port)
    controller.start()
    try:
        yield office
    finally:
        controller.stop()


def text_of(mail: EmailMessage) -> str:
    """The text of a plain mail."""
    assert mail.get_content_type() == "text/plain"
    return str(mail.get_content())
