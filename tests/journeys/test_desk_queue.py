"""The queue in a browser, without script and with it: take, hand over, keep a view, look at it on a phone."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from survivor_portal.cases import access, records
from survivor_portal.cases.book import Note
from survivor_portal.cases.keys import OpenCase
from survivor_portal.takedowns import operations
from survivor_portal.takedowns.due import due_by
from survivor_portal.takedowns.operations import Place
from survivor_portal.takedowns.process import Fact, Happening, Move
from survivor_portal.takedowns.standing import Entry, How
from tests.browser import DESK, PHONE, ZOOMED
from tests.desk import a_grant, a_team
from tests.desk_pages import comes_in_with

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "keys"])]

LOOK = Callable[[Any], None]
SHOTS = os.environ.get("SHOTS", "")


def presses(page: Any, words: str) -> None:
    page.get_by_role("button", name=words).first.click()
    page.locator("[aria-busy]").wait_for(state="detached")


def a_request(case: OpenCase, label: str, *happenings: Happening, ago: float = 0) -> None:
    now = datetime.now(UTC)
    at, due = now - timedelta(hours=ago), due_by(now, counts_as_minor=False, zone=UTC)
    made = operations.begin(
        case, platform="x", kind="request_48h", label=label, to="X", grounds=["us-tida"],
        places=(Place(1, "Place 1"),), now=at,
    )  # fmt: skip
    for what in happenings:
        how = How.FORM if what is Move.SEND else None
        made = operations.note(case, made, Entry(made.next_seq, what, at, how=how), at, due=due)


@pytest.fixture
def in_all_sizes(assert_accessible: LOOK) -> Callable[[Any, str], None]:
    """Look at a page at the desk, on the phone, at 400 % and in the dark, with all that is folded opened."""

    def look(page: Any, name: str) -> None:
        page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            for width, height in (PHONE, ZOOMED, DESK):
                page.set_viewport_size({"width": width, "height": height})
                if SHOTS and width != ZOOMED[0]:
                    page.screenshot(path=f"{SHOTS}/{name}-{scheme}-{width}.png", full_page=True)
                if scheme == "light" or width == PHONE[0]:
                    assert_accessible(page)
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.emulate_media(color_scheme="light")

    return look


@pytest.mark.parametrize("js", [False, True])
def test_a_request_is_found_taken_and_handed_over(
    page_factory: Callable[..., Any], in_all_sizes: Callable[[Any, str], None], js: bool
) -> None:
    access.prepare()
    north = a_team(("Ana Li", "Ben Ode"))
    for label in ("Blue 7", "Red 12"):
        case = access.open_new(datetime.now(UTC)).session.case
        records.add_only(
            case, records.PLAN, {"answers": {"country": "DE"}}, Note("plan_kept"), datetime.now(UTC)
        )
        a_grant(case, north, label=label)
        a_request(case, "X, 48 hours", Move.SEND, ago=75)
        a_request(case, "Second letter", Move.SEND, Fact.REFUSAL, ago=30)
        a_request(case, "Third letter", Move.SEND)
    page = page_factory(js=js)
    comes_in_with(page, north.people[0])

    page.goto("/about/")
    page.goto("/desk/")
    assert page.locator(".sp-jobs > li").count() == 6
    presses(page, "Refused, not answered")
    assert page.locator(".sp-jobs > li").count() == 2
    presses(page, "Take it")
    assert page.inner_text("[role=status]") == "You have it now."
    if js:
        in_all_sizes(page, "queue")

    presses(page, "Hand over")
    if js:
        in_all_sizes(page, "hand")
    presses(page, "Back to the queue")
    assert page.locator(".sp-jobs > li").count() == 2
    if js:
        # With script the queue is one entry, whatever was pressed in it, and a case comes back to it.
        page.locator("button[formaction]").first.click()
        page.wait_for_url("**/c/")
        page.go_back()
        assert page.locator(".sp-jobs > li").count() == 6
        presses(page, "Refused, not answered")
    presses(page, "Hand over")
    page.select_option("[name=to]", label="Ben Ode")
    page.fill("[name=note]", "They asked for a link.")
    presses(page, "Hand it over")
    assert page.inner_text("[role=status]") == "Ben Ode has it now."
    assert page.locator(".sp-jobs > li").count() == 2

    page.locator("summary", has_text="Keep this view").click()
    page.fill("[name=name]", "Refused ones")
    page.check("[name=start]")
    presses(page, "Keep this view")
    page.goto("/desk/")
    assert page.locator(".sp-jobs > li").count() == 2
    assert page.locator(".sp-view[aria-current]").all_inner_texts() == [
        "Refused, not answered",
        "Refused ones",
    ]
