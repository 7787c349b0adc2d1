"""Looks at mail: does the server that takes ours answer, can we sign, is the door for answers open?"""

import ipaddress
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings

from survivor_portal import seals
from survivor_portal.correspondence import handover, signing
from survivor_portal.steward.findings import Finding, broken, fine, in_words, look

_SAMPLE = (
    b"From: a@{domain}\r\nTo: b@example.org\r\nSubject: a sample\r\nDate: Thu, 01 Jan 1970 00:00:00 +0000\r\n"
    b"Message-ID: <1@{domain}>\r\n\r\nNothing leaves.\r\n"
)
PATIENCE = 5.0
# Where renewing works by itself it is done a month before.
RENEWED_BEFORE = timedelta(days=14)
_CERTIFICATE = "mail certificate"
_SEE = "See MAIL_IN_CERT_FILE in docs/mail-in.md."
_RENEW = "Renew it; the door takes up the new files by itself. " + _SEE


def mail(now: datetime) -> Iterator[Finding]:
    """No mail is sent, and no name is looked up beyond that of the mail server."""
    if settings.MAIL_OUT is None:
        yield fine("mail", "It is off.")
        return
    yield _out()
    yield _signed()
    if settings.MAIL_IN is None:
        yield look("mail in", "It is off, so letters do not go by mail.", "Set MAIL_IN; see docs/mail-in.md.")
    else:
        yield from _into(now)
        yield _postmaster()


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


def _postmaster() -> Finding:
    if settings.POSTMASTER:
        return fine("postmaster", "Mail for postmaster is passed on.")
    return look(
        "postmaster",
        f"Mail for postmaster@{settings.RELAY_DOMAIN} is refused, and should not be (RFC 5321).",
        "Set POSTMASTER to an address of yours; see docs/mail-in.md.",
    )


def _into(now: datetime) -> Iterator[Finding]:
    where = settings.MAIL_IN
    assert where is not None
    closed = broken("mail in", "The door for answers does not open.", "Start it: `manage.py post`.")
    kind = smtplib.LMTP if where.kind == "lmtp" else smtplib.SMTP
    try:
        line = kind(where.host, where.port, local_hostname=settings.RELAY_DOMAIN, timeout=PATIENCE)
    except (smtplib.SMTPException, OSError):
        yield closed
        return
    with suppress(smtplib.SMTPException, OSError), line:
        yield fine("mail in", "The door for answers is open.")
        yield from _shown(line, where.host, now)


def _shown(line: smtplib.SMTP, host: str, now: datetime) -> Iterator[Finding]:
    """The certificate the door shows, seen from its other side."""
    with suppress(smtplib.SMTPException, OSError):
        line.ehlo_or_helo_if_needed()
    if not line.has_extn("starttls"):
        if settings.MAIL_IN_SHOWS is not None:
            yield broken(_CERTIFICATE, "The door shows none.", "Start `manage.py post` anew.")
        elif not ipaddress.ip_address(host).is_loopback:
            yield look(_CERTIFICATE, "Answers come in over the network in clear.", _SEE)
        return
    context = ssl.create_default_context()
    # Whose it is says nothing here: we are on the same machine. Those who bring mail hardly look either.
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        line.starttls(context=context)
        assert isinstance(line.sock, ssl.SSLSocket)
        ends = seals.certificate_ends(line.sock.getpeercert(binary_form=True) or b"")
    except (smtplib.SMTPException, OSError, seals.NoCertificate):
        yield broken(_CERTIFICATE, "The door cannot speak TLS with us.", _SEE)
        return
    left = ends - now
    if left <= timedelta(0):
        yield broken(_CERTIFICATE, "It has run out.", _RENEW)
    elif left < RENEWED_BEFORE:
        yield look(_CERTIFICATE, f"It runs out in {in_words(left)}.", _RENEW)
    else:
        yield fine(_CERTIFICATE, f"It is good for {in_words(left)}.")
