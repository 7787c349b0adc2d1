"""The pages of reminders by e-mail: what they are, who could see them, a test note, on, off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from survivor_portal.cases import slot
from survivor_portal.cases.records import ChangedMeanwhile
from survivor_portal.correspondence import outgoing
from survivor_portal.correspondence.messages import is_address
from survivor_portal.followups import reminders, words
from survivor_portal.followups.hours import Hours
from survivor_portal.followups.plan import About
from survivor_portal.followups.reminders import Reminders, State, TooManyTests, Wish
from survivor_portal.web.forms import Question, any_of, one_of
from survivor_portal.web.safety.opened import opened_of
from survivor_portal.web.survivor import arrivals
from survivor_portal.web.survivor.case_desk import BOARD, UNPROCESSABLE, Desk, here
from survivor_portal.web.survivor.notes_plan import link

NOTES = "notes"
ONLY_ME = "only_me"
_HOURS = [(str(hour), f"{hour}:00") for hour in range(24)]

_WHEN = [
    (About.due, _("When a time is over that they had")),
    (About.ends, _("14 days before all of this is deleted")),
    (About.answer, _("When an answer comes in here by mail")),
]


class Asking(Question):
    """Where to, what for, and between which hours."""

    step: ClassVar[str] = "notes_ask"
    button = _("Send me a test note")
    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        help_text=_("One that only you can read. Not your family’s, not your school’s."),
        error_messages={
            "required": _("Type the address for the notes."),
            "invalid": _("This is not a whole e-mail address. One looks like name@mail.example."),
        },
    )
    about = any_of(
        _("When do you want a note?"),
        _WHEN,
        required=True,
        initial=[About.due, About.ends],
        error_messages={"required": _("Choose at least one.")},
    )
    first = forms.ChoiceField(label=_("No note before"), choices=_HOURS, initial="9")
    last = forms.ChoiceField(
        label=_("No note after"), choices=[*_HOURS[1:], ("24", _("Midnight"))], initial="21"
    )

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        about = self.fields["about"]
        assert isinstance(about, forms.MultipleChoiceField)
        if not outgoing.is_on():
            about.choices = [(name, words) for name, words in _WHEN if name != About.answer]

    def clean_email(self) -> str:
        to = str(self.cleaned_data["email"])
        name, _at, domain = to.rpartition("@")
        try:
            to = f"{name}@{domain.encode('idna').decode('ascii').lower()}"
        except UnicodeError:
            to = ""
        if not is_address(to):
            raise forms.ValidationError(_("We cannot write to this kind of address. Please use another one."))
        if to.endswith(f"@{settings.RELAY_DOMAIN}"):
            raise forms.ValidationError(_("This is an address of this site. Please use one of your own."))
        return to

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if {"first", "last"} <= cleaned.keys() and int(cleaned["first"]) >= int(cleaned["last"]):
            self.add_error("last", _("This is before the other time. Please choose a later one."))
        return cleaned

    def wish(self) -> Wish:
        given = self.cleaned_data
        hours = Hours(int(given["first"]), int(given["last"]))
        return Wish(given["email"], tuple(About(one) for one in given["about"]), hours)


class Changing(Asking):
    """The same where notes are on already."""

    button = _("Change")


class Confirming(Question):
    """The number from the test note, and who can read it there."""

    step: ClassVar[str] = "notes_code"
    button = _("Turn reminders on")
    number = forms.CharField(
        label=_("The number in the note"),
        max_length=40,
        widget=forms.TextInput({"inputmode": "numeric", "class": "sp-fixed"}),
        error_messages={"required": _("Type the number that stands in the note.")},
    )
    reader = one_of(
        _("Who can read this mailbox?"),
        [(ONLY_ME, _("Only me")), ("others", _("Someone else too, or I am not sure"))],
        required=True,
        error_messages={"required": _("Choose one of the two.")},
    )


def page(
    desk: Desk,
    form: Question | None = None,
    *,
    told: str = "",
    status: int = 200,
    found: Reminders | None = None,
) -> HttpResponse:
    """How it stands, with the form that fits."""
    if found is None and desk.case.may_write and slot.is_waiting(desk.case):
        arrivals.take_in(desk.case, desk.now)
    found = found or reminders.read(desk.case)
    if form is None:
        form = _form(found)
    status = UNPROCESSABLE if form.is_bound and form.errors else status
    stand = desk.stand
    context = {
        "form": form,
        "notes": found,
        "offered": reminders.offered(),
        "sender": settings.NOTES_NAME,
        "example": words.text(About.due, link(desk.request, "a" * 26)),
        "subject": words.subject(),
        "watched": stand.watched or _session_is_watched(desk),
        "home_unsafe": stand.answers.home_safe is False,
        "zone_unknown": desk.zone_is_unknown,
        "told": told,
    }
    return render(desk.request, "survivor/case/notes.html", context, status=status)


def _session_is_watched(desk: Desk) -> bool:
    session = opened_of(desk.request).open()
    return bool(session and session.watched)


def _form(found: Reminders) -> Question:
    if found.state is State.asked:
        return Confirming()
    if found.wish is None:
        return Asking()
    wish = found.wish
    initial = {"email": wish.to, "about": wish.about, "first": wish.hours.first, "last": wish.hours.last}
    return Changing(initial=initial)


def _to_page(desk: Desk) -> HttpResponse:
    desk.go(NOTES)
    return here()


def _ask(desk: Desk) -> HttpResponse:
    desk.go(NOTES)
    found = reminders.read(desk.case)
    form = (Changing if found.state is State.on else Asking)(desk.post)
    if not form.is_valid() or not reminders.offered():
        return page(desk, form, found=found)
    return _asked(desk, form.wish(), form)


def _again(desk: Desk) -> HttpResponse:
    desk.go(NOTES)
    found = reminders.read(desk.case)
    if found.state is not State.asked or found.wish is None or not reminders.offered():
        return here()
    return _asked(desk, found.wish, None)


def _asked(desk: Desk, wish: Wish, form: Question | None) -> HttpResponse:
    try:
        reminders.ask(desk.case, wish, desk.now, link=lambda token: link(desk.request, token))
    except TooManyTests:
        return page(desk, form, told="too_many", status=429)
    except ChangedMeanwhile:
        pass  # two tabs, or a double click: what the first one asked for stands
    return here()


def _confirm(desk: Desk) -> HttpResponse:
    desk.go(NOTES)
    found = reminders.read(desk.case)
    if found.state is not State.asked:
        return here()
    form = Confirming(desk.post)
    if form.is_put_off or not form.is_valid():
        return page(desk, form, found=found)
    if form.cleaned_data["reader"] != ONLY_ME:
        reminders.turn_off(desk.case, desk.now)
        return page(desk, told="others")
    if reminders.confirm(desk.case, form.cleaned_data["number"], desk.now):
        return here()
    if reminders.read(desk.case).state is State.off:
        return page(desk, told="too_wrong", status=UNPROCESSABLE)
    form.add_error("number", _("This is not the number in the note. Please check it."))
    return page(desk, form)


def _off(desk: Desk) -> HttpResponse:
    reminders.turn_off(desk.case, desk.now)
    desk.go(NOTES)
    return here()


def _seen(desk: Desk) -> HttpResponse:
    reminders.seen(desk.case, desk.now)
    desk.go(BOARD)
    return here()


ACTIONS: dict[str, Callable[[Desk], HttpResponse]] = {
    NOTES: _to_page,
    "notes_ask": _ask,
    "notes_code": _confirm,
    "notes_again": _again,
    "notes_off": _off,
    "notes_seen": _seen,
}
FORMS = frozenset({"notes_ask", "notes_code"})
