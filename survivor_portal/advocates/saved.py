"""Ways of looking at the queue that somebody kept, sealed to that person: they say how somebody works."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from survivor_portal import seals
from survivor_portal.advocates.models import Person
from survivor_portal.advocates.models import SavedFilter as Row
from survivor_portal.advocates.opened import Session

MOST = 20
LONGEST_NAME = 60


class TooMany(Exception):
    """As many as one person may keep are kept."""


class NoName(Exception):
    """It needs a name."""


@dataclass(frozen=True, slots=True)
class Saved:
    """One that was kept. `filters`: as the room that reads the queue wrote it; `is_start`: the queue begins
    with it."""

    id: str
    name: str
    filters: Mapping[str, Any]
    is_start: bool


def read(session: Session) -> tuple[Saved, ...]:
    """All that this person kept, by name. One query. What was sealed to an earlier pair is left out."""
    found = []
    for row in Row.objects.filter(person_id=session.who.id):
        context = _context(session.who.id, row.pk)
        try:
            plain = json.loads(seals.open_sealed(session.secret, bytes(row.sealed), context=context))
        except seals.WrongKey:
            continue
        found.append(Saved(row.pk, plain["name"], plain["filters"], bool(plain["start"])))
    return tuple(sorted(found, key=lambda one: (one.name.casefold(), one.id)))


def keep(session: Session, name: str, filters: Mapping[str, Any], *, is_start: bool = False) -> Saved:
    """Keep one under a name; one of that name gets these filters. Raises TooMany, NoName."""
    name = " ".join(name.split())[:LONGEST_NAME]
    if not name:
        raise NoName
    with transaction.atomic():
        # Held, so that two windows do not both find room for the last one.
        Person.objects.select_for_update(no_key=True).filter(pk=session.who.id).first()
        known = read(session)
        old = next((one for one in known if one.name.casefold() == name.casefold()), None)
        if old is None and len(known) >= MOST:
            raise TooMany
        made = Saved(old.id if old else seals.new_salt().hex(), name, dict(filters), is_start)
        if is_start:
            for one in known:
                if one.is_start and one.id != made.id:
                    _write(session, Saved(one.id, one.name, one.filters, False))
        _write(session, made)
    return made


def forget(session: Session, saved_id: str) -> None:
    """Delete one of this person's. Twice does no harm."""
    # What is no name of a row may hold what a database does not take.
    if saved_id.isalnum():
        Row.objects.filter(pk=saved_id, person_id=session.who.id).delete()


def _write(session: Session, saved: Saved) -> None:
    text = json.dumps({"name": saved.name, "filters": dict(saved.filters), "start": saved.is_start})
    public = seals.public_of(session.secret)
    context = _context(session.who.id, saved.id)
    sealed = seals.seal_to(public, text.encode(), context=context)
    Row.objects.update_or_create(id=saved.id, defaults={"person_id": session.who.id, "sealed": sealed})


def _context(person_id: str, saved_id: str) -> bytes:
    return f"filter1|{person_id}|{saved_id}".encode()
