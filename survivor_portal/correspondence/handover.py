"""Hand a mail over to the server that takes what we send, and say what it answered.

What that server says of this one mail is final where its number begins with 5. Everything before it came
to the recipient (no connection, no TLS, our password refused) is our own trouble, and is tried again.
"""

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass

from django.conf import settings

TIMEOUT = 20.0  # seconds for each step of the conversation
LONGEST_REPLY = 300


@dataclass(frozen=True, slots=True)
class Taken:
    """They took it: to pass it on, or to keep. No proof that anybody got it."""

    reply: str


class TryLater(Exception):
    """Not now. Nobody has refused it; it may even have been taken, and the connection broke."""


class NotTaken(Exception):
    """Refused for good: their number and words. The words are theirs, and may be anything."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__()
        self.code, self.words = code, words


def hand_over(mail: bytes, sender: str, recipient: str) -> Taken:
    """Give them this mail for this one recipient. `sender` gets their notice where it comes back.

    Raises TryLater, NotTaken. Runs for a minute or two at most; nothing of the mail is in any exception.
    """
    out = settings.MAIL_OUT
    if out is None:
        raise TryLater
    try:
        server = connected(TIMEOUT)
        try:
            return _given(server, mail, sender, recipient)
        finally:
            # What they answered stands, however the goodbye goes.
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
            server.close()
    except smtplib.SMTPDataError as error:
        raise _refusal(error.smtp_code, _bytes(error.smtp_error)) from None
    except (smtplib.SMTPException, OSError):
        raise TryLater from None


def connected(patience: float | None = None) -> smtplib.SMTP:
    """A conversation that has got as far as it can without the mail. Raises SMTPException, OSError."""
    out, patience = settings.MAIL_OUT, TIMEOUT if patience is None else patience
    assert out is not None
    # Without a name of its own smtplib would tell them, and ask the DNS about, the name of this machine.
    name = settings.RELAY_DOMAIN
    context = ssl.create_default_context()
    if out.tls == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            out.host, out.port, local_hostname=name, timeout=patience, context=context
        )
    else:
        server = smtplib.SMTP(out.host, out.port, local_hostname=name, timeout=patience)
    try:
        if out.tls == "starttls":
            server.starttls(context=context)
        if out.user and out.password_file:
            server.login(out.user, out.password_file.read_text("utf-8").strip())
    except BaseException:
        server.close()
        raise
    return server


def _given(server: smtplib.SMTP, mail: bytes, sender: str, recipient: str) -> Taken:
    server.ehlo_or_helo_if_needed()
    code, _words = server.mail(sender)
    if code != 250:
        raise TryLater
    code, words = server.rcpt(recipient)
    if code not in (250, 251):
        raise _refusal(code, words)
    code, words = server.data(mail)
    if code != 250:
        raise _refusal(code, words)
    return Taken(_text(words))


def _refusal(code: int, words: bytes) -> Exception:
    return NotTaken(code, _text(words)) if 500 <= code <= 599 else TryLater()


def _bytes(words: bytes | str) -> bytes:
    return words if isinstance(words, bytes) else words.encode("ascii", "replace")


def _text(words: bytes) -> str:
    line = " ".join(words.decode("ascii", "replace").split())
    return "".join(character for character in line if character.isprintable())[:LONGEST_REPLY]
