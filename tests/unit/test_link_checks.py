"""T27: a link check asks listed platforms only, at their public address, and reads a status and no more."""

from __future__ import annotations

import random
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from survivor_portal import directory, links, lookups
from survivor_portal.directory import Kind, Risk
from survivor_portal.lookups import Check, Wire, _http, _links
from survivor_portal.lookups._addresses import public
from tests.registers import OTHER_PUBLIC, PUBLIC, Authority, NameServer, Servers, Table, answer

LISTED = frozenset({"social.example", "video.example"})
HOSTS = ("social.example", "www.social.example", "video.example", "other.example")
BODY = b"THE-PICTURE-ITSELF " * 50


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(HOSTS, tmp_path_factory.mktemp("authority"))


@pytest.fixture
def servers(authority: Authority) -> Iterator[Servers]:
    with Servers(authority).running() as running:
        yield running


@pytest.fixture
def names() -> Iterator[NameServer]:
    with NameServer().running() as running:
        for host in HOSTS:
            running.says(host, "A", [PUBLIC])
        yield running


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Every byte the program took out of a TLS connection."""
    taken: list[bytes] = []
    recv = ssl.SSLSocket.recv
    program = threading.get_ident()

    def noted(self: ssl.SSLSocket, *size: int) -> bytes:
        piece = recv(self, *size)
        if threading.get_ident() == program:
            taken.append(piece)
        return piece

    monkeypatch.setattr(ssl.SSLSocket, "recv", noted)
    return taken


def checked(servers: Servers, names: NameServer, url: str) -> Check:
    return lookups.check(url, servers.wire(names.resolver), hosts=LISTED)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (200, Check.THERE), (404, Check.GONE), (410, Check.GONE), (204, Check.UNCLEAR), (206, Check.UNCLEAR),
        (301, Check.UNCLEAR), (302, Check.UNCLEAR), (401, Check.UNCLEAR), (403, Check.UNCLEAR),
        (429, Check.UNCLEAR), (451, Check.UNCLEAR), (500, Check.UNCLEAR), (503, Check.UNCLEAR),
        (999, Check.UNCLEAR),
    ],
)  # fmt: skip
def test_a_status_is_gone_there_or_unclear(
    servers: Servers, names: NameServer, read: list[bytes], status: int, said: Check
) -> None:
    servers.answers["social.example", "/post/1?a=b"] = answer(status, BODY)

    assert checked(servers, names, "https://social.example/post/1?a=b") is said

    assert b"THE-PICTURE" not in b"".join(read)
    assert servers.dialled == [(PUBLIC, 443)]


def test_the_question_says_nothing_of_who_asks(servers: Servers, names: NameServer) -> None:
    servers.answers["social.example", "/post/1"] = answer(200)

    checked(servers, names, "https://social.example/post/1#part")

    assert servers.heads == [
        "HEAD /post/1 HTTP/1.1\r\nHost: social.example\r\nUser-Agent: Mozilla/5.0 (compatible)\r\n"
        "Accept: */*\r\nConnection: close\r\n\r\n"
    ]


def test_nothing_behind_the_first_line_is_read(
    servers: Servers, names: NameServer, read: list[bytes]
) -> None:
    """Early hints are word that the answer is still to come; their lines are all that is read besides."""
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
    servers.answers["social.example", "/1"] = early + answer(404, BODY, "Set-Cookie: a=b")

    assert checked(servers, names, "https://social.example/1") is Check.GONE

    assert b"".join(read) == early + b"HTTP/1.1 404 Such\r\n"


def test_t27_a_redirect_to_this_machine_is_not_followed(servers: Servers, names: NameServer) -> None:
    for number, where in enumerate(
        ("https://127.0.0.1/", f"http://127.0.0.1:{servers.port}/", "https://social.example/2", "//[::1]/")
    ):
        servers.answers["social.example", f"/{number}"] = answer(302, BODY, f"Location: {where}")

        assert checked(servers, names, f"https://social.example/{number}") is Check.UNCLEAR

    assert servers.dialled == [(PUBLIC, 443)] * 4
    assert len(servers.heads) == 4


@pytest.mark.parametrize(
    "private",
    [
        "127.0.0.1", "10.0.0.8", "169.254.169.254", "192.168.1.1", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "192.88.99.1", "255.255.255.255", "198.18.0.1", "192.0.2.1", "240.0.0.1", "192.0.0.9",
    ],
)  # fmt: skip
def test_t27_an_address_that_is_not_public_is_not_called_even_beside_one_that_is(
    servers: Servers, names: NameServer, private: str
) -> None:
    for answers in ([private], [PUBLIC, private]):
        names.says("social.example", "A", answers)

        assert checked(servers, names, "https://social.example/1") is Check.UNCLEAR
        # Our resolver sorts; whichever comes first, the others count.
        wire = servers.wire(Table({"social.example": answers}))
        assert lookups.check("https://social.example/1", wire, hosts=LISTED) is Check.UNCLEAR

    assert servers.dialled == []


@pytest.mark.parametrize(
    "text",
    [
        "::1", "::", "::ffff:127.0.0.1", "::7f00:1", "64:ff9b::7f00:1", "64:ff9b:1::1", "fe80::1", "fc00::1",
        "2002:7f00:1::1", "2001::1", "5f00::1", "ff02::1", "2001:db8::1", "127.1", "", "x", "1.1.1.1/8",
    ],
)  # fmt: skip
def test_an_address_that_leads_elsewhere_is_not_public(text: str) -> None:
    assert public(text) is None
    assert public(PUBLIC) is not None
    assert public("2606:2800:21f:cb07:6820:80da:af6b:8b2c") is not None  # example.com's


def test_t27_a_name_is_resolved_once_so_that_a_second_answer_changes_nothing(
    servers: Servers, names: NameServer
) -> None:
    servers.answers["social.example", "/1"] = answer(404)
    names.says("social.example", "A", [PUBLIC], ["127.0.0.1"])

    assert checked(servers, names, "https://social.example/1") is Check.GONE

    assert names.asked == [("social.example", "A")]
    assert servers.dialled == [(PUBLIC, 443)]
    assert checked(servers, names, "https://social.example/1") is Check.UNCLEAR
    assert servers.dialled == [(PUBLIC, 443)]


def test_only_the_owner_of_the_name_is_talked_to(servers: Servers, tmp_path: Path) -> None:
    """Whoever sits at the address has to show a certificate for the name, by an authority that counts."""
    foreign = Authority(["social.example"], tmp_path)
    wire = Wire(Table({"social.example": [PUBLIC]}), foreign.trusting(), dial=servers.dial)

    assert lookups.check("https://social.example/1", wire, hosts=LISTED) is Check.UNCLEAR
    assert (
        lookups.check(
            "https://x.video.example/1", servers.wire(Table({"x.video.example": [PUBLIC]})), hosts=LISTED
        )
        is Check.UNCLEAR
    )

    assert servers.heads == []


def _endless(piece: bytes, first: bytes = b"") -> Callable[[ssl.SSLSocket], None]:
    def send(stream: ssl.SSLSocket) -> None:
        stream.sendall(first)
        while True:
            stream.sendall(piece)

    return send


def _slow(stream: ssl.SSLSocket) -> None:
    for byte in b"HTTP/1.1 200 OK":
        stream.sendall(bytes([byte]))
        time.sleep(0.1)


@pytest.mark.parametrize(
    "behaviour",
    [
        _endless(b"x" * 4096),
        _endless(b"X-More: 1\r\n", b"HTTP/1.1 103 Early\r\n"),
        _endless(b"HTTP/1.1 100 Continue\r\n\r\n"),
        _slow,
        b"",
        b"\x00" * 20,
        b"HTTP/1.1 ",
        b"HTTP/1.1 2x0 OK\r\n",
        b"HTTP/1.1 020 OK\r\n",
        b"HTTP/2 200\r\n",
        b"SSH-2.0-server\r\n",
    ],
    ids=["line", "headers", "continue", "slow", "nothing", "zeros", "half", "letters", "low", "two", "ssh"],
)
def test_t27_slow_and_endless_answers_end_and_say_nothing(
    servers: Servers,
    names: NameServer,
    read: list[bytes],
    monkeypatch: pytest.MonkeyPatch,
    behaviour: bytes | Callable[[ssl.SSLSocket], None],
) -> None:
    """All of it is over by one deadline, however often a byte comes, and at 16 KiB of lines."""
    servers.answers["social.example", "/1"] = behaviour
    if behaviour is _slow:
        monkeypatch.setattr(_links, "SECONDS", 0.4)

    assert checked(servers, names, "https://social.example/1") is Check.UNCLEAR

    assert len(b"".join(read)) <= _http.MOST_HEAD


def test_t27_an_endless_body_is_not_begun(servers: Servers, names: NameServer, read: list[bytes]) -> None:
    servers.answers["social.example", "/1"] = _endless(BODY, b"HTTP/1.1 200 OK\r\n\r\n")

    assert checked(servers, names, "https://social.example/1") is Check.THERE

    assert b"".join(read) == b"HTTP/1.1 200 OK\r\n"


def test_the_way_out_may_be_a_proxy_that_is_told_the_name(authority: Authority, servers: Servers) -> None:
    """The proxy gets the name, to hold its own list against; it never sees which link."""
    servers.answers["social.example", "/1"] = answer(410)
    told: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def proxy() -> None:
        for greeting in (b"HTTP/1.1 200 Go\r\n\r\n", b"HTTP/1.1 403 No\r\n\r\n"):
            inner, _ = listener.accept()
            with inner, socket.create_connection(("127.0.0.1", servers.port)) as outer:
                told.append(inner.recv(4096))
                inner.sendall(greeting)
                threading.Thread(target=_pump, args=(inner, outer), daemon=True).start()
                _pump(outer, inner)

    thread = threading.Thread(target=proxy, daemon=True)
    thread.start()
    names = Table({"social.example": [PUBLIC]})
    wire = Wire(names, authority.trusting(), proxy=("127.0.0.1", listener.getsockname()[1]))

    said = [lookups.check("https://social.example/1", wire, hosts=LISTED) for _ in range(2)]

    assert said == [Check.GONE, Check.UNCLEAR]
    assert told == [b"CONNECT social.example:443 HTTP/1.1\r\nHost: social.example:443\r\n\r\n"] * 2
    names.entries["social.example"] = ["127.0.0.1"]
    assert lookups.check("https://social.example/1", wire, hosts=LISTED) is Check.UNCLEAR
    assert len(told) == 2
    listener.close()
    thread.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        while piece := source.recv(4096):
            sink.sendall(piece)
        sink.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


# T27: ten thousand links that want to be taken for something else

_DOTS = [".", "。", "．", "%2e", "..", ".\u200b"]
_AROUND = [
    "",
    " ",
    "\t",
    "\n",
    "\r\n",
    "\x00",
    "\u202e",
    "\\",
    "/",
    "@",
    "#",
    "?",
    "%00",
    "%0d%0aHost: x",
    ";",
]
_SCHEMES = ["https://", "http://", "https:/", "https:", "//", "HTTPS://", "https:\\\\", "ftp://", "file://"]
_SCHEMES += ["javascript:", "data:text/html,", "gopher://", "https://user:pw@", "https://social.example@", ""]
_HOSTS = [
    "social.example", "www.social.example", "video.example", "evilsocial.example",
    "social.example.evil.example", "evil.example", "127.0.0.1", "2130706433", "0x7f.1",
    "017700000001", "[::1]", "[::ffff:127.0.0.1]", "localhost", "169.254.169.254",
    "metadata.internal", "social.example.", "ѕocial.example", "social。example",
    "xn--ocial-7of.example", "social.example:8443", "social.example:443", "social.example:22",
    "1.1.1.1", "social.example%00.evil.example", "social.example\u3002evil.example",
    "evil.example#.social.example", "evil.example?.social.example", "evil.example/.social.example",
    "evil.example\\.social.example", "social.example:443@evil.example", "SOCIAL.EXAMPLE",
    "a" * 300 + ".social.example", "example", "",
]  # fmt: skip
_TAILS = [
    "",
    "/",
    "/post/1",
    "/a b",
    "/\r\nX: y",
    "/%0d%0aX:%20y",
    "/\u0000",
    "/ü/ß",
    "/?u=http://127.0.0.1/",
]
_TAILS += [
    "/#@evil.example",
    "//evil.example/",
    "/../../x",
    "/" + "a" * 5000,
    "?a=\tb",
    "\\@evil.example",
    ":80/",
]


def hostile(number: int) -> str:
    """One of them, always the same for a number."""
    draw = random.Random(number)
    text = draw.choice(_SCHEMES[:1] * 12 + _SCHEMES) + draw.choice(_HOSTS) + draw.choice(_TAILS)
    for _ in range(draw.choice((0, 0, 1, 2))):
        place = draw.randrange(len(text) + 1)
        text = text[:place] + draw.choice(_AROUND + _DOTS) + text[place:]
    return text


def test_t27_ten_thousand_hostile_links_reach_listed_hosts_only(
    sizes: Callable[[str], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every name but the listed ones leads to an address of its own. Sockets are counted, not intentions."""
    listed = {"social.example", "www.social.example", "video.example"}
    names = Table({host: [PUBLIC] for host in listed})
    names.entries |= {
        host: [OTHER_PUBLIC] for host in ("evil.example", "evilsocial.example", "other.example")
    }
    opened: list[object] = []
    connected: list[object] = []
    monkeypatch.setattr(socket.socket, "connect", lambda _self, address: connected.append(address))

    def refuse(where: tuple[str, int], timeout: float) -> socket.socket:
        opened.append(where)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)
    wire = Wire(names, ssl.create_default_context())
    tried = set()
    for number in range(sizes("hostile_links")):
        url = hostile(number)
        before = len(opened)

        assert lookups.check(url, wire, hosts=LISTED) is Check.UNCLEAR
        if len(opened) > before:
            tried.add(url)
            asked = lookups.question(url, hosts=LISTED)
            assert asked is not None
            assert asked.target.isascii()
            assert asked.target.isprintable()
            assert " " not in asked.target

    assert set(opened) == {(PUBLIC, 443)}
    assert connected == []
    assert all(any(host == one or host.endswith("." + one) for one in LISTED) for host in names.asked)
    # Those that got through are links a browser would open at the same host: the rest was refused.
    assert all(url.startswith("https://") for url in tried)
    assert [url for url in tried if "@" in url.partition("://")[2].partition("/")[0]] == []
    assert len(tried) > sizes("hostile_links") / 100


def test_t27_nor_do_they_with_the_list_that_is_shipped(
    sizes: Callable[[str], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = {"x.com", "www.x.com", "publish.x.com", "youtube.com", "www.youtube.com"}
    names = Table({host: [PUBLIC] for host in listed})
    names.entries |= {host: [OTHER_PUBLIC] for host in ("evil.example", "evilx.com", "com.evil.example")}
    opened: list[object] = []

    def refuse(where: tuple[str, int], timeout: float) -> socket.socket:
        opened.append(where)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)
    wire = Wire(names, ssl.create_default_context())
    for number in range(sizes("hostile_links") // 10):
        url = hostile(number).replace("social.example", "x.com").replace("video.example", "youtube.com")

        assert lookups.check(url, wire) is Check.UNCLEAR

    assert set(opened) == {(PUBLIC, 443)}
    assert len(opened) > sizes("hostile_links") / 1000
    # X is asked in its own way, YouTube too; neither at the host that stood in the link.
    assert set(names.asked) == {"publish.x.com", "www.youtube.com"}


@pytest.mark.parametrize(
    "url",
    [
        "https://user:pw@social.example/1",
        "https://@social.example/1",
        "http://social.example/1",
        "https://social.example:444/1",
        "https://social.example\\@evil.example/1",
        "https://social.example/" + "a" * 3000,
    ],
)
def test_a_link_with_anything_odd_about_its_host_is_not_asked_about(url: str) -> None:
    assert lookups.question(url, hosts=LISTED) is None
    assert lookups.question("https://social.example:443/1", hosts=LISTED) is not None


def test_what_is_sent_is_one_line_whatever_stands_in_the_link() -> None:
    url = "https://social.example/ü/%0d%0aX:y?q=a|b^c"
    asked = lookups.question(links.parse(url).url, hosts=LISTED)

    assert asked is not None
    assert asked.target == "/%C3%BC/%0d%0aX:y?q=a%7Cb%5Ec"


# The shipped list


@pytest.mark.parametrize(
    "url",
    [
        "https://nobody-knows.example/1",
        "https://x.com.evil.example/someone/status/1",
        "https://notx.com/someone/status/1",
        "https://x.com@evil.example/",
        "https://x.com:8443/someone/status/1",
        "http://x.com/someone/status/1",
        "https://someone.pages.dev/",
        "https://s3.amazonaws.com/bucket/1",
        "https://93.184.215.14/",
        "https://example.com/",
    ],
)
def test_what_no_listed_platform_runs_is_never_asked_about(url: str) -> None:
    assert lookups.question(url) is None


def test_a_site_is_asked_in_its_own_way_where_its_record_has_one() -> None:
    asked = lookups.question("https://x.com/example/status/1234567890123456789")

    assert asked is not None
    assert (asked.method, asked.host) == ("GET", "publish.x.com")
    assert asked.target == (
        "/oembed?url=https%3A%2F%2Fx.com%2Fexample%2Fstatus%2F1234567890123456789&omit_script=true"
    )
    assert asked.gone == {404}
    assert 403 in asked.unclear


def test_a_site_whose_answers_say_nothing_is_not_asked() -> None:
    none = [p for p in directory.platforms() if p.extra.get("link_check", {}).get("method") == "none"]

    assert len(none) > 5
    assert [p.key for p in none for host in p.domains if lookups.question(f"https://{host}/1")] == []


def test_no_hostile_or_rented_host_is_ever_asked() -> None:
    bad = [
        p
        for p in directory.platforms()
        if p.contact_risk.level is Risk.HOSTILE
        or not p.publish_hosts
        or p.kind in (Kind.HOSTING, Kind.CDN, Kind.LEAK, Kind.NUDIFY)
    ]

    assert len(bad) > 20
    assert [host for p in bad for host in p.domains if lookups.question(f"https://{host}/1")] == []


def test_every_question_goes_to_the_platform_of_the_link() -> None:
    asked = {
        (platform.key, found.host)
        for platform in directory.platforms()
        for host in platform.domains
        if (found := lookups.question(f"https://{host}/some/1"))
    }

    assert len(asked) > 100
    for key, host in asked:
        found = directory.recognise(links.parse(f"https://{host}/"))
        assert found.platform is not None
        assert found.platform.key == key
