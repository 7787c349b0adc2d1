"""Where the flow's data is: in the visit, or in the kept case once one is open. One way to read and write."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from survivor_portal.cases import records
from survivor_portal.cases.book import Note
from survivor_portal.cases.keys import OpenCase
from survivor_portal.cases.unlocked import Session
from survivor_portal.takedowns.due import DueBy, due_by
from survivor_portal.takedowns.recount import recount
from survivor_portal.visits.visit import Data
from survivor_portal.web.safety.opened import opened_of
from survivor_portal.web.safety.session import visit_of
from survivor_portal.web.survivor import flow
from survivor_portal.web.survivor.zones import zone_of

PLAN = records.PLAN
# Where the visitor stands is of this browser only; it is never kept in the case.
OF_THE_VISIT = ("at", "letter", "site", "told", "watched", "lost", "request", "page", "country", "drawn")


@dataclass(frozen=True, slots=True)
class Holder:
    """The data of this request's visitor, wherever it is."""

    request: HttpRequest
    session: Session | None

    def open(self) -> Data | None:
        """The data as one mapping, None when there is neither a visit nor an open case."""
        visit = visit_of(self.request).open()
        here = visit.data if visit else None
        if self.session is None:
            return here
        kept = _record(self.session).document
        return copy.deepcopy(kept) | {key: here[key] for key in OF_THE_VISIT if here and key in here}

    def change(self, alter: Callable[[Data], None]) -> Data | None:
        """Alter the data in place and keep it. None when there is nothing to alter (any more)."""
        current = visit_of(self.request)
        if self.session is None:
            changed = current.change(alter)
            return changed.data if changed else None
        visit = current.open() or current.begin()
        record = _record(self.session)
        data = copy.deepcopy(record.document) | {k: v for k, v in visit.data.items() if k in OF_THE_VISIT}
        alter(data)
        place = {key: data[key] for key in OF_THE_VISIT if key in data}
        place["country"] = country(data)
        document = {key: value for key, value in data.items() if key not in OF_THE_VISIT}
        if document != record.document:
            _write(self.session.case, record, document, timezone.now())
        current.change(lambda kept: _replace(kept, place))
        return data


def holder_of(request: HttpRequest) -> Holder:
    """The holder of this request: the open case if there is one, else the visit."""
    return Holder(request, opened_of(request).open())


def due_of(case: OpenCase, now: datetime) -> DueBy:
    """The clocks of an open case, for what happens in it without its owner asking for a page."""
    kept = records.read(case, PLAN)
    minor, zone = _counted_by(kept[0].document if kept else {})
    return due_by(now, counts_as_minor=minor, zone=zone)


def country(data: Data) -> str:
    """The country of the answers. The visit of an open case keeps it too: each page names help by it."""
    return str(data.get("answers", {}).get("country") or "")


def _record(session: Session) -> records.Record:
    (record,) = records.read(session.case, PLAN)
    return record


def _write(case: OpenCase, record: records.Record, document: Data, now: datetime) -> None:
    """Keep the changed data. Clocks that are counted by what changed are counted again with it."""
    note = Note("plan_changed", {"parts": sorted(_changed(record.document, document))})
    with transaction.atomic():
        if _counted_by(document) != _counted_by(record.document):
            minor, zone = _counted_by(document)
            note = replace(note, touched=recount(case, due=due_by(now, counts_as_minor=minor, zone=zone)))
        records.change(case, record, document, note, now)


def _counted_by(data: Data) -> tuple[bool, ZoneInfo]:
    """What the clocks look at: whether the person counts as under 18, and the zone."""
    return flow.stand(data).answers.counts_as_minor, zone_of(data)


def _changed(old: dict[str, Any], new: dict[str, Any]) -> set[str]:
    return {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}


def _replace(kept: Data, place: Data) -> None:
    kept.clear()
    kept.update(place)
