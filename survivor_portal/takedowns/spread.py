"""Read how far each item went, as far as the person told it."""

from __future__ import annotations

from survivor_portal.takedowns.process import Fact
from survivor_portal.takedowns.standing import Spread, Standing


def known(standing: Standing) -> tuple[Spread, ...]:
    """What was told last of each item, by number. A number that was not told again still counts."""
    found: dict[int, Spread] = {}
    for entry in standing.happenings:
        for one in entry.spread if entry.happening is Fact.SPREAD else ():
            before = found.get(one.item, Spread(one.item))
            found[one.item] = Spread(
                one.item,
                before.views if one.views is None else one.views,
                before.shares if one.shares is None else one.shares,
                one.seen_at or before.seen_at,
            )
    return tuple(found[number] for number in sorted(found))
