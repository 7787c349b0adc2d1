"""Find who can act about a site nobody knows: registrar, host, and who stands in front of it.

What is asked about is a registered domain or an address, and never a link. A register, and whoever answers
for the name, can see that somebody asked.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from survivor_portal import links
from survivor_portal.lookups import _clean, _known, _rdap
from survivor_portal.lookups._addresses import public
from survivor_portal.lookups._bootstrap import IANA, NoList, Registers, registers
from survivor_portal.lookups._names import NamesFailed, NoSuchName
from survivor_portal.lookups._rdap import Failed, Said, Trouble
from survivor_portal.lookups._turns import Turns
from survivor_portal.lookups._wire import Deadline, Wire

SECONDS = 45.0
MOST_ADDRESSES = 4
MOST_PARTIES = 8


class Role(StrEnum):
    """What a party can do about a site."""

    HOST = "host"  # can delete the file
    CDN = "cdn"  # stands in front; can stop passing it on, and say who the host is
    REGISTRAR = "registrar"  # can only take the whole name away


class NotASite(ValueError):
    """Neither a domain somebody registered nor a public address."""


@dataclass(frozen=True, slots=True)
class Party:
    """A company, and what was said of it. `said_as` is the role as the register calls it, `source` the
    server that said so; `platform` its key in the directory, "" where it has none."""

    role: Role
    name: str
    mail: str
    said_as: str
    source: str
    platform: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What was found about a site at a time (UTC). `troubles`: why a role is not among the parties."""

    site: str
    at: datetime
    parties: tuple[Party, ...]
    troubles: tuple[tuple[Role, Trouble], ...] = ()
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asker:
    """What is needed to ask: the way to others, and a folder for the list of registers and for turns."""

    wire: Wire
    folder: Path
    turns: Turns = field(init=False)
    list_host: str = IANA
    pause: float | None = None

    def __post_init__(self) -> None:
        turns = Turns(self.folder) if self.pause is None else Turns(self.folder, self.pause)
        object.__setattr__(self, "turns", turns)


def site_of(text: str) -> str:
    """The domain or address to ask about, as it will be sent. Raises NotASite for anything else."""
    bare = text.strip().removeprefix("[").removesuffix("]").lower()
    try:
        if public(str(ipaddress.ip_address(bare))) is None:
            raise NotASite
        return str(ipaddress.ip_address(bare))
    except ValueError as error:
        if isinstance(error, NotASite):
            raise
    if "/" in bare or "@" in bare or ":" in bare or any(c.isspace() for c in bare):
        raise NotASite
    name = links.registrable(bare)
    if name is None or "_" in name:
        raise NotASite
    return name


def find(site: str, asker: Asker, now: datetime) -> Result:
    """Ask the registers and the names. Never raises for what others answer; raises NotASite."""
    name = site_of(site)
    deadline = Deadline.after(SECONDS)
    try:
        lists: Registers | None = registers(asker.wire, asker.folder, host=asker.list_host)
    except NoList:
        lists = None
    is_address = public(name) is not None
    parties: list[Party] = []
    troubles: list[tuple[Role, Trouble]] = []
    servers: tuple[str, ...] = ()
    addresses: tuple[str, ...] = (name,) if is_address else ()
    if not is_address:
        if lists is not None and lists.for_name(name) is None and not links.has_known_ending(name):
            raise NotASite
        servers = _asked(asker, name, "NS")
        try:
            parties.append(_registrar(asker, lists, name, deadline))
        except Failed as failed:
            troubles.append((Role.REGISTRAR, failed.trouble))
        addresses = _addresses(asker, name)
    try:
        parties += _around(asker, lists, addresses, servers, deadline)
    except Failed as failed:
        troubles.append((Role.HOST, failed.trouble))
        front = _known.in_front((), servers)
        if front:
            parties.append(_front(front, "", "name servers"))
    return Result(name, now.astimezone(UTC), tuple(parties), tuple(troubles), addresses)


def _registrar(asker: Asker, lists: Registers | None, name: str, deadline: Deadline) -> Party:
    if lists is None:
        raise Failed(Trouble.NO_ANSWER)
    base = lists.for_name(name)
    if base is None:
        raise Failed(Trouble.NO_REGISTER)
    said = _rdap.of_domain(asker.wire, base, name, asker.turns, lists.hosts, deadline)
    if not said.name and not said.mail:
        raise Failed(Trouble.NOTHING_SAID)
    return _party(Role.REGISTRAR, said)


def _addresses(asker: Asker, name: str) -> tuple[str, ...]:
    """Those of the domain, or of its `www.` where it has none of its own."""
    for host in (name, f"www.{name}"):
        found = _asked(asker, host, "A") or _asked(asker, host, "AAAA")
        if found:
            return found[:MOST_ADDRESSES]
    return ()


def _asked(asker: Asker, name: str, kind: str) -> tuple[str, ...]:
    try:
        return asker.wire.names.ask(name, kind)
    except (NoSuchName, NamesFailed):
        return ()


def _around(
    asker: Asker,
    lists: Registers | None,
    found: tuple[str, ...],
    servers: tuple[str, ...],
    deadline: Deadline,
) -> list[Party]:
    """The network of the first address, and whether it only stands in front. Raises Failed."""
    if not found:
        raise Failed(Trouble.NO_ADDRESS)
    if any(public(text) is None for text in found):
        raise Failed(Trouble.NOT_PUBLIC)
    address = public(found[0])
    assert address is not None
    if lists is None:
        raise Failed(Trouble.NO_ANSWER)
    base = lists.for_address(address)
    if base is None:
        raise Failed(Trouble.NO_REGISTER)
    said = _rdap.of_address(asker.wire, base, str(address), asker.turns, lists.hosts, deadline)
    if not said.name and not said.mail:
        raise Failed(Trouble.NOTHING_SAID)
    front = _known.in_front((said.name, said.network), servers)
    if front is None:
        return [_party(Role.HOST, said)]
    is_of_front = _known.in_front((said.name, said.network), ()) is not None
    own = _front(front, said.mail if is_of_front else "", said.server if is_of_front else "name servers")
    # Name servers alone do not say that the pages come from there too.
    return [own] if is_of_front else [own, _party(Role.HOST, said)]


def _front(front: tuple[str, str], mail: str, source: str) -> Party:
    return Party(Role.CDN, front[0], mail, "network abuse" if mail else "network", source, front[1])


def _party(role: Role, said: Said) -> Party:
    key = _known.of_mail(said.mail)
    return Party(role, said.name or said.mail, said.mail, said.role, said.server, key, said.country)


def to_plain(result: Result) -> dict[str, Any]:
    """The result as a document that can be sealed."""
    return {
        "site": result.site,
        "at": result.at.isoformat(),
        "parties": [
            {
                "role": party.role.value,
                "name": party.name,
                "mail": party.mail,
                "said_as": party.said_as,
                "source": party.source,
                "platform": party.platform,
                "country": party.country,
            }
            for party in result.parties
        ],
        "troubles": [[role.value, trouble.value] for role, trouble in result.troubles],
        "addresses": list(result.addresses),
    }


def from_plain(plain: Mapping[str, Any]) -> Result:
    """What `to_plain` wrote, made plain once more: a worker that was taken over may have written it.

    Raises ValueError, KeyError, TypeError, AttributeError for anything else.
    """
    at = datetime.fromisoformat(plain["at"])
    if at.tzinfo is None:
        raise ValueError("a bare time")
    return Result(
        str(plain["site"]),
        at,
        tuple(_party_from(party) for party in plain["parties"][:MOST_PARTIES]),
        tuple((Role(role), Trouble(trouble)) for role, trouble in plain["troubles"][:MOST_PARTIES]),
        tuple(text for text in plain["addresses"][:MOST_ADDRESSES] if public(text) is not None),
    )


def _party_from(plain: Mapping[str, Any]) -> Party:
    mail = _clean.mail(plain["mail"])
    return Party(
        role=Role(plain["role"]),
        name=_clean.name(plain["name"]) or mail,
        mail=mail,
        said_as=_clean.name(plain["said_as"]),
        source=_clean.name(plain["source"]),
        platform=_known.platform(plain["platform"]) or _known.of_mail(mail),
        country=_clean.country(plain["country"]),
    )
