"""What holds for every page of the desk, read from the URL configuration: a new page is in here by itself."""

import gzip
import re
from typing import Any

import pytest
from django.test import Client

from survivor_portal.web.safety import policy
from tests.desk import APerson, ATeam, a_team
from tests.desk_pages import comes_in
from tests.integration.test_every_page import TELLING, WARM_BYTES
from tests.integration.test_headers import CSP, EXACT, parsed_csp
from tests.pages import desk_addresses

pytestmark = pytest.mark.django_db(databases=["default", "keys"])
OUTSIDE = {"/desk/sign-in/", "/desk/second-step/", "/desk/link/x/"}
PASSKEYS = {"publickey-credentials-create=(self)", "publickey-credentials-get=(self)"}


@pytest.fixture
def north() -> ATeam:
    return a_team(["Ana Li", "Bo Ek"])


@pytest.fixture
def paths(north: ATeam) -> list[str]:
    return desk_addresses({"team": north.id, "person": north.people[1].id})


@pytest.fixture
def lead(client: Client, north: ATeam) -> APerson:
    comes_in(client, north.people[0])
    return north.people[0]


def pages(client: Client, paths: list[str]) -> dict[str, Any]:
    """What each address answers that shows a page to whoever is at the desk."""
    found = {path: client.get(path) for path in paths}
    return {
        path: answer
        for path, answer in found.items()
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html")
    }


def test_no_page_of_the_desk_fails(client: Client, paths: list[str], lead: APerson) -> None:
    statuses = {path: client.get(path).status_code for path in paths}

    assert {path: s for path, s in statuses.items() if s not in (200, 302, 303, 404, 405)} == {}
    assert len([s for s in statuses.values() if s == 200]) >= 10


def test_an_empty_form_is_never_a_failure_of_ours(client: Client, paths: list[str], lead: APerson) -> None:
    harmful = ("/sign-out/", "/remove/")
    statuses = {path: client.post(path).status_code for path in paths if not path.endswith(harmful)}

    assert {path: s for path, s in statuses.items() if s >= 500} == {}


def test_without_a_sign_in_every_page_of_the_desk_leads_to_it(client: Client, paths: list[str]) -> None:
    for path in paths:
        for answer in (client.get(path), client.post(path)):
            if path in OUTSIDE or answer.status_code == 405:
                continue
            assert answer.status_code in (302, 303), path
            assert answer.headers["Location"] == "/desk/sign-in/", path


def test_t28_pages_of_the_desk_carry_the_headers_and_may_use_a_passkey(
    client: Client, paths: list[str], lead: APerson
) -> None:
    for path in [*paths, "/desk/no-such-page/"]:
        answer = client.get(path)
        parts = answer.headers["Permissions-Policy"].split(", ")

        assert parsed_csp(answer) == CSP, path
        assert {name: answer.headers[name] for name in EXACT} == EXACT, path
        assert answer.headers["Cache-Control"] == "no-store", path
        assert answer.headers["X-Robots-Tag"] == "noindex", path
        assert {part for part in parts if not part.endswith("=()")} == PASSKEYS | {"clipboard-write=(self)"}


def test_t28_no_page_outside_the_desk_may_use_a_passkey(client: Client, lead: APerson) -> None:
    for path in ("/", "/c/", "/next/", "/exit/", "/desk", "/desktop/"):
        assert client.get(path).headers["Permissions-Policy"] == policy.PERMISSIONS_POLICY, path


def test_pages_of_the_desk_are_neutral_light_and_plain(
    client: Client, paths: list[str], lead: APerson
) -> None:
    for path, answer in pages(client, paths).items():
        html = answer.content.decode()
        title = re.search(r"<title>(.*?)</title>", html, re.S)
        links = re.findall(r"<a\b[^>]*href=\"([^\"#][^\"]*)\"", html)

        assert title is not None, path
        assert not TELLING.search(title[1]), path
        assert not TELLING.search(path), path
        assert links[0] == "/exit/", path
        assert html.index("sp-help") < html.index("<main"), path
        assert len(re.findall(r"<h1\b", html)) == 1, path
        assert re.findall(r"<style\b|\sstyle\s*=|\son[a-z]+\s*=|javascript:|data:", html, re.I) == [], path
        assert [tag for tag in re.findall(r"<script\b[^>]*>", html, re.I) if "src=" not in tag] == [], path
        assert len(gzip.compress(answer.content)) <= WARM_BYTES, path


def test_every_page_inside_names_when_it_closes_and_how_to_sign_out(
    client: Client, paths: list[str], lead: APerson
) -> None:
    for path, answer in pages(client, paths).items():
        if path in OUTSIDE:
            continue
        html = answer.content.decode()
        assert "sp-closing" in html, path
        assert 'action="/desk/sign-out/"' in html, path
