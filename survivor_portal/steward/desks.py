"""Organisations as the operator sees them: makes one, and links for leads whom nobody else can help.

None of it opens a case. A link makes an account or sets a password; the key of a team comes from a colleague
or from the team's printed recovery key.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from survivor_portal import spoken
from survivor_portal.advocates import organisations, people, tickets
from survivor_portal.advocates.rules import NotThere, NotYours

NO_ZONE = "--zone takes the name of a time zone, such as Europe/Berlin or America/New_York."


class Refused(Exception):
    """Nothing was changed; the message says why."""


@dataclass(frozen=True, slots=True)
class Made:
    """A link, shown once and stored nowhere; with it, of a new organisation, its public code in groups."""

    link: str = field(repr=False)
    code: str = ""


def make(name: str, country: str, team: str, lead: str, now: datetime, zone: str = "") -> Made:
    """A new organisation, its first team, and the link of who leads that. `zone`: whose clock its people
    see; "" for UTC. Raises Refused."""
    if not settings.DESK_OPEN:
        raise Refused("There are no desks here. See docs/desk.md, 'Open the desk'.")
    if country and not re.fullmatch(r"[A-Z]{2}", country):
        raise Refused("--country takes two capital letters, such as US.")
    if any(one.name == " ".join(name.split()) for one in organisations.all_of_them()):
        raise Refused("There is an organisation of this name. Its leads can make more teams themselves.")
    _see(lead)
    try:
        code, team_id = organisations.make(name, country, team, now, zone)
    except people.NoSuchZone:
        raise Refused(NO_ZONE) from None
    except ValueError as why:
        raise Refused(str(why)) from None
    return Made(_link(tickets.invite_first(team_id, lead, now)), spoken.shown(code))


def set_zone(code: str, zone: str) -> None:
    """Whose clock the people of the organisation with this code see. Raises Refused."""
    try:
        organisations.set_zone_of(code, zone)
    except (spoken.Mistyped, organisations.NoSuch):
        raise Refused("This is no code of an organisation.") from None
    except people.NoSuchZone:
        raise Refused(NO_ZONE) from None


def again(code: str, team: str, lead: str, now: datetime) -> Made:
    """Another link for the first lead of a team nobody is in yet; the one before ends. Raises Refused."""
    _see(lead)
    try:
        team_id = organisations.team_called(code, team)
        if team_id is None:
            raise Refused("No organisation with this code has a team of this name.")
        return Made(_link(tickets.invite_first(team_id, lead, now)))
    except spoken.Mistyped:
        raise Refused("This is no code of an organisation.") from None
    except NotYours:
        raise Refused("Somebody is in this team already. Its leads invite others.") from None


def reset(email: str, now: datetime, *, second_step: bool) -> Made:
    """A link to set a new password, for a lead whom nobody else can help. Raises Refused."""
    try:
        return Made(_link(tickets.reset_by_operator(email, now, second_factor=second_step)))
    except NotThere:
        raise Refused("Nobody has an account with this address.") from None


def _see(lead: str) -> None:
    try:
        people.address(lead)
    except people.NotAName:
        raise Refused("--lead takes a work address, such as ana@work.example.") from None


def _link(token: str) -> str:
    """Whole where the site knows a name of its own, else from the first slash on."""
    hosts = [host for host in settings.ALLOWED_HOSTS if "." in host.strip(".") and host[:1] not in ".1["]
    site = settings.NOTES_SITE or (f"https://{hosts[0]}" if hosts else "")
    return site + reverse("desk:link", kwargs={"token": token})
