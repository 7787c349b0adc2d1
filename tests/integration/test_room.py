"""While all places are taken whoever comes to open something is turned away before it costs anything."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from unittest import mock
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import _get_new_csrf_string, _mask_cipher_secret
from django.test import Client, RequestFactory
from django.urls import resolve, reverse

from survivor_portal.cases import access
from survivor_portal.cases.models import Throttle
from survivor_portal.counts import pool
from survivor_portal.web.safety import policy, room
from survivor_portal.web.survivor import keeping_locked
from survivor_portal.web.survivor.keeping_forms import AskedBack
from survivor_portal.web.survivor.taking_forms import OneTimeCode
from tests.integration.test_headers import CSP, EXACT, parsed_csp
from tests.visitor import Form, Forms

OWN = "a blue bicycle by the lake"
KIND = "application/x-www-form-urlencoded"
KEY = _get_new_csrf_string()
ODD = '"><b>K7QM</b>'

# What somebody sends who tries a secret, by the address and what of it stands in the page again.
DOORS: list[tuple[str, dict[str, str], set[str]]] = [
    ("/c/", {"step": "open", "code": ODD, "phrase": OWN, "watched": "on"}, {ODD, OWN, "on"}),
    ("/c/", {"step": "recover", "code": ODD, "recovery": "R4TW"}, {ODD, "R4TW"}),
    ("/next/", {"step": "keep_confirm", "phrase": OWN}, {OWN}),
    ("/next/", {"step": "take_read", "code": ODD}, {ODD}),
    ("/desk/sign-in/", {"email": "ana@desk.example", "password": OWN}, {"ana@desk.example"}),
]


@contextmanager
def no_place() -> Iterator[None]:
    with mock.patch.object(pool.SLOW_KEYS, "_places", 0):
        yield


def sent(path: str, what: dict[str, Any], key: str = KEY, **more: Any) -> WSGIRequest:
    """A form of ours, as the browser sends it to which it was given."""
    more.setdefault("content_type", KIND)
    token = {"csrfmiddlewaretoken": _mask_cipher_secret(key)} if key else {}
    request = RequestFactory().post(path, urlencode(what | token), **more)
    request.COOKIES[settings.CSRF_COOKIE_NAME] = KEY
    return request


def forms_of(page: str) -> list[Form]:
    return Forms(page).forms


def passed(request: HttpRequest) -> bool:
    """Whether the request went on to the rest of the site."""
    inside = mock.Mock(return_value=HttpResponse())
    room.Room(inside)(request)
    return bool(inside.call_count)


@pytest.mark.parametrize(("path", "what", "again"), DOORS)
def test_t08_without_a_place_it_costs_no_query_and_goes_no_further(
    path: str, what: dict[str, str], again: set[str]
) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.cookies[settings.CSRF_COOKIE_NAME] = KEY
    token = _mask_cipher_secret(KEY)

    beyond = mock.patch("survivor_portal.web.safety.session.Visits.__call__", return_value=HttpResponse())
    with no_place(), beyond as further:
        # Without the mark for a database every query is an error.
        answer = browser.post(path, urlencode(what | {"csrfmiddlewaretoken": token}), KIND)

    assert not further.called
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert parsed_csp(answer) == CSP
    assert {name: answer.headers[name] for name in EXACT} == EXACT
    assert (answer["Cache-Control"], answer["X-Robots-Tag"]) == ("no-store", "noindex")
    at_desk = path.startswith(policy.DESK)
    assert (answer["Permissions-Policy"] == policy.PERMISSIONS_POLICY_AT_THE_DESK) == at_desk
    assert not answer.cookies
    page = answer.content.decode()
    assert 'href="/exit/"' in page
    assert "findahelpline.com" in page
    form = next(form for form in forms_of(page) if form.action == path)
    held = {name: control.value for name, control in form.controls.items()}
    assert held.pop("csrfmiddlewaretoken") == token
    assert {name for name, value in held.items() if value} == set(what) - {"password"}
    assert again <= set(held.values())
    assert "<b>" not in page
    assert (OWN in page) == (OWN in again)


@pytest.mark.parametrize(("path", "what"), [door[:2] for door in DOORS])
def test_t08_with_a_place_it_goes_on_and_the_place_is_free_again(path: str, what: dict[str, str]) -> None:
    free, here = pool.SLOW_KEYS._working._value, []  # type: ignore[attr-defined]

    def inside(_: HttpRequest) -> HttpResponse:
        # A place to wait; the work itself is the turn of whoever makes the key.
        here.append((pool.SLOW_KEYS._here, pool.SLOW_KEYS._working._value))  # type: ignore[attr-defined]
        return HttpResponse()

    room.Room(inside)(sent(path, what))

    assert (here, pool.SLOW_KEYS._here) == ([(1, free)], 0)


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(RequestFactory().get("/c/"), id="a page"),
        pytest.param(sent("/c/", {"step": "open"}), id="the button to the form"),
        pytest.param(sent("/c/", DOORS[0][1] | {"show": "1"}), id="show what I type"),
        pytest.param(sent("/c/", DOORS[0][1] | {"step": "stay"}), id="stay"),
        pytest.param(sent("/c/", {"step": "keep_delete", "phrase": OWN}), id="inside a case"),
        pytest.param(sent("/next/", {"step": "plan"}), id="the questions"),
        pytest.param(sent("/desk/", {"password": OWN}), id="another page of the desk"),
        pytest.param(sent("/c/", DOORS[0][1], key=""), id="no key of a form"),
        pytest.param(sent("/c/", DOORS[0][1], key=_get_new_csrf_string()), id="the key of another browser"),
        pytest.param(sent("/c/", DOORS[0][1], content_type="text/plain"), id="no form"),
    ],
)
def test_t08_everything_else_goes_on_also_without_a_place(request_: HttpRequest) -> None:
    with no_place():
        assert passed(request_)


def test_pasted_picture_data_is_not_shown_again() -> None:
    picture = "data:image/png;base64," + "QUJD" * 40

    page = room.full(sent("/c/", DOORS[0][1] | {"code": picture})).content.decode()

    assert "QUJDQUJD" not in page


def test_the_doors_are_those_of_the_pages() -> None:
    assert {
        reverse("survivor:case"): keeping_locked.STEPS,
        reverse("survivor:next"): {AskedBack.step, OneTimeCode.step},
        reverse("account_login"): {""},
    } == room.STEPS
    assert all(resolve(path) for path in room.STEPS)


def test_who_has_a_place_is_not_refused_between_two_turns() -> None:
    small = pool.Pool(size=1, queue=0)

    with small.place():
        for _ in range(2):
            with small.turn():
                assert small._here == 1
    with pytest.raises(ZeroDivisionError), small.place():
        1 / 0  # noqa: B018
    with small.turn():
        assert small._here == 1


@pytest.mark.django_db(databases=["default", "keys"])
def test_t08_the_form_of_the_page_opens_the_case_once_there_is_a_place() -> None:
    access.prepare()
    new = access.open_new(datetime.now(UTC), phrase=OWN)
    browser = Client(enforce_csrf_checks=True)
    (form,) = [form for form in forms_of(browser.get("/c/").content.decode()) if form.step == "open"]
    typed = {name: control.value for name, control in form.controls.items()}
    typed |= {"code": new.code, "phrase": OWN}
    with no_place():
        busy = browser.post("/c/", urlencode(typed), KIND)

    (form,) = [form for form in forms_of(busy.content.decode()) if form.step == "open"]
    again = {name: control.value for name, control in form.controls.items()}
    opened = browser.post("/c/", urlencode(again), KIND)

    assert (busy.status_code, opened.status_code) == (503, 303)
    assert Throttle.objects.count() == 0
