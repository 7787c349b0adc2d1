"""Registers, platforms and names on loopback: TLS under a throw-away authority, and a small name server."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

from survivor_portal.lookups import Resolver, Wire

# The address of example.com: public, IANA's own, and never reached, as every connection ends on loopback.
PUBLIC = "93.184.215.14"
OTHER_PUBLIC = "93.184.215.99"

Behaviour = bytes | Callable[[ssl.SSLSocket], None]


@dataclass
class Authority:
    """Signs for the names it was made with, under an authority nobody else trusts."""

    names: Sequence[str]
    folder: Path

    def __post_init__(self) -> None:
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec

        now = datetime.now(UTC)

        def certificate(subject: str, public: Any, issuer: str, key: Any, *extensions: Any) -> Any:
            builder = (
                x509.CertificateBuilder()
                .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, subject)]))
                .issuer_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, issuer)]))
                .public_key(public)
                .serial_number(x509.random_serial_number())
                .not_valid_before(now - timedelta(days=1))
                .not_valid_after(now + timedelta(days=1))
            )
            for extension, critical in extensions:
                builder = builder.add_extension(extension, critical=critical)
            return builder.sign(key, hashes.SHA256())

        root, own = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        uses = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        of_root = x509.SubjectKeyIdentifier.from_public_key(root.public_key())
        top = certificate(
            "root", root.public_key(), "root", root,
            (x509.BasicConstraints(ca=True, path_length=None), True), (uses, True), (of_root, False),
        )  # fmt: skip
        leaf = certificate(
            "leaf", own.public_key(), "root", root,
            (x509.SubjectAlternativeName([x509.DNSName(name) for name in self.names]), False),
            (x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(of_root), False),
            (x509.BasicConstraints(ca=False, path_length=None), True),
        )  # fmt: skip
        pem = serialization.Encoding.PEM
        (self.folder / "root.pem").write_bytes(top.public_bytes(pem))
        key = own.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        (self.folder / "leaf.pem").write_bytes(key + leaf.public_bytes(pem))

    def trusting(self) -> ssl.SSLContext:
        """A client that trusts this authority and no other."""
        return ssl.create_default_context(cafile=str(self.folder / "root.pem"))

    def serving(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "leaf.pem")
        return context


def answer(status: int, body: bytes | str = b"", *headers: str) -> bytes:
    """A whole answer, as a server sends it."""
    body = body.encode() if isinstance(body, str) else body
    head = [f"HTTP/1.1 {status} Such", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(head).encode() + body


@dataclass
class Servers:
    """Everybody else on the internet, behind one port of loopback. `heads`: what was asked, as it came."""

    authority: Authority
    answers: dict[tuple[str, str], Behaviour] = field(default_factory=dict)
    heads: list[str] = field(default_factory=list)
    dialled: list[tuple[str, int]] = field(default_factory=list)
    port: int = 0

    def dial(self, address: str, port: int, seconds: float) -> socket.socket:
        """What the wire is given instead of a connection to that address."""
        self.dialled.append((address, port))
        return socket.create_connection(("127.0.0.1", self.port), timeout=seconds)

    def wire(self, names: Any, **more: Any) -> Wire:
        return Wire(names, self.authority.trusting(), dial=self.dial, **more)

    @contextmanager
    def running(self) -> Iterator[Servers]:
        listener = socket.create_server(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        context = self.authority.serving()
        threads: list[threading.Thread] = []

        def serve() -> None:
            while True:
                try:
                    plain, _ = listener.accept()
                except OSError:
                    return
                thread = threading.Thread(target=self._answer, args=(context, plain), daemon=True)
                thread.start()
                threads.append(thread)

        main = threading.Thread(target=serve, daemon=True)
        main.start()
        try:
            yield self
        finally:
            # Closing alone does not wake the one that waits.
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
            main.join()
            for thread in threads:
                thread.join()

    def _answer(self, context: ssl.SSLContext, plain: socket.socket) -> None:
        plain.settimeout(20)
        with suppress(OSError), context.wrap_socket(plain, server_side=True) as stream:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                piece = stream.recv(4096)
                if not piece:
                    return
                head += piece
            text = head.decode("latin-1")
            self.heads.append(text)
            target = text.split(" ", 2)[1]
            host = next(line[6:] for line in text.split("\r\n") if line.startswith("Host: "))
            behaviour = self.answers.get((host, target), answer(404))
            if callable(behaviour):
                behaviour(stream)
            else:
                stream.sendall(behaviour)


@dataclass
class NameServer:
    """A name server on loopback. `entries`: what is said of (name, kind), one list after the other; the last
    list stays. `asked` counts."""

    entries: dict[tuple[str, str], list[list[str]]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    port: int = 0

    def says(self, name: str, kind: str, *answers: Sequence[str]) -> None:
        self.entries[name, kind] = [list(one) for one in answers]

    @property
    def resolver(self) -> Resolver:
        return Resolver(["127.0.0.1"], port=self.port)

    @contextmanager
    def running(self) -> Iterator[NameServer]:
        own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        own.bind(("127.0.0.1", 0))
        self.port = own.getsockname()[1]

        def serve() -> None:
            while True:
                wire, sender = own.recvfrom(4096)
                if not wire:
                    return
                own.sendto(self._answer(wire), sender)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
                last.sendto(b"", ("127.0.0.1", self.port))
            thread.join()
            own.close()

    def _answer(self, wire: bytes) -> bytes:
        message = dns.message.from_wire(wire)
        question = message.question[0]
        key = (str(question.name).rstrip(".").lower(), dns.rdatatype.to_text(question.rdtype))
        self.asked.append(key)
        reply = dns.message.make_response(message)
        reply.flags |= dns.flags.RA
        waiting = self.entries.get(key)
        if waiting is None:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        else:
            texts = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            if texts:
                reply.answer.append(dns.rrset.from_text_list(question.name, 60, "IN", key[1], texts))
        return reply.to_wire()


@dataclass
class Table:
    """Names without a server: where ten thousand are asked."""

    entries: dict[str, list[str]]
    asked: list[str] = field(default_factory=list)

    def ask(self, name: str, kind: str) -> tuple[str, ...]:
        from survivor_portal.lookups import NoSuchName

        self.asked.append(name)
        if kind != "A" or name not in self.entries:
            raise NoSuchName
        return tuple(self.entries[name])
