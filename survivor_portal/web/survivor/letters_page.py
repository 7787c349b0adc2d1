"""The page of one letter: what is missing, who signs, the text, the form sheet; and the plan as text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from survivor_portal import directory, intake, letters
from survivor_portal.directory import Age, Asker, Confidence, Happened, Kind, Picture, Reported
from survivor_portal.intake import Note, Step
from survivor_portal.web.forms import Question, Words
from survivor_portal.web.safety.session import visit_of
from survivor_portal.web.survivor import cards, flow
from survivor_portal.web.survivor.flow import Stand

CONFIRM = "confirm_"
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
        help_text=_("Best is a new address that nobody else can read. Not your family’s or your school’s."),
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


@dataclass(frozen=True, slots=True)
class Draft:
    """One step's letter in the making."""

    step: Step
    site: str
    to: letters.Addressee
    facts: letters.Facts
    signer: letters.Signer
    parts: tuple[letters.Letter, ...]
    sheet: letters.FormSheet | None
    declarations: tuple[letters.Declaration, ...]
    wanted: frozenset[str]
    place: Words

    @property
    def letter(self) -> letters.Letter:
        return self.parts[0]


def draft(stand: Stand, step: Step, site: str, today: date) -> Draft:
    """Compose the letter of this step with what the person gave so far."""
    facts = _facts(stand, step)
    to = _addressee(step, site)
    signer = _signer(stand, step, site)
    channel = step.channel
    groups = letters.split_items(facts.items, channel.link_limit if channel else None)
    parts = tuple(
        _compose(step, to, facts, group, signer, today, (n, len(groups))) for n, group in enumerate(groups, 1)
    )
    sheet = (
        letters.form_sheet(channel, parts[0], facts=facts, signer=signer)
        if channel and channel.asks_for
        else None
    )
    return Draft(
        step=step,
        site=site,
        to=to,
        facts=facts,
        signer=signer,
        parts=parts,
        sheet=sheet,
        declarations=parts[0].declarations if _may_type(stand) else (),
        wanted=_wanted(step, stand, parts[0]),
        place=_place(step),
    )


def _compose(
    step: Step,
    to: letters.Addressee,
    facts: letters.Facts,
    items: tuple[letters.Item, ...],
    signer: letters.Signer,
    today: date,
    part: tuple[int, int],
) -> letters.Letter:
    part_facts = replace(facts, items=items)
    if step.letter == "request":
        return letters.compose(step.grounds, to=to, facts=part_facts, signer=signer, today=today, part=part)
    return letters.service_text(step.letter, to=to, facts=part_facts, signer=signer, today=today, part=part)


def _may_type(stand: Stand) -> bool:
    return not stand.answers.is_young_child_alone


def _facts(stand: Stand, step: Step) -> letters.Facts:
    answers = stand.answers
    wanted = set(step.items)
    told = answers.reported not in (None, Reported.NOT_YET)
    return letters.Facts(
        asker=answers.asker or Asker.SELF,
        age_then=answers.age_then or Age.NOT_SURE,
        age_now=answers.age_now or (Age.ADULT if answers.age_then is Age.ADULT else Age.NOT_SURE),
        picture=answers.picture or Picture.NOT_SURE,
        happened=answers.happened or Happened.POSTED,
        consent=answers.consent,
        maker=answers.maker,
        forced={"yes": True, "no": False}.get(answers.forced or ""),
        country=answers.country,
        region=answers.region,
        home_safe=answers.home_safe,
        reported=answers.reported,
        told_on=stand.typed["told_on"] if told else "",
        ticket=stand.typed["ticket"] if told else "",
        items=tuple(
            _item(number, item)
            for number, item in enumerate((item for item in stand.items if item.number in wanted), 1)
        ),
    )


def _item(number: int, item: intake.Item) -> letters.Item:
    """A line of this letter, numbered within it: nobody learns from it what else there is."""
    name = directory.platform(item.platform).name if item.platform else item.site
    return letters.Item(number, item.url, platform=name, account=item.account, where=item.where)


_KINDS = {Kind.SEARCH: "search", Kind.CDN: "cdn", Kind.REGISTRAR: "registrar", Kind.HOSTING: "host"}


def _addressee(step: Step, site: str) -> letters.Addressee:
    channel = step.channel
    if step.platform and channel:
        platform = directory.platform(step.platform)
        return letters.Addressee(
            platform.name,
            kind=_KINDS.get(platform.kind, "platform"),
            method=channel.method.value,
            address=channel.address if channel.confidence is not Confidence.LOW else "",
            process_known=Note.PROCESS_UNKNOWN not in step.notes,
        )
    kind = {"owner": "owner", "host": "host", "cdn": "cdn", "registrar": "registrar", "police": "police"}.get(
        step.key.value, "authority"
    )
    if step.letter in ("hotline", "cybertip"):
        kind = "hotline"
    if step.letter in ("school", "search"):
        kind = step.letter
    name = site
    if step.resources and not site:
        name = directory.resource(step.resources[0]).name
    elif step.grounds and not site:
        name = directory.law(step.grounds[0]).regulator
    return letters.Addressee(name, kind=kind, address=step.address if not site else "")


def _signer(stand: Stand, step: Step, site: str) -> letters.Signer:
    given: Mapping[str, Any] = stand.signer if _may_type(stand) else {}
    contacts = [(kind, str(given.get(kind, ""))) for kind in ("email", "phone", "post") if given.get(kind)]
    first = contacts[0] if contacts else ("email", "")
    on = str(given.get("on", ""))
    return letters.Signer(
        name=str(given.get("name", "")),
        contact=first[1],
        contact_kind=first[0],
        confirmed=frozenset(stand.confirmed.get(flow.place_of(step.id, site), ())),
        signed_on=date.fromisoformat(on) if on else None,
        account_there=given.get("account_there"),
        resident=given.get("resident"),
        also=tuple(contacts[1:]),
    )


def _wanted(step: Step, stand: Stand, letter: letters.Letter) -> frozenset[str]:
    """Which boxes this letter needs. A host's, a hotline's and a child's letter need none."""
    if step.letter != "request" or not _may_type(stand) or not stand.plan.may_sign:
        return frozenset()
    laws = [directory.law(key) for key in step.grounds]
    blocks = {block for law in laws for element in law.elements for block in element.block.split("+")}
    blocks |= {section.block for section in letter.sections}
    name_left_out = any(out.code == "name_not_needed" for out in letter.left_out)
    wanted = {"email"}
    if ("signature" in blocks and not name_left_out) or letter.declarations:
        wanted.add("name")
    if any(law.extra.get("letter", {}).get("contact_kinds_all") for law in laws):
        wanted |= {"phone", "post"}
    if "account" in blocks:
        wanted.add("account_there")
    if "residence" in blocks:
        wanted.add("resident")
    return frozenset(wanted)


_PLACES = {
    "US-CA": _("California"),
    "US-TX": _("Texas"),
    "US-NY": _("New York"),
    "CA-BC": _("British Columbia"),
}


def _place(step: Step) -> Words:
    for key in step.grounds:
        place = directory.law(key).jurisdiction
        if place in _PLACES:
            return _PLACES[place]
        if place == "EU":
            return _("the European Union")
        name = next((country.name for country in directory.countries() if country.code == place), "")
        if name:
            return name
    return _("that country")


def show(
    request: HttpRequest,
    stand: Stand,
    *,
    data: QueryDict | None = None,
    form: Signing | None = None,
    resumed: bool = True,
) -> HttpResponse:
    """The letter page. `data`: typed text to show again; `form`: it did not hold (422)."""
    step = stand.plan.step(stand.letter)
    if step is None:
        return flow_page()
    made = draft(stand, step, stand.site, timezone.now().date())
    failed = form is not None
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
        "ready": all(part.ready for part in made.parts),
    }
    return render(request, "survivor/letter.html", context, status=422 if failed else 200)


def _initial(stand: Stand, step: Step) -> dict[str, Any]:
    place = flow.place_of(step.id, stand.site)
    return dict(stand.signer) | {CONFIRM + key: True for key in stand.confirmed.get(place, ())}


def sign(request: HttpRequest, stand: Stand) -> HttpResponse:
    """Take in name, contact and statements. Nothing typed in a box this letter does not ask for is kept."""
    step = stand.plan.step(stand.letter)
    if step is None or not _may_type(stand) or request.POST.get("letter") not in (None, step.id):
        return flow_page()
    place = flow.place_of(step.id, stand.site)
    today = timezone.now().date()
    made = draft(stand, step, stand.site, today)
    form = Signing(request.POST, draft=made)
    if not form.is_valid():
        return show(request, stand, form=form)
    given = dict(stand.signer) | {name: form.cleaned_data[name] for name in made.wanted}
    visit_of(request).change(lambda kept: flow.sign(kept, place, given, form.confirmed, today))
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
