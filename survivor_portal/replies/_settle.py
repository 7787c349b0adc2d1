"""Weigh what was found against each other: which classes and remarks hold together."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from survivor_portal.replies._find import Hit
from survivor_portal.replies._records import DECISIONS, Kind, Remark, ReplyClass

_REDIRECTS = frozenset(
    {Remark.REDIRECTED_TO_COPYRIGHT, Remark.REDIRECTED_TO_THIRD_PARTY, Remark.REDIRECTED_TO_FORM}
)
_ASKS = frozenset(
    {Remark.ASKS_FOR_ID, Remark.ASKS_FOR_IMAGE, Remark.ASKS_FOR_COURT_ORDER, Remark.ASKS_FOR_LOGIN}
)
# Where one of these holds, a removal in the same mail is not the asker's, or not the last word.
_NO_REMOVAL = frozenset({Remark.COUNTER_NOTICE, Remark.TO_ACCOUNT_HOLDER, Remark.BOUNCED})

Held = dict[Kind, list[Hit]]


def settle(hits: Iterable[Hit], contrast: bool) -> Held:
    """Kinds that hold, each with the hits that show it; a contradiction is unclear and keeps both sides.

    `contrast`: the answer sets some items against others ("however", "the other three").
    """
    held: Held = {}
    for hit in hits:
        held.setdefault(hit.kind, []).append(hit)
    _mind_removals(held, contrast)
    _mind_receipts(held)
    _mind_redirects(held)
    if not any(isinstance(kind, ReplyClass) for kind in held):
        held[ReplyClass.UNCLEAR] = []
    return held


def _mind_removals(held: Held, contrast: bool) -> None:
    if held.keys() & _NO_REMOVAL:
        _drop(held, ReplyClass.REMOVED, ReplyClass.PARTLY_REMOVED, ReplyClass.ALREADY_GONE)
    if Remark.TO_ACCOUNT_HOLDER in held:
        _drop(held, Remark.APPEAL_OFFERED)
    gone = held.get(ReplyClass.ALREADY_GONE, [])
    _keep(held, ReplyClass.REMOVED, lambda hit: not any(_overlap(hit, other) for other in gone))
    restricted = held.get(Remark.ONLY_RESTRICTED, [])
    _keep(held, ReplyClass.REMOVED, lambda hit: not any(_overlap(hit, other) for other in restricted))
    both = {ReplyClass.REMOVED, ReplyClass.REFUSED} <= held.keys()
    if both and contrast and ReplyClass.PARTLY_REMOVED not in held:
        held[ReplyClass.PARTLY_REMOVED] = [*held[ReplyClass.REMOVED], *held[ReplyClass.REFUSED]]
    if ReplyClass.PARTLY_REMOVED in held:
        _drop(held, ReplyClass.REMOVED, ReplyClass.REFUSED, ReplyClass.ALREADY_GONE)
    elif both:
        # A person has to look at an answer that says both.
        held[ReplyClass.UNCLEAR] = [*held.pop(ReplyClass.REMOVED), *held.pop(ReplyClass.REFUSED)]
    if {ReplyClass.ALREADY_GONE, ReplyClass.MORE_ASKED} <= held.keys():
        _drop(held, ReplyClass.ALREADY_GONE)  # not found where we looked: the link is asked for again
    if held.keys() & {ReplyClass.REMOVED, ReplyClass.REFUSED, ReplyClass.PARTLY_REMOVED}:
        _drop(held, ReplyClass.ALREADY_GONE)


def _mind_receipts(held: Held) -> None:
    if ReplyClass.ASKS_TO_CONFIRM in held:
        _drop(held, ReplyClass.ACKNOWLEDGED, ReplyClass.MORE_ASKED, Remark.ASKS_FOR_LOGIN)
    for ask in [kind for kind in held if kind in _ASKS]:
        held.setdefault(ReplyClass.MORE_ASKED, []).extend(held[ask])
    if Remark.BOUNCED in held or held.keys() & DECISIONS:
        _drop(held, ReplyClass.ACKNOWLEDGED)
    if ReplyClass.ACKNOWLEDGED not in held:
        _drop(held, Remark.AUTO_RECEIPT)


def _mind_redirects(held: Held) -> None:
    settled = bool(held.keys() & DECISIONS) or bool(
        held.keys() & {ReplyClass.FORWARDED, ReplyClass.UNCLEAR, Remark.BOUNCED}
    )
    if settled:
        _drop(held, ReplyClass.REDIRECTED)
        return
    for remark in [kind for kind in held if kind in _REDIRECTS]:
        held.setdefault(ReplyClass.REDIRECTED, []).extend(held[remark])


def _drop(held: Held, *kinds: Kind) -> None:
    for kind in kinds:
        held.pop(kind, None)


def _keep(held: Held, kind: Kind, wanted: Callable[[Hit], bool]) -> None:
    if kind in held:
        held[kind] = [hit for hit in held[kind] if wanted(hit)]
        if not held[kind]:
            del held[kind]


def _overlap(one: Hit, other: Hit) -> bool:
    return one.start < other.end and other.start < one.end
