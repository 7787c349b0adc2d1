"""One checking round over many cases of grown people: labels, half hidden links, one answer each.

Cases of somebody under 18, or where that is not sure, are never on these pages: nobody is asked to look.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from survivor_portal.takedowns import in_bulk, of_teams, round_in_bulk
from survivor_portal.takedowns.in_bulk import NotDone, Wanted
from survivor_portal.takedowns.operations import Place
from survivor_portal.takedowns.process import Fact
from survivor_portal.takedowns.round_in_bulk import OfAdult
from survivor_portal.web.desk import bulk_sent
from survivor_portal.web.desk.forms import DeskForm
from survivor_portal.web.desk.frame import Here
from survivor_portal.web.desk.lock import at_desk
from survivor_portal.web.forms import PUT_OFF, Words, one_of

STEP = 300  # requests one page looks through
MOST = 20  # requests of one round
PLACES = 100  # what is more stays due
GONE, THERE, NOT_CHECKED = "gone", "there", "not_checked"
FACTS = {GONE: Fact.STILL_GONE, THERE: Fact.BACK_AGAIN, NOT_CHECKED: Fact.NO_NEWS}
CHOICES: tuple[tuple[str, Words], ...] = (
    (GONE, _("Gone")),
    (THERE, _("Still there")),
    (NOT_CHECKED, _("Not checked")),
)
_FIELD = "place_"


@dataclass(frozen=True, slots=True)
class Row:
    """One request with places that are due."""

    id: str
    grant_id: str
    label: str
    name: str
    due: int


class Checked(DeskForm):
    """One answer for each place. Not checked is the default."""

    step = "write"
    button = _("Keep these answers")

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, places: Iterable[tuple[Row, Sequence[Place]]]
    ) -> None:
        super().__init__(data)
        for row, some in places:
            for place in some:
                name = f"{_FIELD}{row.id}_{place.number}"
                if data is not None and name not in data:
                    continue  # it was not on the page that was sent
                where = place.own_name or gettext("Place %(number)s") % {"number": place.number}
                self.fields[name] = one_of(
                    f"{row.label}, {row.name}: {where}",
                    CHOICES,
                    initial=NOT_CHECKED,
                    help_text=place.masked or place.label,
                )

    def answers(self) -> dict[str, dict[int, Fact]]:
        """What was said, by request and number of the place."""
        found: dict[str, dict[int, Fact]] = {}
        for name, said in self.cleaned_data.items():
            request, _sep, number = name.removeprefix(_FIELD).rpartition("_")
            found.setdefault(request, {})[int(number)] = FACTS[said or NOT_CHECKED]
        return found


@at_desk
def page(here: Here) -> HttpResponse:
    """The list of what is due, and with what was chosen the places."""
    post = here.request.POST
    step = post.get("step", "")
    if here.request.method != "POST" or step not in ("choose", Checked.step):
        return _list(here)
    rows = _rows(here, post.getlist("request")[:MOST])
    if not rows:
        return _list(here, _("Please choose at least one request."))
    return _write(here, rows) if step == Checked.step and PUT_OFF not in post else _places(here, rows)


def _list(here: Here, why: Words = "") -> HttpResponse:
    after = here.request.POST.get("after", "")
    found = of_teams.find(
        of_teams.team_ids(here.session), here.now, states=round_in_bulk.STATES, after=after, most=STEP
    )
    seen = round_in_bulk.of_adults(of_teams.see(here.session, found, here.now))
    rows = sorted((row for one in seen if (row := _row(one, here)).due), key=_in_list)
    context = {
        "rows": rows,
        "why": why,
        "after": found[-1].row.pk if len(found) == STEP else "",
        "is_later": bool(after),
        "most": MOST,
    }
    return here.page("desk/round_list.html", context, status=422 if why else 200)


def _places(here: Here, rows: Sequence[Row]) -> HttpResponse:
    """The places of those that were chosen. Their details are read, so each case is opened."""
    places: dict[str, tuple[Place, ...]] = {}
    done = in_bulk.in_each(here.session, _wanted(rows), here.now, round_in_bulk.collect(places, here.now))
    shown: list[tuple[Row, Sequence[Place]]] = []
    left = PLACES
    for row in rows:
        if done[row.id] is None and left:
            shown.append((row, places[row.id][:left]))
            left -= len(shown[-1][1])
    data = here.request.POST if here.request.POST.get("step") == Checked.step else None
    context = {
        "rows": [row for row, _some in shown],
        "form": Checked(data, places=shown) if shown else None,
        "most": MOST,
        "is_more": data is None and len(set(here.request.POST.getlist("request"))) > MOST,
        "left_out": _left_out(rows, done),
    }
    return here.page("desk/round_form.html", context)


def _write(here: Here, rows: Sequence[Row]) -> HttpResponse:
    """Note the answers. A place on the form that is not due any more is passed by."""
    posted = [
        (row, [Place(int(number), "") for name in here.request.POST if (number := _number(name, row.id))])
        for row in rows
    ]
    form = Checked(here.request.POST, places=posted)
    if not form.is_valid():
        return _places(here, rows)
    act = round_in_bulk.answer(form.answers(), here.now)
    done = in_bulk.in_each(here.session, _wanted(rows), here.now, act)
    context = {
        "done": [row for row in rows if done[row.id] is None],
        "left_out": _left_out(rows, done),
    }
    return here.page("desk/round_done.html", context)


def _number(name: str, request: str) -> str:
    number = name.removeprefix(f"{_FIELD}{request}_")
    return number if number != name and number.isascii() and number.isdecimal() and len(number) < 6 else ""


def _left_out(rows: Sequence[Row], done: Mapping[str, NotDone | None]) -> list[tuple[Row, Words]]:
    words = bulk_sent.NOT_DONE | {NotDone.ALREADY: _("It was answered before. Nothing was changed.")}
    return [(row, words[why]) for row in rows if (why := done[row.id]) is not None]


def _wanted(rows: Sequence[Row]) -> list[Wanted]:
    return [Wanted(row.id, row.grant_id) for row in rows]


def _rows(here: Here, names: Sequence[str]) -> list[Row]:
    seen = round_in_bulk.of_adults(of_teams.named(here.session, names, here.now))
    return sorted((_row(one, here) for one in seen), key=_in_list)


def _in_list(row: Row) -> tuple[str, str]:
    """The order of the list, on the pages after it too."""
    return (row.label.casefold(), row.name)


def _row(of_adult: OfAdult, here: Here) -> Row:
    one = of_adult.seen
    due = round_in_bulk.are_due(of_adult, here.now) if of_teams.may_act(here.session, one.granted) else 0
    return Row(one.line.id, one.granted.grant_id, one.granted.label, one.line.label, due)
