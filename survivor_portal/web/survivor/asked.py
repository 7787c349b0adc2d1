"""What this site asks of others for a case, after a person's yes: put in order here, and taken in here."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from survivor_portal import lookups
from survivor_portal.cases import entrusted, records
from survivor_portal.cases.book import Note
from survivor_portal.cases.keys import Document, OpenCase
from survivor_portal.takedowns import operations
from survivor_portal.takedowns.due import due_by
from survivor_portal.takedowns.operations import Place, Takedown
from survivor_portal.takedowns.process import Fact, State
from survivor_portal.takedowns.standing import Entry
from survivor_portal.web.survivor import flow
from survivor_portal.web.survivor.zones import zone_of

# Purpose of the capsule, kind of the slip, kind of what comes back; as the workers know them.
LOOKUP, LINK_CHECK = "lookup", "link_check"
PLAN = records.PLAN
# Nobody waits longer for an answer; then it may be asked again.
WAITED_FOR = timedelta(hours=1)
MOST_WAITING = 10
# Spread over so long, so that the platform cannot tell when somebody was here.
LATEST = timedelta(hours=6)
MOST_CHECKS = 50
# Where another tab wrote in between.
TRIES = 3
_SAID: dict[str, Fact] = {
    lookups.Check.GONE: Fact.CHECK_GONE,
    lookups.Check.THERE: Fact.CHECK_THERE,
    lookups.Check.UNCLEAR: Fact.CHECK_UNCLEAR,
}


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What stands about one site: when it was asked for, and what came of it. `failed`: nothing that can be
    read."""

    site: str
    asked_at: datetime
    result: lookups.Result | None
    failed: bool = False

    def is_waiting(self, now: datetime) -> bool:
        """Is it under way, as far as anybody knows?"""
        return self.result is None and not self.failed and now < self.asked_at + WAITED_FOR


def may_look_up(site: str) -> bool:
    """Is it on, and is this something a register can be asked about?"""
    if not settings.LOOKUPS:
        return False
    try:
        lookups.site_of(site)
    except lookups.NotASite:
        return False
    return True


def looked_up(case: OpenCase, site: str) -> LookedUp | None:
    """What is known of a site in this case; None where nobody asked."""
    found = [one for one in records.read(case, LOOKUP) if one.document.get("site") == site]
    return _looked_up(found[0].document) if found else None


def look_up(case: OpenCase, site: str, now: datetime) -> bool:
    """Have the registers asked, once; False where that is not possible now. The yes stands in the book."""
    if not may_look_up(site):
        return False
    held = records.read(case, LOOKUP)
    if sum(_looked_up(one.document).is_waiting(now) for one in held) >= MOST_WAITING:
        return False
    known = next((one for one in held if one.document.get("site") == site), None)
    if known is not None and _looked_up(known.document).is_waiting(now):
        return True
    document: Document = {"site": site, "asked_at": now.isoformat()}
    note = Note("lookup_asked", {"site": site})
    with transaction.atomic():
        if known is None:
            records.add(case, LOOKUP, document, note, now)
        else:
            records.change(case, known, document, note, now)
        # The name somebody registered: a customer's own part before it stays here.
        _put(case, LOOKUP, {"site": lookups.site_of(site)}, now, now)
    return True


def received_lookup(case: OpenCase, arrived: Document, now: datetime) -> None:
    """What the registers said stands beside the question. An answer to a question nobody has is dropped."""
    document = arrived["document"]
    if not isinstance(document, dict):
        return
    for _try in range(TRIES):
        try:
            for record in records.read(case, LOOKUP):
                site = str(record.document.get("site", ""))
                if may_be_named(site) == document.get("site") and record.document.get("result") != document:
                    kept = {**record.document, "result": document}
                    records.change(case, record, kept, Note("looked_up", {"site": site}), now)
        except records.ChangedMeanwhile:
            continue  # another tab was first
        return


def may_be_named(site: str) -> str:
    """The name or address a look-up sends for this site, "" for none."""
    try:
        return lookups.site_of(site)
    except lookups.NotASite:
        return ""


def may_check(counts_as_minor: bool) -> bool:
    """Does this site ask platforms about links at all, for a picture like this?"""
    return bool(settings.LINK_CHECKS and (settings.LINK_CHECKS_CHILDREN or not counts_as_minor))


def checkable(takedown: Takedown) -> tuple[Place, ...]:
    """The places that were said to be gone and whose platform may be asked."""
    gone = {item.number for item in takedown.standing.items if item.state is State.REMOVED}
    return tuple(p for p in takedown.places if p.number in gone and lookups.question(p.url) is not None)


def check(
    case: OpenCase, takedown: Takedown, numbers: Iterable[int], now: datetime, *, counts_as_minor: bool
) -> int:
    """Have these places asked about, each once and at a time nobody can guess; how many will be."""
    if not may_check(counts_as_minor):
        return 0
    wanted = set(numbers)
    places = [place for place in checkable(takedown) if place.number in wanted][:MOST_CHECKS]
    if not places:
        return 0
    told = {"request": takedown.id, "places": [place.number for place in places]}
    records_note = Note("check_asked", told)
    with transaction.atomic():
        records.add(case, LINK_CHECK, {**told, "asked_at": now.isoformat()}, records_note, now)
        for place in places:
            due_at = now + timedelta(seconds=secrets.randbelow(int(LATEST.total_seconds())))
            what = {
                "request": takedown.id,
                "item": place.number,
                "url": place.url,
                "minor": counts_as_minor,
            }
            _put(case, LINK_CHECK, what, now, due_at)
    return len(places)


def checks_waiting(case: OpenCase, takedown: Takedown, now: datetime) -> frozenset[int]:
    """The places of a request that were asked about and of which nothing was heard yet."""
    answered = {
        (number, entry.at)
        for entry in takedown.entries
        if entry.happening in _SAID.values()
        for number in entry.items
    }
    waiting: set[int] = set()
    for record in records.read(case, LINK_CHECK):
        asked_at = datetime.fromisoformat(record.document["asked_at"])
        if record.document["request"] != takedown.id or now > asked_at + LATEST + WAITED_FOR:
            continue
        waiting |= {
            number
            for number in record.document["places"]
            if not any(number == other and at >= asked_at for other, at in answered)
        }
    return frozenset(waiting)


def received_check(case: OpenCase, arrived: Document, now: datetime) -> None:
    """What a platform answered becomes a line of its request. It closes nothing and moves nothing."""
    document = arrived["document"]
    (plan,) = records.read(case, PLAN)
    minor = flow.stand(plan.document).answers.counts_as_minor
    if not may_check(minor):
        return
    clocks = due_by(now, counts_as_minor=minor, zone=zone_of(plan.document))
    at = min(datetime.fromisoformat(str(arrived["at"])), now)
    try:
        # A worker that was taken over may drop anything; no page breaks of it.
        number, fact, request = int(document["item"]), _SAID[document["said"]], str(document["request"])
    except (ValueError, KeyError, TypeError):
        return
    for _try in range(TRIES):
        try:
            takedown = operations.read(case, request)
            entry = Entry(takedown.next_seq, fact, at, (number,))
            if number in {place.number for place in takedown.places}:
                operations.note(case, takedown, entry, now, due=clocks)
        except operations.ChangedMeanwhile:
            continue  # another tab was first
        except operations.NoSuchTakedown:
            pass
        return


def _put(case: OpenCase, kind: str, what: Document, now: datetime, due_at: datetime) -> None:
    payload = json.dumps({"case": case.id, **what}).encode()
    entrusted.put_due(case.id, kind, payload, due_at, due_at + timedelta(days=1))


def _looked_up(document: Document) -> LookedUp:
    asked_at = datetime.fromisoformat(document["asked_at"])
    plain = document.get("result")
    if plain is None:
        return LookedUp(str(document["site"]), asked_at, None)
    try:
        return LookedUp(str(document["site"]), asked_at, lookups.from_plain(plain))
    except (ValueError, KeyError, TypeError, AttributeError):
        return LookedUp(str(document["site"]), asked_at, None, failed=True)
