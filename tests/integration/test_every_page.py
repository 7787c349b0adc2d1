"""What holds for every page, read from the URL configuration: a new page is in these tests by itself."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from survivor_portal import directory
from tests.pages import addresses
from tests.reading import measure

pytestmark = pytest.mark.django_db

HTML = "text/html"
# Words that would tell a glance at the window, the history or the task bar what this is about.
TELLING = re.compile(
    r"abuse|survivor|victim|sex|nude|intimate|porn|takedown|removal|csam|helpline|violen", re.I
)
COLD_BYTES, WARM_BYTES = 40 * 1024, 10 * 1024


def names() -> list[str]:
    """Every name the directory knows, so that it does not count as a hard word."""
    records = (*directory.platforms(), *directory.laws(), *directory.resources())
    return [record.name for record in records if record.name]


@pytest.fixture(scope="module")
def known_names() -> list[str]:
    return names()


def pages(client: Client) -> list[tuple[str, str]]:
    """Address and text of each page that is meant for people."""
    found = []
    for path in addresses():
        response = client.get(path)
        if response.status_code == 200 and response["Content-Type"].startswith(HTML):
            found.append((path, response.content.decode()))
    return found


def test_no_page_of_the_site_fails_and_none_sets_a_cookie(client: Client) -> None:
    answers = {path: client.get(path) for path in addresses()}

    assert {
        path: a.status_code for path, a in answers.items() if a.status_code not in (200, 302, 303, 405)
    } == {}
    with_a_form = {
        settings.FLOW_PATH,
        settings.CASE_PATH,
        "/desk/sign-in/",
    }  # a form sets the token of its form check
    assert {path for path, a in answers.items() if a.cookies} <= with_a_form


def test_every_title_and_address_is_neutral(client: Client) -> None:
    titles = {path: re.search(r"<title>(.*?)</title>", html, re.S) for path, html in pages(client)}

    assert [path for path, title in titles.items() if title is None or TELLING.search(title[1])] == []
    # The helplines page may be in anybody's history; everything else says nothing at all.
    assert [path for path in titles if TELLING.search(path) and path != "/helplines/"] == []


def test_every_page_has_the_way_out_first_and_help_in_the_same_place(client: Client) -> None:
    for path, html in pages(client):
        links = re.findall(r"<a\b[^>]*href=\"([^\"#][^\"]*)\"", html)

        assert links[0] == "/exit/", path
        assert html.index("sp-help") < html.index("<main"), path


def test_every_page_has_one_main_heading_and_a_language(client: Client) -> None:
    for path, html in pages(client):
        assert len(re.findall(r"<h1\b", html)) == 1, path
        assert re.search(r'<html[^>]*\blang="en"', html), path


def test_every_page_reads_at_grade_six_or_lower(client: Client, known_names: list[str]) -> None:
    found = {path: measure(html, known_names) for path, html in pages(client)}

    assert {path: round(m.grade, 1) for path, m in found.items() if m.grade > 6.0} == {}
    assert {path: m.too_long for path, m in found.items() if m.too_long} == {}


def test_the_first_question_page_is_light(client: Client) -> None:
    html = client.get(settings.FLOW_PATH).content
    assets = {Path(settings.STATIC_ROOT, name) for name in re.findall(r'/static/([^"]+)"', html.decode())}
    heavy = {path for path in assets if path.suffix in (".css", ".js")}

    warm = len(gzip.compress(html))
    cold = warm + sum(len(gzip.compress(path.read_bytes())) for path in heavy)

    assert heavy
    assert cold <= COLD_BYTES
    assert warm <= WARM_BYTES
