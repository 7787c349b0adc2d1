"""A helpline brings a list of its own; one of its people makes a case theirs, on a phone without script."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from survivor_portal.cases import access
from tests.browser import DESK, PHONE, ZOOMED
from tests.desk import a_team
from tests.desk_pages import comes_in_with

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "keys"])]

LOOK = Callable[[Any], None]
GO = "main button[name=go]"
HEAD = "case,link,age_then,age_now,country,agreed_by,release_signed,release_until,release_on_file\n"


@pytest.fixture(autouse=True)
def _ready(served: str) -> None:
    access.prepare()


@pytest.fixture
def in_all_sizes(assert_accessible: LOOK) -> LOOK:
    """Look at a page on the phone, at 400 %, at the desk, and in the dark; leave it as wide as it was."""

    def look(page: Any) -> None:
        before = page.viewport_size
        # Without motion: colours that fade over are looked at as they end.
        page.emulate_media(reduced_motion="reduce")
        for width, height in (ZOOMED, PHONE, DESK):
            page.set_viewport_size({"width": width, "height": height})
            assert_accessible(page)
            _keep(page, f"{width}")
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        assert_accessible(page)
        _keep(page, "dark")
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(before)
        assert page.title() in ("Next steps", "Error: Next steps")

    return look


def _keep(page: Any, name: str) -> None:
    """Pictures for whoever wants to look at them: only where a folder for them is named."""
    folder = os.environ.get("PICTURES")
    if folder:
        words = page.inner_text("h1").lower().replace(" ", "-")[:30]
        page.screenshot(path=Path(folder) / f"{words}-{name}.png", full_page=True)


def table(*, until: str) -> bytes:
    signed = (datetime.now(UTC) - timedelta(days=3)).date().isoformat()
    rows = [
        f"Blue {n},https://social.example/p/{n},adult,adult,US,adult,{signed},{until},yes\n" for n in (1, 2)
    ]
    return (HEAD + "".join(rows)).encode()


def test_a_list_is_brought_and_a_case_of_it_taken_over(
    page_factory: Callable[..., Any], in_all_sizes: LOOK
) -> None:
    team = a_team(["Ana Li"])
    desk = page_factory()
    comes_in_with(desk, team.people[0])
    desk.goto("/desk/")
    desk.get_by_role("link", name="Bring a list").click()
    in_all_sizes(desk)
    desk.get_by_role("link", name="Which columns there are").click()
    in_all_sizes(desk)
    desk.go_back()

    # One day is over already: the list says where, and nothing is made.
    files = {"name": "ours.csv", "mimeType": "text/csv", "buffer": table(until="2020-01-01")}
    desk.set_input_files("input[type=file]", files)
    desk.locator(GO).click()
    assert "Line 2, column “release_until”" in desk.inner_text(".sp-errors")
    in_all_sizes(desk)

    # Put right, looked at once more, and made after the yes.
    good = table(until=(datetime.now(UTC) + timedelta(days=90)).date().isoformat())
    desk.set_input_files("input[type=file]", files | {"buffer": good})
    desk.locator(GO).click()
    assert "This is what would be made" in desk.inner_text("h1")
    desk.locator(GO).click()
    assert "Tick this" in desk.inner_text(".sp-errors")
    desk.get_by_label("Yes. For each of these cases").check()
    desk.locator(GO).click()
    assert "2 cases were made" in desk.inner_text("h1")
    in_all_sizes(desk)

    # Brought once more, nothing is made twice.
    desk.get_by_role("link", name="Bring another list").click()
    desk.set_input_files("input[type=file]", files | {"buffer": good})
    desk.locator(GO).click()
    assert "Line 3: this case is here already (Blue 2)." in desk.inner_text("main")
    assert desk.get_by_label("Leave them out").is_checked()
    in_all_sizes(desk)
    desk.get_by_label("Yes. For each of these cases").check()
    desk.locator(GO).click()
    assert "2 cases were left out" in desk.inner_text("main")

    # A case of them opens; a table of more links goes into it.
    desk.get_by_role("link", name="Cases", exact=True).click()
    desk.get_by_role("button", name="Open Blue 1").click()
    desk.goto("/desk/lists/")
    assert "Links for the case that is open: Blue 1" in desk.inner_text("main")
    in_all_sizes(desk)
    desk.fill("#links_text", "link,place\nhttps://social.example/p/9,\n,An app; @name\n")
    desk.get_by_role("button", name="Check these links").click()
    in_all_sizes(desk)
    desk.locator(GO).click()
    assert "2 places were added" in desk.inner_text("h1")

    # The desk makes a code, and says it on the phone.
    desk.goto("/desk/case/")
    desk.get_by_role("button", name="Make a code for the person").click()
    code = desk.inner_text(".sp-slip__code")

    # The person types it on a phone, without script, and sees what is there and who keeps it.
    phone = page_factory(js=False)
    phone.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    phone.goto("/c/")
    phone.get_by_role("button", name="A helper gave me a one-time code").click()
    _keep(phone, "phone")
    phone.fill("[name=code]", code)
    phone.locator(GO).click()
    assert "Helpline North, Example Helpline" in phone.inner_text("main")
    assert "3 links and places" in phone.inner_text("main")
    _keep(phone, "phone")
    phone.get_by_label("It is about me").check()
    phone.get_by_label("No", exact=True).check()
    phone.locator(GO).click()
    _keep(phone, "phone")
    phone.locator(GO).click()
    phrase = phone.inner_text("#slip-phrase")
    phone.get_by_role("button", name="I have both").click()
    phone.fill("[name=phrase]", phrase)
    phone.locator(GO).click()
    assert phone.url.endswith("/c/")
    assert phone.locator("h1").count()

    # It is hers, and the desk's next click finds it gone.
    desk.goto("/desk/cases/")
    assert desk.get_by_role("button", name="Open Blue 1").count() == 0
    assert desk.get_by_role("button", name="Open Blue 2").count() == 1


def test_the_pages_of_taking_over_can_be_used_by_everybody(
    page_factory: Callable[..., Any], in_all_sizes: LOOK
) -> None:
    from tests.integration.test_taking_over import a_case, code_for

    team = a_team(["Ana Li"])
    page = page_factory()
    page.goto("/c/")
    page.get_by_role("button", name="A helper gave me a one-time code").click()
    page.wait_for_selector("[name=code]")
    in_all_sizes(page)
    page.fill("[name=code]", code_for(team, a_case(team)))
    page.locator(GO).click()
    page.wait_for_selector("[name=who]")
    in_all_sizes(page)
    page.get_by_label("Yes, on the terms below").check()
    page.locator(GO).click()
    page.wait_for_selector(".sp-errors")
    assert "Type your name here" in page.inner_text(".sp-errors")
    in_all_sizes(page)
