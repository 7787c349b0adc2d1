"""A newly dated release on paper, for a case that the team brought along and nobody has taken over yet."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from survivor_portal.cases import brought
from survivor_portal.cases.brought import PaperOver
from survivor_portal.cases.grants import NobodyThere, NoSuchRelease
from survivor_portal.cases.releases import Consent, Paper
from survivor_portal.web.desk import case_open, case_words
from survivor_portal.web.desk.bulk_forms import DayField
from survivor_portal.web.desk.case_about import release_of
from survivor_portal.web.desk.forms import DeskForm
from survivor_portal.web.desk.frame import Here, to
from survivor_portal.web.desk.lock import at_desk
from survivor_portal.web.forms import one_of

OVER = _(
    "This paper does not hold. It must be signed after the one before and by today. "
    "It must end within a year of that day."
)


class NewPaper(DeskForm):
    """What stands on the newer paper."""

    step: ClassVar[str] = "paper"
    button = _("Note the new release")
    signed_on = DayField(label=_("Signed on"))
    until = DayField(label=_("Until"))
    agreed = one_of(
        _("Who agreed?"),
        [(way.value, words) for way, words in case_words.CONSENTS.items() if way is not Consent.on_file],
        required=True,
        error_messages={"required": _("Please say who agreed.")},
    )
    on_file = forms.BooleanField(
        label=_("The signed paper is in our files. Nobody who agreed did harm, or protects who did."),
        error_messages={"required": _("Without the paper the case cannot go on.")},
    )

    def paper(self) -> Paper:
        """The paper as it was described."""
        given = self.cleaned_data
        signed_on, until = given["signed_on"], given["until"]
        assert isinstance(signed_on, date)
        assert isinstance(until, date)
        return Paper(Consent(given["agreed"]), signed_on, until)


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk
def paper(here: Here) -> HttpResponse:
    """Note that a newly dated release is on file: the case that is open here goes on by it."""
    session = case_open.current(here)
    if session is None or session.actor is None:
        return to("desk:cases")
    release = release_of(session.case, session.actor)
    if release is None or release.terms.consent is not Consent.on_file or not session.actor.may_write:
        return to("desk:case")
    form = NewPaper(here.request.POST if here.request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            brought.renew_on_file(session.case, release, form.paper(), here.now)
        except PaperOver:
            form.add_error(None, OVER)
        except (NoSuchRelease, NobodyThere):
            return case_open.not_let_in(here)
        else:
            return to("desk:case")
    return here.page("desk/paper.html", {"form": form, "release": release})
