"""One checking round over many cases: grown people only, one answer each, every case by itself."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from django.test import Client

from survivor_portal.advocates.models import Membership
from survivor_portal.cases import access, book, grants, records
from survivor_portal.cases.actors import Scope
from survivor_portal.cases.book import Note
from survivor_portal.cases.keys import OpenCase
from survivor_portal.takedowns import operations
from survivor_portal.takedowns.due import due_by
from survivor_portal.takedowns.operations import Place, Takedown
from survivor_portal.takedowns.process import Fact, Move, State
from survivor_portal.takedowns.standing import Entry, How
from survivor_portal.web.desk import bulk_round
from survivor_portal.web.survivor import arrivals
from tests.desk import ATeam, a_grant, a_team
from tests.desk_pages import comes_in

pytestmark = [pytest.mark.django_db(databases=["default", "keys"])]
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
GROWN: dict[str, Any] = {"age_then": "adult", "age_now": "adult"}


@pytest.fixture
def team(client: Client) -> Iterator[ATeam]:
    with mock.patch("django.utils.timezone.now", return_value=NOW):
        made = a_team()
        comes_in(client, made.people[0], NOW)
        yield made


def gone_from(
    team: ATeam, label: str, answers: dict[str, Any] | None, scopes: Any = (Scope.read, Scope.act)
) -> tuple[OpenCase, Takedown]:
    """A case with one request whose two places were taken down four days ago."""
    access.prepare()
    case = access.open_new(NOW).session.case
    if answers is not None:
        records.add(case, "plan", {"answers": answers}, Note("plan_kept"), NOW)
    a_grant(case, team, NOW, scopes=scopes, label=label)
    made = operations.begin(
        case, platform="x", kind="request_48h", label="X, 48 hours", to="X", grounds=["us-tida"],
        places=(
            Place(1, "video.example/…1", url="https://video.example/whole-1"),
            Place(2, "Stairs", url="https://video.example/whole-2", masked="video.example/…2"),
        ),
        now=NOW,
    )  # fmt: skip
    due = due_by(NOW, counts_as_minor=answers is not GROWN, zone=UTC)
    made = operations.note(
        case, made, Entry(2, Move.SEND, NOW - timedelta(days=9), how=How.FORM), NOW, due=due
    )
    return case, operations.note(case, made, Entry(3, Fact.REMOVAL, NOW - timedelta(days=4)), NOW, due=due)


def posted(client: Client, step: str, *requests: Takedown, **more: Any) -> str:
    data = {"step": step, "request": [one.id for one in requests], **more}
    return client.post("/desk/check/", data).content.decode()


@pytest.mark.parametrize(
    "answers",
    [
        None, {}, {"age_then": "13_15", "age_now": "adult"}, {"age_then": "not_sure", "age_now": "adult"},
        {"age_then": "adult", "age_now": "16_17"}, {"age_now": "adult"},
    ],
)  # fmt: skip
def test_nobody_is_asked_to_look_where_the_person_is_or_may_be_under_18(
    client: Client, team: ATeam, answers: dict[str, Any] | None
) -> None:
    case, takedown = gone_from(team, "Small 1", answers)
    listed = client.get("/desk/check/").content.decode()
    pages = [listed]

    for step in ("choose", "write"):
        pages.append(posted(client, step, takedown, **{f"place_{takedown.id}_1": "gone"}))

    assert not any("Small 1" in page or "video.example" in page for page in pages)
    assert operations.read(case, takedown.id).entries == takedown.entries
    assert "opened_by" not in {entry.note.kind for entry in book.timeline(case)}


def test_each_place_gets_one_answer_under_its_name_with_its_link_half_hidden(
    client: Client, team: ATeam
) -> None:
    case, takedown = gone_from(team, "Blue 7", GROWN)
    listed = client.get("/desk/check/").content.decode()

    page = posted(client, "choose", takedown)
    answers = {f"place_{takedown.id}_1": "gone", f"place_{takedown.id}_2": "there"}
    result = posted(client, "write", takedown, **answers)

    assert "Blue 7: X, 48 hours" in listed
    assert "2 places are due" in listed
    assert "Stairs" in page
    assert "video.example/…2" in page
    assert "whole-" not in listed + page + result
    found = operations.read(case, takedown.id).standing
    assert [item.state for item in found.items] == [State.REMOVED, State.REAPPEARED]
    assert "The answers are kept" in result
    assert [entry.note.by.split("|")[0] for entry in book.timeline(case)][-1] == "staff"


def test_the_places_stand_in_the_order_of_the_list_and_too_many_are_said(
    client: Client, team: ATeam, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = [gone_from(team, label, GROWN)[1] for label in ("Red 1", "Blue 7", "Green 2")]
    monkeypatch.setattr(bulk_round, "MOST", 2)

    page, fitting = posted(client, "choose", *chosen), posted(client, "choose", *chosen[:2])

    assert 0 < page.find("Blue 7, X") < page.find("Red 1, X")
    assert "Green 2" not in page
    assert "You chose more than 2." in page
    assert "You chose more" not in fitting


def test_answered_twice_it_is_noted_once(client: Client, team: ATeam) -> None:
    case, takedown = gone_from(team, "Blue 7", GROWN)
    answers = {f"place_{takedown.id}_{number}": "gone" for number in (1, 2)}
    posted(client, "write", takedown, **answers)

    again = posted(client, "write", takedown, **answers)

    assert "It was answered before" in again
    assert len(operations.read(case, takedown.id).entries) == len(takedown.entries) + 1
    assert "No check is due here" in client.get("/desk/check/").content.decode()


@pytest.mark.parametrize(("scopes", "role"), [([Scope.read], "lead"), ([Scope.read, Scope.act], "read_only")])
def test_who_may_only_read_is_not_offered_it_and_changes_nothing(
    client: Client, team: ATeam, scopes: list[Scope], role: str
) -> None:
    case, takedown = gone_from(team, "Blue 7", GROWN, scopes=scopes)
    Membership.objects.filter(team_id=team.id).update(role=role)

    listed = client.get("/desk/check/").content.decode()
    result = posted(client, "write", takedown, **{f"place_{takedown.id}_1": "gone"})

    assert "Blue 7" not in listed
    assert "You were let in to read this case" in result
    assert operations.read(case, takedown.id).entries == takedown.entries
    # What no page offers was tried, so the owner reads of it.
    arrivals.take_in(case, NOW)
    assert "refused_act" in {one.kind for one in grants.accesses(case)}


def test_what_is_not_on_the_form_stays_due(client: Client, team: ATeam) -> None:
    case, takedown = gone_from(team, "Blue 7", GROWN)

    posted(client, "write", takedown, **{f"place_{takedown.id}_1": "gone", f"place_{takedown.id}_77": "gone"})

    assert "1 place is due" in client.get("/desk/check/").content.decode()
    assert operations.read(case, takedown.id).entries[-1].items == (1,)
