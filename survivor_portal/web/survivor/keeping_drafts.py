"""Lose no typed word: what was sent after a case had closed waits in its letter slot, and is shown inside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from survivor_portal import links
from survivor_portal.cases import records, slot
from survivor_portal.cases.book import CaseGone, Note
from survivor_portal.cases.keys import OpenCase
from survivor_portal.cases.unlocked import Session
from survivor_portal.web.safety.opened import opened_of

FIELD = "draft"
KIND = "draft"
DONE = "draft_done"
STEPS = frozenset({"draft_use", "draft_drop"})
# What belongs to a form and is nothing anybody typed; and what is never kept.
_OF_THE_FORM = frozenset({"csrfmiddlewaretoken", FIELD, DONE, "step", "go"})
_SECRET = frozenset({"phrase", "new", "again", "recovery", "code", "own"})
LONGEST = 400_000


@dataclass(frozen=True, slots=True)
class Draft:
    """Something typed that was sent too late."""

    id: str
    at: datetime
    step: str
    fields: tuple[tuple[str, str], ...]

    @property
    def words(self) -> tuple[str, ...]:
        """What the person typed, without the buttons and choices."""
        return tuple(text for _name, text in self.fields if _is_typed(text))


def draft_field(request: HttpRequest) -> SafeString:
    """A hidden input for a form with text in it: with it, the text is kept when the case has closed."""
    session = opened_of(request).loaded
    if session is None or request.path != settings.CASE_PATH:
        return SafeString("")
    carried = [(FIELD, slot.handle(session.case.id, timezone.now()))]
    if DONE in request.POST:
        # The answer to a draft may be one more page; the draft is done with after the last of them.
        carried.append((DONE, request.POST[DONE]))
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', carried)


def keep_draft(request: HttpRequest) -> bool | None:
    """Seal what was sent too late to its case. None: nothing was typed; False: it could not be kept."""
    typed = [
        (name, links.cut_image_data(text)[0])
        for name, texts in request.POST.lists()
        for text in texts
        if isinstance(text, str) and name not in _OF_THE_FORM | _SECRET
    ]
    if not any(text.strip() for _name, text in typed):
        return None
    now = timezone.now()
    case_id = slot.case_of(request.POST.get(FIELD, ""), now)
    if case_id is None or sum(len(text) for _name, text in typed) > LONGEST:
        return False
    document = {"step": request.POST.get("step", "")[:40], "fields": typed}
    try:
        slot.drop(case_id, KIND, document, now)
    except (CaseGone, slot.SlotFull):
        return False
    return True


def take_in(session: Session, now: datetime) -> None:
    """Empty the slot of a case that was just opened; what was typed becomes drafts of the case."""
    for arrived in slot.take_in(session.case, now):
        if arrived["kind"] == KIND:
            document = {"at": arrived["at"], **arrived["document"]}
            records.add(session.case, KIND, document, Note("draft_kept"), now)


def drafts(case: OpenCase) -> tuple[Draft, ...]:
    """What was typed and sent too late, oldest first, until it is used or thrown away."""
    found = [_draft(record) for record in records.read(case, KIND) if record.document]
    return tuple(sorted(found, key=lambda draft: draft.at))


def act(request: HttpRequest, session: Session, step: str) -> HttpResponse | None:
    """Show a draft to be sent once more, or throw it away. None: back to the case."""
    name = request.POST.get(FIELD, "")
    if step == "draft_drop":
        settle(session, name)
        return None
    found = next((draft for draft in drafts(session.case) if draft.id == name), None)
    if found is None:
        return None
    again = QueryDict(mutable=True)
    again["step"] = found.step
    for key, text in found.fields:
        again.appendlist(key, text)
    return once_more(request, again, Why.late, draft=found)


def settled(request: HttpRequest, session: Session, response: HttpResponse) -> HttpResponse:
    """A form that was made from a draft went through: the draft is done with. Gives the response back."""
    if DONE in request.POST and response.status_code == HTTPStatus.SEE_OTHER:
        settle(session, request.POST[DONE])
    return response


def settle(session: Session, name: str) -> None:
    """This draft is done with: nothing of it stays but its line in the book."""
    for record in records.read(session.case, KIND):
        if record.id == name and record.document:
            records.change(session.case, record, {}, Note("draft_done"), timezone.now())


class Why(StrEnum):
    """Why a form is shown again."""

    late = "late"
    lost_place = "lost_place"
    stay = "stay"


def once_more(request: HttpRequest, post: QueryDict, why: Why, draft: Draft | None = None) -> HttpResponse:
    """A form again as it was sent, its text open to be changed, with a new token and a button to send it."""
    fields = [
        (name, text, _is_typed(text))
        for name, texts in post.lists()
        for text in texts
        if name not in _OF_THE_FORM | _SECRET
    ]
    step = post.getlist("step")[:1] or [""]
    context = {"fields": fields, "step": step[0], "why": why, "draft": draft}
    return render(request, "survivor/keep/once_more.html", context)


def stayed(request: HttpRequest) -> HttpResponse | None:
    """More time was asked for in the middle of a form: show what is half typed again. None: nothing is."""
    if any(_is_typed(text) for name, text in request.POST.items() if name not in _OF_THE_FORM | _SECRET):
        return once_more(request, request.POST, Why.stay)
    return None


def _is_typed(text: str | list[object]) -> bool:
    """Words of a person, not a choice, a number or a mark."""
    return isinstance(text, str) and (len(text.split()) > 1 or "://" in text)


def _draft(record: records.Record) -> Draft:
    document = record.document
    fields = tuple((str(name), str(text)) for name, text in document["fields"])
    return Draft(record.id, datetime.fromisoformat(document["at"]), str(document["step"]), fields)
