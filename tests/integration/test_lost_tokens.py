"""A form whose token got lost loses no word; a form from another site gets a plain no."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.integration.pages_that_fail")]

TYPED = {"links": "https://social.example/1"}


@pytest.fixture(autouse=True)
def _a_flow(settings: Any) -> None:
    settings.FLOW_RESUME = "tests.integration.pages_that_fail.resume"


@pytest.fixture
def client() -> Client:
    return Client(enforce_csrf_checks=True)


def send(client: Client, path: str = "/next/", *, secure: bool = False, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(path, TYPED, headers=named, secure=secure)


@pytest.mark.parametrize(
    "headers",
    [{}, {"origin": "http://testserver"}, {"sec_fetch_site": "same-origin"}, {"sec_fetch_site": "none"}],
)
def test_t30_without_its_cookie_the_form_shows_what_was_typed_again(
    client: Client, headers: dict[str, str]
) -> None:
    response = send(client, **headers)

    assert response.status_code == 422
    assert response.content.decode() == "resumed: https://social.example/1"


def test_t30_with_a_cookie_that_does_not_fit_the_form_shows_what_was_typed_again(client: Client) -> None:
    client.get("/has-a-form/")

    response = send(client)

    assert response.status_code == 422
    assert "https://social.example/1" in response.content.decode()


def test_t30_over_tls_with_the_right_origin_it_goes_on_too(client: Client) -> None:
    assert send(client, secure=True, origin="https://testserver").status_code == 422
    assert send(client, secure=True, referer="https://testserver/next/").status_code == 422


@pytest.mark.parametrize(
    ("secure", "headers"),
    [
        (False, {"origin": "http://foreign.example"}),
        (False, {"origin": "https://testserver"}),
        (False, {"origin": "http://testserver:81"}),
        (False, {"origin": "null"}),
        (False, {"sec_fetch_site": "cross-site"}),
        (False, {"sec_fetch_site": "cross-site", "origin": "http://testserver"}),
        (True, {"origin": "https://foreign.example"}),
        (True, {"referer": "https://foreign.example/"}),
        (True, {}),
    ],
)
def test_a_form_from_elsewhere_gets_a_plain_no_and_nothing_typed_back(
    client: Client, secure: bool, headers: dict[str, str]
) -> None:
    response = send(client, secure=secure, **headers)
    page = response.content.decode()

    assert response.status_code == 403
    assert "social.example" not in page
    assert "findahelpline.com" in page
    assert not response.cookies


def test_a_form_that_is_not_the_flows_gets_a_plain_no(client: Client) -> None:
    response = send(client, "/begins/")

    assert response.status_code == 403
    assert "social.example" not in response.content.decode()


def test_a_form_with_its_token_passes(client: Client) -> None:
    token = client.get("/has-a-form/").content.decode()

    response = client.post("/begins/", TYPED | {"csrfmiddlewaretoken": token})

    assert response.status_code == 200
    assert settings.VISIT_COOKIE in response.cookies
