"""A page has its visit when it asks, and pays nothing when it does not."""

from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.conf import settings
from django.test import Client, RequestFactory
from django.utils import timezone

from survivor_portal import directory
from survivor_portal.visits.models import Visit
from survivor_portal.web.safety import crisis
from survivor_portal.web.safety.session import CurrentVisit, stay, visit_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.integration.pages_that_fail")]


@pytest.fixture
def visitor() -> Client:
    client = Client()
    client.post("/begins/", {"country": "DE"})
    return client


def cookie_of(client: Client) -> str:
    return client.cookies[settings.VISIT_COOKIE].value


def test_a_page_that_does_not_ask_costs_no_query_and_sets_no_cookie(
    visitor: Client, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        response = visitor.get("/stands-still/")

    assert not response.cookies


def test_a_page_that_asks_costs_one_query(visitor: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        response = visitor.get("/opens/")

    assert response.content == b"open"
    assert not response.cookies


def test_asking_twice_costs_one_query(visitor: Client, django_assert_num_queries: Any) -> None:
    current = CurrentVisit(cookie_of(visitor))
    assert current.loaded is None

    with django_assert_num_queries(1):
        first, second = current.open(), current.open()

    assert first is second is current.loaded


@pytest.mark.parametrize(
    "cookie", ["", "x", "ab" * 31, "ab" * 33, "AB" * 32, "\u0661" * 64, "zz" * 32, " " + "ab" * 31 + "a"]
)
def test_a_cookie_that_is_none_of_ours_costs_no_query(cookie: str, django_assert_num_queries: Any) -> None:
    current = CurrentVisit(cookie)

    with django_assert_num_queries(0):
        assert current.open() is None
        assert current.change(lambda data: data.update(x=1)) is None
        current.end()


def test_a_cookie_that_opens_nothing_is_taken_back() -> None:
    client = Client(headers={"cookie": f"{settings.VISIT_COOKIE}={'ab' * 32}"})

    response = client.get("/opens/")

    assert response.content == b"none"
    assert response.cookies[settings.VISIT_COOKIE]["max-age"] == 0


def test_a_new_visit_has_a_new_token_and_ends_the_old_one(visitor: Client) -> None:
    before = cookie_of(visitor)

    visitor.post("/begins/")

    assert cookie_of(visitor) != before
    assert Visit.objects.count() == 1
    assert CurrentVisit(before).open() is None


def test_a_token_that_somebody_planted_is_never_taken_over() -> None:
    planted = "cd" * 32
    client = Client()
    client.cookies[settings.VISIT_COOKIE] = planted

    client.post("/begins/")

    assert cookie_of(client) != planted
    assert CurrentVisit(planted).open() is None


def test_the_stay_button_begins_the_idle_time_again(visitor: Client) -> None:
    request = RequestFactory().post("/")
    vars(request)["visit"] = CurrentVisit(cookie_of(visitor))
    later = timezone.now() + timedelta(minutes=50)

    with mock.patch("django.utils.timezone.now", return_value=later):
        visit = stay(request)

    assert visit is not None
    assert crisis.safety(request)["closes_at"] == later + timedelta(minutes=60)


def test_the_stay_button_says_when_the_visit_is_over(visitor: Client) -> None:
    request = RequestFactory().post("/")
    vars(request)["visit"] = CurrentVisit(cookie_of(visitor))

    with mock.patch("django.utils.timezone.now", return_value=timezone.now() + timedelta(minutes=61)):
        assert stay(request) is None


def test_help_is_for_the_known_country_only_when_the_visit_is_open_already(
    visitor: Client, django_assert_num_queries: Any
) -> None:
    request = RequestFactory().get("/")
    vars(request)["visit"] = CurrentVisit(cookie_of(visitor))

    with django_assert_num_queries(0):
        before = crisis.safety(request)
    visit_of(request).open()
    with django_assert_num_queries(0):
        after = crisis.safety(request)

    assert before["crisis"] is None
    assert before["closes_at"] is None
    assert before["crisis_everywhere"] == directory.crisis_help_everywhere()
    assert after["crisis"] == directory.crisis_help("DE")
    assert after["closes_at"] is not None


@pytest.mark.parametrize("data", [{}, {"country": 5}, {"country": None}, {"answers": {}}, {"answers": []}])
def test_a_visit_without_a_country_names_help_everywhere(data: dict[str, Any]) -> None:
    current = CurrentVisit("")
    current.begin()
    current.change(lambda kept: kept.update(data))
    request = RequestFactory().get("/")
    vars(request)["visit"] = current

    assert crisis.safety(request)["crisis"] is None


def test_help_works_for_a_request_that_met_no_middleware() -> None:
    assert crisis.safety(RequestFactory().get("/"))["site_name"] == settings.SITE_NAME
