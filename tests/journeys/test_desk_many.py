"""One advocate, many cases: mark as sent, check, one list, figures. With script and without."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from survivor_portal.cases import access, records
from survivor_portal.cases.actors import Scope
from survivor_portal.cases.book import Note
from survivor_portal.cases.keys import OpenCase
from survivor_portal.insights import team_counts
from survivor_portal.insights.team_counts import Event, What
from survivor_portal.takedowns import operations
from survivor_portal.takedowns.due import due_by
from survivor_portal.takedowns.operations import Place, Takedown
from survivor_portal.takedowns.process import Fact, Move, State
from survivor_portal.takedowns.standing import Entry, How
from tests.desk import ATeam, a_grant, a_team
from tests.desk_pages import comes_in_with

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "keys"])]
REFUSAL = "We've reviewed the content, and didn't find a violation of our policies."
LOOK = Callable[[Any], None]


def a_case(team: ATeam, label: str) -> OpenCase:
    access.prepare()
    now = datetime.now(UTC)
    case = access.open_new(now).session.case
    answers = {"age_then": "adult", "age_now": "adult"}
    records.add(case, "plan", {"answers": answers}, Note("plan_kept"), now)
    a_grant(case, team, now, scopes=[Scope.read, Scope.act, Scope.joint], label=label)
    return case


def a_request(case: OpenCase, *happenings: tuple[float, Move | Fact]) -> Takedown:
    """A request and what happened to it, so many days ago."""
    now = datetime.now(UTC)
    made = operations.begin(
        case, platform="x", kind="request_48h", label="X, 48 hours", to="X", grounds=["us-tida"],
        places=(Place(1, "x.com/…/1789", url="https://x.com/somebody/status/1789"),), channel="us_48h-1",
        now=now,
    )  # fmt: skip
    due = due_by(now, counts_as_minor=False, zone=UTC)
    for days, happening in happenings:
        how = How.FORM if happening is Move.SEND else None
        reply = "r" if happening is Fact.REFUSAL else ""
        entry = Entry(made.next_seq, happening, now - timedelta(days=days), how=how, reply=reply)
        made = operations.note(case, made, entry, now, due=due, reply=REFUSAL if reply else "")
    return made


def presses(page: Any, words: str) -> None:
    page.get_by_role("button", name=words, exact=True).click()


def ticks_all(page: Any) -> None:
    boxes = page.locator("[name=request]")
    boxes.first.wait_for()
    for box in boxes.all():
        box.check()


def agrees(page: Any) -> None:
    page.fill("[name=agreed_by]", "The person themselves")
    page.check("[name=agreed_how][value=phone]")
    page.fill("[name=agreed_on]", datetime.now(UTC).date().isoformat())


def heading(page: Any) -> str:
    return str(page.inner_text("main h1"))


@pytest.mark.parametrize("js", [True, False], ids=["script", "no-script"])
def test_somebody_at_a_desk_works_on_many_cases_at_once(
    page_factory: Callable[..., Any], in_every_light: LOOK, js: bool
) -> None:
    look = in_every_light if js else lambda _page: None
    team = a_team(["Ana Li"])
    cases = [a_case(team, f"Blue {number}") for number in range(1, 4)]
    drafts = [a_request(case) for case in cases]
    for case in cases:
        a_request(case, (9, Move.SEND), (8, Fact.REFUSAL), (7, Move.APPEAL), (4, Fact.REMOVAL))
    month = (datetime.now(UTC).date().replace(day=1) - timedelta(days=1)).replace(day=1)
    for what, count in ((What.SENT, 14), (What.ANSWERED, 9), (What.REMOVED, 6), (What.REFUSED, 2)):
        team_counts.count((team.id,), [Event(what, "x", ("us-tida",))] * count, month)
    team_counts.count((team.id,), [Event(What.SENT, "", ())] * 3, month)
    page = page_factory(js=js)
    comes_in_with(page, team.people[0])

    # Many marked as sent, one of them without a number.
    page.goto("/desk/")
    page.get_by_role("link", name="Mark many as sent").click()
    look(page)
    ticks_all(page)
    presses(page, "Go on")
    look(page)
    page.fill("[name=numbers]", "T-1\n\nT-3\nT-4")
    presses(page, "Show what belongs to what")
    assert "Please say how they agreed." in page.inner_text("main")
    look(page)
    agrees(page)
    presses(page, "Show what belongs to what")
    assert heading(page) == "What belongs to what"
    assert "Line 4, “T-4”: there are more lines than requests." in page.inner_text("main")
    look(page)
    presses(page, "Mark these as sent")
    assert heading(page) == "3 requests are marked as sent"
    look(page)
    sent = [operations.read(case, draft.id) for case, draft in zip(cases, drafts, strict=True)]
    assert {one.standing.state for one in sent} == {State.SENT}

    # What was taken down is checked.
    page.goto("/desk/check/")
    look(page)
    ticks_all(page)
    presses(page, "Show the places")
    look(page)
    page.locator("[value=gone]").first.check()
    presses(page, "Keep these answers")
    assert heading(page) == "The answers are kept"
    look(page)

    # One list for all.
    page.goto("/desk/joint/")
    look(page)
    page.click("main ul a")
    look(page)
    ticks_all(page)
    presses(page, "Write the list")
    assert "https://x.com/somebody/status/1789" in page.inner_text("main pre.sp-letter")
    look(page)
    agrees(page)
    presses(page, "Note that the list was sent")
    assert heading(page) == "The list is noted"
    look(page)

    # What came of it.
    page.get_by_role("link", name="Figures", exact=True).click()
    assert "fewer than 5" in page.inner_text("main")
    look(page)
    page.get_by_role("link", name="What worked at which site").click()
    look(page)
    page.click("main ul a")
    assert "an appeal (3)" in page.inner_text("main")
    look(page)
