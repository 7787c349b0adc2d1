"""The robot at a platform's desk: reads the mail its mail server brings, and answers through that server."""

import email
import email.policy
import smtplib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from survivor_portal.config.run.servers import HOST, free_port


@dataclass
class Robot:
    """What it got, and what it answers once it took a mail; "" nothing."""

    address: str
    says: str = ""
    port: int = 0
    # The door of its own mail server.
    submission: int = 0
    got: list[bytes] = field(default_factory=list)
    _answering: list[threading.Thread] = field(default_factory=list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.got.append(bytes(envelope.content))
        if self.says:
            answering = threading.Thread(target=self.answer, args=(bytes(envelope.content), self.says))
            answering.start()
            self._answering.append(answering)
        return "250 2.0.0 Ok"

    def answer(self, mail: bytes, words: str, **headers: str) -> None:
        """Answers this mail with these words, the whole of it quoted below, as robots do."""
        theirs = email.message_from_bytes(mail, policy=email.policy.default)
        answer = EmailMessage()
        answer["From"] = f"Reports <{self.address}>"
        answer["To"] = str(theirs["From"])
        answer["Subject"] = f"Re: {theirs['Subject']}"
        answer["Date"] = "Mon, 23 Nov 2026 12:00:00 +0000"
        answer["Message-ID"] = f"<{len(self.got)}.{id(answer)}@reports.example>"
        answer["In-Reply-To"] = str(theirs["Message-ID"])
        for name, value in headers.items():
            answer[name.replace("_", "-")] = value
        quoted = "\n".join(f"> {line}" for line in theirs.get_content().splitlines())
        answer.set_content(f"{words}\n\nOn Monday you wrote:\n{quoted}\n")
        with smtplib.SMTP(HOST, self.submission, local_hostname="desk.reports.example", timeout=20) as server:
            server.send_message(answer)

    def rests(self) -> None:
        """Waits until all its answers are with its mail server."""
        for answering in self._answering:
            answering.join(20)


@contextmanager
def a_robot(address: str) -> Iterator[Robot]:
    """It listens on a port of its own for what its mail server brings."""
    robot = Robot(address, port=free_port())
    controller = Controller(robot, hostname=HOST, port=robot.port, server_hostname="desk.reports.example")
    controller.start()
    try:
        yield robot
    finally:
        robot.rests()
        controller.stop()
