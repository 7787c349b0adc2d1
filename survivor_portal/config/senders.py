"""Reads who says whether a sender is who it says: our own mail server, its own signature, or nobody."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass

_DNS = "dns:"
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+")
_WRONG = (
    "MAIL_SENDERS must be dns:ADDRESS of a resolver, such as dns:127.0.0.1, or the name under which our own "
    "mail server writes what it found out, such as mx.example.org"
)


@dataclass(frozen=True)
class Senders:
    """`authserv_id`: the name our own server writes under. `resolver`: the address of the resolver that is
    asked for the keys of senders, and its port. Neither: nothing is known of a sender."""

    authserv_id: str = ""
    resolver: str = ""
    port: int = 53


NOBODY = Senders()


def read(environ: Mapping[str, str], problems: list[str]) -> Senders:
    """What MAIL_SENDERS says; what is not fit is added to `problems`."""
    given = environ.get("MAIL_SENDERS", "").strip().lower()
    if not given:
        return NOBODY
    if not given.startswith(_DNS):
        if not _NAME.fullmatch(given) or len(given) > 200:
            problems.append(_WRONG)
            return NOBODY
        return Senders(authserv_id=given)
    host, _colon, port = given.removeprefix(_DNS).partition(":")
    try:
        return Senders(resolver=str(ipaddress.IPv4Address(host)), port=_port(port))
    except ValueError:
        problems.append(_WRONG)
        return NOBODY


def _port(text: str) -> int:
    if not text:
        return 53
    if not re.fullmatch("[0-9]{1,5}", text) or not 0 < int(text) < 65536:
        raise ValueError
    return int(text)
