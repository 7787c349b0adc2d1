"""Coming in at the desk: the password, then the second step, and nothing before both are done."""

import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings as site
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import DatabaseError, OperationalError
from django.test import Client

from survivor_portal import counts, seals
from survivor_portal.advocates.models import AtDesk, Organisation
from survivor_portal.counts.here import Here
from survivor_portal.web.desk import second, tries
from tests.desk import PASSWORD, APerson, a_person, a_team
from tests.desk_pages import comes_in, typed_again

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

SIGN_IN, SECOND, SET_UP, APP, TEAM = (
    "/desk/sign-in/", "/desk/second-step/", "/desk/set-up/", "/desk/set-up/app/", "/desk/team/",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _nothing_counted_before(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setattr(counts.COUNTS, "here", Here())


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
    answer = client.post(APP, {"code": code_of(found)})
    assert "Your recovery codes" in answer.content.decode()
    return found


def test_a_password_alone_leads_to_the_second_step_and_nowhere_else(client: Client, ana: APerson) -> None:
    answer = client.post(SIGN_IN, {"email": ana.email, "password": PASSWORD}, follow=True)

    assert answer.redirect_chain[-1][0] == SET_UP
    for path in (TEAM, "/desk/", "/desk/account/", "/desk/account/password/"):
        assert client.get(path).headers["Location"] == SET_UP, path


def test_setting_it_up_opens_the_desk_and_gives_recovery_codes_once(client: Client, ana: APerson) -> None:
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
    assert client.post(SECOND, {"code": code_of(secret, 1)}).status_code == 302
    assert client.get("/desk/account/").status_code == 200


def forget_the_token(page: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)


def test_an_unknown_address_and_a_wrong_password_get_the_same_page_and_the_same_work(
    ana: APerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow: list[int] = []
    plain = seals.phrase_key
    monkeypatch.setattr(seals, "phrase_key", lambda *given: slow.append(1) or plain(*given))
    pages, works = [], []

    for email in (ana.email, "nobody@work.example"):
        slow.clear()
        answer = Client().post(SIGN_IN, {"email": email, "password": "not the password at all"})
        pages.append((answer.status_code, forget_the_token(answer.content.decode()).replace(email, "")))
        works.append(len(slow))

    assert pages[0] == pages[1]
    assert pages[0][0] == 422
    assert works == [1, 1]


def test_after_ten_failures_the_right_password_has_to_wait_on_an_unknown_device_only(
    client: Client, ana: APerson
) -> None:
    with_an_app(client, ana)
    client.post("/desk/sign-out/")
    stranger = Client()

    for _ in range(tries.MOST):
        stranger.post(SIGN_IN, {"email": ana.email, "password": "not the password at all"})
    refused = stranger.post(SIGN_IN, {"email": ana.email.upper(), "password": PASSWORD})
    known = client.post(SIGN_IN, {"email": ana.email, "password": PASSWORD})

    assert "Please wait 15 minutes" in refused.content.decode()
    assert known.headers["Location"] == SECOND


def test_an_address_that_nobody_has_waits_just_the_same() -> None:
    stranger = Client()

    for _ in range(tries.MOST):
        stranger.post(SIGN_IN, {"email": "nobody@work.example", "password": "not the password at all"})
    refused = stranger.post(SIGN_IN, {"email": "nobody@work.example", "password": PASSWORD})

    assert "Please wait 15 minutes" in refused.content.decode()


def test_what_a_device_is_known_by_is_of_no_use_for_another_account(client: Client, ana: APerson) -> None:
    with_an_app(client, ana)
    bo = a_person("Bo Ek")
    client.post("/desk/sign-out/")
    for _ in range(tries.MOST):
        Client().post(SIGN_IN, {"email": bo.email, "password": "not the password at all"})

    refused = client.post(SIGN_IN, {"email": bo.email, "password": PASSWORD})

    assert "Please wait 15 minutes" in refused.content.decode()


def test_ten_wrong_codes_make_the_second_step_wait(client: Client, ana: APerson) -> None:
    secret = with_an_app(client, ana)
    client.post("/desk/sign-out/")
    other = Client()
    other.post(SIGN_IN, {"email": ana.email, "password": PASSWORD})

    for _ in range(tries.MOST):
        other.post(SECOND, {"code": "00000x"})
    answer = other.post(SECOND, {"code": code_of(secret, 1)})

    assert "Please wait 15 minutes" in answer.content.decode()


def test_a_code_counts_once(client: Client, ana: APerson) -> None:
    secret = with_an_app(client, ana)
    client.post("/desk/sign-out/")
    code = code_of(secret, 1)
    client.post(SIGN_IN, {"email": ana.email, "password": PASSWORD})
    first = client.post(SECOND, {"code": f" {code[:3]} {code[3:]} "})
    client.post("/desk/sign-out/")
    client.post(SIGN_IN, {"email": ana.email, "password": PASSWORD})
    # The library forgets it after half a minute, while the code still counts for another.
    cache.delete(f"allauth.mfa.totp.used?user={ana.id}&code={code}")

    again = client.post(SECOND, {"code": code})

    assert first.status_code == 302
    assert again.status_code == 422
    assert client.get(TEAM).headers["Location"] == SIGN_IN


def test_no_secret_of_a_second_step_stands_in_the_database_in_clear(client: Client, ana: APerson) -> None:
    client.post(SIGN_IN, {"email": ana.email, "password": PASSWORD}, follow=True)
    client.get(APP)
    halfway = Session.objects.get(pk=client.cookies[site.SESSION_COOKIE_NAME].value).get_decoded()
    secret = with_an_app(Client(), ana)

    kept = [str(found.data) for found in Authenticator.objects.all()]
    assert len(kept) == 2
    assert not [data for data in kept if secret in data]
    assert not re.search(r"\b[A-Z2-7]{32}\b", str(halfway))


def test_the_last_way_to_do_the_second_step_stays(client: Client, ana: APerson) -> None:
    with_an_app(client, ana)
    typed_again(client)

    refused = client.post("/desk/account/remove/", {"app": "1"})

    assert refused.status_code == 422
    assert "so it stays" in refused.content.decode()
    assert second.ways_of(ana.id).has_app


def test_a_desk_left_alone_closes_and_the_sign_in_says_so(client: Client, ana: APerson) -> None:
    comes_in(client, ana, datetime.now(UTC) - timedelta(minutes=31))

    answer = client.get("/desk/account/", follow=True)

    assert answer.redirect_chain == [(SIGN_IN, 302)]
    assert "The desk has closed." in answer.content.decode()


def test_each_of_the_three_parts_alone_opens_nothing(client: Client, ana: APerson) -> None:
    comes_in(client, ana)
    desk, signed_in = site.DESK_COOKIE, site.SESSION_COOKIE_NAME

    for name in (desk, signed_in):
        half = Client()
        half.cookies[name] = client.cookies[name].value
        assert half.get("/desk/account/").headers["Location"] == SIGN_IN, name
    AtDesk.objects.all().delete()
    assert client.get("/desk/account/").headers["Location"] == SIGN_IN


def test_somebody_elses_cookie_opens_nothing(client: Client, ana: APerson) -> None:
    bo = Client()
    comes_in(bo, a_person("Bo Ek"))
    comes_in(client, ana)
    bo.cookies[site.DESK_COOKIE] = client.cookies[site.DESK_COOKIE].value

    assert bo.get("/desk/account/").headers["Location"] == SIGN_IN


def test_signing_out_and_leaving_end_row_and_session(ana: APerson) -> None:
    for path in ("/desk/sign-out/", "/exit/"):
        client = Client()
        comes_in(client, ana)
        kept = {name: client.cookies[name].value for name in (site.DESK_COOKIE, site.SESSION_COOKIE_NAME)}

        client.post(path)

        assert AtDesk.objects.count() == Session.objects.count() == 0
        again = Client()
        again.cookies.load(kept)
        assert again.get("/desk/account/").headers["Location"] == SIGN_IN


def test_stay_begins_the_idle_time_again_and_acts_on_nothing(client: Client, ana: APerson) -> None:
    comes_in(client, ana, datetime.now(UTC) - timedelta(minutes=20))
    typed = {"old": PASSWORD, "password": "eleven slow boats on a green lake", "step": "stay"}
    typed["password2"] = typed["password"]

    answer = client.post("/desk/account/password/", typed)

    assert answer.status_code == 200
    assert datetime.now(UTC) - AtDesk.objects.get().seen_at < timedelta(minutes=1)
    assert Client().post(SIGN_IN, {"email": ana.email, "password": PASSWORD}).headers["Location"] == "/desk/"


def test_a_new_password_opens_and_the_old_one_does_not(client: Client, ana: APerson) -> None:
    comes_in(client, ana)
    new = "eleven slow boats on a green lake"
    weak = client.post(
        "/desk/account/password/", {"old": PASSWORD, "password": "short", "password2": "short"}
    )

    answer = client.post("/desk/account/password/", {"old": PASSWORD, "password": new, "password2": new})

    assert "too short" in weak.content.decode()
    assert answer.headers["Location"] == "/desk/account/"
    assert client.get("/desk/account/").status_code == 200
    assert Client().post(SIGN_IN, {"email": ana.email, "password": PASSWORD}).status_code == 422
    assert Client().post(SIGN_IN, {"email": ana.email, "password": new}).headers["Location"] == "/desk/"


@pytest.mark.parametrize(
    "path", [SIGN_IN, SECOND, SET_UP, APP, TEAM, "/desk/", "/desk/account/", "/desk/link/x/"]
)
def test_without_a_desk_no_address_of_it_is_there(client: Client, settings: Any, path: str) -> None:
    settings.DESK_OPEN = False

    assert client.get(path).status_code == 404
    assert client.post(path, {"email": "a@work.example"}).status_code == 404


@pytest.mark.parametrize(
    "given", ["", "[]", "{}", "null", "no json", '{"id": 1}', '{"id": "a", "rawId": "b"}']
)
def test_what_is_no_passkey_is_told_and_breaks_nothing(client: Client, ana: APerson, given: str) -> None:
    client.post(SIGN_IN, {"email": ana.email, "password": PASSWORD}, follow=True)

    answer = client.post(SET_UP, {"name": "laptop", "credential": given})

    assert answer.status_code == 422
    assert "This passkey did not work" in answer.content.decode()
    assert not second.ways_of(ana.id).has_one


def test_words_sent_when_the_desk_had_closed_are_shown_once_more_and_change_nothing(
    client: Client,
) -> None:
    north = a_team(["Ana Li"], notice="What stands there.")
    comes_in(client, north.people[0], datetime.now(UTC) - timedelta(minutes=31))
    words = {"notice": "We report harm\nto a child.", "password_again": "two words"}

    answer = client.post(f"/desk/team/{north.id}/words/", words)
    client.post("/desk/sign-out/")
    later = client.post(f"/desk/team/{north.id}/words/", words)
    comes_in(client, north.people[0], datetime.now(UTC) - timedelta(minutes=31))
    short = client.post("/desk/sent/", {"numbers": "T-7", "agreed_how": "phone", "request": "0" * 32})

    # A single word counts where it was typed; a choice or an id is nobody's words.
    assert re.findall(r'<pre id="typed[^>]*>(.*?)</pre>', short.content.decode()) == ["T-7"]
    assert "We report harm\nto a child." in answer.content.decode()
    assert "two words" not in answer.content.decode()
    assert Organisation.objects.get().notice == "What stands there."
    assert later.headers["Location"] == SIGN_IN


@pytest.mark.parametrize("error", [OperationalError, DatabaseError])
def test_leaving_the_desk_works_when_the_database_is_down(
    client: Client, ana: APerson, error: type[Exception]
) -> None:
    comes_in(client, ana)

    with mock.patch("django.db.backends.utils.CursorWrapper.execute", side_effect=error("down")):
        answer = client.get("/exit/")

    assert answer.status_code == 303
    assert {name for name, morsel in answer.cookies.items() if not morsel.value} >= {
        site.DESK_COOKIE,
        site.SESSION_COOKIE_NAME,
    }
