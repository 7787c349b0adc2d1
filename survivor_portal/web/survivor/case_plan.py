"""The plan of a kept case: which of its letters went out already, and for which places."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from survivor_portal.cases.keys import OpenCase
from survivor_portal.intake import When
from survivor_portal.takedowns import operations
from survivor_portal.takedowns.operations import Line
from survivor_portal.web.survivor import cards
from survivor_portal.web.survivor.flow import Stand

_FIRST = (When.NOW, When.TODAY)
SHOWN = 3  # the rest stands in the plan, in its order


@dataclass(frozen=True, slots=True)
class Unsent:
    """One letter of the plan. `step` and `site` name it."""

    step: str
    site: str
    title: str


def unsent(stand: Stand, lines: Iterable[Line]) -> tuple[Unsent, ...]:
    """Letters of the plan, for now and today, that no request of the case came from; in the plan's order."""
    if not stand.been_at_plan:
        return ()
    begun = {(line.step, line.site) for line in lines}
    return tuple(
        Unsent(step.id, site, cards.title(step) + (f": {site}" if site else ""))
        for step in stand.plan.steps
        if step.letter and step.when in _FIRST
        for site in step.sites or ("",)
        if (step.id, site) not in begun
    )


@dataclass(frozen=True, slots=True)
class Begun:
    """What is left of the letter that is open. `stand`: as it is for the places that are in no request yet;
    `lines`: the requests that came from this letter; `is_new`: places were added since; `unready`: those that
    came from it while it lacked a part of its law, so that it can go out whole after them."""

    stand: Stand
    lines: tuple[Line, ...] = ()
    is_new: bool = False
    unready: tuple[Line, ...] = ()

    @property
    def all(self) -> tuple[Line, ...]:
        return (*self.lines, *self.unready)


def begun(case: OpenCase, stand: Stand) -> Begun:
    """The letter that is open, without the places it went out for. With no new place it stays whole."""
    mine = [line for line in operations.board(case) if (line.step, line.site) == (stand.letter, stand.site)]
    lines = tuple(line for line in mine if line.is_ready)
    unready = tuple(line for line in mine if not line.is_ready)
    if not lines:
        return Begun(stand, unready=unready)
    known = {
        (place.url, place.where, place.account)
        for line in lines
        for place in operations.read(case, line.id).places
    }
    new = tuple(item for item in stand.items if (item.url, item.where, item.account) not in known)
    left = replace(stand, items=new)
    step = left.plan.step(stand.letter)
    if step is None or not step.items:
        return Begun(stand, lines, unready=unready)
    return Begun(left, lines, is_new=True, unready=unready)
