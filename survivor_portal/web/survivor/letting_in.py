"""Let a helpline's team into one's case: who they are, on which terms, all of it once more, the signature.

Nothing is kept before the last button. What was chosen on one page goes along in the form of the next.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from survivor_portal.advocates import organisations, teams
from survivor_portal.advocates.organisations import Found, FoundTeam
from survivor_portal.advocates.who import TeamCard
from survivor_portal.cases import access, grants, offers
from survivor_portal.cases.actors import Scope
from survivor_portal.cases.offers import Offer, OfferKind
from survivor_portal.cases.releases import Consent, Release, Terms
from survivor_portal.directory import Asker
from survivor_portal.web.forms import Question, Words
from survivor_portal.web.safety.networks import What
from survivor_portal.web.survivor import let_in
from survivor_portal.web.survivor.case_desk import Desk, here
from survivor_portal.web.survivor.keeping_forms import No, answered, attempt
from survivor_portal.web.survivor.keeping_tries import within
from survivor_portal.web.survivor.letting_forms import (
    MOST_NAME,
    MOST_PURPOSE,
    NOT_BY,
    NOT_BY_TO_A_PARENT,
    SCOPES,
    Agreeing,
    Finding,
    Signing,
    consent_words,
    consents,
    scope_words,
)

UNKNOWN: Words = _("We know nobody with this code. Please check each sign, or ask them for it again.")
OVER: Words = _("This code is not good any more. Ask them for a new one.")
FOR_ANOTHER: Words = _("This code is for something else. Close this case first, then use it.")
NO_NOTICE: Words = _("They have not written down yet what they must report. Ask them to. Then come back.")
NO_KEY: Words = _("Their team cannot take anything in yet. Ask them to finish their first steps.")


@dataclass(frozen=True, slots=True)
class Helpers:
    """Whom a code stands for, and by which hidden values the next page knows it.

    `teams`: those that may be chosen; a one-time code is of one team.
    """

    found: Found
    teams: tuple[FoundTeam, ...]
    whom: str = ""
    once: str = ""
    offer: Offer | None = None

    @property
    def names(self) -> list[tuple[str, list[str]]]:
        return [(team.card.name, [one.who.name for one in team.people]) for team in self.teams]

    def team(self, team_id: str) -> FoundTeam | None:
        return next((team for team in self.teams if team.card.id == team_id), None)


def found_by_code(code: str) -> Helpers | None:
    """Whom the short public code of an organisation stands for."""
    try:
        found = organisations.found(code)
    except (organisations.Mistyped, organisations.NoSuch):
        return None
    return Helpers(found, found.teams, whom=found.code)


def found_by_offer(code: str, now: datetime) -> Helpers:
    """Whom a one-time code stands for. Raises as `offers.read`, and NoOffer for one of another kind."""
    offer = offers.read(code, now)
    card = teams.cards([offer.team_id]).get(offer.team_id)
    found = organisations.by_id(card.organisation_id) if card else None
    if offer.kind is not OfferKind.let_in or found is None:
        raise offers.NoOffer
    mine = tuple(team for team in found.teams if team.card.id == offer.team_id)
    return Helpers(found, mine, once=code, offer=offer)


def find(desk: Desk) -> HttpResponse:
    """A code was typed: who are they?"""
    desk.go(let_in.LET)
    if "code" not in desk.post:
        return here()
    form = Finding(desk.post)
    if not form.is_valid():
        return let_in.page(desk, form)
    helpers = _looked_up(desk, form, form.cleaned_data["code"])
    if isinstance(helpers, No):
        return let_in.page(desk, form, helpers)
    return _terms_page(desk, helpers)


def terms(desk: Desk) -> HttpResponse:
    """The terms were chosen: show all of it once more, to be signed."""
    desk.go(let_in.LET)
    helpers = _carried(desk)
    if helpers is None:
        return _lost(desk)
    form = _agreeing(desk, helpers)
    if not form.is_valid():
        return _terms_page(desk, helpers, form)
    return _sign_page(desk, helpers, _signing(desk, helpers, form))


def give(desk: Desk) -> HttpResponse:
    """Signed: let them in."""
    desk.go(let_in.LET)
    helpers = _carried(desk)
    if helpers is None:
        return _lost(desk)
    form = _signing(desk, helpers, None)
    if form.is_put_off:
        return _sign_page(desk, helpers, form)
    if not form.is_valid():
        if not form.terms_hold:
            return _terms_page(desk, helpers, _agreeing(desk, helpers))
        return _sign_page(desk, helpers, form)
    given = attempt(form, lambda: _given(desk, helpers, form))
    if isinstance(given, No):
        return _sign_page(desk, helpers, form, given)
    if given is None:
        return _lost(desk, OVER)
    return here()


def _given(desk: Desk, helpers: Helpers, form: Signing) -> Release | None:
    """The release, signed with the phrase. None where the one-time code was used meanwhile."""
    data = form.cleaned_data
    team = helpers.team(data["team"])
    assert team is not None
    card = team.card
    now = timezone.now()
    access.ask_again(desk.case, data["phrase"], now)
    signed = Terms(
        purpose=data["purpose"],
        scopes=form.chosen,
        until=now + timedelta(days=form.days_chosen),
        consent=Consent(data["consent"]),
        not_for=tuple(data.get("not_for", ())),
        typed_name=data["typed_name"],
        typed_parent=data.get("typed_parent", ""),
        notice=helpers.found.notice,
    )
    if (same := _same(desk, card, signed, now)) is not None:
        return same
    try:
        with transaction.atomic():
            if helpers.offer is not None:
                offers.use(helpers.offer)
            return grants.give(desk.case, card, signed, now)
    except (offers.NoOffer, grants.NobodyThere):
        return None


def _same(desk: Desk, team: TeamCard, signed: Terms, now: datetime) -> Release | None:
    """The release this form gave a moment ago: a second press of the button gives nothing twice."""
    for release in grants.releases(desk.case):
        terms = release.terms
        alike = (terms.scopes, terms.not_for, terms.purpose) == (
            signed.scopes,
            signed.not_for,
            signed.purpose,
        )
        just_now = abs(terms.until - signed.until) < timedelta(minutes=2)
        if release.team_id == team.id and release.is_live(now) and alike and just_now:
            return release
    return None


def _looked_up(desk: Desk, form: Question, code: str) -> Helpers | No:
    """Whom this code stands for; a No with its words in the form where it stands for nobody."""
    helpers = found_by_code(code)
    if helpers is None:
        try:
            tried = within(desk.request, form, What.opening, lambda: found_by_offer(code, desk.now))
        except offers.Mistyped:
            form.add_error("code", UNKNOWN)
            return No(HTTPStatus.UNPROCESSABLE_ENTITY)
        except offers.NoOffer:
            form.add_error("code", OVER)
            return No(HTTPStatus.UNPROCESSABLE_ENTITY)
        if isinstance(tried, No):
            return tried
        helpers = tried
    why = "" if helpers.found.notice else NO_NOTICE
    why = why or ("" if helpers.teams else NO_KEY)
    if why:
        form.add_error("code", why)
        return No(HTTPStatus.UNPROCESSABLE_ENTITY)
    return helpers


def _carried(desk: Desk) -> Helpers | None:
    """Whom a form of the later pages is about."""
    whom, once = desk.post.get("whom", "")[:200], desk.post.get("once", "")[:200]
    try:
        helpers = found_by_offer(once, desk.now) if once else found_by_code(whom)
    except (offers.Mistyped, offers.NoOffer, offers.WaitUntil, offers.Busy):
        return None
    return helpers if helpers and helpers.teams and helpers.found.notice else None


def _lost(desk: Desk, why: Words = OVER) -> HttpResponse:
    """The code of this form is good no more: back to where one is typed. What for and names go along."""
    form = Finding({"code": "", "purpose": desk.post.get("purpose", "")[:MOST_PURPOSE], **_so_far(desk)})
    form.errors.clear()
    form.add_error("code", why)
    return let_in.page(desk, form, No(HTTPStatus.UNPROCESSABLE_ENTITY))


def _so_far(desk: Desk) -> dict[str, str]:
    """The names that were typed under a release, or before an earlier code ended. Never the phrase."""
    return {
        f"{who}_so_far": (desk.post.get(box) or desk.post.get(f"{who}_so_far", ""))[:MOST_NAME]
        for who, box in (("name", "typed_name"), ("parent", "typed_parent"))
    }


def _choices(desk: Desk, helpers: Helpers) -> dict[str, Any]:
    people = {
        one.who.id: f"{one.who.name} ({team.card.name})" if len(helpers.teams) > 1 else one.who.name
        for team in helpers.teams
        for one in team.people
    }
    return {
        "teams": [(team.card.id, team.card.name) for team in helpers.teams],
        "people": list(people.items()),
        "consents": consents(desk.stand.answers),
        "grown_up": not desk.stand.answers.counts_as_minor,
    }


def _agreeing(desk: Desk, helpers: Helpers) -> Agreeing:
    return Agreeing(desk.post, **_choices(desk, helpers))


def _signing(desk: Desk, helpers: Helpers, agreed: Agreeing | None) -> Signing:
    """The form under the whole release: new under terms that hold, or as it was sent."""
    consent = agreed.cleaned_data["consent"] if agreed else desk.post.get("consent", "")
    with_parent = consent == Consent.minor_and_parent and _is_of_a_child(desk)
    more = {"with_parent": with_parent, **_choices(desk, helpers)}
    if agreed is None:
        return Signing(desk.post, **more)
    so_far = agreed.cleaned_data
    names = {"typed_name": so_far["name_so_far"], "typed_parent": so_far["parent_so_far"]}
    return Signing(initial={**so_far, **names}, **more)


def _is_of_a_child(desk: Desk) -> bool:
    """Is the one who signs the young person, beside whom a parent signs too?"""
    return Consent.minor_alone in consents(desk.stand.answers)


def _terms_page(desk: Desk, helpers: Helpers, form: Agreeing | None = None) -> HttpResponse:
    if form is None:
        initial: dict[str, Any] = {"whom": helpers.whom, "once": helpers.once, **_so_far(desk)}
        if helpers.offer and helpers.offer.proposal:
            proposal = helpers.offer.proposal
            initial["scopes"] = [one for one in proposal.scopes if one in SCOPES]
            initial["days"] = str(proposal.days)
            if proposal.purpose:
                initial["purpose"] = proposal.purpose
        if typed := desk.post.get("purpose", "").strip():
            initial["purpose"] = typed
        form = Agreeing(initial=initial, **_choices(desk, helpers))
    answers = desk.stand.answers
    context = {
        "helpers": helpers,
        "form": form,
        "nobody_agrees": not consents(answers),
        "is_friend": not answers.may_write_letters,
        "not_by": NOT_BY_TO_A_PARENT if answers.asker is Asker.PARENT else NOT_BY,
        "under_18": answers.is_minor_today,
    }
    return answered(desk.request, "survivor/let/terms.html", context)


def _sign_page(desk: Desk, helpers: Helpers, form: Signing, no: No | None = None) -> HttpResponse:
    chosen: Mapping[str, Any] = _terms_of(form)
    team = helpers.team(str(chosen.get("team") or ""))
    if team is None:
        return _terms_page(desk, helpers, _agreeing(desk, helpers))
    kept_out = set(chosen.get("not_for") or ())
    days = int(chosen.get("days") or 0) or 90
    context = {
        "helpers": helpers,
        "team": team.card,
        "form": form,
        "may": scope_words(frozenset(Scope(one) for one in chosen.get("scopes") or ())),
        "purpose": chosen.get("purpose", ""),
        "until": desk.now + timedelta(days=days),
        "who": [one.who.name for one in team.people if one.who.id not in kept_out],
        "kept_out": [one.who.name for one in team.people if one.who.id in kept_out],
        "consent": consent_words(Consent(chosen["consent"])) if chosen.get("consent") else "",
        "is_in": any(
            one.team_id == team.card.id and one.is_live(desk.now) for one in grants.releases(desk.case)
        ),
    }
    return answered(desk.request, "survivor/let/sign.html", context, no)


def _terms_of(form: Signing) -> Mapping[str, Any]:
    """The terms that stand in the form, sent or new."""
    if not form.is_bound:
        return form.initial
    data = form.data
    listed = {name: data.getlist(name) for name in ("scopes", "not_for")} if hasattr(data, "getlist") else {}
    return {**{name: data.get(name, "") for name in form.fields}, **listed}


ACTIONS: dict[str, Callable[[Desk], HttpResponse]] = {
    "let_find": find,
    "let_terms": terms,
    "let_give": give,
}
