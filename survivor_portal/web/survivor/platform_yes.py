"""Before somebody at a desk sends a request for a person, or notes that it went out: what was agreed to?

Asked once for each request. What was about to be sent comes along in the form, and is done with its button.
Who holds the case needs none of this.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from survivor_portal import directory
from survivor_portal.cases import grants
from survivor_portal.cases.keys import OpenCase
from survivor_portal.directory import Asker
from survivor_portal.takedowns import operations, releases
from survivor_portal.takedowns.operations import NoSuchTakedown
from survivor_portal.takedowns.releases import Data, PlatformRelease, Way
from survivor_portal.web.forms import PUT_OFF, Question, any_of, one_of
from survivor_portal.web.safety.opened import opened_of
from survivor_portal.web.survivor.case_desk import UNPROCESSABLE, Desk
from survivor_portal.web.survivor.flow import Stand
from survivor_portal.web.survivor.keeping_drafts import BOXES, DONE, FIELD

DAYS = 90
# The steps that say or let a request go out.
SENDING = frozenset({"sent", "did", "leave"})
OWN = "yes_"
_NOT_CARRIED = frozenset({"csrfmiddlewaretoken", "step", "go", FIELD, BOXES, DONE, PUT_OFF})
_LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class About:
    """What is about to be sent, and to whom: a request, or a letter that is none yet."""

    to: str
    request: str = ""
    step: str = ""
    site: str = ""


class Yes(Question):
    """What the person agreed to. The fields of the form before go along hidden."""

    step: ClassVar[str] = ""
    button = _("Yes, they agreed to this. Go on")
    yes_data = any_of(
        _("What do they get?"),
        [
            (Data.links, _("Links and places")),
            (Data.facts, _("What happened, as the letter says it")),
            (Data.name, _("The name of the person")),
            (Data.contact, _("An address or number of the person")),
            (Data.agency, _("The name and address of your agency")),
        ],
        required=True,
        error_messages={"required": _("Choose what stands in the letter.")},
    )
    yes_purpose = forms.CharField(
        label=_("What for?"), max_length=200, error_messages={"required": _("Say what it is for.")}
    )
    yes_agreed_by = forms.CharField(
        label=_("Who agreed?"),
        max_length=120,
        help_text=_("For example: the person, or the person and a parent who is safe."),
        error_messages={"required": _("Say who agreed.")},
    )
    yes_way = one_of(
        _("How did they agree?"),
        [
            (Way.in_person, _("In person")),
            (Way.phone, _("By phone")),
            (Way.chat, _("By chat")),
            (Way.writing, _("In writing")),
        ],
        required=True,
        error_messages={"required": _("Say how they agreed.")},
    )
    yes_day = forms.DateField(
        label=_("On which day?"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Say on which day."), "invalid": _("This is not a day.")},
    )
    yes_until = forms.DateField(
        label=_("Until when may you send for them?"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Say until when."), "invalid": _("This is not a day.")},
    )

    # Whom this is about, for the words of the page alone.
    yes_to = forms.CharField(widget=forms.HiddenInput, required=False, max_length=300)

    def __init__(self, data: Any = None, *args: Any, before: QueryDict, **more: Any) -> None:
        super().__init__(data, *args, **more)
        # In the form's own way of writing hidden values, one after the other as they were sent.
        # And its step, which every other form has for its whole class.
        self.step = str((before.getlist("step") or [""])[0])  # type: ignore[misc]
        for name, values in carried(before).items():
            widget = forms.MultipleHiddenInput if len(values) > 1 else forms.HiddenInput
            initial = values if len(values) > 1 else values[0]
            self.fields[name] = forms.Field(widget=widget, required=False, initial=initial)

    def clean_yes_day(self) -> date:
        day: date = self.cleaned_data["yes_day"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("This day is still to come. Ask for the yes first."))
        return day

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        day, until = cleaned.get("yes_day"), cleaned.get("yes_until")
        if day and until and until < max(day, timezone.localdate()):
            self.add_error("yes_until", _("This is over already. Choose a later day."))
        elif until and until > timezone.localdate() + releases.LONGEST:
            self.add_error("yes_until", _("A year is the longest."))
        return cleaned

    def release(self, about: About) -> PlatformRelease:
        given = self.cleaned_data
        return PlatformRelease(
            data=tuple(Data(one) for one in given["yes_data"]),
            purpose=given["yes_purpose"],
            agreed_by=given["yes_agreed_by"],
            way=Way(given["yes_way"]),
            day=given["yes_day"],
            until=given["yes_until"],
            to=about.to,
            request=about.request,
            step=about.step,
            site=about.site,
        )


def carried(before: QueryDict) -> dict[str, list[str]]:
    """The values of the form before, by name."""
    return {
        name: [str(text)[:_LONGEST] for text in texts]
        for name, texts in before.lists()
        if name not in _NOT_CARRIED and not name.startswith(OWN) and texts
    }


def asked(desk: Desk, step: str) -> HttpResponse | None:
    """The page that asks, before this step of a request; None where nothing has to be asked (any more)."""
    if not _asks(desk.request, step, desk.post):
        return None
    if step == "leave" and "letter" in desk.post:
        site = desk.post.get("site", "")
        return _asked(desk.request, desk.case, desk.stand, desk.post.get("letter", ""), site)
    try:
        takedown = operations.read(desk.case, desk.post.get("request", ""))
    except NoSuchTakedown:
        return None
    about = About(takedown.to, request=takedown.id)
    held = releases.of_request(desk.case, takedown.id, timezone.localdate())
    return None if held else _page_or_kept(desk.request, desk.case, desk.stand, about)


def asked_of_letter(request: HttpRequest, step: Any, stand: Stand) -> HttpResponse | None:
    """As `asked`, before a letter of the plan is noted as sent."""
    session = opened_of(request).open()
    if session is None or not _asks(request, "sent", request.POST):
        return None
    return _asked(request, session.case, stand, step.id, stand.site)


def _asks(request: HttpRequest, step: str, post: QueryDict) -> bool:
    session = opened_of(request).open()
    if session is None or session.actor is None or step not in SENDING:
        return False
    # "Leave" without a yes only shows what would leave; "Stay" does nothing.
    return not (step == "leave" and "yes" not in post) and PUT_OFF not in post


def _asked(request: HttpRequest, case: OpenCase, stand: Stand, step: str, site: str) -> HttpResponse | None:
    if releases.of_letter(case, step, site, timezone.localdate()):
        return None
    return _page_or_kept(request, case, stand, About(_to(stand, step, site), step=step, site=site))


def _to(stand: Stand, step_id: str, site: str) -> str:
    step = stand.plan.step(step_id)
    if site or step is None:
        return site
    if step.platform:
        return directory.platform(step.platform).name
    return directory.resource(step.resources[0]).name if step.resources else gettext("the addressee")


def shown_again(request: HttpRequest) -> HttpResponse | None:
    """More time was asked for on the page that asks: all of it as it was typed, and nothing is done. None
    where it was another page."""
    session = opened_of(request).open()
    if session is None or session.actor is None or "yes_purpose" not in request.POST:
        return None
    half = request.POST.copy()
    half[PUT_OFF] = "1"
    return _page(request, Yes(half, before=half), half.get("yes_to", ""))


def _page(request: HttpRequest, form: Yes, to: str) -> HttpResponse:
    status = UNPROCESSABLE if form.is_bound and form.errors else 200
    return render(request, "survivor/case/platform_yes.html", {"form": form, "to": to}, status=status)


def _page_or_kept(request: HttpRequest, case: OpenCase, stand: Stand, about: About) -> HttpResponse | None:
    """Keep the yes that was sent along; else ask for it."""
    if "yes_purpose" in request.POST:
        form = Yes(request.POST, before=request.POST)
        if form.is_valid():
            releases.record(case, form.release(about), timezone.now())
            return None
    else:
        form = Yes(before=request.POST, initial=_initial(request, case, stand) | {"yes_to": about.to})
    return _page(request, form, about.to)


def _initial(request: HttpRequest, case: OpenCase, stand: Stand) -> dict[str, Any]:
    """What the last yes said, else what the release to the team says."""
    session = opened_of(request).open()
    assert session is not None
    assert session.actor is not None
    today = timezone.localdate()
    ends = session.actor.until.date()
    given: dict[str, Any] = {
        "yes_data": [Data.links, Data.facts],
        "yes_purpose": gettext("To ask them to take it down"),
        "yes_agreed_by": "" if stand.answers.asker is Asker.PARENT else gettext("The person"),
        "yes_day": today,
        "yes_until": min(today + timedelta(days=DAYS), ends),
    }
    before = releases.every(case)
    if before:
        last = before[0]
        given |= {"yes_agreed_by": last.agreed_by, "yes_data": list(last.data), "yes_way": last.way}
    elif (
        mine := next((r for r in grants.releases(case) if r.grant_id == session.actor.grant_id), None)
    ) and (mine.terms.typed_parent):
        given["yes_agreed_by"] = gettext("The person and a parent or carer")
    return given
