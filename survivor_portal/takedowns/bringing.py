"""What a list becomes: the answers and places of new cases, and more places in a case that is there.

Through the same functions that take in what a person answers and pastes; nothing is read twice in two ways.
"""

import copy
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from survivor_portal import intake
from survivor_portal.advocates.who import TeamCard
from survivor_portal.cases import brought, records
from survivor_portal.cases.actors import Scope
from survivor_portal.cases.book import Note
from survivor_portal.cases.brought import Wanted
from survivor_portal.cases.keys import Document, OpenCase
from survivor_portal.cases.records import Record
from survivor_portal.cases.releases import Consent, Paper
from survivor_portal.directory import Asker
from survivor_portal.lists import Fault, Ignored, Listed, name_key

PLAN = "plan"
# The first two pages are about the device and about who is here: a desk has answered both.
_PASSED = ("safety", "who")


class NotAsChecked(Exception):
    """The list has a fault that it had not when it was looked at. Nothing was made."""


class TooManyPlaces(Exception):
    """The case would have more places than a plan holds. Nothing was written."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What a list would become, or became."""

    cases: int = 0
    places: int = 0
    doubles: int = 0
    open_questions: int = 0  # cases in which something that the plan needs was left out
    left_out: int = 0  # cases that were here already


@dataclass(frozen=True, slots=True)
class Known:
    """A case of a list that the team has already, by its name; `line` as an editor counts, from 1."""

    line: int
    label: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A list that was read through. `faults`: all of them, in the order of the lines; `labels`: the first
    few of what is new; `known`: all that is here already, which the other numbers leave out."""

    counted: Counted
    faults: tuple[Fault, ...]
    ignored: tuple[str, ...]
    labels: tuple[str, ...]
    young: int = 0  # cases about somebody who counts as under 18 today
    known: tuple[Known, ...] = ()


SHOWN = 20


def check(found: Iterable[Listed | Fault | Ignored], here: Collection[str] = ()) -> Checked:
    """What a list would become. Writes nothing.

    `here`: the names of the cases the team has already, by `lists.name_key`.
    """
    counted, young = Counted(), 0
    known: list[Known] = []
    faults: list[Fault] = []
    labels: list[str] = []
    ignored: tuple[str, ...] = ()
    for one in found:
        if isinstance(one, Fault):
            faults.append(one)
        elif isinstance(one, Ignored):
            ignored = one.columns
        elif name_key(one.label) in here:
            known.append(Known(one.line, one.label))
            counted = replace(counted, left_out=counted.left_out + 1)
        else:
            document, doubles = plan_of(one)
            counted = _more(counted, document, doubles)
            young += intake.from_plain(document["answers"]).is_minor_today
            if len(labels) < SHOWN:
                labels.append(one.label)
    return Checked(counted, tuple(faults), ignored, tuple(labels), young, tuple(known))


def make(
    team: TeamCard,
    found: Iterable[Listed | Fault | Ignored],
    now: datetime,
    *,
    by: str,
    run: str,
    purpose: str,
    here: Collection[str] = (),
    seen: Collection[str] | None = None,
) -> Counted:
    """Make the cases of a list, all or none, but for those whose name is in `here`.

    `seen`: as `cases.brought.bring` takes it. Raises NotAsChecked, and as `cases.brought.bring`.
    """
    counted = Counted()

    def each() -> Iterator[Wanted]:
        nonlocal counted
        for one in found:
            if isinstance(one, Fault):
                raise NotAsChecked
            if isinstance(one, Listed) and name_key(one.label) in here:
                counted = replace(counted, left_out=counted.left_out + 1)
            elif isinstance(one, Listed):
                document, doubles = plan_of(one)
                counted = _more(counted, document, doubles)
                paper = Paper(Consent(one.agreed.value), one.signed_on, one.until)
                scopes = frozenset(Scope(scope) for scope in one.scopes)
                yield Wanted(one.label, paper, scopes, ((PLAN, document, Note("plan_kept")),))

    brought.bring(team, each(), now, by=by, run=run, purpose=purpose, seen=seen)
    return counted


def plan_of(listed: Listed) -> tuple[Document, int]:
    """The answers and places of one case as they are kept, and how many places came twice.

    A question the list says nothing about is not passed: it is asked when somebody opens the case.
    """
    answers: dict[str, Any] = {**listed.answers, "asker": Asker.ADVOCATE.value}
    document: Document = {"answers": answers}
    doubles = intake.take_links(document, listed.links, listed.places).doubles
    answered = [question.key for question in intake.QUESTIONS if _is_answered(question, answers)]
    document["passed"] = [key for key in (*_PASSED, *answered) if key]
    if not _is_open(document):
        document["been_at_plan"] = True
    return document, doubles


def would_add(case: OpenCase, pasted: str, places: str) -> tuple[int, int]:
    """How many places would be new in an open case, and how many it would have. Writes nothing.

    Raises TooManyPlaces.
    """
    return _with(_held(case), pasted, places)[1:]


def add_places(case: OpenCase, pasted: str, places: str, now: datetime) -> tuple[int, int]:
    """More places into an open case; how many are new, and how many it has now.

    To add the same twice adds it once. Raises TooManyPlaces, ChangedMeanwhile (another tab was faster).
    """
    with transaction.atomic():
        record = _held(case)
        document, new, count = _with(record, pasted, places)
        if record is None:
            records.add_only(case, PLAN, document, Note("plan_kept"), now)
        elif new:
            parts = {"parts": sorted(_changed(record.document, document))}
            records.change(case, record, document, Note("plan_changed", parts), now)
    return new, count


def _held(case: OpenCase) -> Record | None:
    return next(iter(records.read(case, PLAN)), None)


def _with(record: Record | None, pasted: str, places: str) -> tuple[Document, int, int]:
    document: Document = copy.deepcopy(record.document) if record else {}
    found, new = intake.add_links(document, pasted, places)
    if found.too_many:
        raise TooManyPlaces
    return document, new, len(found.items)


def _is_answered(question: intake.Question, answers: Mapping[str, Any]) -> bool:
    if question.key in _PASSED:
        return False
    return question.key == "links" or any(name in answers for name in question.fills)


def _is_open(document: Document) -> bool:
    """Is there a question that this case still has to be asked?"""
    items = tuple(intake.item_from_plain(item) for item in document["items"])
    answers = intake.settled(intake.from_plain(document["answers"]), items)
    return intake.next_question(answers, items, document["passed"]) is not None


def _more(counted: Counted, document: Document, doubles: int) -> Counted:
    return replace(
        counted,
        cases=counted.cases + 1,
        places=counted.places + len(document["items"]),
        doubles=counted.doubles + doubles,
        open_questions=counted.open_questions + ("been_at_plan" not in document),
    )


def _changed(old: Document, new: Document) -> set[str]:
    return {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}
