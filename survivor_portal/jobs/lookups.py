"""Work that asks others: who hosts a site, and whether a link is gone.

What was said goes sealed into the case. What is to be asked lies in a capsule, which is taken back with the
answer. A worker that ends in the middle makes the question be asked again; the answer is dropped once.
"""

import json
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from survivor_portal import lookups
from survivor_portal.cases import entrusted, slot
from survivor_portal.cases.book import CaseGone
from survivor_portal.keystore import capsules
from survivor_portal.slips.due import Effect, Work

# Purpose of the capsule, kind of the slip, kind of what is dropped.
LOOKUP, LINK_CHECK = "lookup", "link_check"


def wire(proxy: tuple[str, int] | None = None) -> lookups.Wire:
    """The way to others, as the operator set it."""
    return lookups.Wire(lookups.Resolver(settings.LOOKUPS_RESOLVERS), proxy=proxy)


def asker() -> lookups.Asker:
    """What a look-up needs."""
    return lookups.Asker(wire(), Path(settings.DATA_DIR) / "lookups")


def look_up(work: Work, now: datetime) -> Effect | None:
    """Ask the registers who hosts a site. The capsule names the site and its case, and no link."""
    asked = _asked(work, LOOKUP, now)
    if asked is None:
        return None
    if not settings.LOOKUPS:
        return _taken_back(work)
    try:
        found = lookups.to_plain(lookups.find(str(asked["site"]), asker(), now))
    except lookups.NotASite:
        found = {"site": str(asked["site"])}
    return _dropped(work, LOOKUP, asked, found, now)


def check_link(work: Work, now: datetime) -> Effect | None:
    """Ask a platform once whether a link is gone. The capsule names the link, its place and its case."""
    asked = _asked(work, LINK_CHECK, now)
    if asked is None:
        return None
    if not settings.LINK_CHECKS or (asked["minor"] and not settings.LINK_CHECKS_CHILDREN):
        return _taken_back(work)
    said = lookups.check(str(asked["url"]), wire(settings.LINK_CHECKS_PROXY))
    found = {"request": asked["request"], "item": asked["item"], "said": said.value}
    return _dropped(work, LINK_CHECK, asked, found, now)


def _asked(work: Work, purpose: str, now: datetime) -> dict[str, Any] | None:
    """What is in the capsule; None when it was taken back, went with its case, or its time is over."""
    try:
        return dict(json.loads(capsules.open(work.subject, purpose, now)))
    except capsules.NoCapsule:
        return None


def _taken_back(work: Work) -> Effect:
    return lambda: entrusted.take_back([work.subject])


def _dropped(work: Work, kind: str, asked: dict[str, Any], found: dict[str, Any], now: datetime) -> Effect:
    def effect() -> None:
        with suppress(CaseGone):
            slot.drop(str(asked["case"]), kind, found, now)
        entrusted.take_back([work.subject])

    return effect
