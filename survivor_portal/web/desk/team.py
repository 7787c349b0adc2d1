"""Your team: who is in, who waits, who may do what. What is allowed is decided in `advocates`, not here."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth import logout
from django.db import transaction
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from survivor_portal.advocates import deeds, organisations, recovery, rules, seats, tickets
from survivor_portal.advocates.opened import Session
from survivor_portal.advocates.rules import Act
from survivor_portal.advocates.seats import Member
from survivor_portal.advocates.who import Role, Seat
from survivor_portal.cases import departures
from survivor_portal.spoken import shown as code_shown
from survivor_portal.takedowns import assigning
from survivor_portal.web.desk import team_words
from survivor_portal.web.desk.forms import ROLES, Invite, OneRole, TeamName
from survivor_portal.web.desk.frame import Here, to
from survivor_portal.web.desk.lock import at_desk, sensitive
from survivor_portal.web.forms import Words

Inside = Callable[..., HttpResponse]


def in_team(view: Inside) -> Inside:
    """The view, for somebody with a seat in the team of the address; 404 for everybody else.

    What the rooms below refuse is told on the team's page, with a reason.
    """

    @wraps(view)
    def page(here: Here, team: str, **parts: Any) -> HttpResponse:
        seat = here.session.seat(team)
        if seat is None:
            raise Http404
        try:
            return view(here, seat, **parts)
        except rules.NotYours:
            raise Http404 from None
        except rules.NotThere:
            return _page(here, seat, trouble=team_words.NOT_THERE)
        except rules.NotLetIn:
            return _page(here, seat, trouble=team_words.NOT_LET_IN)
        except rules.LastLead:
            return _page(here, seat, trouble=team_words.LAST_LEAD)

    return page


@at_desk
def teams(here: Here) -> HttpResponse:
    """The only team of somebody, or a list of several."""
    if len(here.session.seats) == 1:
        return to("desk:one_team", team=here.session.seats[0].team.id)
    return here.page("desk/teams.html", {"seats": here.session.seats})


@at_desk
@in_team
def team(here: Here, seat: Seat) -> HttpResponse:
    """One team."""
    return _page(here, seat)


@require_POST
@at_desk
@sensitive
@in_team
def invite(here: Here, seat: Seat) -> HttpResponse:
    """A link with which a work address joins; shown this once."""
    form = Invite(here.request.POST)
    if not form.is_valid():
        return _page(here, seat, form=form)
    email, role = form.cleaned_data["email"], Role(form.cleaned_data["role"])
    try:
        token = tickets.invite(here.session, seat.team.id, email, role, here.now)
    except tickets.NotAName:
        form.add_error("email", team_words.NOT_AN_ADDRESS)
    except tickets.AlreadyIn:
        form.add_error("email", team_words.ALREADY_IN)
    except tickets.TooManyOut:
        form.add_error(None, team_words.TOO_MANY_OUT)
    else:
        return _link(here, seat, token, email=email, days=tickets.JOIN_LASTS.days)
    return _page(here, seat, form=form)


@require_POST
@at_desk
@in_team
def withdraw(here: Here, seat: Seat) -> HttpResponse:
    """An invitation ends."""
    tickets.withdraw(here.session, seat.team.id, here.request.POST.get("ticket", ""))
    return to("desk:one_team", team=seat.team.id)


@require_POST
@at_desk
@sensitive
@in_team
def let_in(here: Here, seat: Seat) -> HttpResponse:
    """Somebody who waits can open what the team can from now on."""
    # A colleague was quicker, or the button was pressed twice.
    with contextlib.suppress(seats.AlreadyLetIn):
        seats.let_in(here.session, seat.team.id, here.request.POST.get("person", ""), here.now)
    return to("desk:one_team", team=seat.team.id)


@at_desk
@in_team
def member(here: Here, seat: Seat, person: str) -> HttpResponse:
    """One colleague, for whoever leads: what they do, a new password, taking the seat away."""
    return _member(here, seat, person, OneRole(here.request.POST or None, initial={"role": ""}))


@require_POST
@at_desk
@in_team
def change_role(here: Here, seat: Seat, person: str) -> HttpResponse:
    """Somebody does something else from now on."""
    form = OneRole(here.request.POST)
    if not form.is_valid():
        return _member(here, seat, person, form)
    seats.change_role(here.session, seat.team.id, person, Role(form.cleaned_data["role"]), here.now)
    return to("desk:one_team", team=seat.team.id)


@require_POST
@at_desk
@sensitive
@in_team
def remove(here: Here, seat: Seat, person: str) -> HttpResponse:
    """A seat is taken away, one's own included. The page before says what follows from it."""
    leaves = person == here.session.who.id
    with transaction.atomic():
        departures.remove(here.session, seat.team.id, person, here.now)
        assigning.let_go(person)
    if leaves:
        # Whoever left has no open desk any more, and maybe no account.
        logout(here.request)
        return to("account_login")
    return to("desk:one_team", team=seat.team.id)


@require_POST
@at_desk
@sensitive
@in_team
def reset_link(here: Here, seat: Seat, person: str) -> HttpResponse:
    """A link with which somebody sets a new password; shown this once."""
    anew = "second" in here.request.POST
    token = tickets.reset_link(here.session, seat.team.id, person, here.now, second_factor=anew)
    found = _find(here.session, seat, person)
    return _link(here, seat, token, email=found.who.email, is_reset=True)


@at_desk
@in_team
def done(here: Here, seat: Seat) -> HttpResponse:
    """What was done with the team in a year, for its leads."""
    rows = deeds.of(here.session, seat.team.id, here.now)
    said = [(row, team_words.DEEDS.get(row.kind, row.kind)) for row in rows]
    return here.page("desk/deeds.html", {"seat": seat, "rows": said})


@at_desk
@in_team
def new_team(here: Here, seat: Seat) -> HttpResponse:
    """Another team of the same organisation. Whoever makes it leads it."""
    if not rules.may(seat.role, Act.make_team):
        raise Http404
    form = TeamName(here.request.POST or None)
    if here.request.method == "POST" and form.is_valid():
        try:
            card = organisations.add_team(here.session, seat.team.id, form.cleaned_data["name"], here.now)
        except ValueError:
            form.add_error("name", team_words.NOT_A_TEAM_NAME)
        else:
            return to("desk:recovery", team=card.id)
    return here.page("desk/new_team.html", {"seat": seat, "form": form})


@at_desk
@in_team
def new_key(here: Here, seat: Seat) -> HttpResponse:
    """What a new key for the team does, before it is done."""
    if seat.secret is None or not rules.may(seat.role, Act.new_key):
        raise Http404
    wanted = seats.wants_new_key(seat.team.id, here.now)
    return here.page("desk/new_key.html", {"seat": seat, "wanted": wanted})


@require_POST
@at_desk
@sensitive
@in_team
def give_new_key(here: Here, seat: Seat) -> HttpResponse:
    """The team gets another pair, and each case another key when it is opened next."""
    departures.new_key(here.session, seat.team.id, here.now)
    return here.page("desk/new_key.html", {"seat": seat, "is_done": True})


def _page(here: Here, seat: Seat, *, form: Invite | None = None, trouble: Words = "") -> HttpResponse:
    session, inside = here.session, seat.secret is not None
    people = seats.members(session, seat.team.id)
    found = organisations.by_id(seat.team.organisation_id)
    may = {act.value: inside and rules.may(seat.role, act) for act in Act}
    context = {
        "seat": seat,
        "inside": inside,
        "members": [(one, ROLES[one.role]) for one in people],
        "waiting": [one for one in people if not one.is_let_in and one.who.id != session.who.id],
        "helpers": [one for one in people if one.is_let_in and rules.may(one.role, Act.let_in)],
        "may": may,
        "code": code_shown(found.code) if found else "",
        "has_notice": bool(found and found.notice),
        "wants_new_key": may["new_key"] and seats.wants_new_key(seat.team.id, here.now),
        "recovery": recovery.standing(session, seat.team.id, here.now),
        "out": tickets.out(session, seat.team.id, here.now) if may["invite"] else (),
        "roles": ROLES,
        "form": form or Invite(),
        "trouble": trouble,
    }
    return here.page("desk/team.html", context, status=422 if trouble else 200)


def _member(here: Here, seat: Seat, person: str, form: OneRole) -> HttpResponse:
    if person != here.session.who.id and not rules.may(seat.role, Act.remove):
        raise Http404
    found = _find(here.session, seat, person)
    if not form.is_bound:
        form = OneRole(initial={"role": found.role.value})
    is_self = person == here.session.who.id
    leads = seat.secret is not None and rules.may(seat.role, Act.remove)
    context = {"seat": seat, "member": found, "form": form, "is_self": is_self, "leads": leads}
    return here.page("desk/member.html", context | {"role": ROLES[found.role]})


def _find(session: Session, seat: Seat, person: str) -> Member:
    for found in seats.members(session, seat.team.id):
        if found.who.id == person:
            return found
    raise Http404


def _link(here: Here, seat: Seat, token: str, **more: Any) -> HttpResponse:
    address = here.request.build_absolute_uri(reverse("desk:link", kwargs={"token": token}))
    return here.page("desk/link_made.html", {"seat": seat, "address": address} | more)
