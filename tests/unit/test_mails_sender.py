"""Whether a domain stands for a mail: only our own server is believed, or the signature itself."""

import dkim
import pytest

from survivor_portal.mails import Read, Refused, Verdict, Why, read
from tests.dkim_keys import dns_line, rsa_key
from tests.registers import NameServer

OWN = "mx.relay.example"
BODY = (
    b"From: Reports <reports@platform.example>\r\nSubject: x\r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\n"
    b"\r\nWords.\r\n"
)


def told(*lines: str) -> Verdict | Why:
    data = "".join(f"{line}\r\n" for line in lines).encode() + BODY
    found = read(data, authserv_id=OWN)
    return found.verdict if isinstance(found, Read) else found.why


def line(results: str, by: str = OWN) -> str:
    return f"Authentication-Results: {by}; {results}"


@pytest.mark.parametrize(
    ("results", "verdict"),
    [
        ("dmarc=pass header.from=platform.example", Verdict.VERIFIED),
        ("dmarc=fail (p=none dis=none) header.from=platform.example", Verdict.FAILED),
        ("dmarc=fail (p=reject dis=none) header.from=platform.example", Why.NOT_THEIRS),
        ("dmarc=fail policy.published-domain-policy=reject header.from=platform.example", Why.NOT_THEIRS),
        ("dmarc=none; dkim=pass header.d=platform.example", Verdict.VERIFIED),
        ("dkim=pass header.d=mail.platform.example; spf=fail", Verdict.VERIFIED),
        ("dkim=pass header.d=other.example", Verdict.NONE),
        ("dkim=fail header.d=platform.example", Verdict.FAILED),
        ("dkim=fail header.d=other.example", Verdict.NONE),
        ("spf=pass smtp.mailfrom=platform.example", Verdict.NONE),
        ("dmarc=temperror", Verdict.NONE),
        ("none", Verdict.NONE),
        ("x=y (dmarc=pass)", Verdict.NONE),
    ],
)
def test_what_our_own_server_says_is_taken(results: str, verdict: Verdict | Why) -> None:
    assert told(line(results)) is verdict


def test_what_others_say_counts_nothing() -> None:
    good = "dmarc=pass header.from=platform.example"

    assert told(line(good, by="mx.other.example")) is Verdict.NONE
    assert told(line(good, by=f"mx.other.example {OWN}")) is Verdict.NONE
    assert told(line(good, by=f"{OWN}.other.example")) is Verdict.NONE
    # Below the line of the server that handed it to ours: it came with the mail.
    assert told("Received: by ours", "Received: by theirs", line(good)) is Verdict.NONE
    assert told(line(good), "Received: by ours", "Received: by theirs") is Verdict.VERIFIED
    assert told("Received: by ours", line(good), "Received: by theirs") is Verdict.VERIFIED
    # Where ours said something else, neither is believed.
    assert told(line("dmarc=fail"), line(good)) is Verdict.NONE


def test_without_a_server_of_ours_and_without_look_ups_nothing_is_known() -> None:
    found = read(f"{line('dmarc=pass')}\r\n".encode() + BODY)

    assert isinstance(found, Read)
    assert found.verdict is Verdict.NONE


def signed(domain: bytes = b"platform.example", **more: object) -> tuple[bytes, dict[str, bytes]]:
    key = rsa_key()
    line = dkim.sign(
        BODY, b"s1", domain, key.encode(), include_headers=[b"from", b"subject", b"date"], **more
    )
    return line + BODY, {f"s1._domainkey.{domain.decode()}.": dns_line(key)}


def checked(data: bytes, records: dict[str, bytes]) -> Verdict:
    found = read(data, resolve=records.get)
    assert not isinstance(found, Refused)
    return found.verdict


def test_a_signature_of_the_domain_itself_is_checked() -> None:
    data, records = signed()

    assert checked(data, records) is Verdict.VERIFIED
    assert checked(data.replace(b"Words.", b"Other words."), records) is Verdict.FAILED
    assert checked(data, {}) is Verdict.NONE


def test_the_signature_of_another_domain_says_nothing_of_this_one() -> None:
    data, records = signed(b"other.example")

    assert checked(data, records) is Verdict.NONE


def test_a_signature_over_a_part_of_the_text_is_none() -> None:
    data, records = signed(length=True)

    assert b" l=" in data
    assert checked(data + b"And more.", records) is Verdict.NONE


def test_a_resolver_that_breaks_breaks_nothing() -> None:
    data, _records = signed()

    def broken(name: str) -> bytes | None:
        raise OSError(name)

    found = read(data, resolve=broken)

    assert isinstance(found, Read)
    assert found.verdict is Verdict.NONE


def test_the_key_is_asked_of_the_resolver_of_the_operator() -> None:
    data, records = signed()
    ((name, key),) = records.items()
    half = len(key) // 2
    pieces = f'"{key[:half].decode()}" "{key[half:].decode()}"'
    names = NameServer()
    names.says(name.rstrip("."), "TXT", [pieces])
    names.says("two.example", "TXT", ['"a"', '"b"'])

    with names.running() as server:
        resolver = server.resolver
        found = read(data, resolve=resolver.text)
        assert resolver.text("nobody.example.") is None
        assert resolver.text("two.example") is None

    assert isinstance(found, Read)
    assert found.verdict is Verdict.VERIFIED
