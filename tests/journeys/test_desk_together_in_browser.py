"""A case opened in one room: notice first, the person signs, the card is theirs; at home it opens with it."""

from collections.abc import Callable
from typing import Any

import pytest

from survivor_portal.advocates.models import Organisation
from survivor_portal.cases import access
from tests.browser import PHONE
from tests.desk import a_team
from tests.desk_pages import comes_in_with

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "keys"])]

LOOK = Callable[[Any], None]
NOTICE = "Our people must tell child protection what they learn about a child in danger."
GO = "main button[name=go], main input[name=go]"


@pytest.fixture(autouse=True)
def _ready(served: str) -> None:
    access.prepare()


def test_opened_together_in_one_room_and_again_at_home(
    page_factory: Callable[..., Any], in_all_sizes: LOOK
) -> None:
    team = a_team(("Ana Li", "Ben Okoro"))
    Organisation.objects.update(notice=NOTICE, danger_plan="1. Stay on the line.\n2. Call the lead on duty.")
    desk = page_factory()
    comes_in_with(desk, team.people[0])
    desk.goto("/desk/cases/")
    in_all_sizes(desk)
    desk.get_by_role("link", name="Open a case together").click()

    # The agency's words come first, and nobody goes on without having read them together.
    assert NOTICE in desk.inner_text("main")
    assert "Ask first, without names" in desk.inner_text("main")
    desk.locator(GO).click()
    assert "Please read it together" in desk.inner_text(".sp-errors")
    in_all_sizes(desk)
    desk.get_by_label("We read this together").check()
    desk.locator(GO).click()
    in_all_sizes(desk)

    # Home is not safe: from here on no parent is asked for anything.
    desk.get_by_label("The person themselves").check()
    desk.get_by_label("16 or 17").check()
    desk.locator("input[name=home][value=yes]").check()
    desk.locator(GO).click()
    assert "parent" not in desk.inner_text("main").lower()
    in_all_sizes(desk)
    desk.get_by_label("What is this for?").fill("So that Ana writes the letters with me.")
    desk.get_by_label("Ben Okoro").check()
    desk.get_by_label("The person types their name").fill("R. Example")
    desk.get_by_label("Nobody who agrees here did this").check()
    desk.locator(GO).click()
    assert "Code and phrase" in desk.inner_text("h1")
    in_all_sizes(desk)
    desk.locator(GO).click()

    # The card, and what was printed stands on the paper alone.
    in_all_sizes(desk)
    code, phrase = desk.inner_text("#slip-code"), desk.inner_text("#slip-phrase")
    desk.emulate_media(media="print")
    assert desk.locator(".sp-slip").is_visible()
    assert not desk.locator("h1").is_visible()
    desk.emulate_media(media="screen")
    desk.get_by_role("button", name="The person has both").click()
    in_all_sizes(desk)
    assert "Ben Okoro" in desk.inner_text("main")
    desk.get_by_label("The person types the phrase").fill(phrase.upper())
    desk.locator(GO).click()

    # An empty case opens at the questions; the desk works in it under its own name.
    assert desk.url.endswith("/next/")
    assert "Are you in danger right now?" in desk.inner_text("main")
    assert phrase not in desk.content()
    desk.goto("/desk/case/")
    assert "The young person alone: R. Example" in desk.inner_text("main")
    in_all_sizes(desk)
    desk.goto("/desk/plan/")
    assert "Call the lead on duty." in desk.inner_text("main")
    in_all_sizes(desk)

    # At home, on a phone and without script: theirs, with who was let in.
    home = page_factory(js=False, viewport=PHONE)
    home.goto("/c/")
    home.get_by_label("Your code").fill(code)
    home.get_by_label("Your phrase").fill(phrase)
    home.get_by_role("button", name="Open", exact=True).click()
    home.get_by_role("button", name="What happened so far").click()
    assert "Ana Li" in home.inner_text("main")

    # The colleague who must not see it does not.
    other = page_factory(viewport=PHONE)
    comes_in_with(other, team.people[1])
    other.goto("/desk/cases/")
    assert "There is no case yet" in other.inner_text("main")
