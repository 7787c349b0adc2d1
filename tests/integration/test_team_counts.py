"""Figures of a team: each thing a request came to is counted once, and nothing tells of which request."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from survivor_portal.cases import access, keys
from survivor_portal.cases.keys import OpenCase
from survivor_portal.cases.models import Grant
from survivor_portal.insights import team_counts
from survivor_portal.insights.cells import TOTAL
from survivor_portal.insights.team_counts import Event, What
from survivor_portal.takedowns import operations
from survivor_portal.takedowns.due import due_by
from survivor_portal.takedowns.operations import Place, Takedown
from survivor_portal.takedowns.process import Fact, Happening, Move
from survivor_portal.takedowns.standing import Entry, How
from tests.desk import a_team

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.database]
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)
REFUSAL = "We've reviewed the content, and didn't find a violation of our policies."


@pytest.fixture
def case() -> OpenCase:
    access.prepare()
    return access.open_new(NOW).session.case


def let_in(case: OpenCase, until: datetime = NOW + timedelta(days=90)) -> str:
    team = a_team(())
    Grant.objects.create(
        id=keys.new_id(), case_id=case.id, team_id=team.id, expires_at=until, team_key_number=1
    )
    return team.id


def a_takedown(case: OpenCase, platform: str = "x") -> Takedown:
    return operations.begin(
        case, platform=platform, kind="request_48h", label="X", to="X", grounds=["us-tida", "eu-dsa-16"],
        places=(Place(1, "Place 1", url="https://video.example/1"),), channel="us_48h-1", now=NOW,
    )  # fmt: skip


def noted(
    case: OpenCase, takedown: Takedown, happening: Happening | None, at: datetime = NOW, **more: Any
) -> Takedown:
    reply = REFUSAL if happening is Fact.REFUSAL else ""
    given: dict[str, Any] = {"how": How.FORM} if happening is Move.SEND else {}
    given |= {"reply": "r1"} if reply else {}
    entry = Entry(takedown.next_seq, happening, at, **(given | more))
    due = due_by(at, counts_as_minor=False, zone=UTC)
    return operations.note(case, takedown, entry, at, due=due, reply=reply)


def counted(team: str, month: date = NOVEMBER) -> dict[str, int]:
    """What stands in the totals of that month, zeros left out."""
    tables = team_counts.tables(team, [month], is_whole=False)
    return {what.value: found for what in What if (found := tables[what].total.get(f"{month:%Y-%m}", 0))}


def test_what_a_request_came_to_is_counted_once_for_each_team_that_is_let_in(case: OpenCase) -> None:
    first, second = let_in(case), let_in(case)
    gone = let_in(case, until=NOW)

    takedown = noted(case, a_takedown(case), Move.SEND)
    takedown = noted(case, takedown, Fact.RECEIPT)
    takedown = noted(case, takedown, Fact.REFUSAL)
    takedown = noted(case, takedown, Move.ANSWER)
    takedown = noted(case, takedown, Fact.REFUSAL, reply="r2")
    noted(case, takedown, Fact.REMOVAL)

    assert counted(first) == {"sent": 1, "answered": 1, "refused": 1, "removed": 1}
    assert counted(second) == counted(first)
    assert counted(gone) == {}
    table = team_counts.tables(first, [NOVEMBER], is_whole=False)[What.SENT]
    assert table.parts == {"site:x": {"2026-11": 1}}
    assert table.covers == {"law:us-tida": {"2026-11": 1}, "law:eu-dsa-16": {"2026-11": 1}}


def test_what_was_there_before_a_team_was_let_in_is_not_its_work(case: OpenCase) -> None:
    takedown = noted(case, a_takedown(case), Move.SEND)
    team = let_in(case)

    noted(case, takedown, Fact.REMOVAL)

    assert counted(team) == {"answered": 1, "removed": 1}


def test_what_was_noted_by_mistake_is_taken_back_in_its_month_and_not_later(case: OpenCase) -> None:
    team = let_in(case)
    takedown = noted(case, a_takedown(case), Move.SEND)
    takedown = noted(case, takedown, Fact.REMOVAL)
    takedown = noted(case, takedown, None, corrects=takedown.last_seq)
    assert counted(team) == {"sent": 1}

    takedown = noted(case, takedown, Fact.REMOVAL)
    later = NOW + timedelta(days=20)
    takedown = noted(case, takedown, None, later, corrects=takedown.last_seq)
    noted(case, takedown, Fact.REMOVAL, later)

    assert counted(team) == {"sent": 1, "answered": 1, "removed": 1}
    assert counted(team, DECEMBER) == {}


def test_nothing_is_counted_where_nothing_is_written(case: OpenCase) -> None:
    team = let_in(case)
    takedown = noted(case, a_takedown(case), Move.SEND)
    noted(case, takedown, Fact.RECEIPT)

    with pytest.raises(operations.ChangedMeanwhile):
        noted(case, takedown, Fact.REMOVAL)

    assert counted(team) == {"sent": 1}


def test_a_count_that_is_taken_back_twice_is_not_below_nothing() -> None:
    event = Event(What.SENT, "x")
    team_counts.count(("t",), [event, event], NOW.date())
    for _ in range(3):
        team_counts.take_back(("t",), [event], NOW.date())

    assert counted("t") == {}
    assert team_counts.first_month("t") == NOVEMBER
    assert team_counts.first_month("u") is None


def test_a_case_that_is_let_in_has_a_total_and_no_site() -> None:
    team_counts.count(("t",), [Event(What.LET_IN)], NOW.date())

    table = team_counts.tables("t", [NOVEMBER], is_whole=False)[What.LET_IN]

    assert (table.total, table.parts, table.covers) == ({"2026-11": 1}, {}, {})
    assert TOTAL == ""


def test_the_overview_holds_what_a_list_needs_to_learn_from_a_request(case: OpenCase) -> None:
    takedown = noted(case, a_takedown(case), Move.SEND)
    takedown = noted(case, takedown, Fact.REFUSAL, NOW + timedelta(days=1))
    takedown = noted(case, takedown, Move.APPEAL, NOW + timedelta(days=2))
    noted(case, takedown, Fact.REMOVAL, NOW + timedelta(days=3))

    (line,) = operations.board(case)

    found = line.summary
    assert found is not None
    assert (found.sent_at, found.answered_at) == (NOW, NOW + timedelta(days=1))
    assert (found.refused_at, found.removed_at) == (NOW + timedelta(days=1), NOW + timedelta(days=3))
    assert (found.grounds, found.channel, found.how) == (("us-tida", "eu-dsa-16"), "us_48h-1", How.FORM)
    assert found.refusals == ("didn't find a violation",)
    assert found.last_step is Move.APPEAL
