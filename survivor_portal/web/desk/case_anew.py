"""A new code and phrase for a person who is in the room: drawn for them, on a card, typed back by them.

For whoever has lost both. The old ones, and the recovery code, open nothing from then on; the desk goes on as
the team that was let in. By phone the person does this on a device of their own, with a one-time code.
"""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Any, ClassVar

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from survivor_portal.cases import access, codes, offers, phrases, records, taking_over, unlocked
from survivor_portal.cases.book import CaseGone, Rekeyed
from survivor_portal.cases.phrases import Style
from survivor_portal.cases.unlocked import Session
from survivor_portal.takedowns import rekey
from survivor_portal.visits.visit import Data
from survivor_portal.web.desk import case_codes, case_open
from survivor_portal.web.desk.frame import Here, to
from survivor_portal.web.desk.lock import at_desk, sensitive
from survivor_portal.web.desk.together_forms import Private, TypedBack
from survivor_portal.web.forms import Words, one_of
from survivor_portal.web.safety.session import visit_of

# What waits in the sealed visit until the phrase was typed back: of which release, code, phrase, which page.
WAITING = "anew"
CARD, SIGN, DONE = "card", "sign", "done"
NOT_OURS: Words = _(
    "Nobody holds this case but your team, so no phrase is set anew. Make a code for the person instead."
)


class Anew(Private):
    """That the person is here and wants it, and which kind of phrase."""

    step: ClassVar[str] = "anew_make"
    button = _("Make a new code and phrase")
    here = forms.BooleanField(
        label=_("The person is here with me and wants this."),
        error_messages={"required": _("Only with the person here. By phone, make a one-time code instead.")},
    )
    kind = one_of(
        _("What kind of phrase does the person want?"),
        [(Style.words.value, _("Six words, in English")), (Style.digits.value, _("Six groups of numbers"))],
        initial=Style.words.value,
    )


class Again(TypedBack):
    """The phrase, typed by the person from the card: from then on only the new ones open the case."""

    step: ClassVar[str] = "anew_sign"
    button = _("Use the new code and phrase")


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk
def anew(here: Here) -> HttpResponse:
    """What it means; the card; the phrase typed back; that it is done. Which of them, the visit says."""
    session = case_open.current(here)
    if session is None or session.actor is None:
        return to("desk:cases")
    if not session.case.may_write:
        return to("desk:case")
    waiting = _waiting(here, session)
    step = here.request.POST.get("step", "") if here.request.method == "POST" else ""
    if step in ("anew_stop", "anew_again"):
        _keep(here, {})
        return to("desk:case" if step == "anew_stop" else "desk:anew")
    if waiting.get("page") == DONE:
        # Pressed twice, or in another tab: nothing is begun anew by that.
        return here.page("desk/anew_done.html")
    if waiting and step == "anew_card":
        _keep(here, waiting | {"page": CARD if "again" in here.request.POST else SIGN})
        return to("desk:anew")
    if waiting and step == Again.step:
        return _done(here, session, waiting)
    return _page(here, waiting)


@require_POST
@at_desk
@sensitive
def make(here: Here) -> HttpResponse:
    """Draw a code and a phrase, after the desk's own password was typed again. Nothing changes yet."""
    session = case_open.current(here)
    if session is None or session.actor is None or not session.case.may_write:
        return to("desk:cases")
    form = Anew(here.request.POST)
    if not form.is_valid():
        return here.page("desk/anew.html", {"form": form})
    phrase = phrases.new_phrase(Style(form.cleaned_data["kind"] or Style.words))
    grant = session.actor.grant_id
    _keep(here, {"grant": grant, "code": codes.new_code(), "phrase": phrase, "page": CARD})
    return to("desk:anew")


def _done(here: Here, session: Session, waiting: Data) -> HttpResponse:
    """The phrase was typed back: the case is under it from now on, and the desk opens it again."""
    form = Again(waiting["phrase"], here.request.POST)
    if not form.is_valid():
        return _page(here, waiting, form)
    assert session.actor is not None
    try:
        _begin_again(here, session, waiting)
    except (offers.Busy, offers.NotNow):
        form.add_error(None, case_codes.BUSY)
        return _page(here, waiting, form, HTTPStatus.SERVICE_UNAVAILABLE)
    except taking_over.NotTheTeams:
        form.add_error(None, NOT_OURS)
        return _page(here, waiting, form, HTTPStatus.CONFLICT)
    except (offers.NoOffer, offers.NotYours, offers.TooManyOut, access.CodeTaken, CaseGone, Rekeyed):
        _keep(here, {})
        return to("desk:anew")
    _keep(here, {})
    if case_open.opened_as(here, session.actor.grant_id) is None:
        return case_open.not_let_in(here)
    _keep(here, {"grant": session.actor.grant_id, "page": DONE})
    return to("desk:anew")


def _begin_again(here: Here, session: Session, waiting: Data) -> None:
    """As by phone, with a one-time code that is used in the same breath: there is one way to do this."""
    actor = session.actor
    assert actor is not None
    (own,) = records.read(session.case, records.OWN)
    code = offers.make_take_over(actor.person_id, actor.team_id, session.case, here.now)
    # In hand as it is open here, so that the book says who did it.
    offer = replace(offers.read(code, here.now), case=session.case)
    theirs = rekey.begin_again(
        offer, here.now, code=waiting["code"], phrase=waiting["phrase"], keep_days=own.document["keep_days"]
    )
    # Opened for the person; nobody at this desk works in it as them.
    unlocked.end(theirs.token)


def _page(
    here: Here, waiting: Data, form: Private | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    if waiting.get("page") == CARD and form is None:
        context: dict[str, Any] = {"code": codes.shown(waiting["code"]), "phrase": waiting["phrase"]}
        return here.page("desk/anew_card.html", context)
    if waiting:
        return here.page("desk/anew_sign.html", {"form": form or Again(waiting["phrase"])}, status)
    return here.page("desk/anew.html", {"form": form or Anew()}, status)


def _waiting(here: Here, session: Session) -> Data:
    """What was drawn for the case that is open here, and for no other."""
    visit = visit_of(here.request).open()
    found = visit.data.get(WAITING) if visit else None
    mine = isinstance(found, dict) and session.actor and found.get("grant") == session.actor.grant_id
    return found if mine and isinstance(found, dict) else {}


def _keep(here: Here, waiting: Data) -> None:
    if visit_of(here.request).open() is None:
        visit_of(here.request).begin()

    def keep(data: Data) -> None:
        data.pop(WAITING, None)
        if waiting:
            data[WAITING] = waiting

    visit_of(here.request).change(keep)
