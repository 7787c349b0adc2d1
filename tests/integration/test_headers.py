"""Every answer carries the headers of this site, with values that browsers accept."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpResponse
from django.test import Client, override_settings

from survivor_portal.web.safety import policy

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.integration.pages_that_fail")]

CSP = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
    "object-src": ["'none'"],
    "require-trusted-types-for": ["'script'"],
    "trusted-types": ["site"],
}
EXACT = {
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}

# (method, path, more, status): one of each kind of answer there is.
ANSWERS: list[tuple[str, str, dict[str, Any], int]] = [
    ("get", "/stands-still/", {}, 200),
    ("head", "/stands-still/", {}, 200),
    ("options", "/stands-still/", {}, 200),
    ("post", "/stands-still/", {}, 200),
    ("get", "/stands-still", {}, 301),
    ("get", "/exit/", {}, 303),
    ("post", "/exit/", {}, 303),
    ("put", "/exit/", {}, 405),
    ("get", "/no-such-page/", {}, 404),
    ("post", "/no-such-page/", {}, 404),
    ("get", "/breaks/", {}, 500),
    ("get", "/breaks-in-the-database/", {}, 500),
    ("get", "/is-suspicious/", {}, 400),
    ("get", "/is-forbidden/", {}, 403),
    ("get", "/stands-still/", {"headers": {"host": "foreign.example"}}, 400),
    ("post", "/stands-still/", {"headers": {"sec-fetch-site": "cross-site"}}, 403),
    ("get", "/static/no-such-file.css", {}, 404),
]


def answers() -> list[Any]:
    """The table above as test parameters."""
    return [
        pytest.param(*row, id=f"{row[0]} {row[1]} {row[3]}" + (" " + str(row[2]) if row[2] else ""))
        for row in ANSWERS
    ]


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


def parsed_csp(response: HttpResponse) -> dict[str, list[str]]:
    """Directives and their values. One that stands twice is an error: browsers heed only the first."""
    directives: dict[str, list[str]] = {}
    for part in response.headers["Content-Security-Policy"].split(";"):
        name, *values = part.split()
        assert name not in directives
        directives[name] = values
    return directives


@pytest.mark.parametrize(("method", "path", "more", "status"), answers())
def test_t28_every_answer_carries_the_headers(
    client: Client, method: str, path: str, more: dict[str, Any], status: int
) -> None:
    response = getattr(client, method)(path, **more)

    assert response.status_code == status
    assert parsed_csp(response) == CSP
    assert {name: response.headers[name] for name in EXACT} == EXACT
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert response.headers["Permissions-Policy"] == policy.PERMISSIONS_POLICY
    assert "Report-To" not in response.headers
    assert "Server" not in response.headers


def test_t28_the_permissions_policy_is_legal_and_allows_nothing_but_copying_a_text(client: Client) -> None:
    response = client.get("/stands-still/")
    parts = response.headers["Permissions-Policy"].split(", ")

    # A structured-field dictionary: a key once, and a list in brackets as its value.
    assert all(re.fullmatch(r"[a-z][a-z-]*=\((self)?\)", part) for part in parts)
    features = [part.partition("=")[0] for part in parts]
    assert len(set(features)) == len(features)
    assert [part for part in parts if not part.endswith("=()")] == ["clipboard-write=(self)"]
    assert {"camera", "microphone", "geolocation", "display-capture", "clipboard-read"} <= set(features)


def test_t28_nothing_in_the_policy_lets_a_page_write_script_or_style_into_itself() -> None:
    assert "unsafe" not in policy.CONTENT_SECURITY_POLICY
    assert "data:" not in policy.CONTENT_SECURITY_POLICY
    assert "http" not in policy.CONTENT_SECURITY_POLICY
    assert "report" not in policy.CONTENT_SECURITY_POLICY
    assert "*" not in policy.CONTENT_SECURITY_POLICY


def test_t28_a_static_file_carries_the_headers_and_may_be_kept_for_ever(client: Client) -> None:
    response = client.get(staticfiles_storage.url("css/site.css"))
    response.close()

    assert response.status_code == 200
    assert parsed_csp(response) == CSP
    assert {name: response.headers[name] for name in EXACT} == EXACT
    assert "immutable" in response.headers["Cache-Control"]


def test_t28_only_the_first_page_may_be_found_by_search_engines(client: Client) -> None:
    response = client.get("/")

    assert response.status_code == 200
    assert "X-Robots-Tag" not in response.headers
    assert client.get("/helplines/").headers["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize(
    ("subdomains", "preload", "value"),
    [
        (False, False, "max-age=63072000"),
        (True, False, "max-age=63072000"),
        (False, True, "max-age=63072000"),
        (True, True, "max-age=63072000; includeSubDomains; preload"),
    ],
)
def test_t28_over_tls_browsers_are_told_to_stay_on_tls(subdomains: bool, preload: bool, value: str) -> None:
    with override_settings(SECURE_HSTS_INCLUDE_SUBDOMAINS=subdomains, SECURE_HSTS_PRELOAD=preload):
        for path in ("/stands-still/", "/exit/", "/no-such-page/"):
            response = Client().get(path, secure=True)

            assert response.headers["Strict-Transport-Security"] == value


def test_t28_an_onion_address_is_not_told_to_use_tls_and_a_plain_one_neither() -> None:
    with override_settings(ALLOWED_HOSTS=["abcdef.onion", "testserver"], SECURE_HSTS_SECONDS=63072000):
        onion = Client().get("/stands-still/", secure=True, headers={"host": "abcdef.onion:443"})
        plain = Client().get("/stands-still/")

    assert onion.status_code == plain.status_code == 200
    assert "Strict-Transport-Security" not in onion.headers
    assert "Strict-Transport-Security" not in plain.headers


def test_t28_the_onion_address_is_named_only_when_there_is_one() -> None:
    without = Client().get("/stands-still/?q=1", secure=True)
    with override_settings(ONION_HOST="abcdef.onion"):
        with_one = Client().get("/stands-still/?q=1", secure=True)

    assert "Onion-Location" not in without.headers
    assert with_one.headers["Onion-Location"] == "http://abcdef.onion/stands-still/"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_form_that_another_site_sends_is_refused_before_any_page_sees_it(
    client: Client, method: str
) -> None:
    response = getattr(client, method)("/breaks/", headers={"sec-fetch-site": "cross-site"})

    assert response.status_code == 403
    assert "findahelpline.com" in response.content.decode()


@pytest.mark.parametrize("site", ["same-origin", "same-site", "none", None])
def test_a_form_of_our_own_or_of_an_older_browser_goes_on(client: Client, site: str | None) -> None:
    headers = {"sec-fetch-site": site} if site else {}

    assert client.post("/stands-still/", headers=headers).status_code == 200


def test_a_link_from_another_site_works(client: Client) -> None:
    assert client.get("/stands-still/", headers={"sec-fetch-site": "cross-site"}).status_code == 200


@pytest.mark.parametrize(("method", "path", "more", "status"), answers())
def test_no_cookie_comes_before_the_first_form(
    client: Client, method: str, path: str, more: dict[str, Any], status: int
) -> None:
    response = getattr(client, method)(path, **more)

    assert {name for name, morsel in response.cookies.items() if morsel.value} == set()


def test_the_cookies_have_the_marks_they_should(client: Client) -> None:
    form, visit = client.get("/has-a-form/"), client.post("/begins/", {"country": "DE"})

    for response, name in ((form, settings.CSRF_COOKIE_NAME), (visit, settings.VISIT_COOKIE)):
        assert list(response.cookies) == [name]
        cookie = response.cookies[name]
        assert name.startswith("__Host-")
        assert cookie["httponly"] is True
        assert cookie["secure"] is True
        assert cookie["samesite"] == "Strict"
        assert cookie["path"] == "/"
        assert not cookie["max-age"]
        assert not cookie["expires"]
        assert not cookie["domain"]


@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_an_error_page_names_help_and_asks_the_database_nothing(
    client: Client, status: int, django_assert_num_queries: Any
) -> None:
    path = {400: "/is-suspicious/", 403: "/is-forbidden/", 404: "/no-such-page/", 500: "/breaks/"}[status]

    with django_assert_num_queries(0):
        response = client.get(path, headers={"cookie": f"{settings.VISIT_COOKIE}={'ab' * 32}"})
    page = response.content.decode()

    assert response.status_code == status
    assert "findahelpline.com" in page
    assert 'href="/exit/"' in page
    assert "<title>Next steps</title>" in page
    assert not response.cookies


@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_an_error_page_comes_even_when_its_template_is_broken(
    client: Client, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError

    monkeypatch.setattr("django.template.loader.render_to_string", broken)
    path = {400: "/is-suspicious/", 403: "/is-forbidden/", 404: "/no-such-page/", 500: "/breaks/"}[status]

    response = client.get(path)

    assert response.status_code == status
    assert "findahelpline.com" in response.content.decode()
    assert "911" in response.content.decode()
    assert 'href="/exit/"' in response.content.decode()
