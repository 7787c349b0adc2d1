"""A form from before the exit that Back sends again shows nothing; a lost cookie still costs no word."""

from dataclasses import replace
from http import HTTPStatus

import pytest
from django.conf import settings
from django.test import Client

from survivor_portal import counts
from survivor_portal.web.safety import left

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.integration.pages_that_fail")]

TYPED = "typed, and no link in it"


@pytest.fixture
def client() -> Client:
    return Client(enforce_csrf_checks=True)


@pytest.fixture(autouse=True)
def _nobody_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "COUNTS", counts.Counts(lambda: ""))


def token_of(client: Client) -> str:
    return client.get("/has-a-form/").content.decode()


def send(client: Client, token: str) -> tuple[int, str]:
    form = {"step": "links", "links": TYPED, "csrfmiddlewaretoken": token}
    answer = client.post("/next/", form)
    return answer.status_code, answer.content.decode()


def test_t29_a_form_sent_again_after_the_exit_shows_nothing(client: Client) -> None:
    token = token_of(client)
    client.get("/exit/")
    assert client.cookies[settings.CSRF_COOKIE_NAME].value == ""
    client.cookies.clear()

    status, page = send(client, token)

    assert status == HTTPStatus.FOUND
    assert TYPED not in page


def test_t29_nor_does_another_page_of_that_visit(client: Client) -> None:
    # Each page masks the same key anew.
    first, second = token_of(client), token_of(client)
    client.get("/exit/")
    client.cookies.clear()

    assert first != second
    assert {send(client, token)[0] for token in (first, second)} == {HTTPStatus.FOUND}


def test_t30_a_lost_cookie_still_shows_what_was_typed(client: Client) -> None:
    token = token_of(client)
    other = Client()
    token_of(other)
    other.get("/exit/")
    client.cookies.clear()

    status, page = send(client, token)

    assert status == HTTPStatus.OK
    assert TYPED in page


@pytest.mark.parametrize("token", ["", "a", "a" * 63, "-" * 64, "\u00e9" * 64, "a" * 64], ids=range(6))
def test_t29_a_token_that_is_none_was_not_left(client: Client, token: str) -> None:
    client.get("/exit/")

    assert send(client, token)[0] == HTTPStatus.OK


def test_t29_the_memory_of_those_who_left_is_bounded(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(left, "LEFT", replace(left.LEFT, most=3))
    tokens = []
    for _ in range(5):
        client.cookies.clear()
        tokens.append(token_of(client))
        client.get("/exit/")
    client.cookies.clear()

    assert counts.COUNTS.here.size(left.LEFT) == 3
    assert [send(client, token)[0] for token in tokens] == [HTTPStatus.OK] * 2 + [HTTPStatus.FOUND] * 3
