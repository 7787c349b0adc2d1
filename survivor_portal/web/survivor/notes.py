"""Small words around the flow: the answers given, with a way to change each; messages."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from survivor_portal import directory, intake
from survivor_portal.web.forms import Words
from survivor_portal.web.survivor.flow import Stand
from survivor_portal.web.survivor.questions import FORMS

TOO_MUCH = _("This is more than one visit can hold. Please do a part of it now and the rest after that.")

_NAMES: dict[str, Words] = {
    "safety": _("You and this device"),
    "who": _("Who you are"),
    "ages": _("Age"),
    "home": _("Home"),
    "happened": _("What happened"),
    "picture": _("The picture"),
    "consent": _("Consent"),
    "maker": _("Who took it"),
    "forced": _("Forced, paid or traded"),
    "place": _("Country"),
    "links": _("Links and places"),
    "owner": _("The owner of the site"),
    "reported": _("Reported before"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One line of "your answers": the question, what was answered, the key for the change button."""

    key: str
    name: Words
    answer: str


def changes(stand: Stand) -> tuple[Change, ...]:
    """The answers given so far, in order. A skipped question has an empty answer."""
    return tuple(
        Change(question.key, _NAMES[question.key], _said(question, stand))
        for question in intake.asked(stand.answers, stand.items)
    )


def _said(question: intake.Question, stand: Stand) -> str:
    if question.key == "links":
        return str(len(stand.items)) if stand.items else ""
    if question.key == "place":
        return next((c.name for c in directory.countries() if c.code == stand.answers.country), "")
    form = FORMS[question.key](answers=stand.answers)
    said = []
    for name in question.fills:
        value = getattr(stand.answers, name)
        if value is None:
            continue
        shown = {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
        offered = form[name].subwidgets
        said.append(next((str(one.choice_label) for one in offered if str(one.data["value"]) == shown), ""))
    return ", ".join(piece for piece in said if piece)
