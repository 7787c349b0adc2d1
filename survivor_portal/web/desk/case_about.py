"""The desk's page about the case that is open here: its label, the release, who saw it, more time.

Which case that is, the browser's own session says; no address names it.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from survivor_portal.advocates.who import Role
from survivor_portal.cases import grants
from survivor_portal.cases.actors import Actor
from survivor_portal.cases.grants import LONGEST_LABEL, NobodyThere, NoSuchRelease, Release
from survivor_portal.cases.keys import OpenCase
from survivor_portal.cases.releases import Consent
from survivor_portal.cases.unlocked import Session
from survivor_portal.web.desk import case_open, case_words
from survivor_portal.web.desk.forms import DeskForm
from survivor_portal.web.desk.frame import Here, to
from survivor_portal.web.desk.lock import at_desk


class Label(DeskForm):
    """Under which name the team's lists show the case."""

    step: ClassVar[str] = "label"
    button = _("Save the label")
    label = forms.CharField(
        label=_("Label in your lists"),
        max_length=LONGEST_LABEL,
        required=False,
        help_text=_("A pseudonym, such as “Blue heron”. No real name, no date of birth, no platform."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk
def case(here: Here) -> HttpResponse:
    """What the team was given of the case that is open here, and who saw it."""
    session = case_open.current(here)
    if session is None or session.actor is None:
        return to("desk:cases")
    step = here.request.POST.get("step")
    # A form cannot be seen by somebody who only reads; one that comes all the same does nothing.
    if step == Label.step and session.actor.role is not Role.read_only:
        return _label(here, session, session.actor)
    return _page(here, session, session.actor)


def _label(here: Here, session: Session, actor: Actor) -> HttpResponse:
    form = Label(here.request.POST)
    if not form.is_valid():
        return _page(here, session, actor, form)
    try:
        grants.set_label(session.case, actor.grant_id, form.cleaned_data["label"].strip(), here.now)
    except (NoSuchRelease, NobodyThere):
        return case_open.not_let_in(here)
    return to("desk:case")


def _page(here: Here, session: Session, actor: Actor, form: Label | None = None) -> HttpResponse:
    release = release_of(session.case, actor)
    form = form or Label(initial={"label": release.label if release else ""})
    context: dict[str, Any] = {
        "who": actor,
        "release": release,
        "consent": case_words.CONSENTS[release.terms.consent] if release else "",
        "scopes": case_words.scopes(actor.scopes),
        "ends_soon": case_words.ends_soon(actor.until, here.now),
        "accesses": grants.accesses(session.case),
        "form": form if actor.role is not Role.read_only else None,
        "on_file": release is not None and release.terms.consent is Consent.on_file,
        "expires_on": session.case.expires_on,
    }
    return here.page("desk/case.html", context)


def release_of(case: OpenCase, actor: Actor) -> Release | None:
    """The paper of the release by which this team is in the case."""
    found = (release for release in grants.releases(case) if release.grant_id == actor.grant_id)
    return next((release for release in found if release.ended_at is None), None)
