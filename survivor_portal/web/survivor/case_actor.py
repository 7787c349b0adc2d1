"""What somebody at a desk may do in a case that is not theirs, step by step. What is in no list, nobody may.

The pages are those of the person who holds the case. Here it is decided which of their steps are open to
somebody who was let in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from survivor_portal import links
from survivor_portal.cases import refusals
from survivor_portal.cases.actors import Actor, Scope
from survivor_portal.cases.refusals import Refusal
from survivor_portal.cases.unlocked import Session
from survivor_portal.web.forms import Words
from survivor_portal.web.survivor import keeping_drafts


class Needs(StrEnum):
    """What a step asks of somebody who was let in. `owner`: nobody at a desk may take it."""

    read = "read"
    write = "write"
    mail = "mail"
    send_mail = "send_mail"
    export = "export"
    owner = "owner"


def _all(needs: Needs, *steps: str) -> dict[str, Needs]:
    return dict.fromkeys(steps, needs)


# Every step of `/c/` and `/next/`. A step of neither list is refused as the owner's.
STEPS: Mapping[str, Needs] = {
    # Where somebody stands, and more time; nothing is kept but in this browser.
    **_all(Needs.read, "", "board", "timeline", "request", "next_letter", "hand", "stay", "close"),
    **_all(Needs.read, "go", "back", "change", "letter", "plan"),
    # Answers, what happened, letters by their own way.
    **_all(Needs.write, "answer", "answer_keep", "answer_gone", "happen", "happened", "did", "again"),
    **_all(Needs.write, "again_all", "group", "send", "sent", "put_right", "put_right_keep", "undo"),
    **_all(Needs.write, "take_back", "spread", "spread_keep", "round", "looked", "told", "names"),
    **_all(Needs.write, "names_keep", "ask_site", "site_asked", "draft_use", "draft_drop"),
    **_all(Needs.write, "ages", "consent", "forced", "happened", "home", "links", "maker", "owner"),
    **_all(Needs.write, "picture", "place", "reported", "safety", "who", "sign", "wrong_address"),
    **_all(Needs.write, "party", "party_take", "party_drop", "look_up", "release_back"),
    **_all(Needs.write, "keep_time", "later"),
    **_all(Needs.mail, "mail"),
    **_all(Needs.send_mail, "leave", "leave_stop", "leave_close"),
    **_all(Needs.export, "save"),
    # What opens the case, how long it is kept, who is let in, what reminders go to: the owner's alone.
    **_all(Needs.owner, "open", "recover", "keep_settings", "keep_phrase", "keep_phrase_lost"),
    **_all(Needs.owner, "keep_code", "keep_recovery", "keep_more", "keep_days", "keep_delete"),
    **_all(Needs.owner, "keep", "keep_make", "keep_card", "keep_ask", "keep_confirm"),
    **_all(Needs.owner, "notes", "notes_ask", "notes_code", "notes_again", "notes_off", "notes_seen"),
    **_all(Needs.owner, "let", "let_find", "let_terms", "let_give", "let_renew", "let_back", "let_seen"),
    **_all(Needs.owner, "let_paper", "let_words"),
}

WHY: Mapping[Needs, Words] = {
    Needs.write: _("You may read here. You may not change anything."),
    Needs.mail: _("Mail of this case is not open to your team."),
    Needs.send_mail: _("Your team may not send mail from this case."),
    Needs.export: _("Your team may not take a copy of this case."),
    Needs.owner: _("Only the person whose case this is may do this."),
}


def may(actor: Actor, step: str) -> bool:
    """Is this step open to somebody with these scopes?"""
    match STEPS.get(step, Needs.owner):
        case Needs.read:
            return Scope.read in actor.scopes
        case Needs.write:
            return actor.may_write
        case Needs.mail:
            return Scope.mail in actor.scopes
        case Needs.send_mail:
            return actor.may_write and Scope.mail in actor.scopes
        case Needs.export:
            return Scope.export in actor.scopes
    return False


def may_see(session: Session | None, page: str) -> bool:
    """May whoever has the case open see this page of it? Pages are named as the step that leads to them."""
    return session is None or session.actor is None or may(session.actor, page)


def not_allowed(request: HttpRequest, session: Session | None) -> HttpResponse | None:
    """The page that stands in for what was asked; None where it may be done: a form of the case that is open,
    and a step that is open to whoever has it open."""
    return of_another_case(request, session) or refused(request, session)


def refused(request: HttpRequest, session: Session | None) -> HttpResponse | None:
    """The page that says why a step is not done here, with all that was typed; None where it may be done."""
    actor = session.actor if session else None
    if actor is None:
        return None
    # The "Stay" button comes along with the step of its form; it does nothing of it.
    steps = request.POST.getlist("step") if request.method == "POST" else []
    for step in (str(one) for one in steps or [""]):
        if not may(actor, step):
            if session is not None and step in STEPS and request.method == "POST":
                refusals.tell(session.case.id, actor.by, timezone.now(), Refusal.act)
            return not_here(request, WHY[STEPS.get(step, Needs.owner)])
    return None


@dataclass(frozen=True, slots=True)
class Typed:
    """Something typed that was not taken, for copying."""

    label: Words
    text: str


def not_here(
    request: HttpRequest, why: Words, status: int = HTTPStatus.FORBIDDEN, draft: bool | None = None
) -> HttpResponse:
    """Nothing was done: why, and what was typed. `draft`: was it kept in the case its form belongs to?"""
    context = {"why": why, "typed": _typed(request), "draft": draft}
    return render(request, "survivor/case/not_here.html", context, status=status)


def _typed(request: HttpRequest) -> list[Typed]:
    return [
        Typed(label, links.cut_image_data(text)[0])
        for label, text in (keeping_drafts.typed_in(request.POST) if request.method == "POST" else ())
    ]


def of_another_case(request: HttpRequest, session: Session | None) -> HttpResponse | None:
    """A form of another case than the one that is open here: nothing of it is done, its words go to its own
    case as a draft. None where it belongs here, or names no case."""
    if session is None or request.method != "POST":
        return None
    case_id = keeping_drafts.case_of_form(request)
    if case_id is None or case_id == session.case.id:
        return None
    kept = keeping_drafts.keep_draft(request)
    return not_here(request, OTHER_CASE, HTTPStatus.CONFLICT, kept)


OTHER_CASE: Words = _("This page was of another case. Nothing was done with it here.")
