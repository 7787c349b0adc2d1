"""Reads what this site may ask of others, and refuses what is not fit for a site that real people use.

All of it is off until it is turned on.
"""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass

from survivor_portal.config import mails

_YES = {"1": True, "yes": True, "true": True, "on": True, "": False}
_NO = dict.fromkeys(("0", "no", "false", "off"), False)
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?", re.IGNORECASE)


@dataclass(frozen=True)
class Lookups:
    """What may be asked: who hosts a site; whether a link is gone, and that of a child's picture too.
    `resolvers` answer for names; `proxy` is the way out of link checks, host and port."""

    sites: bool = False
    links: bool = False
    links_of_children: bool = False
    resolvers: tuple[str, ...] = ()
    proxy: tuple[str, int] | None = None


OFF = Lookups()


def for_development(environ: Mapping[str, str], problems: list[str]) -> Lookups:
    """One's own machine: what is given; off without a resolver. What does not fit goes to `problems`."""
    found = _read(environ, problems)
    return found if found.resolvers else OFF


def for_production(environ: Mapping[str, str], problems: list[str]) -> Lookups:
    """What the environment says; what is missing or does not fit goes to `problems`."""
    found = _read(environ, problems)
    is_reviewed = mails.reviewed(environ, "LINK_CHECKS", problems)
    if found.links_of_children and not is_reviewed:
        problems.append("LINK_CHECKS_CHILDREN needs LINK_CHECKS_REVIEWED_ON and LINK_CHECKS_REVIEWED_BY")
    if found.links_of_children and not found.links:
        problems.append("LINK_CHECKS_CHILDREN is of no use without LINK_CHECKS")
    if not (found.sites or found.links):
        return OFF
    if not found.resolvers:
        problems.append("LOOKUPS_RESOLVERS is missing, and look-ups ask for names")
    for name, why in (
        ("AUTO_PUBLIC_KEY", "look-ups are done through capsules"),
        ("CASES_REVIEWED_ON", "look-ups need kept cases"),
    ):
        if not environ.get(name, "").strip():
            problems.append(f"{name} is missing, and {why}")
    return found


def _read(environ: Mapping[str, str], problems: list[str]) -> Lookups:
    def flag(name: str) -> bool:
        value = environ.get(name, "").strip().lower()
        if value not in _YES | _NO:
            problems.append(f"{name} must be yes or no")
        return (_YES | _NO).get(value, False)

    return Lookups(
        sites=flag("LOOKUPS"),
        links=flag("LINK_CHECKS"),
        links_of_children=flag("LINK_CHECKS_CHILDREN"),
        resolvers=_resolvers(environ.get("LOOKUPS_RESOLVERS", ""), problems),
        proxy=_proxy(environ.get("LINK_CHECKS_PROXY", "").strip(), problems),
    )


def _resolvers(text: str, problems: list[str]) -> tuple[str, ...]:
    """A resolver of one's own would show the name servers of a site who is asking."""
    found = tuple(one.strip() for one in text.split(",") if one.strip())
    for one in found:
        try:
            is_public = ipaddress.ip_address(one).is_global
        except ValueError:
            is_public = False
        if not is_public:
            problems.append("LOOKUPS_RESOLVERS must be public addresses of resolvers that many share")
            return ()
    return found


def _proxy(text: str, problems: list[str]) -> tuple[str, int] | None:
    if not text:
        return None
    host, _, port = text.rpartition(":")
    if not (_HOST.fullmatch(host) and port.isascii() and port.isdecimal() and 0 < int(port[:6]) < 65536):
        problems.append("LINK_CHECKS_PROXY must look like proxy.example.org:3128")
        return None
    return host, int(port)
