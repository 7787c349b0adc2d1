"""Leaving ends the visit, takes every cookie back and lands on a page that says nothing."""

from typing import Any
from unittest import mock

import pytest
from django.conf import settings
from django.db import DatabaseError, OperationalError
from django.test import Client, override_settings

from survivor_portal.config.settings import base
from survivor_portal.visits.models import Visit
from survivor_portal.web.safety import exit as leaving

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.integration.pages_that_fail")]

COOKIES = {settings.VISIT_COOKIE, settings.CASE_COOKIE, settings.CSRF_COOKIE_NAME}


@pytest.fixture
def visitor() -> Client:
    """Somebody with a form's token and a visit."""
    client = Client()
    client.get("/has-a-form/")
    client.post("/begins/", {"country": "DE"})
    assert Visit.objects.count() == 1
    return client


def assert_left(response: Any) -> None:
    """The browser is sent away and told to forget."""
    assert response.status_code == 303
    assert response.headers["Location"] == settings.EXIT_TARGET
    assert response.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert response.headers["Cache-Control"] == "no-store"
    assert set(response.cookies) == COOKIES
    for cookie in response.cookies.values():
        assert cookie.value == ""
        assert cookie["max-age"] == 0
        assert "1970" in cookie["expires"]
        # Browsers refuse to touch a __Host- cookie by anything less.
        assert cookie["secure"] is True
        assert cookie["path"] == "/"
        assert cookie["httponly"] is True
        assert cookie["samesite"] == "Strict"


@pytest.mark.parametrize("method", ["get", "post"])
def test_leaving_deletes_the_visit_and_takes_the_cookies_back(visitor: Client, method: str) -> None:
    response = getattr(visitor, method)("/exit/")

    assert_left(response)
    assert not Visit.objects.exists()
    assert visitor.get("/opens/").content == b"none"


def test_the_old_cookie_opens_nothing_afterwards(visitor: Client) -> None:
    kept = visitor.cookies[settings.VISIT_COOKIE].value
    visitor.get("/exit/")

    again = Client(headers={"cookie": f"{settings.VISIT_COOKIE}={kept}"}).get("/opens/")

    assert again.content == b"none"


def test_leaving_ends_nobody_elses_visit(visitor: Client) -> None:
    other = Client()
    other.post("/begins/")

    visitor.get("/exit/")

    assert other.get("/opens/").content == b"open"


def test_somebody_without_a_visit_can_leave_too() -> None:
    response = Client().get("/exit/")

    assert response.status_code == 303
    assert response.headers["Location"] == settings.EXIT_TARGET


def test_somebody_whose_form_token_is_lost_can_leave_too() -> None:
    client = Client(enforce_csrf_checks=True)

    assert client.post("/exit/").status_code == 303


@pytest.mark.parametrize("error", [OperationalError, DatabaseError])
def test_leaving_works_when_the_database_is_down(visitor: Client, error: type[Exception]) -> None:
    with mock.patch("django.db.backends.utils.CursorWrapper.execute", side_effect=error("down")):
        response = visitor.get("/exit/")

    assert_left(response)


def test_a_browser_that_only_looks_ahead_does_not_end_the_visit(visitor: Client) -> None:
    for header in (
        {"sec-purpose": "prefetch"},
        {"sec-purpose": "prefetch;prerender"},
        {"purpose": "prefetch"},
    ):
        response = visitor.get("/exit/", headers=header)

        assert response.status_code == 503
        assert not response.cookies
        assert "Clear-Site-Data" not in response.headers
    assert visitor.get("/opens/").content == b"open"


@pytest.mark.parametrize("method", ["head", "options", "put", "delete"])
def test_no_other_method_ends_a_visit(visitor: Client, method: str) -> None:
    assert getattr(visitor, method)("/exit/").status_code == 405
    assert visitor.get("/opens/").content == b"open"


def test_the_neutral_page_is_one_setting_with_a_default() -> None:
    with override_settings(EXIT_TARGET="https://news.example/"):
        assert Client().get("/exit/").headers["Location"] == "https://news.example/"

    assert base.EXIT_TARGET == leaving.NEUTRAL_PAGE == "https://www.bbc.com/weather"


def test_the_neutral_page_is_never_taken_from_the_address() -> None:
    for query in ("?next=https://foreign.example/", "?to=//foreign.example", "?url=/next/"):
        assert Client().get("/exit/" + query).headers["Location"] == settings.EXIT_TARGET
