"""The queue of a desk: every request of the cases its teams were let into, by when to look at it next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from survivor_portal.advocates.opened import Session
from survivor_portal.cases import access, grants
from survivor_portal.cases.keys import OpenCase
from survivor_portal.takedowns import operations, queue, rekey
from survivor_portal.takedowns.due import due_by
from survivor_portal.takedowns.models import Takedown as Row
from survivor_portal.takedowns.operations import Place, Takedown
from survivor_portal.takedowns.process import Fact, Happening, Move, State
from survivor_portal.takedowns.queue import Page, cursor
from survivor_portal.takedowns.queue_filters import Due, Filters, Holder, from_plain
from survivor_portal.takedowns.standing import Entry, How
from tests.desk import ATeam, a_grant, a_team, at_desk

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.database]
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DUE = due_by(NOW, counts_as_minor=False, zone=UTC)


def a_case() -> OpenCase:
    return access.open_new(NOW).session.case


def a_request(
    case: OpenCase, label: str, *happenings: Happening, ago: float = 0, platform: str = "x"
) -> Takedown:
    """A request that lived through these, all of them so many hours ago."""
    at = NOW - timedelta(hours=ago)
    made = operations.begin(
        case, platform=platform, kind="request_48h", label=label, to="X", grounds=["us-tida"],
        places=(Place(1, "Place 1"),), now=at,
    )  # fmt: skip
    for what in happenings:
        how = How.FORM if what is Move.SEND else None
        made = operations.note(case, made, Entry(made.next_seq, what, at, how=how), at, due=DUE)
    return made


@pytest.fixture
def team() -> ATeam:
    access.prepare()
    return a_team(("Ana Li", "Ben Ode"))


@pytest.fixture
def ana(team: ATeam) -> Session:
    return at_desk(team.people[0], NOW)


def labels(page: Page) -> list[str]:
    return [item.line.label for item in page.items]


def walked(desk: Session, filters: Filters, size: int) -> tuple[list[str], list[str]]:
    """All labels page by page to the end, and on the way back."""
    there, back = [], []
    page = queue.page(desk, filters, NOW, size=size)
    there += labels(page)
    while page.older:
        page = queue.page(desk, filters, NOW, size=size, after=cursor(str(page.older)))
        there += labels(page)
    back += labels(page)
    while page.newer:
        page = queue.page(desk, filters, NOW, size=size, before=cursor(str(page.newer)))
        back = labels(page) + back
    return there, back


def test_what_has_to_be_looked_at_first_stands_first_whosever_case_it_is(team: ATeam, ana: Session) -> None:
    blue, red = a_case(), a_case()
    a_grant(blue, team, NOW, label="Blue 7")
    a_grant(red, team, NOW, label="Red 1")
    a_request(blue, "refused an hour ago", Move.SEND, Fact.REFUSAL, ago=1)
    a_request(red, "sent, 24 hours to go", Move.SEND)
    a_request(red, "asked for more yesterday", Move.SEND, Fact.ASKS_MORE, ago=30)
    a_request(blue, "drafted two hours ago", ago=2)
    a_request(blue, "gone", Move.SEND, Fact.REMOVAL)

    page = queue.page(ana, Filters(), NOW)

    assert [(item.case_label, item.line.label) for item in page.items] == [
        ("Red 1", "asked for more yesterday"),
        ("Blue 7", "drafted two hours ago"),
        ("Blue 7", "refused an hour ago"),
        ("Red 1", "sent, 24 hours to go"),
    ]
    assert page.newer is page.older is None


def test_pages_go_there_and_back_over_ties_and_leave_out_nothing(team: ATeam, ana: Session) -> None:
    case = a_case()
    a_grant(case, team, NOW)
    for number in range(11):
        a_request(case, f"{number}", ago=number // 4)

    every = labels(queue.page(ana, Filters(), NOW))
    for size in (1, 3, 4, 10, 11, 12):
        there, back = walked(ana, Filters(), size)
        assert there == back == every
    assert sorted(every) == sorted(f"{number}" for number in range(11))


def test_only_granted_cases_are_listed_and_none_after_the_release(team: ATeam, ana: Session) -> None:
    granted, other, over, back = a_case(), a_case(), a_case(), a_case()
    a_grant(granted, team, NOW)
    a_grant(over, team, NOW, days=1)
    taken_back = a_grant(back, team, NOW)
    for case in (granted, other, over, back):
        a_request(case, case.id)
    rekey.revoke(back, taken_back.grant_id, NOW)

    assert labels(queue.page(ana, Filters(), NOW)) == [granted.id, over.id] or labels(
        queue.page(ana, Filters(), NOW)
    ) == [over.id, granted.id]
    assert labels(queue.page(ana, Filters(), NOW + timedelta(days=2))) == [granted.id]
    assert labels(queue.page(at_desk(a_team(("Cy Ro",)).people[0], NOW), Filters(), NOW)) == []


def test_who_must_not_see_a_case_sees_pages_filled_up_with_the_others(team: ATeam, ana: Session) -> None:
    secret, plain = a_case(), a_case()
    a_grant(secret, team, NOW, not_for=[team.people[0]])
    a_grant(plain, team, NOW)
    for number in range(4):
        a_request(secret, f"secret {number}", ago=9 - number)
        a_request(plain, f"plain {number}", ago=8.5 - number)

    there, back = walked(ana, Filters(), 2)

    assert len(labels(queue.page(ana, Filters(), NOW, size=2))) == 2
    assert there == back == [f"plain {number}" for number in range(4)]
    assert len(labels(queue.page(at_desk(team.people[1], NOW), Filters(), NOW))) == 8


def test_a_case_of_two_teams_of_one_person_is_listed_once(team: ATeam) -> None:
    second = a_team((team.people[0], "Cy Ro"), name="Night shift", organisation_id=team.organisation_id)
    ana = at_desk(team.people[0], NOW)
    shared, hidden = a_case(), a_case()
    for case in (shared, hidden):
        a_grant(case, team, NOW, not_for=[team.people[0]] if case is hidden else ())
        a_grant(case, second, NOW)
    for number in range(5):
        a_request(shared, f"shared {number}", ago=9 - number)
        a_request(hidden, f"hidden {number}", ago=8.5 - number)

    for size in (1, 3, 50):
        there, back = walked(ana, Filters(), size)
        assert there == back
        assert len(there) == len(set(there)) == 10
    assert len(labels(queue.page(ana, Filters(team_id=second.id), NOW))) == 10
    assert len(labels(queue.page(ana, Filters(team_id=team.id), NOW))) == 5


def test_each_filter_lets_through_what_it_says(team: ATeam, ana: Session) -> None:
    case = a_case()
    a_grant(case, team, NOW)
    a_request(case, "refused", Move.SEND, Fact.REFUSAL)
    a_request(case, "answered", Move.SEND, Fact.REFUSAL, Move.ANSWER)
    a_request(case, "asked", Move.SEND, Fact.ASKS_MORE, platform="reddit")
    a_request(case, "elsewhere", platform="")
    a_request(case, "gone", Move.SEND, Fact.REMOVAL)
    late = a_request(case, "late", Move.SEND, ago=60)
    later = a_request(case, "later", Move.SEND, ago=-80)
    Row.objects.filter(pk=late.id).update(assignee=team.people[0].id)
    Row.objects.filter(pk=later.id).update(assignee=team.people[1].id)

    def found(**wanted: Any) -> set[str]:
        filters = Filters(**wanted)
        assert from_plain(filters.to_plain()) == filters
        return set(labels(queue.page(ana, filters, NOW)))

    assert found(states=frozenset({State.REFUSED})) == {"refused"}
    assert found(states=frozenset({State.MORE_ASKED})) == {"asked"}
    assert found(states=frozenset({State.REMOVED, State.CLOSED})) == {"gone"}
    assert found(states=frozenset(State)) == found() | {"gone"}
    assert found(platform="reddit") == {"asked"}
    assert found(platform="other") == {"elsewhere"}
    assert found(holder=Holder.me) == {"late"}
    assert found(holder=Holder.somebody) == {"late", "later"}
    assert found(holder=Holder.nobody) == {"refused", "answered", "asked", "elsewhere"}
    assert found(due=Due.late) == {"late"}
    assert found(due=Due.today) == {"refused", "asked", "elsewhere", "late"}
    assert found(due=Due.week) == found()
    assert found(due=Due.today, holder=Holder.me, platform="x") == {"late"}


def test_a_list_stands_in_the_book_of_each_case_it_showed_and_only_there(team: ATeam, ana: Session) -> None:
    shown, behind = a_case(), a_case()
    for case, ago in ((shown, 9), (behind, 1)):
        a_grant(case, team, NOW)
        a_request(case, "one", ago=ago)

    queue.page(ana, Filters(), NOW, size=1)
    queue.page(ana, Filters(), NOW + timedelta(hours=1), size=1)

    assert [access.kind for access in grants.accesses(shown)] == ["listed"]
    assert grants.accesses(behind) == ()


def test_a_row_that_was_tampered_with_is_left_out_and_said(team: ATeam, ana: Session) -> None:
    case = a_case()
    a_grant(case, team, NOW)
    a_request(case, "whole")
    changed = a_request(case, "changed")
    Row.objects.filter(pk=changed.id).update(revision=9)

    page = queue.page(ana, Filters(), NOW)

    assert (labels(page), page.unread) == (["whole"], 1)


@pytest.mark.parametrize(
    "text", ["", "x", "2026-11-22T12", "2026-11-22T12.", "2026-11-22T12.a'b", "2026-99-22T12.ab", "a.b" * 40]
)
def test_a_place_in_the_queue_that_nobody_gave_out_is_none(text: str) -> None:
    assert cursor(text) is None
