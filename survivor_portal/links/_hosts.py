"""Hosts: the name between the slashes; whom it belongs to, and whether it is a public one."""

import ipaddress
import re
import unicodedata
from functools import cache
from typing import TypeVar

import idna
from publicsuffixlist import PublicSuffixList

_LONGEST_HOST = 253
_LONGEST_LABEL = 63
_LABELS = re.compile(r"[a-z0-9_-]++(?:\.[a-z0-9_-]++)*+")
_NUMBER = re.compile(r"0x[0-9a-f]*+|[0-9]++")
_DOTS = re.compile("[。．｡․]")
_HERE = (
    "localhost",
    "local",
    "internal",
    "lan",
    "home",
    "intranet",
    "corp",
    "private",
    "localdomain",
    "home.arpa",
)
_Address = TypeVar("_Address", ipaddress.IPv4Address, ipaddress.IPv6Address)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class PrivateAddress(ValueError):
    """The host is a machine in somebody's own network."""


def registrable(host: str, private: bool = False) -> str | None:
    """Give the part of a host name that somebody registered, or None for an address or a bare ending.

    With `private`, the suffixes of hosting companies count as endings too: then `x.pages.dev` names the
    customer's space, and without it `pages.dev`, the platform that can act.
    """
    try:
        name = host_name(host)
    except ValueError:
        return None
    return None if _is_address(name) else _suffixes(private).privatesuffix(name)


def has_known_ending(host: str) -> bool:
    """Whether an ASCII host stands below an ending that exists on the internet's list."""
    return _suffixes(False).privatesuffix(host, accept_unknown=False) is not None


def host_name(text: str) -> str:
    """Give a host as lower-case ASCII: a name, an IPv4 address, or an IPv6 address in brackets.

    ValueError when it is none of these, PrivateAddress when it leads to no public place.
    """
    if len(text) > 4 * _LONGEST_HOST:
        raise ValueError("too long for a host")
    if text.startswith("["):
        return _ipv6(text)
    name = _ascii(_DOTS.sub(".", text)).removesuffix(".")
    if len(name) > _LONGEST_HOST or not _LABELS.fullmatch(name):
        raise ValueError("not a host name")
    labels = name.split(".")
    if any(len(label) > _LONGEST_LABEL for label in labels):
        raise ValueError("a part of the host name is too long")
    if _NUMBER.fullmatch(labels[-1]):
        return _ipv4(labels)
    if name in _HERE or name.endswith(tuple("." + ending for ending in _HERE)):
        raise PrivateAddress(name)
    if len(labels) == 1:
        raise ValueError("a single word is no host")
    return name


@cache
def _suffixes(private: bool, /) -> PublicSuffixList:
    return PublicSuffixList(only_icann=not private)


def _is_address(name: str) -> bool:
    return name.startswith("[") or name.rpartition(".")[2].isdigit()


def _ascii(name: str) -> str:
    name = name.lower()
    if name.isascii():
        return name
    try:
        return idna.encode(name, uts46=True, std3_rules=False).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return _ascii_without_rules(name)


def _ascii_without_rules(name: str) -> str:
    """Names the rules forbid but browsers open, such as those made of hearts."""
    labels = _DOTS.sub(".", unicodedata.normalize("NFKC", name).lower()).split(".")
    try:
        return ".".join(
            label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii")
            for label in labels
        ).lower()
    except UnicodeError as error:
        raise ValueError("not a host name") from error


def _ipv4(labels: list[str]) -> str:
    """Read 127.0.0.1, and the ways of hiding it that browsers understand: 2130706433, 0x7f.1, 0177.0.0.1."""
    numbers = [_number(label) for label in labels]
    if len(numbers) > 4 or any(number > 255 for number in numbers[:-1]):
        raise ValueError("not an address")
    if numbers[-1] >= 256 ** (5 - len(numbers)):
        raise ValueError("not an address")
    value = numbers[-1] + sum(number << (8 * (3 - place)) for place, number in enumerate(numbers[:-1]))
    return str(_public(ipaddress.IPv4Address(value)))


def _number(label: str) -> int:
    if not _NUMBER.fullmatch(label) or len(label) > 20:
        raise ValueError("not an address")
    if label.startswith("0x"):
        return int(label[2:] or "0", 16)
    return int(label, 8 if label.startswith("0") and len(label) > 1 else 10)


def _ipv6(text: str) -> str:
    if not text.endswith("]"):
        raise ValueError("not an address")
    address = ipaddress.IPv6Address(text[1:-1].partition("%")[0])
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and address in _NAT64:
        inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if inner is not None:
        _public(inner)
    else:
        _public(address)
    return f"[{address.compressed}]"


def _public(address: _Address) -> _Address:
    if not address.is_global or address.is_multicast:
        raise PrivateAddress(str(address))
    return address
