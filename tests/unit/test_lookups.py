"""Look-ups against registers of every shape, answering and not, on loopback."""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survivor_portal import lookups
from survivor_portal.lookups import Asker, NotASite, Party, Result, Role, Trouble, _clean, _rdap
from survivor_portal.lookups._bootstrap import KEPT, NoList, read, registers
from survivor_portal.lookups._http import Unreadable
from survivor_portal.lookups._turns import Busy, Turns
from survivor_portal.lookups._wire import Deadline
from tests.registers import PUBLIC, Authority, NameServer, Servers, answer

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DATA = Path(__file__).parents[1] / "data" / "registers"
LIST, REGISTRY, COUNTRY = "list.example", "rdap.registry.example", "rdap.country.example"
AMERICA, EUROPE, ELSEWHERE = "rdap.america.example", "rdap.europe.example", "rdap.registrar.example"
HOSTS = (LIST, REGISTRY, COUNTRY, AMERICA, EUROPE, ELSEWHERE)
OF_NETWORK = f"/registry/ip/{PUBLIC}"
OF_DOMAIN = "/v1/domain/video.example"


def recorded(name: str) -> str:
    return (DATA / f"{name}.json").read_text("utf-8")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(HOSTS, tmp_path_factory.mktemp("authority"))


@pytest.fixture
def servers(authority: Authority) -> Iterator[Servers]:
    with Servers(authority).running() as running:
        for part in ("dns", "ipv4", "ipv6"):
            running.answers[LIST, f"/rdap/{part}.json"] = answer(200, recorded(part))
        running.answers[REGISTRY, OF_DOMAIN] = answer(200, recorded("domain_thin"))
        running.answers[AMERICA, OF_NETWORK] = answer(200, recorded("ip_america"))
        yield running


@pytest.fixture
def names() -> Iterator[NameServer]:
    with NameServer().running() as running:
        for host in HOSTS:
            running.says(host, "A", [PUBLIC])
        running.says("video.example", "A", [PUBLIC])
        running.says("video.example", "NS", ["ns1.dns.example.", "ns2.dns.example."])
        yield running


@pytest.fixture
def asker(servers: Servers, names: NameServer, tmp_path: Path) -> Asker:
    return Asker(servers.wire(names.resolver), tmp_path, list_host=LIST, pause=0)


def party(result: Result, role: Role) -> Party | None:
    return next((one for one in result.parties if one.role is role), None)


def trouble(result: Result, role: Role) -> Trouble | None:
    return dict(result.troubles).get(role)


def test_registrar_and_host_with_role_source_and_time(asker: Asker) -> None:
    result = lookups.find("video.example", asker, NOW)

    assert result == Result(
        "video.example",
        NOW,
        (
            Party(
                Role.REGISTRAR,
                "Example Registrar, Inc.",
                "abuse@registrar.example",
                "registrar abuse",
                REGISTRY,
            ),
            Party(Role.HOST, "Example Servers LLC", "abuse@servers.example", "network abuse", AMERICA),
        ),
        (),
        (PUBLIC,),
    )


def test_only_the_name_is_sent_and_only_to_registers(
    asker: Asker, servers: Servers, names: NameServer
) -> None:
    """Neither the path of a link nor a part of its host reaches anybody."""
    lookups.find("Secret-Customer.Video.example", asker, NOW)

    asked = [head.split(" ", 2)[1] for head in servers.heads]
    assert asked == ["/rdap/dns.json", "/rdap/ipv4.json", "/rdap/ipv6.json", OF_DOMAIN, OF_NETWORK]
    assert "secret" not in "".join(servers.heads).lower()
    assert {name for name, _kind in names.asked} == {LIST, REGISTRY, AMERICA, "video.example"}


def test_no_link_of_an_answer_is_followed(asker: Asker, servers: Servers) -> None:
    lookups.find("video.example", asker, NOW)

    assert ELSEWHERE in recorded("domain_thin")
    assert [head for head in servers.heads if ELSEWHERE in head] == []


@pytest.mark.parametrize(
    ("shape", "name", "mail"),
    [
        ("domain_redacted", "Example Registrar, Inc.", "abuse@registrar.example"),
        ("domain_no_handle", "Registrar Without Number", "abuse@without.example"),
        ("domain_reseller", "Example Registrar, Inc.", "abuse@registrar.example"),
    ],
)
def test_the_registrars_own_address_is_found_in_answers_of_every_shape(
    asker: Asker, servers: Servers, shape: str, name: str, mail: str
) -> None:
    servers.answers[REGISTRY, OF_DOMAIN] = answer(200, recorded(shape))

    found = party(lookups.find("video.example", asker, NOW), Role.REGISTRAR)

    assert found is not None
    assert (found.name, found.mail) == (name, mail)


def test_the_longest_ending_has_its_own_register(asker: Asker, servers: Servers) -> None:
    """Of its two addresses the one without TLS is not used. A company without an address is still a name."""
    servers.answers[COUNTRY, "/domain/video.co.example"] = answer(200, recorded("domain_country"))
    found = registers(asker.wire, asker.folder, host=LIST)

    base = found.for_name("video.co.example")

    assert base == (COUNTRY, "/")
    assert found.for_name("video.test") is None
    deadline = Deadline.after(9)
    said = _rdap.of_domain(asker.wire, base, "video.co.example", asker.turns, found.hosts, deadline)
    assert (said.name, said.mail) == ("Land Registrar", "")


def test_the_network_around_an_address_is_asked_at_the_nearest_register(
    asker: Asker, servers: Servers, names: NameServer
) -> None:
    names.says("video.example", "A", ["93.10.1.2"])
    servers.answers[EUROPE, "/ip/93.10.1.2"] = answer(200, recorded("ip_europe"))

    found = party(lookups.find("video.example", asker, NOW), Role.HOST)

    assert found is not None
    assert (found.mail, found.country, found.source) == ("abuse@hosting.example", "NL", EUROPE)


def test_an_address_is_asked_about_as_it_is(asker: Asker, names: NameServer) -> None:
    result = lookups.find(PUBLIC, asker, NOW)

    assert party(result, Role.REGISTRAR) is None
    assert trouble(result, Role.REGISTRAR) is None
    assert party(result, Role.HOST) is not None
    assert PUBLIC not in {name for name, _kind in names.asked}


def test_who_stands_in_front_is_not_taken_for_the_host(asker: Asker, servers: Servers) -> None:
    servers.answers[AMERICA, OF_NETWORK] = answer(200, recorded("ip_cloudflare"))

    result = lookups.find("video.example", asker, NOW)

    front = party(result, Role.CDN)
    assert front is not None
    assert (front.name, front.platform, front.mail) == ("Cloudflare", "cloudflare", "abuse@cloudflare.com")
    assert party(result, Role.HOST) is None


def test_name_servers_say_who_may_stand_in_front(asker: Asker, names: NameServer) -> None:
    names.says("video.example", "NS", ["ada.ns.cloudflare.com."])

    result = lookups.find("video.example", asker, NOW)

    front = party(result, Role.CDN)
    assert front is not None
    assert (front.platform, front.source) == ("cloudflare", "name servers")
    assert party(result, Role.HOST) is not None


@pytest.mark.parametrize(
    ("status", "why"),
    [(404, Trouble.UNKNOWN), (429, Trouble.BUSY), (503, Trouble.BUSY), (500, Trouble.NO_ANSWER),
     (403, Trouble.NO_ANSWER), (204, Trouble.UNREADABLE)],
)  # fmt: skip
def test_each_kind_of_no_has_its_own_reason(
    asker: Asker, servers: Servers, status: int, why: Trouble
) -> None:
    servers.answers[REGISTRY, OF_DOMAIN] = answer(status, "{}")

    result = lookups.find("video.example", asker, NOW)

    assert trouble(result, Role.REGISTRAR) is why
    assert party(result, Role.HOST) is not None


def test_a_register_that_wants_a_pause_is_left_alone(
    servers: Servers, names: NameServer, tmp_path: Path
) -> None:
    """As Brazil's does after five questions in a minute."""
    asker = Asker(servers.wire(names.resolver), tmp_path, list_host=LIST, pause=0)
    servers.answers[REGISTRY, OF_DOMAIN] = answer(429, "", "Retry-After: 300")
    lookups.find("video.example", asker, NOW)
    before = len(servers.heads)

    result = lookups.find("video.example", asker, NOW)

    assert trouble(result, Role.REGISTRAR) is Trouble.BUSY
    assert [head.split(" ", 2)[1] for head in servers.heads[before:]] == [OF_NETWORK]


def test_an_ending_without_a_register_says_so(asker: Asker, servers: Servers, names: NameServer) -> None:
    names.says("video.test", "A", [PUBLIC])
    servers.answers[LIST, "/rdap/dns.json"] = answer(200, recorded("dns").replace('"example"', '"other"'))

    with pytest.raises(NotASite):
        lookups.find("video.test", asker, NOW)
    names.says("bbc.com", "A", [PUBLIC])
    result = lookups.find("www.bbc.com", asker, NOW)

    assert trouble(result, Role.REGISTRAR) is Trouble.NO_REGISTER
    assert party(result, Role.HOST) is not None


@pytest.mark.parametrize(
    "body",
    [
        "", "[]", "null", "{", '{"objectClassName": "entity"}', "[" * 100_000, '{"entities": ' * 5000,
        '{"objectClassName": ["domain"]}', "\x00", "{}" * 3,
    ],
)  # fmt: skip
def test_an_answer_nobody_can_read_says_so(asker: Asker, servers: Servers, body: str) -> None:
    servers.answers[REGISTRY, OF_DOMAIN] = answer(200, body)

    assert trouble(lookups.find("video.example", asker, NOW), Role.REGISTRAR) is Trouble.UNREADABLE


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffff\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (_rdap.MOST + 1),
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 5000,
    ],
    ids=["long", "less", "chunk", "negative", "coding", "gzip", "endless", "headers"],
)
def test_more_than_anybody_may_send_is_refused(asker: Asker, servers: Servers, raw: bytes) -> None:
    servers.answers[REGISTRY, OF_DOMAIN] = raw

    assert trouble(lookups.find("video.example", asker, NOW), Role.REGISTRAR) is Trouble.UNREADABLE


def test_an_answer_in_pieces_is_read(asker: Asker, servers: Servers) -> None:
    body = recorded("domain_thin").encode()
    pieces = b"".join(
        f"{len(part):x};note=1\r\n".encode() + part + b"\r\n" for part in (body[:100], body[100:])
    )
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    servers.answers[REGISTRY, OF_DOMAIN] = head + pieces + b"0\r\n\r\n"

    assert party(lookups.find("video.example", asker, NOW), Role.REGISTRAR) is not None


def test_a_redirect_leads_to_registers_of_the_list_only(asker: Asker, servers: Servers) -> None:
    servers.answers[EUROPE, f"/ip/{PUBLIC}"] = answer(200, recorded("ip_europe"))
    servers.answers[AMERICA, OF_NETWORK] = answer(302, "", f"Location: https://{EUROPE}/ip/{PUBLIC}")
    moved = party(lookups.find("video.example", asker, NOW), Role.HOST)
    assert moved is not None
    assert moved.source == EUROPE

    for where in (
        f"https://{ELSEWHERE}/ip/{PUBLIC}", f"http://{EUROPE}/", f"https://{EUROPE}:8443/", "https://127.0.0.1/",
        f"https://user@{EUROPE}/", f"//{ELSEWHERE}/", f"https://{AMERICA}{OF_NETWORK}", "", "https://[::1]/",
    ):  # fmt: skip
        servers.answers[AMERICA, OF_NETWORK] = answer(302, "", f"Location: {where}")

        assert trouble(lookups.find("video.example", asker, NOW), Role.HOST) is Trouble.NO_ANSWER

    assert {host for host, _port in servers.dialled} == {PUBLIC}
    assert [head for head in servers.heads if ELSEWHERE in head] == []


def test_a_register_in_somebodys_own_network_is_not_asked(
    asker: Asker, servers: Servers, names: NameServer
) -> None:
    names.says(REGISTRY, "A", ["10.0.0.1"])
    names.says("video.example", "A", ["192.168.0.1"])

    result = lookups.find("video.example", asker, NOW)

    assert trouble(result, Role.REGISTRAR) is Trouble.NOT_PUBLIC
    assert trouble(result, Role.HOST) is Trouble.NOT_PUBLIC
    assert {address for address, _port in servers.dialled} == {PUBLIC}


def test_a_slow_register_costs_seconds_and_no_more(
    asker: Asker, servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(stream: ssl.SSLSocket) -> None:
        for byte in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 20:
            stream.sendall(bytes([byte]))
            time.sleep(0.05)

    servers.answers[REGISTRY, OF_DOMAIN] = slow
    monkeypatch.setattr(_rdap, "SECONDS", 0.3)

    assert trouble(lookups.find("video.example", asker, NOW), Role.REGISTRAR) is Trouble.NO_ANSWER


def test_a_name_that_leads_nowhere_says_so(asker: Asker, names: NameServer) -> None:
    names.says("video.example", "A", [])

    result = lookups.find("video.example", asker, NOW)

    assert trouble(result, Role.HOST) is Trouble.NO_ADDRESS
    assert ("www.video.example", "A") in names.asked


def test_the_list_of_registers_is_fetched_once_a_day(asker: Asker, servers: Servers) -> None:
    clock = [1_000_000.0]

    def ask() -> int:
        before = len(servers.heads)
        registers(asker.wire, asker.folder, host=LIST, clock=lambda: clock[0])
        return len(servers.heads) - before

    assert [ask(), ask()] == [3, 0]
    clock[0] += KEPT + 1
    assert ask() == 3
    # An old list is better than none; a broken one in its place is not taken.
    clock[0] += KEPT + 1
    servers.answers[LIST, "/rdap/ipv4.json"] = answer(200, "{}")
    assert ask() == 3
    for part in ("dns", "ipv4", "ipv6"):
        servers.answers[LIST, f"/rdap/{part}.json"] = answer(500)
    assert registers(asker.wire, asker.folder, host=LIST, clock=lambda: clock[0]).for_name("video.example")


def test_without_a_list_nobody_is_asked(asker: Asker, servers: Servers) -> None:
    servers.answers[LIST, "/rdap/dns.json"] = answer(200, "nonsense")

    result = lookups.find("video.example", asker, NOW)

    assert {trouble(result, role) for role in (Role.REGISTRAR, Role.HOST)} == {Trouble.NO_ANSWER}
    with pytest.raises(NoList):
        registers(asker.wire, asker.folder, host=LIST)


@pytest.mark.parametrize(
    "part", [None, [], {"services": 1}, {"services": [[1]]}, {"services": [["x"], ["y"]]}]
)
def test_a_list_of_another_shape_is_unreadable(part: Any) -> None:
    with pytest.raises(Unreadable):
        read({"dns": part, "ipv4": part, "ipv6": part})


@pytest.mark.parametrize(
    "text",
    [
        "https://video.example/path",
        "video.example/path", "user@video.example", "video.example:8080", "", " ",
        "localhost", "127.0.0.1", "[::1]", "10.0.0.1", "router.local", "x.internal", "example", "a b.example",
        "video.example\nx", "_dmarc.example", "2130706433", "x" * 3000,
    ],
)  # fmt: skip
def test_only_a_name_somebody_registered_or_a_public_address_is_asked_about(text: str) -> None:
    with pytest.raises(NotASite):
        lookups.site_of(text)


def test_one_at_a_time_and_with_a_pause(tmp_path: Path) -> None:
    clock, slept = [10_000_000.0], list[float]()

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock[0] += seconds

    turns = Turns(tmp_path, 12.0, clock=lambda: clock[0], sleep=sleep)
    with turns.turn("a.example", Deadline.after(60)):
        with turns.turn("b.example", Deadline.after(60)):
            pass
        with pytest.raises(Busy), turns.turn("a.example", Deadline.after(0.1)):
            pass
    assert slept == []
    with turns.turn("a.example", Deadline.after(60)):
        assert slept == [pytest.approx(12.0)]
    with pytest.raises(Busy), turns.turn("a.example", Deadline.after(5)):
        pass
    clock[0] -= 1_000_000  # set back: the pause must not last for years
    with turns.turn("a.example", Deadline.after(5)):
        pass
    assert "a.example" not in "".join(path.name + path.read_text() for path in tmp_path.iterdir())


@given(st.text() | st.sampled_from(["a@b.example", "REDACTED@x.example", "removed@registry.example"]))
def test_whatever_a_register_writes_is_plain_or_nothing(text: str) -> None:
    mail, name = _clean.mail(text), _clean.name(text)

    assert mail.isascii()
    assert not mail or (mail.count("@") == 1 and len(mail) <= 254 and mail.isprintable() and " " not in mail)
    assert len(name) <= _clean.LONGEST_NAME
    assert name.isprintable() or name == ""


@pytest.mark.parametrize(
    "text",
    [
        "REDACTED FOR PRIVACY", "removed@lacnic.net", "Please query the RDDS service", "not disclosed", "a@b",
        "a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example", "<a@b.example>", "mailto:a@b.example",
        "ä@b.example", "a@[127.0.0.1]", "a..b@c.example", "x" * 300 + "@c.example",
        "redacted@privacy.example",
    ],
)  # fmt: skip
def test_what_is_no_address_for_abuse_is_dropped(text: str) -> None:
    assert _clean.mail(text) == ""
    assert _clean.mail(" abuse-team+dmca@a-b.host.example ") == "abuse-team+dmca@a-b.host.example"


def test_a_name_cannot_turn_around_what_stands_beside_it() -> None:
    assert _clean.name("Exa\u202emple\u200b\n\tHost\x00ing") == "Example Host ing"
    assert _clean.name("REDACTED FOR PRIVACY") == ""
    assert _clean.name("---") == ""


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["entities", "roles", "vcardArray", "handle", "name", "events"]), inner, max_size=4
    ),
    max_leaves=25,
)  # fmt: skip


@given(_JSON)
def test_an_answer_of_any_shape_is_read_or_refused(part: Any) -> None:
    raw = {"objectClassName": "domain", "entities": part, "links": part, "events": part, "handle": part}

    try:
        parsed = _rdap._parsed("domain", "video.example", raw)
    except _rdap.Failed:
        return
    assert isinstance(parsed["entities"], dict)


def test_a_result_survives_being_kept(asker: Asker) -> None:
    result = lookups.find("video.example", asker, NOW)

    assert lookups.from_plain(json.loads(json.dumps(lookups.to_plain(result)))) == result
