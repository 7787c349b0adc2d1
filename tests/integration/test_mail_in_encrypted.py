"""Our own door without a mail server in front: STARTTLS, what it forgets, and certificates that change."""

import smtplib
import ssl
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from survivor_portal import seals
from survivor_portal.config.certificates import Certificate
from survivor_portal.config.mails import MailIn, MailOut
from survivor_portal.config.run.servers import HOST
from survivor_portal.post import door
from survivor_portal.post.certificate import Shown
from survivor_portal.steward import mailing
from survivor_portal.steward.findings import Level
from tests import certificates
from tests.integration.test_mail_in import MAIL, a_case, waiting
from tests.post_door import Wire, a_door

pytestmark = pytest.mark.django_db(databases=["default", "keys"], transaction=True)
SILENCE = b"nothing at all"
HELLO = b"EHLO mx.platform.example\r\n"


@pytest.fixture
def shown(tmp_path: Path) -> Shown:
    return Shown(*certificates.write(tmp_path))


def whose(port: int, shown: Shown) -> smtplib.SMTP:
    """A conversation that is encrypted with just this certificate and no other."""
    context = ssl.create_default_context(cafile=str(shown.cert))
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    wire = smtplib.SMTP(HOST, port, local_hostname="mx.platform.example", timeout=20)
    # The name is looked at too, and this is the one it is made for.
    vars(wire)["_host"] = "mx.relay.example"
    wire.starttls(context=context)
    return wire


def let_in(port: int) -> Wire:
    """Who comes in as soon as there is room."""
    for _time in range(200):
        wire = Wire(port)
        if wire.answer().startswith(b"220"):
            return wire
        wire.__exit__()
        time.sleep(0.02)
    raise AssertionError("there is no room")


def test_an_answer_comes_in_encrypted(shown: Shown) -> None:
    case, address = a_case()
    with a_door(shown=shown) as port, whose(port, shown) as wire:
        assert isinstance(wire.sock, ssl.SSLSocket)
        assert wire.sock.version() in ("TLSv1.2", "TLSv1.3")
        wire.ehlo()
        assert set(wire.esmtp_features) == {"size", "8bitmime"}
        wire.sendmail("reports@platform.example", [address], MAIL)
    assert len(waiting(case)) == 1


def test_who_cannot_encrypt_is_still_heard_and_old_ways_to_encrypt_are_not(shown: Shown) -> None:
    case, address = a_case()
    old = ssl.create_default_context()
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    with a_door(shown=shown) as port:
        with smtplib.SMTP(HOST, port, local_hostname="mx.platform.example", timeout=20) as wire:
            wire.sendmail("reports@platform.example", [address], MAIL)
        with smtplib.SMTP(HOST, port, timeout=20) as wire, pytest.raises((ssl.SSLError, ConnectionError)):
            wire.starttls(context=old)
    assert len(waiting(case)) == 1


def test_nothing_said_before_counts_after(shown: Shown) -> None:
    _case, address = a_case()
    with a_door(shown=shown) as port, Wire(port) as wire:
        wire.answer()
        assert b"STARTTLS" in wire.say(HELLO)
        assert wire.say(b"MAIL FROM:<a@evil.example>\r\n").startswith(b"250")
        assert wire.say(b"RCPT TO:<" + address.encode() + b">\r\n").startswith(b"250")

        wire.begin_tls()

        assert wire.say(b"DATA\r\n").startswith(b"503")
        assert wire.say(b"MAIL FROM:<a@b.example>\r\n").startswith(b"503")
        hello = wire.say(HELLO)
        assert b"STARTTLS" not in hello
        assert b"AUTH" not in hello
        assert wire.say(b"STARTTLS\r\n").startswith(b"502")
        assert wire.say(b"RCPT TO:<" + address.encode() + b">\r\n").startswith(b"503")


@pytest.mark.parametrize("behind", [b"RSET\r\n", b"MAIL FROM:<a@evil.example>\r\n", b"\x16\x03\x01", b"x"])
def test_what_is_pushed_in_behind_starttls_ends_the_connection(behind: bytes, shown: Shown) -> None:
    with a_door(shown=shown) as port, Wire(port) as wire:
        wire.answer()
        wire.say(HELLO)
        assert wire.say(b"STARTTLS\r\n" + behind).startswith(b"554")
        assert wire.rest() == b""


@pytest.mark.parametrize("instead", [b"", SILENCE, b"NOOP\r\n", b"\x16\x03\x01\x00\x05hello"])
def test_who_breaks_off_while_keys_are_agreed_on_leaves_room_and_no_word(
    instead: bytes, shown: Shown, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(door, "MOST_AT_ONCE", 1)
    if instead is SILENCE:
        monkeypatch.setattr(door, "SECONDS", 0.2)
    with a_door(shown=shown) as port:
        for _time in range(3):
            with let_in(port) as wire:
                assert wire.say(b"STARTTLS\r\n").startswith(b"220")
                if instead is SILENCE:
                    wire.rest()
                elif instead:
                    wire.say(instead)
        let_in(port).__exit__()
    assert [one for one in caplog.records if one.name.startswith(("survivor_portal.post", "asyncio"))] == []


def test_a_renewed_certificate_is_shown_without_a_new_start(tmp_path: Path, shown: Shown) -> None:
    with a_door(shown=shown) as port:
        before = shown.cert.read_bytes()
        whose(port, shown).quit()

        certificates.write(tmp_path)

        assert shown.cert.read_bytes() != before
        whose(port, shown).quit()


def test_while_files_do_not_fit_what_was_there_before_is_shown(tmp_path: Path, shown: Shown) -> None:
    first = shown.context()
    for broken in (b"no certificate", shown.key.read_bytes()):
        shown.cert.unlink()
        assert shown.context() is first
        shown.cert.write_bytes(broken)
        assert shown.context() is first
    certificates.write(tmp_path)
    assert shown.context() is not first
    assert shown.context() is shown.context()


def test_files_of_no_use_are_refused_at_the_start(tmp_path: Path) -> None:
    cert, key = certificates.write(tmp_path)
    with pytest.raises(seals.NoCertificate):
        Shown(cert, tmp_path / "nowhere")
    with pytest.raises(seals.NoCertificate):
        Shown(key, cert)


def test_doctor_tells_a_certificate_that_ends_soon_and_one_that_is_none(
    tmp_path: Path, settings: Settings
) -> None:
    settings.RELAY_DOMAIN, settings.MAIL_OUT = "relay.example", MailOut(HOST, 1)
    now = timezone.now()

    def found(shown: Shown | None) -> list[tuple[Level, str]]:
        with a_door(shown=shown) as port:
            settings.MAIL_IN = MailIn("smtp", HOST, port)
            every = list(mailing.mail(now))
        assert [one.level for one in every if one.part == "mail in"] == [Level.fine]
        return [(one.level, one.says) for one in every if one.part == "mail certificate"]

    def good_for(days: float) -> Shown:
        return Shown(*certificates.write(tmp_path, good_for=timedelta(days=days)))

    assert found(None) == []
    settings.MAIL_IN_SHOWS = Certificate(tmp_path, tmp_path)
    assert found(None) == [(Level.broken, "The door shows none.")]
    assert found(good_for(60.1)) == [(Level.fine, "It is good for 60 days.")]
    assert found(good_for(13.1)) == [(Level.look, "It runs out in 13 days.")]
    assert found(good_for(-1)) == [(Level.broken, "It has run out.")]
