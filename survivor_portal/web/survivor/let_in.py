"""Who is let into a case: what each may do, until when, longer, no more, and who saw it. The owner's page."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.http import HttpResponse
from django.utils.translation import gettext

from survivor_portal.advocates import organisations
from survivor_portal.cases import access, grants, unlocked
from survivor_portal.cases.book import Rekeyed
from survivor_portal.cases.keys import OpenCase
from survivor_portal.cases.records import ChangedMeanwhile
from survivor_portal.cases.releases import Release
from survivor_portal.takedowns import operations, rekey, releases
from survivor_portal.takedowns.releases import NotLive, PlatformRelease
from survivor_portal.web.forms import Question
from survivor_portal.web.safety.opened import opened_of
from survivor_portal.web.survivor import case_words
from survivor_portal.web.survivor.case_desk import REQUEST, Desk, here
from survivor_portal.web.survivor.keeping_forms import No, answered, attempt
from survivor_portal.web.survivor.letting_forms import Finding, Renewing, consent_words, consents, scope_words

LET, SEEN, PAPER, WORDS = "let", "let_seen", "let_paper", "let_words"
ENDS_SOON = timedelta(days=14)
# How long the page says on top what was done here just now.
JUST_NOW = timedelta(minutes=10)
MOST_SEEN = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One release as the page shows it."""

    release: Release
    may: list[str]
    consent: str
    kept_out: list[str]
    is_live: bool
    ends_soon: bool
    # Not taken back: the same team was let in anew, on terms of which this one knows nothing.
    was_replaced: bool = False

    @property
    def until(self) -> datetime:
        return self.release.terms.until


def lines(case: OpenCase, now: datetime) -> list[Line]:
    """Every release of a case, those that hold first."""
    releases = grants.releases(case)
    later = {(one.grant_id, one.given_at) for one in releases}
    found = [replace(_line(one, now), was_replaced=(one.grant_id, one.ended_at) in later) for one in releases]
    return sorted(found, key=lambda line: not line.is_live)


def _line(release: Release, now: datetime) -> Line:
    terms = release.terms
    live = release.is_live(now)
    names = _names(release) if terms.not_for else {}
    return Line(
        release,
        scope_words(terms.scopes),
        consent_words(terms.consent),
        [names.get(one, gettext("somebody who is not there any more")) for one in terms.not_for],
        live,
        live and terms.until - now < ENDS_SOON,
    )


def _names(release: Release) -> dict[str, str]:
    """The names of who has a seat in that organisation today, by id."""
    found = organisations.by_id(release.organisation_id)
    return {one.who.id: one.who.name for team in (found.teams if found else ()) for one in team.people}


def page(desk: Desk, form: Question | None = None, no: No | None = None) -> HttpResponse:
    """Who is let in, and the box for the code of somebody new."""
    found = lines(desk.case, desk.now)
    live = [line for line in found if line.is_live]
    inside = {line.release.team_id for line in live}
    context = {
        "lines": found,
        "live": live,
        "ended": [line for line in found if not line.is_live],
        "just_in": [line for line in live if desk.now - line.release.given_at < JUST_NOW],
        # A team that was let in again can read, whatever was taken back before. Each is named once.
        "just_out": list(
            {
                line.release.team_id: line
                for line in found
                if (at := line.release.ended_at)
                and desk.now - at < JUST_NOW
                and line.release.team_id not in inside
            }.values()
        ),
        "inside": inside,
        "sent": _sent(desk.case),
        "form": form or Finding(),
        "nobody_agrees": not consents(desk.stand.answers),
    }
    return answered(desk.request, "survivor/let/who.html", context, no)


@dataclass(frozen=True, slots=True)
class OnBoard:
    """What the board says of who is let in: their names, which of them end soon, whose time ended lately."""

    names: tuple[str, ...]
    soon: tuple[Line, ...]
    over: tuple[Line, ...]


def on_board(desk: Desk) -> OnBoard:
    """One quiet line for the board. What was taken back is not told: whoever did it knows."""
    found = [_line(one, desk.now) for one in grants.releases(desk.case) if one.ended_at is None]
    live = [line for line in found if line.is_live]
    return OnBoard(
        tuple(dict.fromkeys(line.release.organisation for line in live)),
        tuple(line for line in live if line.ends_soon),
        tuple(line for line in found if not line.is_live and desk.now - line.until < ENDS_SOON),
    )


def _sent(case: OpenCase) -> list[tuple[PlatformRelease, str]]:
    """What was agreed before a helper sent something, with the name of its request."""
    names = {line.id: line.label for line in operations.board(case)}
    return [(one, names.get(one.request, "")) for one in releases.every(case)]


def _to_page(desk: Desk) -> HttpResponse:
    desk.go(LET)
    return here()


def _to_seen(desk: Desk) -> HttpResponse:
    desk.go(SEEN)
    return here()


def seen_page(desk: Desk) -> HttpResponse:
    """Who saw the case, and when."""
    found = grants.accesses(desk.case)
    context = {
        "lines": [(one, case_words.access_words(one)) for one in found[:MOST_SEEN]],
        "more": len(found) - MOST_SEEN,
    }
    return answered(desk.request, "survivor/let/seen.html", context)


def _paper(desk: Desk) -> HttpResponse:
    """One release whole, to print or to read again."""
    desk.go(LET)
    paper = desk.post.get("paper", "")
    found = (line for line in lines(desk.case, desk.now) if line.release.id == paper)
    line = next(found, None) or _asked_for(desk)
    return answered(desk.request, "survivor/let/paper.html", {"line": line}) if line else here()


def words(desk: Desk) -> HttpResponse:
    """What an organisation that is let in must report, in its own words as they were shown."""
    found = [line for line in lines(desk.case, desk.now) if line.is_live]
    return answered(desk.request, "survivor/let/words.html", {"lines": found})


def _asked_for(desk: Desk) -> Line | None:
    name = desk.post.get("grant", "")
    return next((line for line in lines(desk.case, desk.now) if line.release.grant_id == name), None)


def _renew(desk: Desk) -> HttpResponse:
    """The same terms until another day, signed with the phrase."""
    desk.go(LET)
    line = _asked_for(desk)
    if line is None or line.release.ended_at is not None:
        return here()
    form = Renewing(desk.post if "days" in desk.post else None, initial={"grant": line.release.grant_id})
    if not form.is_bound or form.is_put_off or not form.is_valid():
        return answered(desk.request, "survivor/let/renew.html", {"line": line, "form": form})
    release = line.release
    done = attempt(form, lambda: _renewed(desk, release, form))
    if isinstance(done, No):
        return answered(desk.request, "survivor/let/renew.html", {"line": line, "form": form}, done)
    return here()


def _renewed(desk: Desk, release: Release, form: Renewing) -> None:
    access.ask_again(desk.case, form.cleaned_data["phrase"], desk.now)
    until = desk.now + timedelta(days=form.days_chosen)
    if abs(until - release.terms.until) > timedelta(minutes=2):
        grants.renew(desk.case, release, until, desk.now)


def _back(desk: Desk) -> HttpResponse:
    """Take it back, at once: the case gets a new key, and every page of theirs closes."""
    desk.go(LET)
    line = _asked_for(desk)
    if line is None or line.release.ended_at is not None:
        return here()
    session = opened_of(desk.request).open()
    assert session is not None
    try:
        new = rekey.revoke(desk.case, line.release.grant_id, desk.now)
    except (Rekeyed, grants.NoSuchRelease):
        return here()  # another window was first, and this page closed with it
    opened_of(desk.request).begin(unlocked.begin(new, desk.now, watched=session.watched))
    return here()


def _release_back(desk: Desk) -> HttpResponse:
    """No more is sent for this person under a yes they gave once."""
    with suppress(NotLive, ChangedMeanwhile):
        releases.take_back(desk.case, desk.post.get("release", ""), desk.now)
    desk.go(REQUEST if desk.post.get("request") else LET, desk.post.get("request", ""))
    return here()


ACTIONS: dict[str, Callable[[Desk], HttpResponse]] = {
    LET: _to_page,
    SEEN: _to_seen,
    PAPER: _paper,
    WORDS: words,
    "let_renew": _renew,
    "let_back": _back,
    "release_back": _release_back,
}
FORMS = frozenset({"let_find", "let_terms", "let_give", "let_renew"})
PAGES: dict[str, Callable[[Desk], HttpResponse]] = {LET: page, SEEN: seen_page}
