"""Lose no typed word: what was sent after a case had closed waits in its letter slot, and is shown inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from http import HTTPStatus

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from survivor_portal import links
from survivor_portal.cases import records, slot
from survivor_portal.cases.book import CaseGone, Note
from survivor_portal.cases.keys import Document, OpenCase
from survivor_portal.cases.unlocked import Session
from survivor_portal.web.forms import Question, Words
from survivor_portal.web.safety.away import SECRET
from survivor_portal.web.safety.opened import opened_of
from survivor_portal.web.survivor.letters_page import CONFIRM

FIELD = "draft"
KIND = "draft"
DONE = "draft_done"
# Which boxes of the form are for words: a form may make its boxes as it goes.
BOXES = "draft_boxes"
STEPS = frozenset({"draft_use", "draft_drop"})
# What belongs to a form and is nothing anybody typed.
_OF_THE_FORM = frozenset({"csrfmiddlewaretoken", FIELD, DONE, BOXES, "step", "go"})
LONGEST = 400_000
LONGEST_BOXES = 20_000


@dataclass(frozen=True, slots=True)
class Draft:
    """Something typed that was sent too late, and the address it was sent to. `hand`: who typed it, where it
    was somebody at a desk."""

    id: str
    at: datetime
    step: str
    fields: tuple[tuple[str, str], ...]
    path: str
    boxes: tuple[str, ...]
    hand: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """What the person typed, without the buttons and choices."""
        boxes = {*_labels(self.step), *self.boxes}
        return tuple(text for name, text in self.fields if text and (name in boxes or _is_typed(text)))


def draft_field(request: HttpRequest, boxes: Sequence[str] = ()) -> SafeString:
    """Hidden inputs for a form with text in these boxes: the text is kept when the case has closed."""
    session = opened_of(request).loaded
    if session is None or request.path not in (settings.CASE_PATH, settings.FLOW_PATH):
        return SafeString("")
    carried = [(FIELD, slot.handle(session.case.id, timezone.now(), hand_of(session)))]
    if boxes:
        carried.append((BOXES, " ".join(boxes)))
    if DONE in request.POST:
        # The answer to a draft may be one more page; the draft is done with after the last of them.
        carried.append((DONE, request.POST[DONE]))
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', carried)


def hand_of(session: Session) -> str:
    """In whose hands an open case is: the id of somebody at a desk, or "" for the owner."""
    return session.actor.person_id if session.actor else ""


def case_of_form(request: HttpRequest) -> str | None:
    """The case this form was drawn in; None where it does not say."""
    found = _handle(request, timezone.now())
    return found.case_id if found else None


def _handle(request: HttpRequest, now: datetime) -> slot.Handle | None:
    # A button about a draft sends the draft's name too.
    marks = (slot.read_handle(str(mark), now) for mark in request.POST.getlist(FIELD)[:4])
    return next((mark for mark in marks if mark is not None), None)


def is_late(request: HttpRequest) -> bool:
    """Is this a form of an open case, sent after the case had closed?"""
    return FIELD in request.POST and opened_of(request).open() is None


def keep_draft(request: HttpRequest) -> bool | None:
    """Seal what was sent too late to its case. None: nothing was typed; False: it could not be kept."""
    typed = [
        (name, links.cut_image_data(text)[0])
        for name, texts in request.POST.lists()
        for text in texts
        if isinstance(text, str) and _is_kept(name)
    ]
    if not any(text.strip() for _name, text in typed):
        return None
    now = timezone.now()
    handle = _handle(request, now)
    if handle is None or sum(len(text) for _name, text in typed) > LONGEST:
        return False
    # The first one: the "Stay" button sends a second.
    step = (request.POST.getlist("step") or [""])[0]
    boxes = _boxes_of(request.POST)
    document = {"step": str(step)[:40], "path": request.path, "boxes": boxes, "fields": typed}
    if handle.hand:
        document["hand"] = handle.hand
    try:
        slot.drop(handle.case_id, KIND, document, now)
    except (CaseGone, slot.SlotFull):
        return False
    return True


def received(case: OpenCase, arrived: Document, now: datetime) -> None:
    """What was typed and came in through the slot becomes a draft of the case."""
    document = {"at": arrived["at"], **arrived["document"]}
    records.add(case, KIND, document, Note("draft_kept", by="slot"), now)


def drafts(session: Session) -> tuple[Draft, ...]:
    """What was typed and sent too late, oldest first, until it is used or thrown away.

    Half-written words are shown to whoever wrote them: the owner's to the owner, those of somebody at a desk
    to that person.
    """
    found = [_draft(record) for record in records.read(session.case, KIND) if record.document]
    mine = (draft for draft in found if draft.hand == hand_of(session))
    return tuple(sorted(mine, key=lambda draft: draft.at))


def act(request: HttpRequest, session: Session, step: str) -> HttpResponse | None:
    """Show a draft to be sent once more, or throw it away. None: back to the case."""
    name = request.POST.get(FIELD, "")
    if step == "draft_drop":
        settle(session, name)
        return None
    found = next((draft for draft in drafts(session) if draft.id == name), None)
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
        if record.id == name and record.document and record.document.get("hand", "") == hand_of(session):
            records.change(session.case, record, {}, Note("draft_done"), timezone.now())


class Why(StrEnum):
    """Why a form is shown again."""

    late = "late"
    lost_place = "lost_place"
    stay = "stay"


def once_more(request: HttpRequest, post: QueryDict, why: Why, draft: Draft | None = None) -> HttpResponse:
    """A form again as it was sent, its text open to be changed, with a new token and a button to send it."""
    step = (post.getlist("step") or [""])[0]
    labels, boxes = _labels(str(step)), draft.boxes if draft else _boxes_of(post)
    fields = [
        (
            name,
            text,
            bool(text) and (name in boxes or name in labels or _is_typed(text)),
            labels.get(name, ""),
        )
        for name, texts in post.lists()
        for text in texts
        if _is_kept(name)
    ]
    path = draft.path if draft else settings.CASE_PATH
    typed = [name for name, _text, is_typed, _label in fields if is_typed]
    context = {"fields": fields, BOXES: typed, "step": step, "path": path, "why": why, "draft": draft}
    return render(request, "survivor/keep/once_more.html", context)


def stayed(request: HttpRequest) -> HttpResponse | None:
    """More time was asked for in the middle of a form: show what is half typed again. None: nothing is."""
    if any(_is_typed(text) for name, text in request.POST.items() if _is_kept(name)):
        return once_more(request, request.POST, Why.stay)
    return None


def typed_in(post: QueryDict) -> list[tuple[Words, str]]:
    """The words somebody typed into a form, each with the label of its box, "" where that is not known."""
    labels, boxes = _labels(str((post.getlist("step") or [""])[0])), _boxes_of(post)
    return [
        (labels.get(name, ""), text)
        for name, texts in post.lists()
        for text in texts
        if _is_kept(name) and text and (name in boxes or name in labels or _is_typed(text))
    ]


def _is_kept(name: str) -> bool:
    # What was confirmed was said of the letter as it then stood; it is ticked anew or not at all.
    return name not in _OF_THE_FORM | SECRET and not name.startswith(CONFIRM)


def _boxes_of(post: QueryDict) -> tuple[str, ...]:
    return tuple(post.get(BOXES, "")[:LONGEST_BOXES].split())


def _labels(step: str) -> dict[str, Words]:
    """The boxes for words of the forms with this step, each with its label."""
    found: dict[str, Words] = {}
    waiting = Question.__subclasses__()
    while waiting:
        form = waiting.pop()
        waiting += form.__subclasses__()
        if step and form.step == step:
            fields: dict[str, forms.Field] = form.base_fields
            found |= {
                name: box.label or ""
                for name, box in fields.items()
                if isinstance(box, forms.CharField) and not box.widget.is_hidden
            }
    return found


def _is_typed(text: str | list[object]) -> bool:
    """Words of a person, not a choice, a number or a mark."""
    return isinstance(text, str) and (len(text.split()) > 1 or "://" in text)


def _draft(record: records.Record) -> Draft:
    document = record.document
    fields = tuple((str(name), str(text)) for name, text in document["fields"])
    at, path = datetime.fromisoformat(document["at"]), str(document.get("path", settings.CASE_PATH))
    boxes, hand = tuple(document.get("boxes", ())), str(document.get("hand", ""))
    return Draft(record.id, at, str(document["step"]), fields, path, boxes, hand)
