"""What a team keeps on paper, and what its agency says in its own words."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_POST

from survivor_portal.advocates import organisations, recovery, rules
from survivor_portal.advocates.organisations import Words
from survivor_portal.advocates.rules import Act
from survivor_portal.advocates.who import Seat
from survivor_portal.web.desk import team_words
from survivor_portal.web.desk.forms import AgencyWords, PrintedKey
from survivor_portal.web.desk.frame import Here, to
from survivor_portal.web.desk.lock import at_desk, sensitive
from survivor_portal.web.desk.team import in_team


@at_desk
@in_team
def printed_key(here: Here, seat: Seat) -> HttpResponse:
    """The recovery key: what it is for, make one, do without, use the one on paper."""
    if not rules.may(seat.role, Act.make_recovery):
        raise Http404
    return _page(here, seat)


@require_POST
@at_desk
@sensitive
@in_team
def make_key(here: Here, seat: Seat) -> HttpResponse:
    """A new one, shown once, to be printed."""
    key = recovery.make(here.session, seat.team.id, here.now)
    return here.page("desk/recovery_key.html", {"seat": seat, "key": key})


@require_POST
@at_desk
@in_team
def skip_key(here: Here, seat: Seat) -> HttpResponse:
    """Do without, after a yes."""
    if "yes" not in here.request.POST:
        return _page(here, seat, trouble=team_words.NOT_SKIPPED)
    recovery.skip(here.session, seat.team.id, here.now)
    return to("desk:one_team", team=seat.team.id)


@require_POST
@at_desk
@sensitive
@in_team
def use_key(here: Here, seat: Seat) -> HttpResponse:
    """Let oneself in with the paper."""
    form = PrintedKey(here.request.POST)
    if form.is_valid():
        try:
            recovery.use(here.session, seat.team.id, form.cleaned_data["key"], here.now)
        except recovery.Mistyped:
            form.add_error("key", team_words.MISTYPED_KEY)
        except recovery.WrongKey:
            form.add_error("key", team_words.WRONG_KEY)
        else:
            return to("desk:one_team", team=seat.team.id)
    return _page(here, seat, form=form)


@at_desk
@in_team
def words(here: Here, seat: Seat) -> HttpResponse:
    """The notice about what must be reported, and the plan for danger to life."""
    if not rules.may(seat.role, Act.set_words):
        raise Http404
    there = organisations.words(seat.team.organisation_id)
    start = {"notice": there.notice, "danger_plan": there.danger_plan}
    form = AgencyWords(here.request.POST or None, initial=start)
    if here.request.method == "POST" and form.is_valid():
        said = Words(form.cleaned_data["notice"], form.cleaned_data["danger_plan"])
        organisations.set_words(here.session, seat.team.id, said, here.now)
        return to("desk:one_team", team=seat.team.id)
    return here.page("desk/words.html", {"seat": seat, "form": form, "start": team_words.NOTICE_START})


def _page(here: Here, seat: Seat, *, form: PrintedKey | None = None, trouble: object = "") -> HttpResponse:
    context = {
        "seat": seat,
        "inside": seat.secret is not None,
        "recovery": recovery.standing(here.session, seat.team.id, here.now),
        "form": form or PrintedKey(),
        "trouble": trouble,
    }
    return here.page("desk/recovery.html", context, status=422 if trouble else 200)
