"""What worked at which site: what the requests of a team's granted cases came to, put together by site.

Made anew for each page from the sealed overviews. The book of each case says that it was listed to the team.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from survivor_portal import directory
from survivor_portal.directory import Channel, Method
from survivor_portal.insights.team_counts import OTHER
from survivor_portal.takedowns import of_teams
from survivor_portal.takedowns.memory import LEAST, Wording, Worked, memory
from survivor_portal.takedowns.process import Move, State
from survivor_portal.web.desk.frame import Here
from survivor_portal.web.desk.lock import at_desk
from survivor_portal.web.forms import Words

MOST = 500  # requests of one page
SENT = frozenset(State) - {State.DRAFTED}
OTHERS: Words = _("Other sites")

METHODS: dict[Method, Words] = {
    Method.WEB_FORM: _("Form"),
    Method.EMAIL: _("E-mail"),
    Method.IN_APP: _("In the app"),
}
STEPS: dict[Move, Words] = {
    Move.SEND: _("the first letter"),
    Move.SEND_ELSEWHERE: _("sent another way"),
    Move.CONFIRM: _("what they asked was confirmed"),
    Move.REMIND: _("a reminder"),
    Move.GIVE_MORE: _("what they asked for was given"),
    Move.ANSWER: _("an answer to them"),
    Move.APPEAL: _("an appeal"),
    Move.ESCALATE: _("an office was told"),
    Move.INFORM: _("a hotline or an officer was told"),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """One row of the table: a law and a channel, in words."""

    law: str
    channel: str
    worked: Worked


@dataclass(frozen=True, slots=True)
class Said:
    """A wording of theirs, and in words what came after it."""

    wording: Wording
    after: str


@dataclass(frozen=True, slots=True)
class Site:
    """A site to choose. `key`: of the directory."""

    key: str
    name: str


@at_desk
def page(here: Here) -> HttpResponse:
    """The sites at which the teams' cases have requests."""
    keys = of_teams.platforms(of_teams.team_ids(here.session), here.now)
    sites = sorted((Site(key or OTHER, _name(key)) for key in keys), key=lambda one: one.name.casefold())
    return here.page("desk/sites.html", {"sites": sites})


@at_desk
def site(here: Here, key: str) -> HttpResponse:
    """What worked at one site."""
    platform = "" if key == OTHER else key
    if platform and platform not in {one.key for one in directory.platforms()}:
        raise Http404
    teams = of_teams.team_ids(here.session)
    found = of_teams.find(teams, here.now, platform=platform, states=SENT, most=MOST)
    seen = of_teams.see(here.session, found, here.now)
    known = [one.line.summary for one in seen if one.line.summary is not None]
    told = memory(known)
    context = {
        "name": _name(platform),
        "memory": told,
        "is_enough": told.all.is_enough,
        "least": LEAST,
        "kinds": [Kind(_law(one.law), _channel(platform, one.channel), one) for one in told.kinds],
        "said": [Said(one, _after(one)) for one in told.wordings],
        "steps": _steps(told.steps),
        "is_cut": len(found) == MOST,
        "most": MOST,
    }
    return here.page("desk/site.html", context)


def _name(platform: str) -> str:
    if not platform:
        return str(OTHERS)
    try:
        return directory.platform(platform).name
    except directory.UnknownRecord:
        return platform


def _law(key: str) -> str:
    if not key:
        return gettext("No law named")
    try:
        return directory.law(key).short_name
    except directory.UnknownRecord:
        return key


def _channel(platform: str, key: str) -> str:
    """A channel in words: how, and where to."""
    found = channel_of(platform, key)
    if found is None:
        return gettext("Way not noted")
    return f"{METHODS.get(found.method, _('Post'))}: {found.address.removeprefix('https://')}"


def channel_of(platform: str, key: str) -> Channel | None:
    """The channel of that key; None where the directory has none."""
    try:
        channels = directory.platform(platform).channels if platform else ()
    except directory.UnknownRecord:
        return None
    return next((one for one in channels if one.key == key), None)


def _after(one: Wording) -> str:
    """ "In 4 of 9 it was removed later. Before that: an appeal (3), an answer (1)." """
    if not one.removed:
        return gettext("In none of them was it removed later.")
    text = ngettext(
        "In %(n)d of them it was removed later.", "In %(n)d of them it was removed later.", one.removed
    ) % {"n": one.removed}
    steps = _steps(one.steps)
    return f"{text} {gettext('The last thing done before: %(steps)s.') % {'steps': steps}}" if steps else text


def _steps(steps: tuple[tuple[Move, int], ...]) -> str:
    return ", ".join(f"{STEPS.get(move, move.value)} ({count})" for move, count in steps)
