"""Mails somebody might send to do harm, made from a seed; and the bytes of their files, to look for later."""

import base64
import binascii
import quopri
import random
from collections.abc import Callable

Made = tuple[bytes, tuple[bytes, ...]]

_SENTENCES = (
    "We have received your report. Our team has determined that the content does not violate our rules. "
    "Ihr Hinweis ist bei uns eingegangen. Nous avons bien reçu votre signalement. "
)
_WORDS = _SENTENCES.split()
_TYPES = (
    "image/jpeg",
    "image/png",
    "video/mp4",
    "application/pdf",
    "application/x-\x00",
    "text/html",
    "a/b/c",
)
_CHARSETS = (
    "utf-8",
    "us-ascii",
    "iso-8859-1",
    "utf-16",
    "utf-7",
    "zip",
    "idna",
    "punycode",
    "hex",
    "x" * 90,
    "",
)


def mail(seed: int) -> Made:
    """One hostile mail, the same for the same seed, and what in it is a file's."""
    dice = random.Random(seed)
    made, files = dice.choice(_KINDS)(dice)
    for _turn in range(dice.choice((0, 0, 1, 1, 2, 8))):
        made = dice.choice(_HARMS)(dice, made)
    return made, files


def _text(dice: random.Random, count: int | None = None) -> str:
    return " ".join(dice.choice(_WORDS) for _word in range(count or dice.randint(0, 60)))


def _file(dice: random.Random) -> bytes:
    return b"\xff\xd8\xff\xe0" + dice.randbytes(dice.choice((600, 2_000, 30_000)))


def _head(dice: random.Random, more: str = "") -> str:
    return (
        f"From: {dice.choice(_FROM)}\r\nTo: x@relay.example\r\nSubject: {dice.choice(_SUBJECTS)}\r\n"
        f"Date: {dice.choice(_DATES)}\r\nMessage-ID: <{dice.getrandbits(64):x}@reports.example>\r\n"
        f"MIME-Version: 1.0\r\n{more}"
    )


_FROM = (
    "Reports <reports@platform.example>",
    "a@b@c",
    "<>",
    "=?utf-8?b?" + "A" * 900 + "?=",
    '"x@y" <z@w.example>',
    "(" * 400,
    "a@platform.example, b@platform.example",
    "\u202ea@b.example",
    "<" * 200 + "a@b.example",
)
_SUBJECTS = (
    "Your report",
    "=?utf-8?q?=F0=9F=98?=",
    "=?zip?b?eJw=?=",
    "=?idna?q?" + "xn--" * 90 + "?=",
    "=?" * 300,
    "",
    "=?utf-8?b?!!!?= =?x?q?=ZZ?=",
    "Re: " * 900,
    "\u202egnp.exe",
)
_DATES = (
    "Mon, 23 Nov 2026 10:00:00 +0000",
    "99 Foo 0",
    "Mon, 31 Feb 99999 25:61:61 +9999",
    "",
    "0" * 500,
    "Mon, 23 Nov 2026 10:00:00 -99999999",
)


def _plain(dice: random.Random) -> Made:
    kind = f"Content-Type: text/plain; charset={dice.choice(_CHARSETS)}\r\n"
    return (_head(dice, kind) + "\r\n" + _text(dice)).encode("utf-8", "surrogateescape"), ()


def _packed(dice: random.Random, raw: bytes) -> tuple[str, bytes]:
    """A file as it travels: one of the ways, right or wrong."""
    way = dice.randrange(6)
    if way == 0:
        return "quoted-printable", quopri.encodestring(raw, quotetabs=True)
    if way == 1:
        lines = [binascii.b2a_uu(raw[at : at + 45]) for at in range(0, len(raw), 45)]
        return "x-uuencode", b"begin 644 photo.jpg\n" + b"".join(lines) + b"`\nend\n"
    if way == 2:
        return "8bit", raw.hex().encode()
    if way == 3:
        return "7bit", base64.b85encode(raw)
    if way == 4:
        return "base64", base64.b64encode(raw)  # one line without end
    return "base64", base64.encodebytes(raw)


def _with_files(dice: random.Random) -> Made:
    """Files beside the text, or said to be text, or put right into it."""
    files, parts = [], []
    for _number in range(dice.randint(1, 4)):
        raw = _file(dice)
        files.append(raw)
        encoding, packed = _packed(dice, raw)
        place = dice.randrange(5)
        if place < 3:
            kind = dice.choice(_TYPES) if place else "text/plain"
            how = dice.choice(('attachment; filename="../../x"', "inline", "attachment"))
            head = f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n"
            head += f"Content-Disposition: {how}\r\n" if place else ""
            parts.append(head.encode() + b"\r\n" + packed.replace(b"\n", b"\r\n"))
        elif place == 3:
            parts.append(b"Content-Type: text/plain\r\n\r\n" + _text(dice).encode() + b"\r\n\r\n" + packed)
        else:
            page = f"<p>{_text(dice)}</p><img src='data:image/jpeg;base64,{base64.b64encode(raw).decode()}'>"
            parts.append(b"Content-Type: text/html\r\n\r\n" + page.encode())
    if dice.random() < 0.7:
        parts.insert(0, b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + _text(dice).encode())
    mark = f"b{dice.getrandbits(60):x}"
    body = b"".join(b"--" + mark.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    how = dice.choice(("mixed", "alternative", "related", "signed", "report; report-type=delivery-status"))
    head = _head(dice, f'Content-Type: multipart/{how}; boundary="{mark}"\r\n')
    return head.encode("utf-8", "replace") + b"\r\n" + body + b"--" + mark.encode() + b"--\r\n", tuple(files)


def _nested(dice: random.Random) -> Made:
    depth = dice.choice((3, 7, 9, 60, 600))
    inner = b"Content-Type: text/plain\r\n\r\n" + _text(dice).encode()
    for level in range(depth):
        if dice.random() < 0.3:
            inner = b"Content-Type: message/rfc822\r\n\r\n" + inner
        else:
            mark = f"n{level}".encode()
            inner = (
                b"Content-Type: multipart/mixed; boundary="
                + mark
                + b"\r\n\r\n--"
                + mark
                + b"\r\n"
                + inner
                + b"\r\n--"
                + mark
                + b"--\r\n"
            )
    return _head(dice).encode("utf-8", "replace") + inner, ()


def _many(dice: random.Random) -> Made:
    count = dice.choice((10, 49, 51, 5_000))
    head = _head(dice, "Content-Type: multipart/mixed; boundary=m\r\n").encode("utf-8", "replace")
    return head + b"\r\n" + b"--m\r\nContent-Type: image/png\r\n\r\nx\r\n" * count + b"--m--\r\n", ()


def _page(dice: random.Random) -> Made:
    markup = dice.choice(
        (
            "<b>" * 6_000,
            "<div>" * 4_000 + _text(dice),
            "<p " + " ".join(f"a{number}=1" for number in range(20_000)) + ">" + _text(dice),
            "<a href='javascript:alert(1)'>x</a><script>alert(1)</script>" + _text(dice),
            "<!--" * 2_000 + _text(dice),
            "<table>" * 500 + "<tr><td>" + _text(dice),
            f"<p style='display:none'>{_text(dice)}</p><img src=x onerror=alert(1)>",
            "&#x202e;&#8203;&#0;&#xD800;&#x110000;" * 50 + _text(dice),
            "<p>&lt;script&gt;alert(1)&lt;/script&gt; Content-Type: image/jpeg" + _text(dice),
            "<" * 60_000,
            "<svg><style><img src=x onerror=alert(1)></style></svg>" * 200,
        )
    )
    return (_head(dice, "Content-Type: text/html; charset=utf-8\r\n") + "\r\n" + markup).encode(
        "utf-8", "surrogateescape"
    ), ()


def _noise(dice: random.Random) -> Made:
    return dice.randbytes(dice.choice((0, 1, 80, 4_000, 70_000))), ()


def _heads_only(dice: random.Random) -> Made:
    line = dice.choice(
        (b"X-A: b\r\n", b"Subject: a\r\n", b"Content-Type: " + b"a;" * 3_000 + b"\r\n", b": \r\n", b" x\r\n")
    )
    return line * dice.choice((1, 290, 400, 20_000)), ()


def _harm_byte(dice: random.Random, made: bytes) -> bytes:
    at = dice.randrange(len(made) + 1)
    return made[:at] + dice.randbytes(1) + made[at + 1 :]


def _harm_cut(dice: random.Random, made: bytes) -> bytes:
    return made[: dice.randrange(len(made) + 1)]


def _harm_twice(dice: random.Random, made: bytes) -> bytes:
    first, second = sorted(dice.randrange(len(made) + 1) for _end in range(2))
    return made[:second] + made[first:][:200_000]


def _harm_ends(dice: random.Random, made: bytes) -> bytes:
    return made.replace(b"\r\n", dice.choice((b"\n", b"\r", b"\r\r\n", b"\n\r")))


def _harm_signs(dice: random.Random, made: bytes) -> bytes:
    odd = dice.choice(
        ("\u200b", "\u202e", "\u2066", "\x07", "\ufeff", "\u0301" * 40, "\ud83d", "\x00")
    ).encode("utf-8", "surrogatepass")
    return made.replace(b" ", odd + b" ", dice.choice((1, 5, 200)))


def _harm_long(dice: random.Random, made: bytes) -> bytes:
    return made + dice.choice((b"A", b" ", b"\r\n", b"=", b"> ", b"a@b.example ")) * dice.choice(
        (2_000, 90_000)
    )


_KINDS: tuple[Callable[[random.Random], Made], ...] = (
    _plain,
    _with_files,
    _with_files,
    _with_files,
    _with_files,
    _nested,
    _many,
    _page,
    _page,
    _noise,
    _heads_only,
)
_HARMS: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    _harm_byte,
    _harm_byte,
    _harm_cut,
    _harm_twice,
    _harm_ends,
    _harm_signs,
    _harm_long,
)


def kept_of(raw: bytes, text: str) -> bool:
    """Is a piece of a file in this text, in one of the forms in which it might be kept?

    A piece is 96 bytes, a line of uuencode 45: no text holds that by chance. Line breaks are overlooked.
    """
    bare = "".join(text.split())
    return any("".join(trace.split()) in bare for trace in _traces(raw))


def _traces(raw: bytes) -> list[str]:
    found = []
    # A multiple of twelve: whole groups in base64 and base85.
    for start in range(12, len(raw) - 96, max((len(raw) - 120) // 8 // 12 * 12, 12)):
        piece = raw[start : start + 96]
        found += [
            piece.hex(),
            base64.b64encode(piece).decode(),
            base64.b85encode(piece).decode(),
            piece.decode("latin-1"),
            piece.decode("cp1252", "replace"),
            piece.decode("utf-8", "replace"),
        ]
    return found + [
        binascii.b2a_uu(raw[at : at + 45]).decode()
        for at in range(0, len(raw) - 45, max(len(raw) // 8 // 45 * 45, 45))
    ]
