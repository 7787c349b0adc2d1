"""Ask one register about one domain or address (RFC 9082, 9083), and read what matters of its answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urljoin, urlsplit

from survivor_portal.lookups import _clean
from survivor_portal.lookups._http import Answer, Unreadable, get
from survivor_portal.lookups._turns import Busy, Turns
from survivor_portal.lookups._wire import Deadline, NoConnection, NotPublic, Wire

SECONDS = 5.0
MOST = 512 * 1024
_ACCEPT = "application/rdap+json"
_MOST_REDIRECTS = 2
_MOST_ENTITIES = 40
_DEEPEST = 4
_MOST_FIELDS = 60


class Trouble(StrEnum):
    """Why something was not found. The page has the words."""

    NO_REGISTER = "no_register"  # no server is listed for this ending
    UNKNOWN = "unknown"  # the register does not know it
    BUSY = "busy"  # the register asked for a pause
    NO_ANSWER = "no_answer"
    UNREADABLE = "unreadable"
    NO_ADDRESS = "no_address"  # the name leads to no machine
    NOT_PUBLIC = "not_public"  # it leads to a machine in somebody's own network
    NOTHING_SAID = "nothing_said"  # the answer names no company


class Failed(Exception):
    """There is no answer; why, is said by `trouble`."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class Said:
    """What a register says: the company, its mail address for abuse, and of which role that is; "" for what
    it does not say. `first` and `last` are the ends of an address's network."""

    name: str
    mail: str
    role: str
    server: str
    network: str = ""
    country: str = ""
    first: str = ""
    last: str = ""


def of_domain(
    wire: Wire, base: tuple[str, str], domain: str, turns: Turns, hosts: frozenset[str], deadline: Deadline
) -> Said:
    """The registrar of a domain. Raises Failed."""
    server, raw = _ask(wire, base, f"domain/{domain}", turns, hosts, deadline)
    parsed = _parsed("domain", domain, raw)
    registrars = _with_role(parsed, "registrar")
    company = _clean.name(registrars[0].get("name") if registrars else "")
    mail, role = _abuse(parsed, company, registrars)
    return Said(company, mail, f"registrar {role}".strip(), server)


def of_address(
    wire: Wire, base: tuple[str, str], address: str, turns: Turns, hosts: frozenset[str], deadline: Deadline
) -> Said:
    """Who runs the network of an address. Raises Failed."""
    server, raw = _ask(wire, base, f"ip/{address}", turns, hosts, deadline)
    parsed = _parsed("ip", address, raw)
    network = _clean.name(parsed.get("name"))
    owners = [
        one for role in ("registrant", "administrative", "technical") for one in _with_role(parsed, role)
    ]
    company = next((name for one in owners if (name := _clean.name(one.get("name")))), "") or network
    mail, role = _abuse(parsed, company, owners)
    return Said(
        company,
        mail,
        f"network {role}".strip(),
        server,
        network=network,
        country=_clean.country(parsed.get("country")),
        first=str(parsed.get("start_address") or ""),
        last=str(parsed.get("end_address") or ""),
    )


def _abuse(parsed: dict[str, Any], company: str, own: list[dict[str, Any]]) -> tuple[str, str]:
    """A mail address for abuse and the role it stands under: that of the company itself first. ARIN and
    registrars nest it below the company, RIPE has it on top (RFC 9083, 5.1)."""
    abuse = _with_role(parsed, "abuse")
    abuse.sort(key=lambda one: _clean.name(one.get("parent_name")) != company)
    for one in abuse:
        if mail := _first_mail(one):
            return mail, "abuse"
    for one in own:
        if mail := _first_mail(one):
            return mail, ""
    return "", ""


def _first_mail(entity: dict[str, Any]) -> str:
    return next((mail for text in entity.get("emails", ())[:8] if (mail := _clean.mail(text))), "")


def _with_role(parsed: dict[str, Any], role: str) -> list[dict[str, Any]]:
    return list(parsed.get("entities", {}).get(role, ()))


def _ask(
    wire: Wire, base: tuple[str, str], what: str, turns: Turns, hosts: frozenset[str], deadline: Deadline
) -> tuple[str, dict[str, Any]]:
    """Ask, and go where the answer sends, as long as that is a register of the list."""
    server, target = base[0], base[1] + what
    for _ in range(_MOST_REDIRECTS + 1):
        answer = _asked(wire, server, target, turns, deadline)
        if answer.status in (301, 302, 303, 307, 308):
            parts = urlsplit(urljoin(f"https://{server}{target}", answer.headers.get("location", "")))
            is_plain = parts.scheme == "https" and parts.netloc == parts.hostname and not parts.query
            if not is_plain or parts.hostname not in hosts:
                raise Failed(Trouble.NO_ANSWER)
            server, target = parts.hostname, parts.path
            continue
        return server, _json(answer)
    raise Failed(Trouble.NO_ANSWER)


def _asked(wire: Wire, server: str, target: str, turns: Turns, deadline: Deadline) -> Answer:
    try:
        with turns.turn(server, deadline):
            answer = get(wire, server, target, deadline.sooner(SECONDS), accept=_ACCEPT, most=MOST)
            if answer.status == 429:
                turns.shut(server, _seconds(answer.headers.get("retry-after", "")))
    except Busy:
        raise Failed(Trouble.BUSY) from None
    except NoConnection:
        raise Failed(Trouble.NO_ANSWER) from None
    except NotPublic:
        raise Failed(Trouble.NOT_PUBLIC) from None
    except Unreadable:
        raise Failed(Trouble.UNREADABLE) from None
    if answer.status == 404:
        raise Failed(Trouble.UNKNOWN)
    if answer.status in (429, 503):
        raise Failed(Trouble.BUSY)
    if answer.status >= 400 or answer.status < 200:
        raise Failed(Trouble.NO_ANSWER)
    return answer


def _seconds(text: str) -> float:
    return float(text) if text.isascii() and text.isdecimal() and len(text) < 8 else 60.0


def _json(answer: Answer) -> dict[str, Any]:
    try:
        raw = json.loads(answer.body)
    except (ValueError, RecursionError):
        raise Failed(Trouble.UNREADABLE) from None
    if not isinstance(raw, dict):
        raise Failed(Trouble.UNREADABLE)
    return raw


class _NoList:
    """Stands where whoisit looks up its own list of servers. With "overrides" it takes answers that have no
    handle, which several registries send."""

    @staticmethod
    def is_using_overrides() -> bool:
        return True

    @staticmethod
    def get_rir_name_by_endpoint_url(_url: str) -> str:
        return ""


def _parsed(kind: str, query: str, raw: dict[str, Any]) -> dict[str, Any]:
    """What whoisit reads in an answer. It follows no link here, and gets only parts of the right shape."""
    import whoisit

    wanted = {"domain": "domain", "ip": "ip network"}[kind]
    if raw.get("objectClassName", wanted) != wanted:
        raise Failed(Trouble.UNREADABLE)
    own = {name: raw[name] for name in _TEXTS if isinstance(raw.get(name), str)}
    own |= {"objectClassName": wanted, "entities": _entities(raw.get("entities"), 1)}
    try:
        return dict(whoisit.parse(_NoList(), wanted, query, own))
    except Exception:  # whatever else a register wrote there: nobody can read it
        raise Failed(Trouble.UNREADABLE) from None


_TEXTS = ("handle", "ldhName", "name", "country", "startAddress", "endAddress")


def _entities(found: object, depth: int) -> list[dict[str, Any]]:
    if not isinstance(found, list) or depth > _DEEPEST:
        return []
    return [_entity(one, depth) for one in found[:_MOST_ENTITIES] if isinstance(one, dict)]


def _entity(raw: dict[str, Any], depth: int) -> dict[str, Any]:
    roles = raw.get("roles")
    return {
        "objectClassName": "entity",
        "handle": raw["handle"] if isinstance(raw.get("handle"), str) else "",
        "roles": [role.lower() for role in roles[:9] if isinstance(role, str)]
        if isinstance(roles, list)
        else [],
        "vcardArray": _card(raw.get("vcardArray")),
        "entities": _entities(raw.get("entities"), depth + 1),
    }


def _card(raw: object) -> list[Any]:
    """Names and mail addresses of a card (RFC 7095), as far as they are text."""
    if not isinstance(raw, list) or len(raw) != 2 or raw[0] != "vcard" or not isinstance(raw[1], list):
        return []
    return ["vcard", [field for field in raw[1][:_MOST_FIELDS] if _is_wanted(field)]]


def _is_wanted(field: object) -> bool:
    return (
        isinstance(field, list)
        and len(field) == 4
        and field[0] in ("fn", "org", "email")
        and isinstance(field[2], str)
        and isinstance(field[3], str)
        and len(field[3]) <= 1000
    )
