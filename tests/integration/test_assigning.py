"""Take a request, hand it over, put it down: nobody overwrites anybody, and the book says who did what."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connections

from survivor_portal.advocates.models import Membership
from survivor_portal.advocates.who import Role
from survivor_portal.cases import access, book
from survivor_portal.cases.actors import Scope
from survivor_portal.cases.book import ReadOnly
from survivor_portal.cases.keys import OpenCase
from survivor_portal.cases.unlocked import Session
from survivor_portal.takedowns import assigning, operations, queue, rekey
from survivor_portal.takedowns.assigning import Held, NotForThem, assign
from survivor_portal.takedowns.operations import Place, Takedown
from survivor_portal.takedowns.queue_filters import Filters
from tests.desk import APerson, ATeam, a_grant, a_team, at_desk

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.database]
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
KINDS = ("assigned", "handed_over", "unassigned")


@pytest.fixture
def team() -> ATeam:
    access.prepare()
    roles = [Role.lead, Role.advocate, Role.advocate, Role.read_only]
    return a_team(("Ana Li", "Ben Ode", "Cy Ro", "Di Ek"), roles=roles)


@pytest.fixture
def case() -> OpenCase:
    access.prepare()
    return access.open_new(NOW).session.case


def a_request(case: OpenCase, label: str = "X, 48 hours") -> Takedown:
    return operations.begin(
        case, platform="x", kind="request_48h", label=label, to="X", grounds=[],
        places=(Place(1, "Place 1"),), now=NOW,
    )  # fmt: skip


def let_in(case: OpenCase, team: ATeam, person: APerson, *, grant: str = "", **terms: Any) -> Session:
    """The case, open for this person."""
    grant = grant or a_grant(case, team, NOW, **terms).grant_id
    return rekey.open_as(at_desk(person, NOW), grant, NOW)


def told(case: OpenCase) -> list[tuple[str, str, str]]:
    """Kind, whom it went to, and the note, as the owner reads the book."""
    return [
        (entry.note.kind, entry.note.facts["name"], entry.note.facts["note"])
        for entry in book.timeline(case)
        if entry.note.kind in KINDS
    ]


def test_a_request_is_taken_handed_over_with_a_note_and_put_down(case: OpenCase, team: ATeam) -> None:
    ana, ben, *_ = team.people
    made = a_request(case)
    session = let_in(case, team, ana)

    assign(session, {made.id: ""}, ana.id, NOW)
    assign(session, {made.id: ana.id}, ben.id, NOW, note="  They asked for a link. ")
    held = assigning.holders(session)
    assign(session, {made.id: ben.id}, "", NOW)

    assert held == (Held(made.id, ben.id, "Ben Ode"),)
    assert assigning.holders(session) == (Held(made.id, "", ""),)
    assert told(case) == [
        ("assigned", "Ana Li", ""),
        ("handed_over", "Ben Ode", "They asked for a link."),
        ("unassigned", "", ""),
    ]
    assert {e.note.by for e in book.timeline(case) if e.note.kind in KINDS} == {session.case.by}
    assert operations.read(case, made.id).revision == made.revision


def test_of_two_who_take_it_the_second_is_told_who_has_it(case: OpenCase, team: ATeam) -> None:
    ana, ben, *_ = team.people
    made = a_request(case)
    of_ana = let_in(case, team, ana)
    of_ben = let_in(case, team, ben, grant=of_ana.actor.grant_id if of_ana.actor else "")

    first = assign(of_ana, {made.id: ""}, ana.id, NOW)
    second = assign(of_ben, {made.id: ""}, ben.id, NOW)
    again = assign(of_ana, {made.id: ""}, ana.id, NOW)

    assert (first.done, first.kept) == ((made.id,), ())
    assert (second.done, second.kept) == ((), (Held(made.id, ana.id, "Ana Li"),))
    assert again.done == (made.id,)
    assert told(case) == [("assigned", "Ana Li", "")]


@pytest.mark.django_db(databases=["default", "keys"], transaction=True)
def test_two_in_the_same_moment_never_both_have_it(case: OpenCase, team: ATeam) -> None:
    made = a_request(case)
    of_ana = let_in(case, team, team.people[0])
    grant = of_ana.actor.grant_id if of_ana.actor else ""
    sessions = {0: of_ana, 1: let_in(case, team, team.people[1], grant=grant)}
    ready = threading.Barrier(2)
    done: dict[int, assigning.Assigned] = {}

    def take(number: int) -> None:
        try:
            ready.wait()
            done[number] = assign(sessions[number], {made.id: ""}, team.people[number].id, NOW)
        finally:
            connections.close_all()

    people = [threading.Thread(target=take, args=(number,)) for number in sessions]
    for person in people:
        person.start()
    for person in people:
        person.join()

    winner = next(number for number, result in done.items() if result.done)
    assert done[1 - winner].kept == (Held(made.id, team.people[winner].id, team.people[winner].name),)
    assert len(told(case)) == 1


def test_all_of_a_case_goes_over_but_what_somebody_else_has(case: OpenCase, team: ATeam) -> None:
    ana, ben, cy, _ = team.people
    first, second, third = (a_request(case, f"{n}") for n in range(3))
    session = let_in(case, team, ana)
    assign(session, {first.id: "", second.id: ""}, ana.id, NOW)
    seen = {held.request: held.person_id for held in assigning.holders(session)}
    assign(session, {second.id: ana.id}, cy.id, NOW)

    result = assign(session, seen, ben.id, NOW)

    assert set(result.done) == {first.id, third.id}
    assert result.kept == (Held(second.id, cy.id, "Cy Ro"),)


def test_whom_it_cannot_go_to(case: OpenCase, team: ATeam) -> None:
    _ana, ben, cy, di = team.people
    stranger = a_team(("El Fa",), name="Other").people[0]
    made = a_request(case)
    session = let_in(case, team, ben, not_for=[cy])

    for person in (cy.id, di.id, stranger.id, "nobody-of-that-name"):
        with pytest.raises(NotForThem):
            assign(session, {made.id: ""}, person, NOW)

    assert told(case) == []


def test_whoever_only_reads_assigns_nothing(case: OpenCase, team: ATeam) -> None:
    made = a_request(case)
    reads = let_in(case, team, team.people[3])

    with pytest.raises(ReadOnly):
        assign(reads, {made.id: ""}, team.people[0].id, NOW)


def test_a_release_to_read_only_lets_nobody_assign(case: OpenCase, team: ATeam) -> None:
    made = a_request(case)
    session = let_in(case, team, team.people[0], scopes=[Scope.read])

    with pytest.raises(ReadOnly):
        assign(session, {made.id: ""}, team.people[0].id, NOW)


def test_a_request_of_another_case_is_not_touched(case: OpenCase, team: ATeam) -> None:
    other = access.open_new(NOW).session.case
    foreign = a_request(other)
    session = let_in(case, team, team.people[0])

    result = assign(session, {foreign.id: ""}, team.people[0].id, NOW)

    assert result == assigning.Assigned((), ())
    assert told(other) == []


def test_who_leaves_a_team_has_none_of_its_requests_any_more(case: OpenCase, team: ATeam) -> None:
    ben = team.people[1]
    night = a_team((ben,), name="Night shift")
    second = access.open_new(NOW).session.case
    of_both, of_one = a_request(case), a_request(second)
    a_grant(case, night, NOW)
    for one, made in ((case, of_both), (second, of_one)):
        assign(let_in(one, team, ben), {made.id: ""}, ben.id, NOW)
    Membership.objects.filter(team_id=team.id, person_id=ben.id).delete()

    assert assigning.let_go(ben.id) == 1

    listed = queue.page(at_desk(team.people[0], NOW), Filters(), NOW).items
    assert {item.line.id: item.assignee_name for item in listed} == {of_both.id: "Ben Ode", of_one.id: ""}
