"""How long one mail takes to read: hostile ones from a seed, and the dearest ones we could think of.

    python benchmarks/mails.py [count]

Prints median and worst, in ms of processor time. The bar is one second for each.
"""

import base64
import random
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from survivor_portal.mails import LARGEST, Read, read
from tests import hostile_mails

BAR = 1_000


def made(seed: int) -> bytes:
    return hostile_mails.mail(seed)[0]


def full(kind: str, piece: str, more: str = "") -> bytes:
    """A mail as large as any may be, filled with one thing."""
    head = f"From: a@b.example\r\nMIME-Version: 1.0\r\nContent-Type: text/{kind}; charset=utf-8\r\n{more}\r\n"
    room = LARGEST - len(head) - 10
    return (head + (piece * (room // len(piece.encode()) + 1))).encode()[: len(head) + room]


def dearest() -> dict[str, bytes]:
    dice = random.Random(1)
    attributes = "<p " + " ".join(f"a{number}" for number in range(140_000)) + ">"
    quoted = '<a href="' + "x" * 50 + "'"
    headers = "".join(f"X-{number}: {'a' * 3_000}\r\n" for number in range(280))
    return {
        "words": full("plain", "We have received your report.\r\n"),
        "accents": full("plain", "é̀ü "),
        "spaces": full("plain", " "),
        "empty lines": full("plain", "\r\n"),
        "quoted lines": full("plain", "> > > a\r\n"),
        "base64 on lines": full("plain", base64.encodebytes(dice.randbytes(3_000)).decode().replace("\n", "\r\n")),
        "base64 on one line": full("plain", base64.b64encode(dice.randbytes(3_000)).decode()),
        "data addresses": full("plain", "data:image/png;base64,AAAA\r\n"),
        "begin": full("plain", "begin 644 a\r\n"),
        "full lines": full("plain", "M" * 60 + "\r\n"),
        "links": full("plain", "https://a.example/b/c?d=e\r\n"),
        "one long link": full("plain", "a.example/"),
        "hex": full("plain", "0x41, "),
        "part heads": full("plain", "Content-Type\r\n:\r\n"),
        "attributes": full("html", attributes),
        "quotes in tags": full("html", quoted),
        "less than": full("html", "<"),
        "entities": full("html", "&lt;&#x202e;"),
        "inline picture": full("html", "A1b/", ""),
        "tags": full("html", "<div><b>" * 2_490 + "word " * 210_000),
        "words of a page": full("html", "word "),
        "zero width": full("plain", "a\u200b\u202e"),
        "headers": full("plain", "a", headers)[:LARGEST],
        "encoded text": full("plain", base64.b64encode("é ".encode() * 1_900).decode() + "\r\n",
                             "Content-Transfer-Encoding: base64\r\n"),
        "soft lines": full("plain", "=\r\n", "Content-Transfer-Encoding: quoted-printable\r\n"),
        "parts": full("plain", "--b\r\n\r\nx\r\n").replace(b"text/plain;", b"multipart/mixed; boundary=b;", 1)[:LARGEST],
    }  # fmt: skip


def once(data: bytes) -> tuple[float, str]:
    start = time.process_time()
    found = read(data)
    return (time.process_time() - start) * 1_000, "read" if isinstance(found, Read) else found.why.value


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    took = [once(made(seed))[0] for seed in range(count)]
    print(f"{count} hostile mails: median {statistics.median(took):.1f} ms, worst {max(took):.0f} ms")
    worst = 0.0
    for name, data in dearest().items():
        cost, end = once(data)
        worst = max(worst, cost)
        print(f"{name:20} {len(data) // 1024:5} KiB {cost:8.0f} ms  {end}")
    print(f"the dearest: {worst:.0f} ms (bar {BAR})")


if __name__ == "__main__":
    main()
