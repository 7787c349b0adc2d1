"""The letters of the plan that have not gone out yet: without them the board of a new case would be empty."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from survivor_portal.intake import When
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
