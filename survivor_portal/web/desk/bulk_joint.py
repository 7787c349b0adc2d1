"""One list to one platform for many clients: choose platform and people, read the list, note that it went.

Only requests of grown people who each let the team do this. The list names nobody: people stand in it under
the label of their case.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from django import forms
from django.http import Http404, HttpResponse
from django.utils.translation import gettext_lazy as _

from survivor_portal import directory, letters
from survivor_portal.advocates.who import Seat
from survivor_portal.cases import keys
from survivor_portal.takedowns import in_bulk, joint, of_teams
from survivor_portal.takedowns.in_bulk import NotDone, Sending, Wanted
from survivor_portal.takedowns.joint import Listed
from survivor_portal.takedowns.of_teams import Seen
from survivor_portal.takedowns.round_in_bulk import of_adults
from survivor_portal.web.desk import bulk_sent
from survivor_portal.web.desk.bulk_forms import Went
from survivor_portal.web.desk.frame import Here
from survivor_portal.web.desk.lock import at_desk
from survivor_portal.web.desk.sites import Site, channel_of
from survivor_portal.web.forms import PUT_OFF, Words

MOST = 50
_REFERENCE = re.compile("L[0-9A-F]{8}")
NOT_DONE = bulk_sent.NOT_DONE | {
    NotDone.ALREADY: _("This list was noted here before. Nothing was changed."),
    NotDone.READ_ONLY: _("This person did not let you send a list for many people."),
    NotDone.NOT_READY: _("The person’s own letter is needed too. Send it, then mark it as sent."),
    NotDone.NOT_HERE: _("It cannot be in a list for many people. Open the case."),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One request that may be in the list."""

    id: str
    grant_id: str
    label: str
    name: str


class ListSent(Went):
    """The list went out. `own`: so did each person's own letter."""

    step = "write"
    button = _("Note that the list was sent")
    email = forms.EmailField(
        label=_("Mail address of your organisation, for their answer"),
        max_length=200,
        error_messages={
            "required": _("Please give an address where they can answer."),
            "invalid": _("This is not a whole e-mail address. One looks like name@mail.example."),
        },
    )
    own = forms.BooleanField(
        label=_("The own letter of each person was sent to them too."),
        required=False,
        help_text=_("If you do not tick this, requests that were only written stay as they are."),
    )
    field_order: tuple[str, ...] = ("email", "how", "at", "own")


@at_desk
def page(here: Here) -> HttpResponse:
    """The platforms where such a list is possible."""
    found = [key for key in of_teams.platforms(_teams(here), here.now, sent=False) if key]
    sites = sorted((Site(key, directory.platform(key).name) for key in found), key=lambda one: one.name)
    return here.page("desk/joint_sites.html", {"sites": sites})


@at_desk
def site(here: Here, key: str) -> HttpResponse:
    """The people of one platform, then the list, then that it was sent."""
    try:
        platform = directory.platform(key)
    except directory.UnknownRecord:
        raise Http404 from None
    post = here.request.POST
    step = post.get("step", "")
    if here.request.method != "POST" or step not in ("choose", "list", ListSent.step):
        return _people(here, platform)
    rows = _rows(here, key, post.getlist("request")[:MOST])
    if not rows:
        return _people(here, platform, _("Please choose at least one request."))
    return _list(here, platform, rows)


def _people(here: Here, platform: directory.Platform, why: Words = "") -> HttpResponse:
    rows = _rows(here, platform.key, None)
    context = {"rows": rows, "platform": platform, "why": why, "most": MOST}
    return here.page("desk/joint_list.html", context, status=422 if why else 200)


def _list(here: Here, platform: directory.Platform, rows: Sequence[Row]) -> HttpResponse:
    """The whole list, and below it the form that notes that it went. A yes is to the list that was shown."""
    post = here.request.POST
    reference = post.get("reference", "")
    if not _REFERENCE.fullmatch(reference):
        reference = f"L{secrets.token_hex(4).upper()}"
    listed: dict[str, Listed] = {}
    done = in_bulk.in_each(here.session, _wanted(rows), here.now, joint.collect(listed))
    chosen = [row for row in rows if row.id in listed]
    names = [(row.id, f"{row.label}: {row.name}") for row in chosen]
    bound = post if post.get("step") in ("list", ListSent.step) else None
    form = ListSent(bound, requests=names, initial={"email": here.session.who.email})
    valid = bound is not None and form.is_valid()
    without = set(form.cleaned_data.get("without", ())) if valid else set()
    chosen = [row for row in chosen if row.id not in without]
    email = str(form.cleaned_data.get("email", "")) if bound is not None else here.session.who.email
    parts = _written(here, platform, chosen, listed, reference, email)
    mark = _mark(parts)
    is_yes = post.get("step") == ListSent.step and PUT_OFF not in post and valid
    if is_yes and chosen and post.get("mark") == mark and all(part.ready for part in parts):
        return _write(here, platform, chosen, form, reference)
    context = {
        "platform": platform,
        "rows": chosen,
        "left_out": [(row, NOT_DONE[why]) for row in rows if (why := done[row.id]) is not None],
        "parts": parts,
        "reference": reference,
        "mark": mark,
        "form": form if listed else None,
        "why": _("The list changed. Please read it again, then say that it was sent.") if is_yes else "",
        "own": any(joint.needs_own(listed[row.id].takedown) for row in chosen),
        "all_rows": rows,
        "most": MOST,
        "is_more": post.get("step") == "choose" and len(set(post.getlist("request"))) > MOST,
    }
    return here.page("desk/joint_form.html", context, status=422 if is_yes else 200)


def _write(
    here: Here, platform: directory.Platform, rows: Sequence[Row], form: ListSent, reference: str
) -> HttpResponse:
    given = form.cleaned_data
    sending = Sending(given["at"], given["how"], form.release, {})
    act = joint.mark_listed(sending, reference, here.now, own_went_along=given["own"])
    done = in_bulk.in_each(here.session, _wanted(rows), here.now, act)
    context = {
        "platform": platform,
        "reference": reference,
        "done": [row for row in rows if done[row.id] is None],
        "left_out": [(row, NOT_DONE[why]) for row in rows if (why := done[row.id]) is not None],
    }
    return here.page("desk/joint_done.html", context)


def _written(
    here: Here,
    platform: directory.Platform,
    rows: Sequence[Row],
    listed: dict[str, Listed],
    reference: str,
    email: str,
) -> tuple[letters.Letter, ...]:
    chosen = [listed[row.id] for row in rows]
    # The desk's own label of a case stays here: it may say who somebody is.
    clients = [
        letters.Client(f"Person {number}", one.items, one.takedown.grounds)
        for number, one in enumerate(chosen, 1)
    ]
    limits = [
        channel.link_limit
        for one in chosen
        if (channel := channel_of(platform.key, one.takedown.channel)) and channel.link_limit
    ]
    agency = letters.Agency(_seats(here)[0].team.organisation, here.session.who.name, email)
    return letters.joint_list(
        clients,
        to=letters.Addressee(platform.name),
        agency=agency,
        reference=reference,
        today=here.now.date(),
        limit=min(limits, default=None),
    )


def _seats(here: Here) -> list[Seat]:
    """The person's places in the organisation of the first team that let them in."""
    open_ones = [seat for seat in here.session.seats if seat.secret is not None]
    return [one for one in open_ones if one.team.organisation_id == open_ones[0].team.organisation_id]


def _teams(here: Here) -> list[str]:
    return [seat.team.id for seat in _seats(here)]


def _mark(parts: Sequence[letters.Letter]) -> str:
    shown = {"parts": [[part.subject, part.text] for part in parts]}
    return hashlib.sha256(keys.packed(shown)).hexdigest()[:32]


def _wanted(rows: Sequence[Row]) -> list[Wanted]:
    return [Wanted(row.id, row.grant_id) for row in rows]


def _rows(here: Here, platform: str, names: Sequence[str] | None) -> list[Row]:
    """Requests of grown people at this platform who let the team send a list: all, or those of these names.

    Of one organisation only: the list is sent in its name.
    """
    if names is None:
        found = of_teams.find(_teams(here), here.now, platform=platform, states=joint.OPEN)
        seen = of_teams.see(here.session, found, here.now)
    else:
        seen = of_teams.named(here.session, names, here.now)
    rows = [_row(one.seen) for one in of_adults([one for one in seen if _may_be_listed(here, platform, one)])]
    return sorted(rows, key=lambda row: (row.label.casefold(), row.name))


def _may_be_listed(here: Here, platform: str, one: Seen) -> bool:
    is_here = one.line.platform == platform and one.line.state in joint.OPEN
    is_theirs = one.granted.team_id in _teams(here) and of_teams.may_act(here.session, one.granted)
    return is_here and is_theirs and joint.may_be_listed(one)


def _row(one: Seen) -> Row:
    return Row(one.line.id, one.granted.grant_id, one.granted.label, one.line.label)
