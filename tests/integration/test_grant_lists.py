"""What a list shows of granted cases: labels for the page only, and each book says so first, once a day."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from survivor_portal import seals
from survivor_portal.advocates.opened import Session as Desk
from survivor_portal.cases import access, book, grants
from survivor_portal.cases.book import Note, ReadOnly
from survivor_portal.cases.keys import OpenCase
from survivor_portal.cases.models import Case, Grant
from survivor_portal.keystore import shred
from survivor_portal.takedowns import operations, rekey
from tests.desk import ATeam, a_grant, a_team, at_desk

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.database]
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def team() -> ATeam:
    access.prepare()
    return a_team(("Ana Li", "Bo Ek"))


@pytest.fixture
def ana(team: ATeam) -> Desk:
    return at_desk(team.people[0], NOW)


def granted(team: ATeam, count: int) -> dict[str, OpenCase]:
    """So many cases that are granted to this team, by grant."""
    found = {}
    for number in range(count):
        case = access.open_new(NOW).session.case
        found[a_grant(case, team, NOW, label=f"Label {number}").grant_id] = case
    return found


@contextmanager
def counted() -> Iterator[Callable[[], int]]:
    """How many statements both databases are asked, those that only mark a transaction left out."""
    with ExitStack() as stack:
        contexts = [
            stack.enter_context(CaptureQueriesContext(connections[name])) for name in ("default", "keys")
        ]
        marks = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
        yield lambda: sum(
            not query["sql"].startswith(marks) for context in contexts for query in context.captured_queries
        )


def listings(case: OpenCase) -> list[tuple[str, str]]:
    return [(one.team, one.name) for one in grants.accesses(case) if one.kind == "listed"]


@pytest.mark.parametrize("count", [1, 12])
def test_a_page_costs_the_same_however_many_cases_are_on_it(count: int, team: ATeam, ana: Desk) -> None:
    ids = list(granted(team, count))

    with counted() as first:
        assert len(grants.keys_of(ana, ids, NOW)) == count
    with counted() as again:
        assert len(grants.keys_of(ana, ids, NOW)) == count

    assert (first(), again()) == (6, 2)


def test_labels_open_with_what_it_gives_and_nothing_can_be_written_with_it(team: ATeam, ana: Desk) -> None:
    cases = granted(team, 3)
    for number, case in enumerate(cases.values()):
        operations.begin(
            case, platform="x", kind="request", label=f"Request {number}", to="X", grounds=("us-tida",),
            places=[operations.Place(1, "A place")], now=NOW,
        )  # fmt: skip

    found = grants.keys_of(ana, cases, NOW)

    assert [found[name].label for name in cases] == ["Label 0", "Label 1", "Label 2"]
    requests = [line.label for name in cases for line in operations.board(found[name].case)]
    assert requests == ["Request 0", "Request 1", "Request 2"]
    with pytest.raises(ReadOnly):
        book.add(next(iter(found.values())).case, [Note("seen")], NOW)


def test_each_book_says_once_a_day_which_team_saw_it_in_a_list(team: ATeam, ana: Desk) -> None:
    (name,), (case,) = zip(*granted(team, 1).items(), strict=True)
    bo, tomorrow = at_desk(team.people[1], NOW), NOW + timedelta(days=1)

    for desk, at in ((ana, NOW), (bo, NOW), (ana, NOW), (ana, tomorrow), (bo, tomorrow)):
        assert name in grants.keys_of(desk, [name], at)

    assert listings(case) == [("Helpline North, Example Helpline", "")] * 2
    assert [one.at.date() for one in grants.accesses(case)] == [tomorrow.date(), NOW.date()]
    assert book.not_as_told(case) == {}


def test_two_lists_in_one_moment_say_it_once(team: ATeam, ana: Desk) -> None:
    """The row's day is a hint only: both lists read it before either wrote."""
    (name,), (case,) = zip(*granted(team, 1).items(), strict=True)
    for _ in range(2):
        assert name in grants.keys_of(ana, [name], NOW)
        Grant.objects.update(listed_on=None)

    assert len(listings(case)) == 1


def test_two_teams_of_one_person_are_told_of_apart(team: ATeam) -> None:
    clinic = a_team((team.people[0],), name="Clinic", organisation="Example Clinic")
    case = access.open_new(NOW).session.case
    ids = [a_grant(case, one, NOW).grant_id for one in (team, clinic)]

    found = grants.keys_of(at_desk(team.people[0], NOW), ids, NOW)

    assert set(found) == set(ids)
    assert sorted(listings(case)) == [
        ("Clinic, Example Clinic", ""),
        ("Helpline North, Example Helpline", ""),
    ]


def test_a_change_of_key_does_not_forget_what_was_said_today(team: ATeam, ana: Desk) -> None:
    (name,), (case,) = zip(*granted(team, 1).items(), strict=True)
    grants.keys_of(ana, [name], NOW)
    Grant.objects.update(listed_on=None)

    changed = rekey.rekey(case, NOW)
    grants.keys_of(ana, [name], NOW)
    book.add(changed, [Note("seen")], NOW)
    Grant.objects.update(listed_on=None)
    grants.keys_of(ana, [name], NOW)

    assert len(listings(changed)) == 1


def damage_the_mark(case: OpenCase) -> None:
    Case.objects.filter(pk=case.id).update(book_mark=b"damaged")


def forget_the_half(case: OpenCase) -> None:
    shred.delete([case.id])


def give_another_key(case: OpenCase) -> None:
    Case.objects.filter(pk=case.id).update(key_number=9)


def seal_it_to_somebody_else(case: OpenCase) -> None:
    Grant.objects.filter(case_id=case.id).update(
        sealed=seals.seal_to(seals.new_pair().public, b"{}", context=b"")
    )


@pytest.mark.parametrize(
    "how", [damage_the_mark, forget_the_half, give_another_key, seal_it_to_somebody_else]
)
def test_a_case_that_cannot_be_shown_stops_no_other(
    how: Callable[[OpenCase], None], team: ATeam, ana: Desk
) -> None:
    cases = granted(team, 3)
    (_bad, case), *others = cases.items()
    how(case)

    found = grants.keys_of(ana, cases, NOW)

    assert set(found) == {name for name, _case in others}
    assert all(len(listings(other)) == 1 for _name, other in others)


def test_somebody_who_waits_to_be_let_in_sees_nothing(team: ATeam) -> None:
    names = list(granted(team, 1))
    new = a_team(("Cy Om", "Di Pa"), let_in=False)

    assert grants.keys_of(at_desk(new.people[1], NOW), names, NOW) == {}
    with patch.object(book, "add_daily", side_effect=AssertionError("nothing is shown")):
        assert grants.keys_of(at_desk(new.people[0], NOW), names, NOW) == {}
