"""Coming in at the desk: the password, then the second step, and nothing before both are done."""

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client

from tests.desk import PASSWORD, APerson, a_team

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

SIGN_IN, SECOND, SET_UP, APP, TEAM = (
    "/desk/sign-in/", "/desk/second-step/", "/desk/set-up/", "/desk/set-up/app/", "/desk/team/",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _nothing_counted_before() -> None:
    cache.clear()


@pytest.fixture
def ana() -> APerson:
    return a_team(["Ana Li"]).people[0]


def code_of(secret: str, half_minutes: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + half_minutes))


def with_an_app(client: Client, person: APerson) -> str:
    """The person signs in for the first time and sets up an app. Gives its secret."""
    client.post(SIGN_IN, {"email": person.email, "password": person.password}, follow=True)
    page = client.get(APP).content.decode()
    secret = re.search(r'<p class="sp-fixed" translate="no">([A-Z2-7 ]+)</p>', page)
    assert secret
    found = secret[1].replace(" ", "")
    answer = client.post(APP, {"code": code_of(found, -1)})
    assert "Your recovery codes" in answer.content.decode()
    return found


def test_a_password_alone_leads_to_setting_up_a_second_step_and_nowhere_else(
    client: Client, ana: APerson
) -> None:
    answer = client.post(SIGN_IN, {"email": ana.email, "password": PASSWORD}, follow=True)

    assert answer.redirect_chain[-1][0] == SET_UP
    for path in (TEAM, "/desk/", "/desk/account/", "/desk/account/password/"):
        assert client.get(path).headers["Location"] == SET_UP, path


def test_the_first_second_step_opens_the_desk_and_gives_recovery_codes_once(
    client: Client, ana: APerson
) -> None:
    with_an_app(client, ana)

    assert client.get("/desk/account/").status_code == 200
    assert "10 codes are left" in client.get("/desk/account/").content.decode()
    assert "sp-slip__code" not in client.get("/desk/account/").content.decode()


def test_with_a_second_step_set_up_a_password_alone_opens_nothing(client: Client, ana: APerson) -> None:
    secret = with_an_app(client, ana)
    client.post("/desk/sign-out/")

    halfway = client.post(SIGN_IN, {"email": ana.email, "password": PASSWORD})

    assert halfway.headers["Location"] == SECOND
    for path in (TEAM, "/desk/", "/desk/account/", SET_UP, APP):
        assert client.get(path).headers["Location"] == SIGN_IN, path
    assert client.post(SECOND, {"code": code_of(secret)}).status_code == 302
    assert client.get("/desk/account/").status_code == 200
