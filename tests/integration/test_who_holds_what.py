"""Whoever writes to a case takes the case first, then its rows: in two orders, two would wait for good."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from survivor_portal.advocates.opened import Session as Desk
from survivor_portal.cases import access, grants, records, slot
from survivor_portal.cases.book import Note
from survivor_portal.takedowns import assigning, operations, rekey
from survivor_portal.takedowns.due import due_by
from survivor_portal.takedowns.process import Move
from survivor_portal.takedowns.standing import Entry, How
from tests.desk import a_grant, a_team, at_desk

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.database]
PLACE = operations.Place(1, "A place")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TABLE = re.compile(r'"(cases_\w+|takedowns_\w+)"')
# What a change of the case's key takes too.
ROWS = {"cases_record", "cases_entry", "cases_arrival", "cases_grant", "cases_offer", "takedowns_takedown"}


class Scene:
    """A case with one of each, let to a team with somebody at the desk."""

    def __init__(self) -> None:
        access.prepare()
        self.case = access.open_new(NOW).session.case
        self.record = records.add(self.case, "plan", {"a": 1}, Note("plan_kept"), NOW)
        self.request = operations.begin(
            self.case, platform="x", kind="request", label="One", to="X", grounds=("us-tida",),
            places=[PLACE], now=NOW,
        )  # fmt: skip
        slot.drop(self.case.id, "draft", {"text": "late"}, NOW)
        self.team = a_team(("Ana Li", "Bo Ek"))
        self.release = a_grant(self.case, self.team, NOW)
        self.desk: Desk = at_desk(self.team.people[0], NOW)
        self.opened = rekey.open_as(at_desk(self.team.people[1], NOW), self.release.grant_id, NOW)


def note(scene: Scene) -> None:
    sent = Entry(scene.request.next_seq, Move.SEND, NOW, (1,), how=How.FORM)
    due = due_by(NOW, counts_as_minor=False, zone=UTC)
    operations.note(scene.case, scene.request, sent, NOW, due=due)


def assign(scene: Scene) -> None:
    assigning.assign(scene.opened, {scene.request.id: ""}, scene.team.people[0].id, NOW)


def run_out(scene: Scene) -> None:
    grants.sweep(NOW + timedelta(days=99))


WRITERS: dict[str, Callable[[Scene], object]] = {
    "a record": lambda s: records.add(s.case, "x", {}, Note("x"), NOW),
    "the one record of its kind": lambda s: records.add_only(s.case, "y", {}, Note("y"), NOW),
    "a record again": lambda s: records.change(s.case, s.record, {}, Note("x"), NOW),
    "a request": lambda s: operations.begin(
        s.case, platform="x", kind="request", label="", to="", grounds=(), places=[PLACE], now=NOW
    ),
    "what happened": note,
    "the slot": lambda s: slot.take_in(s.case, NOW),
    "a new key": lambda s: rekey.rekey(s.case, NOW),
    "taken back": lambda s: rekey.revoke(s.case, s.release.grant_id, NOW),
    "renewed": lambda s: grants.renew(s.case, s.release, NOW + timedelta(days=100), NOW),
    "named": lambda s: grants.set_label(s.case, s.release.grant_id, "Green", NOW),
    "a list": lambda s: grants.keys_of(s.desk, [s.release.grant_id], NOW),
    "an opening": lambda s: rekey.open_as(s.desk, s.release.grant_id, NOW),
    "run out": run_out,
    "handed over": assign,
}


@pytest.mark.parametrize("what", WRITERS)
def test_a_case_is_held_before_any_row_of_it_is_changed(what: str) -> None:
    scene = Scene()
    with CaptureQueriesContext(connection) as context:
        WRITERS[what](scene)

    held, changed_before = False, []
    for query in context.captured_queries:
        sql = str(query["sql"])
        found = TABLE.search(sql)
        if found is None:
            continue
        # SQLite has one writer at a time: there it does not say that it holds the row.
        says_so = "UPDATE" in sql or connection.vendor == "sqlite"
        takes = sql.startswith("UPDATE") or ('"book_mark"' in sql and says_so)
        held = held or (found[1] == "cases_case" and takes)
        is_change = sql.startswith(("UPDATE", "DELETE", "INSERT")) or "FOR UPDATE" in sql
        if is_change and found[1] in ROWS and not held:
            changed_before.append(sql[:90])
    assert held
    assert changed_before == []
