"""One-time codes for somebody on the phone or in a chat: to let the team in, or to make a case their own.

No phrase is spoken or typed at the desk: the person enters the code on a device of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from survivor_portal.advocates import agency_words
from survivor_portal.advocates.agency_words import AgencyWords
from survivor_portal.advocates.who import Seat
from survivor_portal.cases import codes, offers
from survivor_portal.cases.actors import Scope
from survivor_portal.cases.offers import Busy, NotYours, OfferKind, Proposal, TooManyOut
from survivor_portal.web.desk import case_open, case_words
from survivor_portal.web.desk.forms import DeskForm
from survivor_portal.web.desk.frame import Here, to
from survivor_portal.web.desk.lock import at_desk, sensitive
from survivor_portal.web.forms import Words, any_of, one_of

LONGEST_PURPOSE = 300
BUSY = _("Very many people are here right now. Nothing is lost. Please press the button again in a minute.")
TOO_MANY = _("Many of your codes are still to be used. Take one of them back, or wait half an hour.")
NOT_YOURS = _("You cannot make a code for this team right now. Please ask a lead of the team.")


class LetIn(DeskForm):
    """What the desk proposes; the person changes it or says no."""

    step: ClassVar[str] = "code_make"
    button = _("Make the code")
    team = one_of(_("For which team?"), [], required=True)
    purpose = forms.CharField(
        label=_("What for?"),
        max_length=LONGEST_PURPOSE,
        initial=_("To help me with requests to take pictures down."),
        help_text=_("The person reads this and can change it."),
    )
    scopes = any_of(
        _("The team could read the case. What else?"),
        case_words.CHOSEN,
        hints=case_words.HINTS,
        initial=case_words.PROPOSED_SCOPES,
    )
    days = one_of(
        _("For how long?"),
        case_words.DAYS,
        initial=case_words.PROPOSED_DAYS,
        required=True,
    )

    def __init__(self, seats: list[Seat], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["team"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(seat.team.id, f"{seat.team.organisation}: {seat.team.name}") for seat in seats]
        if len(seats) == 1:
            field.widget = forms.HiddenInput()
            field.initial = seats[0].team.id

    def proposal(self) -> Proposal:
        """What is proposed. To be let in at all is to read."""
        given = self.cleaned_data
        scopes = {Scope.read.value, *given["scopes"]}
        ordered = tuple(scope.value for scope in Scope if scope.value in scopes)
        return Proposal(ordered, int(given["days"]), given["purpose"].strip())


class Look(DeskForm):
    """Was this code used? It goes along, also when more time is asked for: it stands nowhere else."""

    step: ClassVar[str] = "code_look"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A code that nobody used yet."""

    id: str
    words: Words
    team: str
    expires_at: datetime


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk
def code(here: Here) -> HttpResponse:
    """Make a code with which a person lets the team in; see which codes wait; take one back."""
    step = here.request.POST.get("step", "")
    if step == "code_back":
        offers.withdraw(here.session.who.id, [here.request.POST.get("offer", "")[: case_open.LONGEST_ID]])
        return to("desk:code")
    if step == Look.step:
        return _looked(here)
    seats, agencies = here.session.working_seats, _agencies(here)
    form = LetIn(with_words(seats, agencies), here.request.POST if step == LetIn.step else None)
    if form.is_bound and form.is_valid():
        made = _made(
            form,
            lambda: offers.make_let_in(
                here.session.who.id, form.cleaned_data["team"], form.proposal(), here.now
            ),
        )
        if made is not None:
            return _given(here, made, OfferKind.let_in)
    return _page(here, form, seats, agencies)


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk
@sensitive
def take_over(here: Here) -> HttpResponse:
    """A code with which the person makes the open case their own, or sets a new phrase for it."""
    if here.request.method != "POST":
        return to("desk:case")
    session = case_open.current(here)
    if session is None or session.actor is None:
        return to("desk:cases")
    actor = session.actor
    if not actor.may_write:
        return to("desk:case")
    form = DeskForm(here.request.POST)
    made = _made(form, lambda: offers.make_take_over(actor.person_id, actor.team_id, session.case, here.now))
    if made is None:
        return here.page("desk/code_not_made.html", {"form": form})
    return _given(here, made, OfferKind.take_over)


def _made(form: DeskForm, make: Callable[[], str]) -> str | None:
    """The code, or None and why not in the form."""
    form.is_valid()
    try:
        return make()
    except Busy:
        form.add_error(None, BUSY)
    except TooManyOut:
        form.add_error(None, TOO_MANY)
    except NotYours:
        form.add_error(None, NOT_YOURS)
    return None


def _given(here: Here, made: str, kind: OfferKind) -> HttpResponse:
    """The page with the code, and what to say. The code is nowhere but on it."""
    context = {
        "code": codes.shown(made, offers.GROUP),
        "expires_at": here.now + offers.LASTS,
        "takes_over": kind is OfferKind.take_over,
        "state": "new",
        "form": Look(),
    }
    return here.page("desk/code_given.html", context)


def _looked(here: Here) -> HttpResponse:
    """The same page again, with whether the code was used meanwhile. It came along in the form."""
    typed = here.request.POST.get("code", "")
    try:
        name = offers.offer_id(codes.read_one_time_code(typed))
    except codes.Mistyped:
        return to("desk:code")
    found = {out.id: out for out in offers.out(here.session.who.id, here.now)}.get(name)
    context = {
        "code": codes.shown(codes.read_one_time_code(typed), offers.GROUP),
        "expires_at": found.expires_at if found else None,
        "takes_over": len(codes.read_one_time_code(typed)) == codes.TAKE_OVER_SIGNS,
        "state": "waiting" if found else "over",
        "form": Look() if found else None,
    }
    return here.page("desk/code_given.html", context)


def _page(here: Here, form: LetIn, seats: list[Seat], agencies: dict[str, AgencyWords]) -> HttpResponse:
    names = {seat.team.id: seat.team.name for seat in here.session.seats}
    waiting = [
        Waiting(out.id, KINDS[out.kind], names.get(out.team_id, ""), out.expires_at)
        for out in offers.out(here.session.who.id, here.now)
    ]
    context = {
        "form": form if with_words(seats, agencies) else None,
        "waiting": waiting,
        "may_make": bool(seats),
        "without_words": without_words(seats, agencies),
    }
    return here.page("desk/code.html", context)


KINDS: dict[OfferKind, Words] = {
    OfferKind.let_in: _("To let the team in"),
    OfferKind.take_over: _("To make a case their own, or set a new phrase"),
}


def _agencies(here: Here) -> dict[str, AgencyWords]:
    return agency_words.of(seat.team.organisation_id for seat in here.session.seats)


def with_words(seats: list[Seat], agencies: dict[str, AgencyWords]) -> list[Seat]:
    """The seats whose agency has said what its people must report. No other may be let in anywhere."""
    return [
        seat
        for seat in seats
        if (found := agencies.get(seat.team.organisation_id)) is not None and found.notice
    ]


def without_words(seats: list[Seat], agencies: dict[str, AgencyWords]) -> list[str]:
    """The agencies that have not said it yet, by name."""
    lacking = {seat.team.organisation for seat in seats} - {
        seat.team.organisation for seat in with_words(seats, agencies)
    }
    return sorted(lacking)
