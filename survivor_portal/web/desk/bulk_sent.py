"""Mark many requests as sent: choose them, paste the numbers, see what belongs to what, then write.

Nothing is written before the page that shows which number goes to which request was answered with a yes to
just that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from survivor_portal.cases import keys
from survivor_portal.takedowns import in_bulk, of_teams
from survivor_portal.takedowns.in_bulk import NotDone, Sending, Wanted
from survivor_portal.takedowns.of_teams import Seen
from survivor_portal.takedowns.process import State
from survivor_portal.web.desk.bulk_forms import HOW, SentMany
from survivor_portal.web.desk.frame import Here
from survivor_portal.web.desk.lock import at_desk
from survivor_portal.web.desk.tickets import Paired, Why, pair
from survivor_portal.web.forms import PUT_OFF, Words
from survivor_portal.web.times import moment

MOST = 50

NOT_DONE: dict[NotDone, Words] = {
    NotDone.NOT_LET_IN: _("You are not let into this case, or not any more."),
    NotDone.READ_ONLY: _("You were let in to read this case, not to act in it."),
    NotDone.NO_SUCH: _("This request is not there any more."),
    NotDone.ALREADY: _("It was marked as sent before. Nothing was changed."),
    NotDone.NOT_READY: _("Its letter lacks a part that the law asks for. Open the case to see which."),
    NotDone.NOT_HERE: _("This cannot be done from a list. Open the case."),
    NotDone.CHANGED: _("Somebody else changed it at the same time. Open the case to see how it stands."),
    NotDone.LATER: _("It could not be opened just now. Try again in a minute."),
}
WHY: dict[Why, Words] = {
    Why.NO_SUCH: _("no request on the list has this name"),
    Why.SEVERAL: _("more than one request on the list has this name"),
    Why.TWICE: _("this request has a number already"),
    Why.TOO_MANY: _("there are more lines than requests"),
    Why.TOO_LONG: _("it is too long for a number"),
    Why.NO_NUMBER: _("there is no number behind the name"),
    Why.NO_NAME: _("there is no name in front of the number"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One request of a list. `label` names the case; `may_act`: the release lets the team act, and
    whoever is here does more than read in it."""

    id: str
    grant_id: str
    label: str
    name: str
    may_act: bool
    is_ready: bool

    @property
    def may_be_marked(self) -> bool:
        return self.may_act and self.is_ready


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one request; `why` is empty where it was done."""

    row: Row
    number: str
    why: Words = ""


@at_desk
def page(here: Here) -> HttpResponse:
    """The list, and with what was sent from it the next step."""
    post = here.request.POST
    step = post.get("step", "")
    if here.request.method == "POST" and step in _STEPS:
        rows = _rows(here, post.getlist("request")[:MOST])
        if rows:
            return _STEPS[step](here, rows)
        return _list(here, _("Please choose at least one request."))
    return _list(here)


def _list(here: Here, why: Words = "") -> HttpResponse:
    after = here.request.POST.get("after", "")
    found = of_teams.find(
        of_teams.team_ids(here.session), here.now, states=[State.DRAFTED], after=after, most=MOST + 1
    )
    rows = [_row(here, one) for one in of_teams.see(here.session, found[:MOST], here.now)]
    rows.sort(key=lambda row: (row.name.casefold(), row.label.casefold()))
    context = {
        "rows": rows,
        "why": why,
        "after": found[MOST - 1].row.pk if len(found) > MOST else "",
        "is_later": bool(after),
        "most": MOST,
    }
    return here.page("desk/sent_list.html", context, status=422 if why else 200)


def _choose(here: Here, rows: Sequence[Row]) -> HttpResponse:
    """The form for those that were chosen; those that cannot be marked are named."""
    usable = [row for row in rows if row.may_be_marked]
    form = SentMany(requests=_names(usable)) if usable else None
    return _form(here, rows, form)


def _form(here: Here, rows: Sequence[Row], form: SentMany | None) -> HttpResponse:
    context = {
        "rows": [row for row in rows if row.may_be_marked],
        "left_out": [(row, _why_not(row)) for row in rows if not row.may_be_marked],
        "form": form,
    }
    return here.page("desk/sent_form.html", context)


def _change(here: Here, rows: Sequence[Row]) -> HttpResponse:
    """Back from the preview: the form again as it was."""
    return _form(here, rows, _bound(here, rows))


def _preview(here: Here, rows: Sequence[Row], why: Words = "") -> HttpResponse:
    form = _bound(here, rows)
    if PUT_OFF in here.request.POST or not form.is_valid():
        return _form(here, rows, form)
    chosen, paired = _paired(rows, form)
    context = {
        "pairs": [(row, paired.numbers.get(row.id, "")) for row in chosen],
        "left_out": [row for row in rows if row not in chosen],
        "unused": [(one, WHY[one.why]) for one in paired.unused],
        "how": HOW[form.cleaned_data["how"]],
        "at": moment(form.cleaned_data["at"]),
        "sent": _sent(here, {"mark": _mark(chosen, paired)}),
        "why": why,
    }
    return here.page("desk/sent_preview.html", context, status=422 if why else 200)


def _write(here: Here, rows: Sequence[Row]) -> HttpResponse:
    form = _bound(here, rows)
    if PUT_OFF in here.request.POST or not form.is_valid():
        return _form(here, rows, form)
    chosen, paired = _paired(rows, form)
    if here.request.POST.get("mark", "") != _mark(chosen, paired):
        return _preview(here, rows, _("Something changed since you looked. Please check it again."))
    given = form.cleaned_data
    sending = Sending(given["at"], given["how"], form.release, paired.numbers)
    wanted = [Wanted(row.id, row.grant_id) for row in chosen]
    done = in_bulk.in_each(here.session, wanted, here.now, in_bulk.mark_sent(sending, here.now))
    results = []
    for row in chosen:
        reason = done[row.id]
        results.append(Result(row, paired.numbers.get(row.id, ""), NOT_DONE[reason] if reason else ""))
    context = {
        "done": [one for one in results if not one.why],
        "not_done": [one for one in results if one.why],
        "left_out": [row for row in rows if row not in chosen],
    }
    return here.page("desk/sent_done.html", context)


_STEPS: dict[str, Callable[[Here, Sequence[Row]], HttpResponse]] = {
    "choose": _choose,
    "preview": _preview,
    "change": _change,
    "write": _write,
}


def _bound(here: Here, rows: Sequence[Row]) -> SentMany:
    return SentMany(here.request.POST, requests=_names([row for row in rows if row.may_be_marked]))


def _paired(rows: Sequence[Row], form: SentMany) -> tuple[list[Row], Paired]:
    """Those that somebody agreed to, and the number of each. Lines are counted as the list was shown."""
    usable = [row for row in rows if row.may_be_marked]
    paired = pair(
        form.cleaned_data["numbers"], [(row.id, (row.label, f"{row.label}: {row.name}")) for row in usable]
    )
    without = set(form.cleaned_data["without"])
    return [row for row in usable if row.id not in without], paired


def _mark(chosen: Sequence[Row], paired: Paired) -> str:
    """Changes with what is shown: a yes is to this and to nothing else."""
    shown = {"pairs": [[row.id, paired.numbers.get(row.id, "")] for row in chosen]}
    return hashlib.sha256(keys.packed(shown)).hexdigest()[:32]


def _sent(here: Here, more: dict[str, str]) -> list[tuple[str, str]]:
    """All that was typed and chosen, to go along with the next step."""
    left_out = {"csrfmiddlewaretoken", "step", "go", "mark"}
    post = here.request.POST
    sent = [(name, text) for name, texts in post.lists() if name not in left_out for text in texts]
    return [*sent, *more.items()]


def _rows(here: Here, names: Sequence[str]) -> list[Row]:
    """Those of the named requests that this desk may see, in the order in which they were named."""
    rows = {one.line.id: _row(here, one) for one in of_teams.named(here.session, names, here.now)}
    return [rows[name] for name in dict.fromkeys(names) if name in rows]


def _row(here: Here, one: Seen) -> Row:
    line, granted = one.line, one.granted
    may_act = of_teams.may_act(here.session, granted)
    return Row(line.id, granted.grant_id, granted.label, line.label, may_act, line.is_ready)


def _why_not(row: Row) -> Words:
    return NOT_DONE[NotDone.NOT_READY if row.may_act else NotDone.READ_ONLY]


def _names(rows: Sequence[Row]) -> list[tuple[str, Words]]:
    return [(row.id, f"{row.label}: {row.name}") for row in rows]
