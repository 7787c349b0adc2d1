"""The pages of figures: totals of what is over, small numbers hidden, and what worked at a site."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from unittest import mock

import pytest
from django.test import Client

from survivor_portal import directory
from survivor_portal.cases import access, book
from survivor_portal.cases.actors import Scope
from survivor_portal.cases.keys import OpenCase
from survivor_portal.insights import team_counts
from survivor_portal.insights.periods import periods
from survivor_portal.insights.team_counts import Event, What
from survivor_portal.takedowns import of_teams, operations
from survivor_portal.takedowns.due import due_by
from survivor_portal.takedowns.operations import Place
from survivor_portal.takedowns.process import Fact, Move
from survivor_portal.takedowns.standing import Entry, How
from tests.desk import ATeam, a_grant, a_team
from tests.desk_pages import comes_in

pytestmark = [pytest.mark.django_db(databases=["default", "keys"])]
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
REFUSAL = "We've reviewed the content, and didn't find a violation of our policies."


@pytest.fixture
def clock() -> Iterator[None]:
    with mock.patch("django.utils.timezone.now", return_value=NOW):
        yield


@pytest.fixture
def desk(client: Client, clock: None) -> ATeam:
    team = a_team()
    comes_in(client, team.people[0], NOW)
    return team


def counted(team: ATeam, month: date, what: What, number: int, platform: str = "x") -> None:
    team_counts.count((team.id,), [Event(what, platform, ("us-tida",))] * number, month)


def a_case(team: ATeam, label: str = "Blue 7") -> OpenCase:
    access.prepare()
    case = access.open_new(NOW).session.case
    a_grant(case, team, NOW, scopes=[Scope.read], label=label)
    return case


def refused_and_removed(case: OpenCase) -> None:
    made = operations.begin(
        case, platform="x", kind="request_48h", label="X", to="X", grounds=["us-tida"],
        places=(Place(1, "Place 1", url="https://video.example/marker"),), channel="us_48h-1", now=NOW,
    )  # fmt: skip
    due = due_by(NOW, counts_as_minor=False, zone=UTC)
    for entry in (
        Entry(2, Move.SEND, NOW - timedelta(days=9), how=How.FORM),
        Entry(3, Fact.REFUSAL, NOW - timedelta(days=7), reply="r"),
        Entry(4, Move.APPEAL, NOW - timedelta(days=6)),
        Entry(5, Fact.REMOVAL, NOW - timedelta(days=3)),
    ):
        made = operations.note(case, made, entry, NOW, due=due, reply=REFUSAL if entry.reply else "")


def test_only_what_is_over_is_shown() -> None:
    found = periods(date(2026, 5, 3), date(2026, 11, 22))

    assert [one.key for one in found] == [
        "2026-10", "2026-q3", "2026-09", "2026-08", "2026-07", "2026-q2", "2026-06", "2026-05",
    ]  # fmt: skip
    assert periods(date(2026, 11, 3), date(2026, 11, 30)) == ()
    assert [one.key for one in periods(date(2025, 12, 1), date(2026, 1, 1))] == ["2025-q4", "2025-12"]


def test_small_numbers_are_hidden_on_the_page_and_in_the_file(client: Client, desk: ATeam) -> None:
    counted(desk, date(2026, 10, 4), What.SENT, 12)
    counted(desk, date(2026, 10, 4), What.SENT, 3, "")
    counted(desk, date(2026, 10, 4), What.REMOVED, 7)

    page = client.get("/desk/figures/").content.decode()
    file = client.get("/desk/figures/table.csv", {"period": "2026-10", "team": desk.id})

    assert "October 2026" in page
    assert "fewer than 5" in page
    rows = list(csv.DictReader(io.StringIO(file.content.decode())))
    sent = {(row["by"], row["name"]): row["sent"] for row in rows}
    name = directory.platform("x").name
    assert sent[("all", "")] == "15"
    assert sent[("site", "Other sites")] == "fewer than 5"
    assert sent[("site", name)] == "not shown"
    assert file["Content-Disposition"] == 'attachment; filename="table.csv"'
    assert {row["removed"] for row in rows if row["by"] == "all"} == {"7"}


def test_another_teams_figures_are_not_shown(client: Client, desk: ATeam) -> None:
    other = a_team(("Bo Day",), name="Helpline South")
    counted(other, date(2026, 10, 4), What.SENT, 7777)

    page = client.get("/desk/figures/", {"team": other.id, "period": "2026-10"}).content.decode()

    assert "7777" not in page
    assert "Helpline South" not in page


def test_a_case_that_is_let_in_counts_once(client: Client, desk: ATeam) -> None:
    case = a_case(desk)
    a_grant(case, desk, NOW)

    (table,) = (team_counts.tables(desk.id, [date(2026, 11, 1)], is_whole=False)[What.LET_IN],)

    assert table.total == {"2026-11": 1}


def test_what_worked_is_said_from_three_requests_on_and_each_case_notes_it(
    client: Client, desk: ATeam
) -> None:
    cases = [a_case(desk, f"Blue {n}") for n in range(2)]
    for case in cases:
        refused_and_removed(case)
    few = client.get("/desk/figures/sites/x/").content.decode()
    refused_and_removed(cases[0])

    page = client.get("/desk/figures/sites/x/").content.decode()

    assert "Too few to say" in few
    assert "a violation" not in few
    assert "didn&#x27;t find a violation" in page
    assert "an appeal (3)" in page
    assert "half of them within 2.0 days" in page
    assert "marker" not in page
    assert "listed" in {entry.note.kind for entry in book.timeline(cases[1])}


def test_a_site_nobody_knows_is_no_page(client: Client, desk: ATeam) -> None:
    assert client.get("/desk/figures/sites/no-such-site/").status_code == 404
    assert client.get("/desk/figures/sites/other/").status_code == 200


def test_the_sites_are_those_of_cases_that_are_let_in_now(client: Client, desk: ATeam) -> None:
    refused_and_removed(a_case(desk))
    other = a_team(("Bo Day",), name="Helpline South")

    here = client.get("/desk/figures/sites/").content.decode()

    assert "/desk/figures/sites/x/" in here
    assert of_teams.platforms((other.id,), NOW) == ()
    assert of_teams.platforms((desk.id,), NOW + timedelta(days=91)) == ()


def test_a_request_of_a_case_that_two_teams_were_let_into_is_seen_once(desk: ATeam) -> None:
    case = a_case(desk)
    second = a_team(("Bo Day",), name="Helpline South")
    a_grant(case, second, NOW)
    refused_and_removed(case)

    found = of_teams.find((desk.id, second.id), NOW, platform="x")

    assert len(found) == 1


def test_without_a_desk_there_are_no_figures(client: Client) -> None:
    for path in (
        "/desk/figures/",
        "/desk/figures/table.csv",
        "/desk/figures/sites/",
        "/desk/figures/sites/x/",
    ):
        assert client.get(path).status_code in (302, 404)
