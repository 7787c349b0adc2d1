"""Looks at mail: does the server that takes ours answer, can we sign, is the door for answers open?"""

import smtplib
import socket
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

from django.conf import settings

from survivor_portal.correspondence import handover, signing
from survivor_portal.steward.findings import Finding, broken, fine, look

_SAMPLE = (
    b"From: a@{domain}\r\nTo: b@example.org\r\nSubject: a sample\r\nDate: Thu, 01 Jan 1970 00:00:00 +0000\r\n"
    b"Message-ID: <1@{domain}>\r\n\r\nNothing leaves.\r\n"
)
PATIENCE = 5.0


def mail(_: datetime) -> Iterator[Finding]:
    """No mail is sent, and no name is looked up beyond that of the mail server."""
    if settings.MAIL_OUT is None:
        yield fine("mail", "It is off.")
        return
    yield _out()
    yield _signed()
    if settings.MAIL_IN is None:
        yield look("mail in", "It is off, so letters do not go by mail.", "Set MAIL_IN; see docs/mail-in.md.")
    else:
        yield _into()


def _out() -> Finding:
    try:
        server = handover.connected(PATIENCE)
    except (smtplib.SMTPException, OSError):
        return broken(
            "mail out",
            "The server MAIL_OUT names does not answer, or refuses us.",
            "Start it, and see its log. Letters wait for three days and are then told as not sent.",
        )
    with suppress(smtplib.SMTPException, OSError):
        server.quit()
    server.close()
    return fine("mail out", "The server that takes our mail answers.")


def _signed() -> Finding:
    if settings.DKIM_KEY_FILE is None:
        if settings.AUTO_KEY_FILE is None:
            return fine("mail signature", "This process has no key, as it should be: only workers sign.")
        return look("mail signature", "Mail leaves unsigned.", "Set DKIM_KEY_FILE and DKIM_SELECTOR.")
    sample = _SAMPLE.replace(b"{domain}", settings.RELAY_DOMAIN.encode("ascii"))
    try:
        signing.signed(sample)
    except signing.NoKey:
        return broken(
            "mail signature",
            "The key DKIM_KEY_FILE names cannot be used: no mail leaves.",
            "Put the right key there.",
        )
    return fine("mail signature", f"We can sign for {settings.RELAY_DOMAIN}.")


def _into() -> Finding:
    where = settings.MAIL_IN
    assert where is not None
    try:
        with socket.create_connection((where.host, where.port), timeout=PATIENCE) as line:
            line.settimeout(PATIENCE)
            greeting = line.recv(4)
    except OSError:
        greeting = b""
    if greeting[:3] == b"220":
        return fine("mail in", "The door for answers is open.")
    return broken("mail in", "The door for answers does not open.", "Start it: `manage.py post`.")
