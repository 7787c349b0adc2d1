"""Mail for postmaster: read as any mail, and passed on to the operator at once. None of it is kept here.

Every server that takes mail for a domain has to take it for postmaster there (RFC 5321, 4.5.1).
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from django.conf import settings

from survivor_portal import mails
from survivor_portal.correspondence import messages
from survivor_portal.correspondence.handover import NotTaken, TryLater, hand_over
from survivor_portal.correspondence.messages import Message
from survivor_portal.mails import Read, Refused, Why

logger = logging.getLogger(__name__)

MOST_A_DAY = 20
SUBJECT = "A mail to postmaster"
# Nobody can answer it, nor can anything come back to it: what went wrong with such a mail ends there.
_SENDER = "notes"


@dataclass
class Postmaster:
    """Passes mail on to this address. One at a time, so that answers never wait behind it; `now` in UTC."""

    to: str
    now: Callable[[], datetime]
    _busy: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _day: date | None = None
    _of_day: int = 0

    def has_room(self) -> bool:
        """May one more mail come today? As many as this process took since midnight, UTC, count."""
        return self._day != self._today() or self._of_day < MOST_A_DAY

    def pass_on(self, data: bytes, authserv_id: str, resolve: mails.Resolve | None) -> Why | None:
        """Hand a mail to the server that takes ours; None once it has it. Otherwise why it is refused.

        Raises TryLater: the sender keeps it and comes again.
        """
        if not self._busy.acquire(blocking=False):
            raise TryLater
        try:
            if not self.has_room():
                raise TryLater
            today = self._today()
            self._day, self._of_day = today, self._of_day + 1 if self._day == today else 1
            found = mails.read(data, authserv_id=authserv_id, resolve=resolve)
            if isinstance(found, Refused):
                return found.why
            if found.sender.lower().rpartition("@")[2] == settings.RELAY_DOMAIN:
                return Why.NOT_THEIRS  # ours, come round in a circle
            self._hand_over(found)
        finally:
            self._busy.release()
        return None

    def _hand_over(self, mail: Read) -> None:
        sender = f"{_SENDER}@{settings.RELAY_DOMAIN}"
        message = Message(
            sender=sender,
            to=self.to,
            subject=SUBJECT,
            text=_text(mail),
            message_id=messages.new_message_id(settings.RELAY_DOMAIN),
            at=self.now(),
            more=(("Auto-Submitted", "auto-generated"),),
        )
        try:
            hand_over(messages.written(message), sender, self.to)
        except NotTaken:
            logger.error("mail for postmaster is refused by the server MAIL_OUT names")
            raise TryLater from None

    def _today(self) -> date:
        return self.now().astimezone(UTC).date()


def _text(mail: Read) -> str:
    files = sum(one.count for one in mail.removed)
    head = [
        f"Somebody wrote to postmaster@{settings.RELAY_DOMAIN}. What they say of themselves:",
        "",
        f"From: {mail.sender or 'no single address'} (their domain: {mail.verdict.value})",
        f"Subject: {mail.subject}",
        f"Files left out: {files}",
        "",
        "-" * 20,
    ]
    return "\n".join([*head, mail.text])
