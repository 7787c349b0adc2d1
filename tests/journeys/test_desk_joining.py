"""Coming to work at a desk: a link, a password, a passkey or an app, let in by a colleague, and in again."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache

from survivor_portal.advocates.models import Person
from tests.browser import PHONE, Watched
from tests.desk import PASSWORD, a_team
from tests.desk_pages import comes_in_with, has_a_passkey

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "keys"])]

LOOK = Callable[[Any], None]
NEW = "eleven slow boats on a green lake"
# A passkey belongs to a name, and never to a number.
HERE = "localhost"


@pytest.fixture(autouse=True)
def _nothing_counted_before() -> None:
    cache.clear()


def presses(page: Any, words: str) -> None:
    page.get_by_role("button", name=words, exact=True).click()


def heading(page: Any) -> str:
    return str(page.inner_text("main h1"))


def test_somebody_joins_with_a_link_and_a_passkey_and_comes_in_again(
    page_factory: Callable[..., Any],
    in_every_light: LOOK,
    assert_accessible: LOOK,
    settings: Any,
    watched: Watched,
) -> None:
    watched.expected_statuses.add(404)  # of a link that was used
    north = a_team(["Ana Li"])
    lead, joins = page_factory(host=HERE), page_factory(host=HERE)
    comes_in_with(lead, north.people[0], again=False)
    has_a_passkey(joins)

    # The lead makes a link, which is shown once.
    lead.goto("/desk/team/")
    in_every_light(lead)
    lead.fill("main [name=email]", "di at work")
    presses(lead, "Make a link")
    assert heading(lead) == "Type your password again"
    in_every_light(lead)
    lead.fill("[name=password_again]", PASSWORD)
    presses(lead, "Go on")
    # What is wrong is found, far down the page as it is.
    assert "no e-mail address" in lead.locator(":focus").inner_text()
    assert lead.evaluate("scrollY") > 0
    lead.fill("main [name=email]", "di@work.example")
    presses(lead, "Make a link")
    in_every_light(lead)
    link = lead.inner_text("#link")

    # The newcomer has an account, a passkey and recovery codes, and sees nothing yet.
    joins.goto(link)
    in_every_light(joins)
    presses(joins, "Go on")
    in_every_light(joins)
    joins.fill("[name=name]", "Di Wu")
    joins.fill("[name=password]", NEW)
    joins.fill("[name=password2]", NEW)
    presses(joins, "Go on")
    assert heading(joins) == "Set up the second step"
    in_every_light(joins)
    joins.fill("[name=name]", "laptop")
    presses(joins, "Make a passkey")
    joins.wait_for_selector(".sp-slip")
    in_every_light(joins)
    assert joins.locator(".sp-slip__code").count() == 10
    joins.click("text=I have them")
    assert "You are waiting to be let in" in joins.inner_text("main")
    in_every_light(joins)

    # A colleague lets them in.
    lead.goto("/desk/team/")
    presses(lead, "Let in Di Wu")
    assert "not let in yet" not in lead.inner_text("main")
    presses(joins, "Look again")
    assert "You are waiting" not in joins.inner_text("main")
    joins.goto("/desk/account/")
    assert "laptop" in joins.inner_text("main")
    in_every_light(joins)

    # Out, and in again with password and passkey.
    presses(joins, "Sign out")
    in_every_light(joins)
    joins.fill("[name=email]", "di@work.example")
    joins.fill("[name=password]", NEW)
    presses(joins, "Go on")
    assert heading(joins) == "The second step"
    in_every_light(joins)
    presses(joins, "Use your passkey")
    joins.wait_for_url("**/desk/**")
    joins.wait_for_selector(".sp-ways")
    joins.goto("/desk/account/")
    assert heading(joins) == "Your account"

    # The exit closes the desk.
    settings.EXIT_TARGET = link.partition("/desk/")[0] + "/about/"
    joins.click("[data-exit]")
    joins.wait_for_url("**/about/")
    assert {cookie["name"] for cookie in joins.context.cookies()} == set()
    joins.goto("/desk/account/")
    assert heading(joins) == "Sign in to the desk"

    # The lead's other pages.
    newcomer = Person.objects.get(email="di@work.example")
    for path in ("words/", "key/", "done/", "new/", f"{newcomer.pk}/"):
        lead.goto(f"/desk/team/{north.id}/{path}")
        in_every_light(lead)
    for path in ("anew/", "clock/"):
        lead.goto(f"/desk/team/{north.id}/{path}")
        assert_accessible(lead)
    for path in ("account/password/", "set-up/app/", "link/used/"):
        lead.goto(f"/desk/{path}")
        in_every_light(lead)
    lead.goto(f"/desk/team/{north.id}/key/")
    presses(lead, "Make it and print it")
    in_every_light(lead)
    lead.emulate_media(media="print")
    assert lead.locator("main :visible:text('Lock the paper')").count() == 0
    assert lead.locator(".sp-slip__code").is_visible()


def test_without_script_a_code_of_an_app_does_the_same(page_factory: Callable[..., Any]) -> None:
    person = a_team(["Ana Li"]).people[0]
    page = page_factory(js=False, viewport=PHONE)

    signs_in(page, person)
    assert heading(page) == "Set up the second step"
    assert page.get_by_role("button", name="Make a passkey").count() == 0
    page.click("text=Use an app")
    secret = page.inner_text("main p.sp-fixed").replace(" ", "")
    page.fill("[name=code]", code_of(secret))
    presses(page, "Go on")
    assert heading(page) == "Your recovery codes"
    recovery = page.locator(".sp-slip__code").first.inner_text()
    presses(page, "Sign out")
    signs_in(page, person)
    page.fill("[name=code]", code_of(secret, 1))
    presses(page, "Go on")
    assert page.locator(".sp-ways").count() == 1
    presses(page, "Sign out")
    signs_in(page, person)
    page.fill("[name=code]", recovery)
    presses(page, "Go on")
    page.goto("/desk/account/")

    assert "9 codes are left" in page.inner_text("main")


def signs_in(page: Any, person: Any) -> None:
    page.goto("/desk/sign-in/")
    page.fill("[name=email]", person.email)
    page.fill("[name=password]", person.password)
    presses(page, "Go on")


def code_of(secret: str, half_minutes: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + half_minutes))
