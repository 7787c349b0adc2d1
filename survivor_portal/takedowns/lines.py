"""One line of a list of requests: what can be said of a request without opening its details."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from survivor_portal.cases import keys
from survivor_portal.cases.keys import OpenCase
from survivor_portal.takedowns.clocks import Kind
from survivor_portal.takedowns.models import OTHER
from survivor_portal.takedowns.models import Takedown as Row
from survivor_portal.takedowns.process import State
from survivor_portal.takedowns.rounds import Gone
from survivor_portal.takedowns.summary import Summary, from_plain

OVERVIEW = "takedowns_takedown.overview"  # the place its envelopes are bound to


@dataclass(frozen=True, slots=True)
class End:
    """When a clock ends, for the board. `is_sure`: the number may be named; without it the board says
    "usually"."""

    kind: Kind
    at: datetime
    is_sure: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the case page: what can be said without opening the details. `to`: on whom it waits, in
    words; `ends`: the clocks that run, the first one first; `gone`: what the checking rounds are read
    from."""

    id: str
    platform: str
    kind: str
    state: State
    due_at: datetime | None
    label: str
    items: int
    still_up: int
    changed_at: datetime
    to: str = ""
    ends: tuple[End, ...] = ()
    gone: tuple[Gone, ...] = ()
    told_at: datetime | None = None  # when an office was told last
    step: str = ""  # the plan's step it came from
    site: str = ""
    is_ready: bool = True  # the letter had every part of the laws it stands on
    summary: Summary | None = None  # None: written before there were any


def line(case: OpenCase, row: Row) -> Line:
    """The line of this row. Raises seals.WrongKey where it was tampered with."""
    plain = keys.unseal(case, OVERVIEW, row.pk, row.revision, bytes(row.overview))
    return Line(
        id=row.pk,
        platform="" if row.platform == OTHER else row.platform,
        kind=row.kind,
        state=State(row.state),
        due_at=row.due_at,
        label=plain["label"],
        items=plain["items"],
        still_up=plain["still_up"],
        changed_at=datetime.fromisoformat(plain["changed_at"]),
        to=plain.get("to", ""),
        told_at=datetime.fromisoformat(plain["told_at"]) if plain.get("told_at") else None,
        ends=tuple(
            End(Kind(kind), datetime.fromisoformat(at), is_sure)
            for kind, at, is_sure in plain.get("ends", ())
        ),
        gone=tuple(
            Gone(
                datetime.fromisoformat(removed_at),
                datetime.fromisoformat(answered_at) if answered_at else None,
                count,
            )
            for removed_at, answered_at, count in plain.get("gone", ())
        ),
        step=plain.get("step", ""),
        site=plain.get("site", ""),
        is_ready=plain.get("is_ready", True),
        summary=from_plain(plain["summary"]) if "summary" in plain else None,
    )
