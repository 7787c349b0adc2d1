"""The page of one letter: what is missing, who signs, the text, the form sheet; and the plan as text."""

from __future__ import annotations

from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from survivor_portal import directory, letters
from survivor_portal.intake import Note, Step
from survivor_portal.takedowns.process import State
from survivor_portal.web.forms import Question, one_of
from survivor_portal.web.safety.opened import opened_of
from survivor_portal.web.survivor import around, cards, case_plan, flow, mailing, own_hand
from survivor_portal.web.survivor.case_forms import Sent
from survivor_portal.web.survivor.drafting import Draft, draft, may_type
from survivor_portal.web.survivor.flow import Stand
from survivor_portal.web.survivor.holder import holder_of

CONFIRM = "confirm_"
NOT_THEIRS = _("Sign with your own name. Nobody signs for the person.")
MOST_NAME, MOST_CONTACT = 120, 200


def flow_page() -> HttpResponse:
    """Back to the flow's one address with GET, so that a reload sends nothing twice (303)."""
    return HttpResponseRedirect(reverse("survivor:next"), status=303)


class Signing(Question):
    """Name, contact and the statements of one letter. Which of them are asked depends on the letter."""

    step = "sign"
    button = _("Put this into the letter")
    name = forms.CharField(
        label=_("Your own name"),
        required=False,
        max_length=MOST_NAME,
        help_text=_("Type it as your signature. You sign for yourself, or as the parent or helper."),
    )
    email = forms.EmailField(
        label=_("E-mail address where they can answer"),
        required=False,
        max_length=MOST_CONTACT,
        help_text=_(
            "Best is a new address that only you can read. Not one you share at home, school or work."
        ),
        error_messages={
            "invalid": _("This is not a whole e-mail address. One looks like name@mail.example.")
        },
    )
    phone = forms.CharField(label=_("Phone number"), required=False, max_length=MOST_CONTACT)
    post = forms.CharField(label=_("Post address"), required=False, max_length=MOST_CONTACT)
    account_there = forms.BooleanField(label=_("I have an account there."), required=False)
    resident = forms.BooleanField(label=_("The person in the picture lives there."), required=False)

    def __init__(self, *args: Any, draft: Draft, **more: Any) -> None:
        self.draft = draft
        super().__init__(*args, **more)
        for name in self.fields.keys() - draft.wanted:
            del self.fields[name]
        if "resident" in self.fields:
            self.fields["resident"].label = _("The person in the picture lives in %(place)s.") % {
                "place": draft.place
            }
        for declaration in draft.declarations:
            field = forms.BooleanField(label=declaration.text, required=False)
            field.help_text = declaration.plain
            self.fields[CONFIRM + declaration.key] = field
        if self.fields:
            # Another tab may have opened another letter meanwhile: what is ticked here is said of this one.
            for name, value in (("letter", draft.step.id), ("site", draft.site)):
                self.fields[name] = forms.CharField(widget=forms.HiddenInput, required=False, initial=value)

    @property
    def helper(self) -> FormHelper:
        helper = super().helper
        helper.form_show_errors = False  # this page shows them at its top: the form stands further down
        return helper

    def clean_name(self) -> str:
        name = " ".join(str(self.cleaned_data["name"]).split())
        if sum(character.isdigit() for character in name) > 2:
            raise forms.ValidationError(
                _("Please type a name here, without numbers. Never type an ID number.")
            )
        return name

    @property
    def confirmed(self) -> list[str]:
        return [
            key.removeprefix(CONFIRM)
            for key, value in self.cleaned_data.items()
            if key.startswith(CONFIRM) and value
        ]


class SentFromPlan(Sent):
    """A letter of the plan went out. The form names its letter, whatever another tab shows by now."""

    ALL: ClassVar[str] = "0"
    part = one_of(_("Which part did you send?"), [], initial=ALL)
    letter = forms.CharField(widget=forms.HiddenInput, required=False)
    site = forms.CharField(widget=forms.HiddenInput, required=False)
    field_order = ("part", "how", "at", "ticket")

    def __init__(self, *args: Any, parts: int, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["part"]
        assert isinstance(field, forms.ChoiceField)
        numbered = [(str(n), gettext("Part %(n)d") % {"n": n}) for n in range(1, parts + 1)]
        field.choices = [(self.ALL, _("All parts")), *numbered]
        if parts < 2:
            del self.fields["part"]


def show(
    request: HttpRequest,
    stand: Stand,
    *,
    data: QueryDict | None = None,
    form: Signing | None = None,
    sent: SentFromPlan | None = None,
    company: around.Company | None = None,
    resumed: bool = True,
) -> HttpResponse:
    """The letter page. `data`: typed text to show again; `form`, `sent`, `company`: it did not hold (422)."""
    begun = _begun(request, stand)
    stand = begun.stand
    step = stand.plan.step(stand.letter)
    if step is None:
        return flow_page()
    whole = draft(stand, step, stand.site, timezone.now().date())
    made = own_hand.offered(request, stand, whole)
    may_be_sent = opened_of(request).loaded and (begun.is_new or not begun.lines)
    ways = mailing.ways_of_plan(stand, step, stand.site) if settings.CASES_OPEN else ()
    failed = form is not None or sent is not None or bool(company and company.errors)
    if form is None:
        form = Signing(data, draft=made, initial=_initial(stand, step))
        if data is not None:
            form.errors.clear()
    asks = bool(form.fields)
    context = {
        "stand": stand,
        "step": step,
        "site": stand.site,
        "title": cards.title(step),
        "draft": made,
        "form": form if asks else None,
        "around": around.around(request, stand, step, company),
        "states": [
            (
                directory.law(state.law),
                state.ready,
                [gettext(letters.CODES[code]) for code in dict.fromkeys(m.code for m in state.missing)],
            )
            for state in made.letter.states
        ],
        "sheet": [
            (field, gettext(letters.CODES[field.note_code]) if field.note_code else "")
            for field in (made.sheet.fields if made.sheet else ())
        ],
        "left_out": [
            gettext(letters.CODES[code]) for code in dict.fromkeys(out.code for out in made.letter.left_out)
        ],
        "clock": cards.clock_words(
            [directory.law(key).clock for key in step.grounds],
            process_known=Note.PROCESS_UNKNOWN not in step.notes,
        ),
        "ways": [cards.way(at, timezone.now().date()) for at in step.channels[:3]],
        "resources": [directory.resource(key) for key in step.resources],
        "resumed": resumed and data is not None,
        "sent": sent or (_sent(made) if may_be_sent else None),
        "requests": begun.all,
        "only_new": begun.is_new,
        "clocks_wait": bool(made.letter.states) and not any(state.ready for state in made.letter.states),
        "ready": all(part.ready for part in made.parts),
        "may_wait": bool(may_be_sent)
        and own_hand.actor_of(request) is not None
        and all(part.ready for part in made.parts),
        "waits": bool(begun.all) and all(line.state is State.DRAFTED for line in begun.all),
        "mail_ways": ways,
        "mail_here": may_be_sent,
        "needs_the_person": own_hand.needs_the_person(request, stand, whole),
    }
    return render(request, "survivor/letter.html", context, status=422 if failed else 200)


def _begun(request: HttpRequest, stand: Stand) -> case_plan.Begun:
    session = opened_of(request).open()
    return case_plan.begun(session.case, stand) if session else case_plan.Begun(stand)


def _sent(made: Draft) -> SentFromPlan:
    initial = {"at": timezone.now(), "letter": made.step.id, "site": made.site}
    return SentFromPlan(initial=initial, parts=len(made.parts))


def _initial(stand: Stand, step: Step) -> dict[str, Any]:
    place = flow.place_of(step.id, stand.site)
    return dict(stand.signer) | {CONFIRM + key: True for key in stand.confirmed.get(place, ())}


def sign(request: HttpRequest, stand: Stand) -> HttpResponse:
    """Take in name, contact and statements. Nothing typed in a box this letter does not ask for is kept."""
    step = stand.plan.step(stand.letter)
    if step is None or not may_type(stand) or request.POST.get("letter") not in (None, step.id):
        return flow_page()
    place = flow.place_of(step.id, stand.site)
    today = timezone.now().date()
    actor = own_hand.actor_of(request)
    made = own_hand.offered(request, stand, draft(stand, step, stand.site, today))
    form = Signing(request.POST, draft=made)
    if form.is_valid() and actor and form.cleaned_data.get("name", actor.name) not in ("", actor.name):
        form.add_error("name", NOT_THEIRS)
    if not form.is_valid():
        return show(request, stand, form=form)
    given = dict(stand.signer) | {name: form.cleaned_data[name] for name in made.wanted}
    if own_hand.may_sign(actor, stand, step.grounds):
        holder_of(request).change(lambda kept: flow.sign(kept, place, given, form.confirmed, today))
    else:
        # Only where they can answer: what the person signed and stated stays as it is.
        holder_of(request).change(lambda kept: kept.update(signer=given))
    return flow_page()


def download(request: HttpRequest, stand: Stand) -> HttpResponse:
    """The plan and its letters as one plain text file with a neutral name."""
    if stand.question is not None or stand.at == flow.DANGER or stand.watched:
        return flow_page()
    today = timezone.now().date()
    plan = stand.plan
    written = [
        (cards.title(step), site, draft(stand, step, site, today))
        for step in plan.steps
        if step.letter
        for site in (step.sites or ("",))
    ]
    text = render_to_string(
        "survivor/plan.txt",
        {
            "groups": cards.groups(plan, stand.items, today),
            "letters": written,
            "items": stand.items,
            "today": today,
        },
    )
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="notes.txt"'
    return response
